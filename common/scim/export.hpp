// The current side, written as it is read: users page by page, then groups.
#pragma once

#include "base/id_table.hpp"
#include "scim/client.hpp"
#include "stream/jsonl.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace scim {

struct CurrentExportSettings {
    bool unmanaged = false;      ///< records that are not ours, too
    bool keep_comments = false;  ///< of SSH keys
};

/// One export. Kept while it runs: the ids of the users, and the keys of our external ids, which is
/// what turns a member's SCIM id into its external id. If two users carry one externalId, members
/// stay SCIM ids (`foreignMembers`): the external id would not say which of the two is meant.
class CurrentExport {
  public:
    CurrentExport(ScimClient& service, CurrentExportSettings settings, stream::Writer& out)
        : service_(service), settings_(settings), out_(out) {}

    /// Writes a sealed stream. Throws Error when it cannot be whole.
    void run(const stream::Header& header);

  private:
    void write_user(const nlohmann::json& resource);
    void take_group(const nlohmann::json& resource);
    void write_group(record::Group group, const std::vector<std::string>& member_ids);
    [[nodiscard]] bool is_copied(std::string_view key) const;
    [[nodiscard]] bool is_wanted(const nlohmann::json& resource, record::Kind kind) const;

    ScimClient& service_;
    CurrentExportSettings settings_;
    stream::Writer& out_;
    IdTable ids_{};    // of the users listed
    TextPool keys_{};  // by the same numbers: what follows pw-activate:user: in the external id,
                       // empty for those not ours
    IdTable seen_keys_{};  // the same keys while users are listed, to find those that come twice
    std::unordered_set<std::string> copied_keys_{};  // of external ids that two records carry
    std::size_t users_ = 0;
    std::size_t groups_ = 0;
    std::size_t asked_again_ = 0;
};

}  // namespace scim
