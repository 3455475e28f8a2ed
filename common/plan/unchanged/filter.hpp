// Pre-filter for large organizations: only records that may need a change are passed to the
// planner.
//
// A record is *settled* (unaffected) if the plan would report it as unchanged, and no other record
// can alter that:
//
//   - both sides have one record with its external id, and these are identical in the spelling of
//     record_scanner.hpp; or only the current side has one, and that is inactive;
//   - no other user on either side has its POSIX name (and so its userName), one of its SSH keys or
//     its SCIM id, and no other group its name;
//   - of a group: every member is active on both sides after the plan, and has a record in SCIM.
//
// Two records are compared byte by byte: the earlier line is read again next to the current one,
// which is cheaper than hashes of both. For records at distant offsets a hash is kept and compared
// at the end in one sequential pass over the other file. A record in another spelling is rewritten
// (canonical_spelling.hpp), and a hash of it is kept, too. A settled record takes 24 bytes (offsets
// and a hash of the external id) and 8 for each name or key. The line of any other record is read
// again. A doubtful record, such as one with a collision of hashes, is not settled. The planner is
// the only place of policy, and a plan has the same bytes with and without the filter. Nothing is
// sorted by a hash.
#pragma once

#include "base/keyed_hash.hpp"
#include "plan/types.hpp"
#include "plan/unchanged/canonical_spelling.hpp"
#include "plan/unchanged/filter_table.hpp"
#include "plan/unchanged/record_scanner.hpp"
#include "plan/unchanged/shared_values.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"
#include "record/read_exports.hpp"
#include "stream/jsonl.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace plan::unchanged {

class Filter : public record::LineFilter {
  public:
    void begin(stream::Reader& lines, bool current) override;
    void begin_found() override;
    [[nodiscard]] std::string_view offer(std::string_view line) override;
    void see(const record::User& user) override;
    void see(const record::Group& group) override;

    /// After both sides are read: reads the users that are not settled into the directories, and
    /// counts the others there. A user in the policy is not settled: the planner decides.
    void emit_users(record::Directory& desired, record::Directory& current, const Policy& policy);
    /// The same for groups, after the state of the open users is planned.
    void emit_groups(record::Directory& desired,
                     record::Directory& current,
                     const UserStandings& standings);
    /// Adds the settled users who are members of the groups in the directories.
    void name_members(const record::Directory& desired, record::Directory& current);

  private:
    enum class Spelling { of_our_exports, rewritten };

    using Digest = std::array<std::uint64_t, 2>;

    /// The entries and claims of the records of one kind.
    struct Records {
        FilterTable table{};
        SharedValues claims{};
        RewrittenTails rewritten{};
    };

    /// A user whose other record is too far away to be compared at once.
    struct Deferred {
        std::uint32_t at = 0;  // the entry of both records
        Digest digest{};       // hash of the tail that was read second
    };

    [[nodiscard]] std::size_t side() const { return current_ ? 1 : 0; }
    [[nodiscard]] std::uint64_t other_place(const FilterEntry& entry) const {
        return current_ ? entry.desired_at : entry.current_at;
    }
    [[nodiscard]] bool is_near(const FilterEntry& entry);
    [[nodiscard]] std::string_view offer(std::string_view line, Spelling spelling);
    [[nodiscard]] bool says_the_same(Records& records, std::uint32_t at, const LineHead& head);
    [[nodiscard]] std::uint32_t other_of(Records& records, std::uint64_t id) const;
    std::uint32_t enter(Records& records,
                        std::uint64_t id,
                        const LineHead& head,
                        Spelling spelling);
    void arrive(FilterEntry& entry) const;
    [[nodiscard]] bool take_user(const LineHead& head, Spelling spelling);
    [[nodiscard]] bool take_group(const LineHead& head, Spelling spelling);
    void mark_pending(Records& records, std::string_view external_id) const;
    void compare_deferred();
    void claim(const UserTail& user, std::uint32_t owner);
    void claim_name(std::string_view user_name, std::uint32_t owner);
    void claim_key(std::string_view key, std::uint32_t owner);
    void ask_for(std::string_view name);

    template <class Reads>
    [[nodiscard]] LineHead read_again(const FilterEntry& entry,
                                      std::size_t side,
                                      record::Kind kind,
                                      Reads reads);
    template <class Each, class Reads>
    void read_pending(Records& records, record::Kind kind, Reads reads, Each each);
    [[nodiscard]] bool all_join(const FilterEntry& group,
                                const UserStandings& standings,
                                std::size_t& count);

    KeyedHash ids_{};
    KeyedHash tails_{};
    KeyedHash names_{};
    KeyedHash keys_{};
    KeyedHash resources_{};
    Records users_{};
    Records groups_{};
    CanonicalSpelling spelling_{};  // of the line that is offered
    CanonicalSpelling again_{};     // of a line that is read again
    std::vector<Deferred> deferred_{};
    std::uint64_t asked_for_ = 0;  // the last wanted position on the other side
    UserTail tail_{};
    std::array<stream::Reader*, 2> lines_{};
    bool current_ = false;  // the side that was read last: the other one is read again at the end
    bool found_ = false;    // found records are being read
    bool groups_begun_ = false;  // of this stream
};

}  // namespace plan::unchanged
