// The calls made to ACTIVATE's API, over any Transport.
#pragma once

#include "activate.hpp"
#include "http_client.hpp"

#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace activate {

/// What an operator should look at when ACTIVATE refuses the credential.
inline constexpr const char* kKeyHint =
    "check ACTIVATE_API_KEY: is it still valid, of the right host, and does its owner have a role that may list the "
    "organization's users, groups and SSH keys (org:admin or org:users)?";

class Service {
 public:
    Service(http::Client& client, std::string base_url) : client_(client), base_url_(std::move(base_url)) {}

    /// The organization's name: asked of the API, and compared with `expected` unless that is empty. Throws Error{bad_config} when
    /// they differ. Everything below is about this organization.
    const std::string& find_organization(const std::string& expected);

    [[nodiscard]] std::vector<Team> teams();

    /// For each team, the ids of its members, disabled people among them; nullopt where they could not be read (logged).
    [[nodiscard]] std::vector<std::optional<std::vector<std::string>>> members(const std::vector<Team>& teams);

    /// Everybody, each once, page by page, disabled people too. Throws Error{retry_later} rather than leave somebody out.
    void users(const std::function<void(const std::vector<Person>& page)>& each);

    /// The request for everybody whose username, e-mail or name holds `text`, in the form of a page of users().
    [[nodiscard]] http::Request search(const std::string& text) const;

    /// GET of a path of the API, for the SSH keys of one person; see key_source.hpp.
    [[nodiscard]] http::Request request(const std::string& path) const;
    [[nodiscard]] http::Client& client() { return client_; }

 private:
    [[nodiscard]] nlohmann::json get(const std::string& path);
    [[nodiscard]] std::string organization_path() const;

    http::Client& client_;
    std::string base_url_;
    std::string organization_{};
};

/// The headers that carry the credential.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> authorization(const Credential& credential);

}  // namespace activate
