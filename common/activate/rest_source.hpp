// The calls made to ACTIVATE's API, over any Transport.
#pragma once

#include "activate/credential.hpp"
#include "activate/source.hpp"
#include "activate/user_record.hpp"

#include <string>
#include <utility>
#include <vector>

namespace activate {

/// The advice to the operator if ACTIVATE refuses the credential.
inline constexpr const char* kKeyHint =
    "check ACTIVATE_API_KEY: is it still valid, of the right host, and does its owner have a role "
    "that may list the "
    "organization's users, groups and SSH keys (org:admin or org:users)?";

class RestSource final : public Source {
  public:
    RestSource(http::Client& client, std::string base_url)
        : client_(client), base_url_(std::move(base_url)) {}

    /// The organization's name, read from the API and compared with `expected` unless that is
    /// empty. Throws Error{bad_config} if they differ. All calls below concern this organization.
    const std::string& find_organization(const std::string& expected);

    void begin_people() override;
    /// Lists the groups, then reads the members of each wanted one, one call a group. Logs each
    /// group whose members could not be read, or are empty although the group is reported not to
    /// be. 403 for the members of some groups leaves these unknown; see refusals.hpp.
    void groups(
        const std::function<bool(const Team&)>& wanted,
        const std::function<void(const Team& team, const MemberList& members)>& each) override;
    void people(const std::function<void(const std::vector<Person>& page)>& each) override;
    /// Searches for the username or the address; the answer is compared by id.
    void ask(const record::ExternalId& id,
             const std::string& user_name,
             const Naming& naming,
             const std::function<void(const Found&)>& done) override;

    /// GET of a path of the API, for the SSH keys of one user; see ssh_keys.hpp.
    [[nodiscard]] http::Request request(const std::string& path) const;
    /// The same as JSON; waits for the answer.
    [[nodiscard]] nlohmann::json get(const std::string& path);
    [[nodiscard]] http::Client& client() override { return client_; }

  private:
    [[nodiscard]] std::string organization_path() const;
    [[nodiscard]] std::vector<Team> teams();
    [[nodiscard]] http::Request users_page(std::size_t offset) const;
    void ask_members(const Team& team, const std::function<void(const http::Result&)>& done);

    http::Client& client_;
    std::string base_url_;
    std::string organization_{};
    http::Client::Awaited first_users_{};  // requested by begin_people()
    http::Clock::time_point first_users_begun_{};
};

/// The headers that carry the credential.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> authorization(
    const Credential& credential);

}  // namespace activate
