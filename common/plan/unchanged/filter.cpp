#include "plan/unchanged/filter.hpp"

#include "base/text.hpp"
#include "plan/user_standing.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace plan::unchanged {

namespace {

bool any_tail(const LineHead& /*head*/) {
    return true;
}

}  // namespace

void Filter::begin(stream::Reader& lines, bool current) {
    lines_[current ? 1 : 0] = &lines;
    current_ = current;
    found_ = false;
    groups_begun_ = false;
    asked_for_ = 0;
}

void Filter::begin_found() {
    found_ = true;
}

std::string_view Filter::offer(std::string_view line) {
    if (const auto type = offer(line, Spelling::of_our_exports); !type.empty()) {
        return type;
    }
    const auto rewritten = spelling_.of(line, current_);
    return rewritten && *rewritten != line ? offer(*rewritten, Spelling::rewritten) : "";
}

std::string_view Filter::offer(std::string_view line, Spelling spelling) {
    if (!groups_begun_) {
        if (const auto head = head_of(line, record::Kind::user, current_)) {
            return take_user(*head, spelling) ? "user" : "";
        }
    }
    if (const auto head = head_of(line, record::Kind::group, current_)) {
        groups_begun_ = true;
        return take_group(*head, spelling) ? "group" : "";
    }
    return {};
}

void Filter::arrive(FilterEntry& entry) const {
    const auto offset = lines_[side()]->offset();
    if (current_) {
        entry.in_current = true;
        entry.current_at = offset & FilterEntry::kMostPlace;
    } else {
        entry.in_desired = true;
        entry.desired_at = offset & FilterEntry::kMostPlace;
    }
}

// Whether a comparison with the other side's record is cheap: its line is in the memory window, or
// a run of records begins at it.
bool Filter::is_near(const FilterEntry& entry) {
    constexpr std::uint64_t kRun = std::uint64_t{64} << 10U;
    const auto place = other_place(entry);
    const auto before = std::exchange(asked_for_, place);
    return lines_[1 - side()]->is_at_hand(place) || (place > before && place - before < kRun);
}

// Whether the other side's line has the same external id, and the same tail up to its end. A space
// after the record is not part of the tail: a second read of this line would not recognise it.
bool Filter::says_the_same(Records& records, std::uint32_t at, const LineHead& head) {
    const auto& entry = records.table.entries[at];
    if (entry.head_length == 0) {
        return records.rewritten.holds(at, tails_.wide(head.tail));
    }
    auto& lines = *lines_[1 - side()];
    const auto line = other_place(entry);
    const auto tail = line + entry.head_length;
    const auto end = tail + head.tail.size();
    const auto external_id =
        head.bytes.substr(static_cast<std::size_t>(head.external_id.data() - head.bytes.data()),
                          head.external_id.size() + 1);
    const auto external_id_at =
        line + static_cast<std::size_t>(external_id.data() - head.bytes.data());
    return head.tail.ends_with('}') && lines.holds(external_id_at, external_id) &&
           lines.holds(tail, head.tail) && (lines.holds(end, "\n") || lines.holds(end, "\r\n"));
}

// The entry of the other side's record that has no partner on this side yet; kNone if there is
// none.
std::uint32_t Filter::other_of(Records& records, std::uint64_t id) const {
    if (lines_[1 - side()] == nullptr) {
        return FilterTable::kNone;
    }
    const auto at = records.table.find_next(id);
    if (at == FilterTable::kNone) {
        return at;
    }
    const auto& entry = records.table.entries[at];
    return entry.open || (current_ ? entry.in_current : entry.in_desired) ? FilterTable::kNone : at;
}

// Adds a new entry. If there is an entry with the same external id already, the table opens both.
std::uint32_t Filter::enter(Records& records,
                            std::uint64_t id,
                            const LineHead& head,
                            Spelling spelling) {
    const bool is_rewritten = spelling == Spelling::rewritten;
    FilterEntry entry{
        .id = id,
        .head_length = is_rewritten ? 0 : head.bytes.size() & FilterEntry::kMostHeadLength};
    arrive(entry);
    const auto at = records.table.add(entry);
    if (is_rewritten) {
        records.rewritten.add(at, tails_.wide(head.tail));
    }
    return at;
}

