// ACTIVATE's own SCIM service, read-only, as a source: two paged reads instead of a call for each
// group and for the keys of each user.
//
// Its ids are those of the API, so the external ids made from them are the same. Its userName is
// the API's username.
#pragma once

#include "activate/source.hpp"
#include "activate/ssh_keys.hpp"
#include "activate/user_record.hpp"
#include "scim/client.hpp"

#include <memory>
#include <string>

namespace activate {

inline constexpr const char* kScimTokenHint =
    "check ACTIVATE_SCIM_BEARER_TOKEN (made by an org:admin in the organization's SCIM settings; "
    "it may have expired), and that "
    "SCIM is "
    "enabled there";

/// Reads a User resource. Keys are unknown if the CoreWeave extension is missing; the user has no
/// keys if the extension has none. Throws Error{unavailable}.
[[nodiscard]] Person person_from_resource(const nlohmann::json& resource, bool keep_comments);

class ScimSource final : public Source {
  public:
    ScimSource(scim::ScimClient& service, bool keep_comments)
        : service_(service), keep_comments_(keep_comments) {}

    /// Members that are groups are left out with a warning: CoreWeave's groups are flat.
    void groups(
        const std::function<bool(const Team&)>& wanted,
        const std::function<void(const Team& team, const MemberList& members)>& each) override;
    void people(const std::function<void(const std::vector<Person>& page)>& each) override;
    /// GET by id, or a search for exactly that name if users are identified by username.
    void ask(const record::ExternalId& id,
             const std::string& user_name,
             const Naming& naming,
             const std::function<void(const Found&)>& done) override;
    [[nodiscard]] http::Client& client() override { return service_.client(); }

  private:
    [[nodiscard]] Found found_by_id(const http::Result& result, const std::string& id) const;
    [[nodiscard]] Found found_by_name(const http::Result& result,
                                      const std::string& username) const;

    scim::ScimClient& service_;
    bool keep_comments_;
};

/// The keys that the list of users contains.
[[nodiscard]] std::unique_ptr<KeySource> carried_keys();

/// The organization's name in `…/api/organizations/<name>/scim/v2`; empty if the URL has another
/// form.
[[nodiscard]] std::string organization_of(const std::string& base_url);

}  // namespace activate
