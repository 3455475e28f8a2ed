// The part of the filter for one input: an entry for each record, and hashes of the names, keys and
// ids that it has. Inputs are read independently of each other, so that each can have a thread.
#pragma once

#include "base/keyed_hash.hpp"
#include "plan/unchanged/canonical_spelling.hpp"
#include "plan/unchanged/pairing.hpp"
#include "plan/unchanged/record_scanner.hpp"
#include "plan/unchanged/shared_values.hpp"
#include "record/read_exports.hpp"
#include "stream/jsonl.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace plan::unchanged {

/// The same for all inputs.
struct FilterHashes {
    KeyedHash ids{};
    UniversalHash tails{};  ///< each thread has a copy
    KeyedHash names{};
    KeyedHash keys{};
    KeyedHash resources{};

    [[nodiscard]] std::uint64_t of_user_name(std::string_view name) const;
    [[nodiscard]] std::uint64_t of_group_name(std::string_view name) const;
    [[nodiscard]] std::uint64_t of_key(std::string_view identity) const;
};

/// The records of one kind on one side. A claim is a hash of a name, key or id with the number of
/// its entry.
struct SideRecords {
    FilterEntries entries{};
    SharedValues claims{};
    std::string last_id{};   ///< the external id of the last record
    bool are_sorted = true;  ///< by external id

    void add(const FilterEntry& entry, std::string_view external_id);

    /// The values of a user who is the entry `owner`, and claims to its name and keys.
    void read(const UserTail& user,
              FilterEntry& entry,
              std::uint32_t owner,
              const FilterHashes& hashes);
    /// Claims to the name, the keys and the id in SCIM of a record that was parsed.
    void claim(const record::User& user, const FilterHashes& hashes);
};

struct SideSummary {
    stream::Reader* lines = nullptr;  ///< null: the input does not have that side
    SideRecords users{};
    SideRecords groups{};
};

/// Most users have the same values on both sides, so the values of a user are read on one side. On
/// the other side only the head of the line is read. Each side reads the values of half of the
/// users, because both are read at the same time. Filter::examine reads a user whose values differ
/// again.
class InputSummary : public record::LineFilter {
  public:
    explicit InputSummary(const FilterHashes& hashes) : hashes_(hashes), tails_(hashes.tails) {}

    void begin(stream::Reader& lines, bool current) override;
    void begin_found() override;
    [[nodiscard]] std::string_view offer(std::string_view line) override;
    void see(const record::User& user) override;
    void see(const record::Group& group) override;

    /// Of what was read, desired and current. Found records are part of the current side.
    [[nodiscard]] std::array<SideSummary, 2>& sides() { return sides_; }

  private:
    [[nodiscard]] SideSummary& side() { return sides_[current_ ? 1 : 0]; }
    [[nodiscard]] std::string_view offer_written(std::string_view line);
    [[nodiscard]] bool take_user(const LineHead& head);
    [[nodiscard]] bool take_group(const LineHead& head);
    [[nodiscard]] FilterEntry entry_of(const LineHead& head);

    const FilterHashes& hashes_;
    UniversalHash tails_;
    std::array<SideSummary, 2> sides_{};
    CanonicalSpelling spelling_{};  // of the line that is offered
    UserTail tail_{};               // the same
    bool current_ = false;
    bool groups_begun_ = false;  // of this stream
};

}  // namespace plan::unchanged
