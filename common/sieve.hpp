// What stands before the planner where organizations are large: it lets through only whom there may be something to say about.
//
// A record is *settled* when the plan would say "unchanged" of it and nothing of any other record could alter that:
//
//   - both sides have one record of its external id, and these say the same, byte for byte, in the spelling of canonical.hpp; or only the
//     current side has one, and that is inactive;
//   - nobody else on either side claims its POSIX name (so nobody its userName), one of its SSH keys, its SCIM id, its group's name;
//   - of a group: every member is active on both sides when the plan is done, and has a record in SCIM.
//
// That two records say the same is seen by comparing them: the one that came first is read once more beside the one that comes now, which is
// cheaper than any hash of both. Where the exports are in quite different orders that would be a read for each: of whoever stands far away a
// hash is kept, and held against the other side at the end, which is read in its own order then. Kept of the settled are places, the hash of an external id, 24 bytes each, and 8 for each claim; of what is
// not settled the line is read again. Whatever is in doubt, a collision of hashes included, is not settled: the planner is the one place
// of policy, and a plan is the same bytes with the sieve and without. Nothing is ordered by a hash.
#pragma once

#include "blocks.hpp"
#include "canonical.hpp"
#include "jsonl.hpp"
#include "keyed_hash.hpp"
#include "plan.hpp"
#include "shared_claims.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace identity {

class Sieve {
 public:
    /// A stream of that side begins in `lines`, which must stay where it is, and readable again, until the end.
    void begin(jsonl::Reader& lines, bool current);

    /// Keeps a line of that stream, and says of what type it is; empty when it must be parsed. See jsonl::StreamReader::Take.
    [[nodiscard]] std::string_view take(std::string_view line);
    /// What had to be parsed.
    void note(const User& user);
    void note(const Group& group);

    /// When all is read: reads the users that are not settled into the directories, and counts the others there.
    /// Whoever the policy names is not settled: the planner says what of that.
    void release_users(Directory& desired, Directory& current, const Policy& policy);
    /// The same for groups, when it is known where the released users will stand; and names the settled who are in a released group.
    void release_groups(Directory& desired, Directory& current, const Fates& fates);

 private:
    /// One external id; where its record stands on each side.
    struct Entry {
        std::uint64_t id = 0;                // hash of the external id
        std::uint64_t desired_at : 48 = 0;
        std::uint64_t head_length : 16 = 0;  // of the line that came first
        std::uint64_t current_at : 48 = 0;
        bool in_desired : 1 = false;
        bool in_current : 1 = false;
        bool active : 1 = false;
        bool has_keys : 1 = false;
        bool is_address : 1 = false;         // its userName
        bool open : 1 = false;               // not settled
        bool named : 1 = false;              // among Settled::members

        [[nodiscard]] bool is_pair() const { return in_desired && in_current; }
        [[nodiscard]] bool joins() const { return !open && active && is_pair(); }
    };
    static_assert(sizeof(Entry) == 24);

    /// By external id. Who is added is indexed when it is first asked for somebody: at once, and in a table of the right size. Open
    /// addressing, five bytes a slot.
    class Table {
     public:
        static constexpr std::uint32_t kNone = SharedClaims::kNobody;
        std::uint32_t add(const Entry& entry);
        /// The first entry of that id.
        [[nodiscard]] std::uint32_t find(std::uint64_t id);
        /// The same for many, which stand all over the memory: one after the other each would be waited for.
        [[nodiscard]] std::vector<std::uint32_t> find(const std::vector<std::uint64_t>& ids);
        /// Any entry of that id. Two exports are mostly in similar orders: whoever comes next stands close behind who came last, and
        /// is found without the index.
        [[nodiscard]] std::uint32_t find_next(std::uint64_t id);
        /// Opens every entry whose id another has, too.
        void index();

        Blocks<Entry> entries{};

     private:
        [[nodiscard]] static std::uint8_t tag_of(std::uint64_t id) { return static_cast<std::uint8_t>(id >> 56U) | 1U; }
        [[nodiscard]] std::size_t slot_of(std::uint64_t id) const;
        std::vector<std::uint8_t> tags_{};  // 0: the slot is free
        std::vector<std::uint32_t> slots_{};
        std::uint32_t indexed_ = 0;  // entries that the slots know
        std::uint32_t next_ = 0;     // the one behind that which was found last
    };

    /// What is known of the records of one kind.
    struct Records {
        Table table{};
        SharedClaims claims{};
    };

    /// A user whose other record stood too far away to be compared with at once.
    struct Deferred {
        std::uint32_t at = 0;                   // the entry of both
        std::array<std::uint64_t, 2> digest{};  // of the tail that came second
    };

    [[nodiscard]] std::size_t side() const { return current_ ? 1 : 0; }
    [[nodiscard]] std::uint64_t other_place(const Entry& entry) const { return current_ ? entry.desired_at : entry.current_at; }
    [[nodiscard]] bool is_near(const Entry& entry);
    [[nodiscard]] bool says_the_same(const Entry& entry, const LineHead& head) const;
    [[nodiscard]] std::uint32_t other_of(Records& records, std::uint64_t id) const;
    std::uint32_t enter(Records& records, std::uint64_t id, const LineHead& head) const;
    void arrive(Entry& entry) const;
    [[nodiscard]] bool take_user(const LineHead& head);
    [[nodiscard]] bool take_group(const LineHead& head);
    void open(Records& records, std::string_view external_id) const;
    void compare_deferred();
    void claim(const UserTail& user, std::uint32_t owner);
    void claim_name(std::string_view user_name, std::uint32_t owner);
    void claim_key(std::string_view key, std::uint32_t owner);
    void ask_for(std::string_view name);

    [[noreturn]] void fail_changed(std::size_t side) const;
    [[nodiscard]] LineHead read_again(const Entry& entry, std::size_t side, Kind kind) const;
    [[nodiscard]] GroupTail group_tail_of(const LineHead& head, std::size_t side) const;
    template <class Each>
    void read_open(Records& records, Kind kind, Each each) const;
    [[nodiscard]] bool all_join(const Entry& group, const Fates& fates, std::size_t& count);
    void name_members(const Directory& desired, Directory& current);

    KeyedHash ids_{};
    KeyedHash tails_{};
    KeyedHash names_{};
    KeyedHash keys_{};
    KeyedHash resources_{};
    Records users_{};
    Records groups_{};
    std::vector<Deferred> deferred_{};
    std::uint64_t asked_for_ = 0;  // the place of the other side that was wanted last
    UserTail tail_{};
    std::array<jsonl::Reader*, 2> lines_{};
    bool current_ = false;       // the side that is read now
    bool groups_begun_ = false;  // of this stream
};

}  // namespace identity