bool Filter::take_user(const LineHead& head, Spelling spelling) {
    const auto id = ids_.of(head.external_id);
    auto& entries = users_.table.entries;
    auto at = other_of(users_, id);
    const bool is_far =
        at != FilterTable::kNone && entries[at].head_length != 0 && !is_near(entries[at]);
    if (at != FilterTable::kNone && !is_far && says_the_same(users_, at, head)) {
        arrive(entries[at]);  // its name and keys are claimed already
    } else if (!read_tail(head.tail, tail_) || tail_.keys.size() > FilterEntry::kMostKeys) {
        return false;
    } else if (is_far) {
        arrive(entries[at]);
        deferred_.push_back({at, tails_.wide(head.tail)});
        claim(tail_, at);
    } else {
        at = enter(users_, id, head, spelling);
        entries[at].active = tail_.active;
        entries[at].keys = static_cast<std::uint16_t>(tail_.keys.size()) & FilterEntry::kMostKeys;
        entries[at].is_address = tail_.user_name_is_address;
        claim(tail_, at);
    }
    if (current_) {
        users_.claims.add(resources_.of(head.id), at);
    }
    return true;
}

bool Filter::take_group(const LineHead& head, Spelling spelling) {
    const auto id = ids_.of(head.external_id);
    if (const auto at = other_of(groups_, id);
        at != FilterTable::kNone && says_the_same(groups_, at, head)) {
        arrive(groups_.table.entries[at]);
        return true;
    }
    const auto tail = read_group_tail(head.tail);
    if (!tail || record::why_not(record::Group{.external_id = {std::string(head.external_id)},
                                               .display_name = std::string(tail->display_name)},
                                 {})) {
        return false;
    }
    groups_.claims.add(names_.of(text::fold(tail->display_name)),
                       enter(groups_, id, head, spelling));
    return true;
}

// The lines of the side that was read first are read in its order; pairs with different contents
// become open.
void Filter::compare_deferred() {
    auto& entries = users_.table.entries;
    std::sort(deferred_.begin(), deferred_.end(), [&](const Deferred& a, const Deferred& b) {
        return other_place(entries[a.at]) < other_place(entries[b.at]);
    });
    for (const auto& [at, digest] : std::exchange(deferred_, {})) {
        auto& entry = entries[at];
        const auto head = read_again(entry, 1 - side(), record::Kind::user, any_tail);
        entry.open = entry.open || tails_.wide(head.tail) != digest;
    }
}

// Reads a line again, unchanged or rewritten: the form whose tail `reads` accepts.
template <class Reads>
LineHead Filter::read_again(const FilterEntry& entry,
                            std::size_t side,
                            record::Kind kind,
                            Reads reads) {
    const bool current = side == 1;
    const auto line = lines_[side]->again(current ? entry.current_at : entry.desired_at);
    auto head = line ? head_of(*line, kind, current) : std::nullopt;
    if (line && !(head && reads(*head))) {
        const auto rewritten = again_.of(*line, current);
        head = rewritten ? head_of(*rewritten, kind, current) : std::nullopt;
        head = head && reads(*head) ? head : std::nullopt;
    }
    if (!head || ids_.of(head->external_id) != entry.id) {
        lines_[side]->fail_changed();
    }
    return *head;
}

// Passes on the lines of the open records, the desired side first, in their order.
template <class Each, class Reads>
void Filter::read_pending(Records& records, record::Kind kind, Reads reads, Each each) {
    std::array<std::vector<const FilterEntry*>, 2> open;
    records.table.entries.for_each([&](const FilterEntry& entry) {
        if (entry.open && entry.in_desired) {
            open[0].push_back(&entry);
        }
        if (entry.open && entry.in_current) {
            open[1].push_back(&entry);
        }
    });
    std::sort(open[0].begin(), open[0].end(), [](const FilterEntry* a, const FilterEntry* b) {
        return a->desired_at < b->desired_at;
    });
    std::sort(open[1].begin(), open[1].end(), [](const FilterEntry* a, const FilterEntry* b) {
        return a->current_at < b->current_at;
    });
    for (const std::size_t side : {0U, 1U}) {
        for (const auto* entry : open[side]) {
            each(read_again(*entry, side, kind, reads), side == 1);
        }
    }
}

