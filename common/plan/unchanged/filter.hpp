// Pre-filter for large organizations: independent records, which are unchanged or new, are not
// passed to the planner.
//
// A record is *independent* if the plan would report it as unchanged, or create it as it is, and no
// other record can alter that:
//
//   - both sides have one record with its external id, and these are identical in the spelling of
//     record_scanner.hpp; or only the current side has one, and that is inactive; or only the
//     desired side has one, and that is active;
//   - no other user on either side has its POSIX name (and so its userName), one of its SSH keys or
//     its SCIM id, and no other group its name;
//   - of a group: every member is active on both sides after the plan, and has a record in SCIM.
//
// Inputs are read independently of each other (input_summary.hpp), and then paired (pairing.hpp).
// Users that differ from their pair, or have none, are read again and examined.
// Two records are equal if keyed hashes of their values are: 64 bits, under a key of this run. A
// record in another spelling is rewritten before (canonical_spelling.hpp). A record takes 24 bytes,
// and 8 for each name, key or id. Other records are *pending*: their lines are read again for the
// planner. If a record is doubtful, for example because hashes collide, it is pending. The line of
// an independent record is read again when the plan is written. Only the planner applies the
// policy, and a plan has the same bytes with and without the filter. Nothing is sorted by a hash.
#pragma once

#include "plan/types.hpp"
#include "plan/unchanged/input_summary.hpp"
#include "plan/unchanged/pairing.hpp"
#include "plan/unchanged/record_scanner.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"
#include "record/read_exports.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace plan::unchanged {

class Filter {
  public:
    Filter() = default;
    Filter(const Filter&) = delete;  // its inputs refer to it
    Filter& operator=(const Filter&) = delete;

    /// The part of the filter for one more input. Different inputs may be read at the same time.
    [[nodiscard]] record::LineFilter& add_input() { return inputs_.emplace_back(hashes_); }

    /// After all inputs are read: reads the pending users into the directories, and
    /// counts the others there. A user in the policy is pending: the planner decides.
    void emit_users(record::Directory& desired,
                    record::Directory& current,
                    const Policy& policy,
                    std::size_t threads = 1);
    /// After that: finds the groups that no plan of the pending users can leave unchanged. May run
    /// while these users are planned.
    void examine_groups();
    /// The same as emit_users for groups, after both.
    void emit_groups(record::Directory& desired,
                     record::Directory& current,
                     const UserStandings& standings);
    /// Adds the independent users who are members of the groups in the directories.
    void name_members(const record::Directory& desired, record::Directory& current);

    /// Call it after the functions above. The functions of the result read records from the inputs,
    /// throw Error{io_error} if an input has changed, and must not outlive this object.
    [[nodiscard]] IndependentRecords independent(bool with_unchanged);

  private:
    /// An active user who is pending, in a group that is independent otherwise.
    struct PendingMember {
        FilterEntry* group = nullptr;
        record::ExternalId member{};
    };
    // Independent records of one kind and side, sorted by external id.
    using Queue = std::vector<const FilterEntry*>;
    // Whether the tail of a line has the spelling that is needed.
    using Reads = std::function<bool(const LineHead&)>;
    static bool any_tail(const LineHead& /*head*/) { return true; }

    void join_inputs();
    void require_unchanged() const;
    // Claims the names that the policy gives. Returns the hashes of the external ids in it.
    [[nodiscard]] std::vector<std::uint64_t> claim_named(const Policy& policy);
    void examine(std::size_t side, record::Directory& directory);
    void mark_sharers(Pairing& pairs, SideRecords SideSummary::*kind, std::size_t threads);

    [[nodiscard]] std::optional<LineHead> head_in(std::string_view line,
                                                  std::size_t side,
                                                  record::Kind kind,
                                                  const Reads& reads);
    [[nodiscard]] LineHead read_again(const FilterEntry& entry,
                                      std::size_t side,
                                      record::Kind kind,
                                      const Reads& reads = any_tail);
    void read_pending(std::size_t side,
                      SideRecords SideSummary::*kind,
                      record::Kind of,
                      const Reads& reads,
                      const std::function<void(const LineHead&)>& each);
    [[nodiscard]] Queue independent_of(std::size_t side,
                                       SideRecords SideSummary::*kind,
                                       record::Kind of);
    [[nodiscard]] const record::User* new_user(const FilterEntry& entry);
    [[nodiscard]] Unchanged unchanged_user(const FilterEntry& entry);
    [[nodiscard]] Unchanged unchanged_group(const FilterEntry& entry);
    [[nodiscard]] bool all_may_join(FilterEntry& group);

    FilterHashes hashes_{};
    std::deque<InputSummary> inputs_{};
    std::array<SideSummary, 2> sides_{};  // of all inputs: desired, current
    Pairing users_{};
    Pairing groups_{};
    std::vector<PendingMember> pending_members_{};
    // Their number of members, of groups all of whose members may join.
    std::vector<std::pair<FilterEntry*, std::size_t>> memberships_{};
    // The line of each side that is read again: both sides may be read at the same time.
    std::array<CanonicalSpelling, 2> again_{};
    std::array<UserTail, 2> tails_{};
    record::User new_user_{};  // the last one
};

}  // namespace plan::unchanged
