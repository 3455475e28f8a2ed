// The desired side, written while it is read: users page by page, then groups.
#pragma once

#include "activate/source.hpp"
#include "activate/ssh_keys.hpp"
#include "activate/user_record.hpp"
#include "base/exit_status.hpp"
#include "base/id_table.hpp"
#include "stream/jsonl.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace activate {

/// The scope of an export, and the names in it.
struct DesiredExportSettings {
    Naming naming{};
    std::vector<std::string> scope{};  ///< names of the groups; empty: all groups, and every user
    std::string org_id{};              ///< if not empty, users of another organization end the run
};

/// The fault if ACTIVATE_ORG_ID is set and no user has an organization: the API may leave it out.
inline constexpr std::string_view kNoOrganization =
    "ACTIVATE_ORG_ID is set, but ACTIVATE shows the organization of no user, so it cannot be "
    "checked; remove it, and set ACTIVATE_ORG_NAME";

/// One export. During the export it keeps the memberships, as numbers, and the keys of the active
/// members.
class DesiredExport {
  public:
    /// `keys` may be null: then no user has `sshKeys`, and keys stay unchanged.
    DesiredExport(Source& source,
                  KeySource* keys,
                  DesiredExportSettings settings,
                  stream::Writer& out)
        : source_(source), keys_(keys), settings_(std::move(settings)), out_(out) {}

    /// Writes a sealed stream. The status is `unresolved` if the service lists a user and answers
    /// 404 for the keys of that user. It is `partial` if a user or a group is malformed, or other
    /// keys or members are unknown. Throws Error if the export cannot be complete.
    [[nodiscard]] ExitStatus run(const stream::Header& header);

  private:
    /// A group, and the numbers of its members.
    struct Membership {
        Team team{};
        std::optional<std::vector<std::uint32_t>> members{};
    };

    void read_groups();
    void take_group(const Team& team, const MemberList& listed);
    void write_users(const std::vector<Person>& page);
    void leave_out(const Person& person);
    void leave_out(const std::vector<Team>& teams);
    void write_page(const std::vector<Person>& people, std::vector<Keys> keys);
    void write_group(const Membership& membership);
    void note_alike(const std::string& id);
    void judge_unlisted_members();
    [[nodiscard]] ExitStatus status_of_unknown() const;
    /// The number of users whose access is not corrected by a later run either.
    [[nodiscard]] std::size_t unresolved() const;
    /// The number of other users and groups that are left out, or whose keys or members are
    /// unknown.
    [[nodiscard]] std::size_t partial() const;
    void check_organization(const Person& person);
    void require_organization() const;
    void require_users() const;

    Source& source_;
    KeySource* keys_;
    DesiredExportSettings settings_;
    stream::Writer& out_;
    std::vector<Membership> groups_{};
    IdTable members_{};  // every user who is a member of a group
    TextPool active_{};  // external ids without pw-activate:user: of active members, in the order
                         // of writing
    std::vector<std::optional<std::uint32_t>>
        place_{};  // by number of the member: the index in active_
    std::vector<bool>
        listed_{};  // by number of the member: whether the list of users has that member
    std::unordered_multimap<std::string, std::uint32_t>
        other_forms_{};                // members whose id is not its comparable_id(), by that
    std::set<std::uint32_t> alike_{};  // members whose id is like that of a user
    std::size_t users_ = 0;
    std::optional<bool> shows_organization_{};  // whether any user does; absent: no users
    std::size_t malformed_ = 0;
    bool has_row_without_id_ = false;
    std::size_t left_out_ = 0;  // members whose user the list of users may lack
    std::size_t malformed_groups_ = 0;
    std::size_t malformed_lists_ = 0;  // of the members of groups, with a scope; also unknown
    std::size_t unknown_keys_ = 0;
    std::size_t unknown_members_ = 0;
};

}  // namespace activate
