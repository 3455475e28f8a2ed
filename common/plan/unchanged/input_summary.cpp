#include "plan/unchanged/input_summary.hpp"

#include "base/text.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace plan::unchanged {

namespace {

// About half of the ids end in an even character. For the same input, the same lines are read.
bool are_values_read(std::string_view external_id, bool current) {
    return ((static_cast<unsigned char>(external_id.back()) & 1U) != 0) == current;
}

}  // namespace

// Users with the same userName have the same POSIX name.
std::uint64_t FilterHashes::of_user_name(std::string_view name) const {
    return names.of(record::posix_name(name));
}

std::uint64_t FilterHashes::of_group_name(std::string_view name) const {
    return names.of(text::fold(name));
}

// Equal keys have equal ends. An end is random unless users choose it, and an equal end of
// different keys only means that both are parsed.
std::uint64_t FilterHashes::of_key(std::string_view identity) const {
    constexpr std::size_t kEnd = 24;  // 18 bytes of the key
    return keys.of(identity.substr(identity.size() - std::min(identity.size(), kEnd)));
}

void SideRecords::add(const FilterEntry& entry, std::string_view external_id) {
    are_sorted = are_sorted && last_id < external_id;
    last_id = external_id;
    entries.push_back(entry);
}

void SideRecords::read(const UserTail& user,
                       FilterEntry& entry,
                       std::uint32_t owner,
                       const FilterHashes& hashes) {
    entry.keys = user.keys.size() & FilterEntry::kMostKeys;
    entry.active = user.active;
    entry.is_address = user.user_name_is_address;
    entry.read = true;
    claims.add(hashes.of_user_name(user.user_name), owner);
    for (const auto& key : user.keys) {
        claims.add(hashes.of_key(key.identity), owner);
    }
}

void SideRecords::claim(const record::User& user, const FilterHashes& hashes) {
    claims.add(hashes.of_user_name(user.user_name), SharedValues::kNobody);
    for (const auto key : record::views_of(user.ssh_keys)) {
        claims.add(hashes.of_key(record::ssh_key_identity(key)), SharedValues::kNobody);
    }
    if (!user.id.value.empty()) {
        claims.add(hashes.resources.of(user.id.value), SharedValues::kNobody);
    }
}

void InputSummary::begin(stream::Reader& lines, bool current) {
    current_ = current;
    groups_begun_ = false;
    side().lines = &lines;
}

void InputSummary::begin_found() {
    current_ = true;
    groups_begun_ = false;
}

std::string_view InputSummary::offer(std::string_view line) {
    if (const auto type = offer_written(line); !type.empty()) {
        return type;
    }
    const auto rewritten = spelling_.of(line, current_);
    return rewritten && *rewritten != line ? offer_written(*rewritten) : "";
}

// A line in the spelling of our exports.
std::string_view InputSummary::offer_written(std::string_view line) {
    if (!groups_begun_) {
        if (const auto head = head_of(line, record::Kind::user, current_)) {
            return take_user(*head) ? "user" : "";
        }
    }
    if (const auto head = head_of(line, record::Kind::group, current_)) {
        groups_begun_ = true;
        return take_group(*head) ? "group" : "";
    }
    return {};
}

FilterEntry InputSummary::entry_of(const LineHead& head) {
    return {.id = hashes_.ids.of(head.external_id),
            .tail = tails_.of(head.tail),
            .place = side().lines->offset() & FilterEntry::kMostPlace};
}

bool InputSummary::take_user(const LineHead& head) {
    auto& users = side().users;
    const auto at = static_cast<std::uint32_t>(users.entries.size());
    auto entry = entry_of(head);
    if (are_values_read(head.external_id, current_)) {
        if (!read_tail(head.tail, tail_) || tail_.keys.size() > FilterEntry::kMostKeys) {
            return false;
        }
        users.read(tail_, entry, at, hashes_);
    }
    if (current_) {
        users.claims.add(hashes_.resources.of(head.id), at);
    }
    users.add(entry, head.external_id);
    return true;
}

bool InputSummary::take_group(const LineHead& head) {
    const auto tail = read_group_tail(head.tail);
    if (!tail || record::why_not(record::Group{.external_id = {std::string(head.external_id)},
                                               .display_name = std::string(tail->display_name)},
                                 {})) {
        return false;
    }
    auto& groups = side().groups;
    groups.claims.add(hashes_.of_group_name(tail->display_name),
                      static_cast<std::uint32_t>(groups.entries.size()));
    groups.add(entry_of(head), head.external_id);
    return true;
}

void InputSummary::see(const record::User& user) {
    auto& users = side().users;
    users.entries.push_back(
        {.id = hashes_.ids.of(user.external_id.value), .parsed = true, .pending = true});
    users.claim(user, hashes_);
}

void InputSummary::see(const record::Group& group) {
    groups_begun_ = true;
    auto& groups = side().groups;
    groups.entries.push_back(
        {.id = hashes_.ids.of(group.external_id.value), .parsed = true, .pending = true});
    groups.claims.add(hashes_.of_group_name(group.display_name), SharedValues::kNobody);
    for (const auto& member : group.foreign_members) {  // a managed user is not foreign
        side().users.claims.add(hashes_.resources.of(member.value), SharedValues::kNobody);
    }
}

}  // namespace plan::unchanged