void Filter::emit_users(record::Directory& desired,
                        record::Directory& current,
                        const Policy& policy) {
    for (const auto* names : {&policy.protected_users, &policy.adopt_users}) {
        std::for_each(
            names->begin(), names->end(), [this](const std::string& name) { ask_for(name); });
    }
    const auto ask_for_group = [this](const std::string& name) {
        groups_.claims.add(names_.of(text::fold(name)), FilterTable::kNone);
    };
    std::for_each(policy.adopt_groups.begin(), policy.adopt_groups.end(), ask_for_group);
    std::for_each(policy.scope.begin(), policy.scope.end(), ask_for_group);
    compare_deferred();
    users_.table.index();
    auto& entries = users_.table.entries;
    users_.claims.for_each_sharer([&](std::uint32_t at) {
        if (at != FilterTable::kNone) {
            entries[at].open = true;
        }
    });
    entries.for_each([&](FilterEntry& entry) {
        const bool is_at_rest = entry.in_current && !entry.in_desired && !entry.active;
        entry.open = entry.open ||
                     !(is_at_rest || (entry.is_pair() &&
                                      (entry.is_address || !policy.names.user_name_is_address)));
        if (entry.open) {
            return;
        }
        desired.unchanged.users += entry.is_pair() ? 1U : 0U;
        current.unchanged.users += 1;
        current.unchanged.active += entry.active ? 1U : 0U;
        current.unchanged.active_with_keys += entry.active && entry.keys > 0 ? 1U : 0U;
        current.unchanged.keys_of_active += entry.active ? entry.keys : 0U;
    });
    read_pending(
        users_,
        record::Kind::user,
        [&](const LineHead& head) { return read_tail(head.tail, tail_); },
        [&](const LineHead& head, bool is_current) {
            (is_current ? current : desired).users.push_back(user_of(head, tail_));
        });
}

// First all hashes, then all look-ups, so that the processor waits for the memory of many members
// at once.
bool Filter::all_join(const FilterEntry& group,
                      const UserStandings& standings,
                      std::size_t& count) {
    std::vector<std::string_view> members;
    std::vector<std::uint64_t> ids;
    std::optional<GroupTail> tail;
    (void)read_again(group, 0, record::Kind::group, [&](const LineHead& head) {
        return (tail = read_group_tail(head.tail)).has_value();
    });
    for_each_member(tail->members, [&](std::string_view member) {
        members.push_back(member);
        ids.push_back(ids_.of(member));
    });
    count = members.size();
    std::vector<std::uint32_t> found(count);
    std::transform(ids.begin(), ids.end(), found.begin(), [&](std::uint64_t id) {
        return users_.table.find(id);
    });
    return std::equal(found.begin(),
                      found.end(),
                      members.begin(),
                      [&](std::uint32_t at, std::string_view member) {
                          if (at == FilterTable::kNone || users_.table.entries[at].joins()) {
                              return at != FilterTable::kNone;
                          }
                          const auto* standing = standings.find({std::string(member)});
                          return standing != nullptr && standing->joins && standing->id != nullptr;
                      });
}

void Filter::emit_groups(record::Directory& desired,
                         record::Directory& current,
                         const UserStandings& standings) {
    groups_.table.index();
    auto& entries = groups_.table.entries;
    groups_.claims.for_each_sharer([&](std::uint32_t at) {
        if (at != FilterTable::kNone) {
            entries[at].open = true;
        }
    });
    entries.for_each([&](FilterEntry& entry) {
        std::size_t members = 0;
        entry.open = entry.open || !entry.is_pair() || !all_join(entry, standings, members);
        if (entry.open) {
            return;
        }
        desired.unchanged.groups += 1;
        current.unchanged.groups += 1;
        current.unchanged.memberships += members;
        current.unchanged.groups_with_members += members > 0 ? 1U : 0U;
    });
    std::optional<GroupTail> tail;
    read_pending(
        groups_,
        record::Kind::group,
        [&](const LineHead& head) { return (tail = read_group_tail(head.tail)).has_value(); },
        [&](const LineHead& head, bool is_current) {
            (is_current ? current : desired).groups.push_back(group_of(head, *tail));
        });
}

void Filter::name_members(const record::Directory& desired, record::Directory& current) {
    std::vector<std::uint32_t> found;
    for (const auto* groups : {&desired.groups,
                               &std::as_const(current).groups,
                               &std::as_const(current).unmanaged_groups}) {
        for (const auto& group : *groups) {
            for (const auto& member : group.members.value_or(std::vector<record::ExternalId>{})) {
                const auto at = users_.table.find(ids_.of(member.value));
                if (at == FilterTable::kNone || users_.table.entries[at].open ||
                    users_.table.entries[at].named) {
                    continue;
                }
                users_.table.entries[at].named = true;
                found.push_back(at);
            }
        }
    }
    const auto& entries = users_.table.entries;
    std::sort(found.begin(), found.end(), [&](auto a, auto b) {
        return entries[a].current_at < entries[b].current_at;
    });
    for (const auto at : found) {
        const auto& entry = entries[at];
        const auto head = read_again(entry, 1, record::Kind::user, any_tail);
        const auto left_out = entry.active       ? std::string_view()
                              : entry.in_desired ? kInactive
                                                 : kAbsent;
        current.unchanged.members.push_back(
            {{std::string(head.external_id)}, {std::string(head.id)}, left_out});
    }
}

}  // namespace plan::unchanged
