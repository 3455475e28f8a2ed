#include "plan/unchanged/filter.hpp"

#include "base/side_by_side.hpp"
#include "plan/unchanged/sort_by_text.hpp"
#include "plan/user_standing.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace plan::unchanged {

namespace {

bool is_unread(const FilterEntry& entry) {
    return entry.pending && !entry.parsed;
}

void reserve_for_unread(FilterEntries& entries, std::vector<record::User>& users) {
    std::size_t unread = 0;
    entries.for_each([&](const FilterEntry& entry) { unread += is_unread(entry) ? 1U : 0U; });
    users.reserve(users.size() + unread);
}

// Adds the few records of another input to those of a side: found records, which were all parsed.
void add_parsed(SideRecords& records, SideRecords& more) {
    more.entries.for_each([&](const FilterEntry& entry) { records.entries.push_back(entry); });
    records.claims.add_all(more.claims);
}

}  // namespace

// A side is in one input. Found records of the current side can be in another.
void Filter::join_inputs() {
    for (const std::size_t side : {0U, 1U}) {
        for (auto& input : inputs_) {
            if (auto& summary = input.sides()[side]; summary.lines != nullptr) {
                sides_[side] = std::move(summary);
                summary = {};
            }
        }
        for (auto& input : inputs_) {
            auto& summary = input.sides()[side];
            add_parsed(sides_[side].users, summary.users);
            add_parsed(sides_[side].groups, summary.groups);
        }
    }
    inputs_.clear();
}

// The inputs, after lines of them were read again.
void Filter::require_unchanged() const {
    for (const auto& side : sides_) {
        if (side.lines != nullptr) {
            side.lines->require_unchanged();
        }
    }
}

// Marks as pending all records of one kind that share a name, a key or an id.
void Filter::mark_sharers(Pairing& pairs, SideRecords SideSummary::*kind, std::size_t threads) {
    auto& current = (sides_[1].*kind).claims;
    for (const auto owner :
         current.take_sharers((sides_[0].*kind).claims, pairs.owners_of_desired(), threads)) {
        if (owner != SharedValues::kNobody) {
            pairs.set_pending(owner);
        }
    }
}

// The head of a line, unchanged or rewritten: the form whose tail `reads` accepts.
std::optional<LineHead> Filter::head_in(std::string_view line,
                                        std::size_t side,
                                        record::Kind kind,
                                        const Reads& reads) {
    const bool current = side == 1;
    auto head = head_of(line, kind, current);
    if (head && reads(*head)) {
        return head;
    }
    const auto rewritten = again_[side].of(line, current);
    head = rewritten ? head_of(*rewritten, kind, current) : std::nullopt;
    return head && reads(*head) ? head : std::nullopt;
}

LineHead Filter::read_again(const FilterEntry& entry,
                            std::size_t side,
                            record::Kind kind,
                            const Reads& reads) {
    const auto line = sides_[side].lines->again(entry.place);
    const auto head = line ? head_in(*line, side, kind, reads) : std::nullopt;
    if (!head || hashes_.ids.of(head->external_id) != entry.id) {
        sides_[side].lines->fail_changed();
    }
    return *head;
}

// Reads the users of a side who differ from their pair, or have none, if their values were not read
// yet. A line that is not in the spelling of our exports, also if it is rewritten, is parsed.
void Filter::examine(std::size_t side, record::Directory& directory) {
    auto& [lines, users, groups] = sides_[side];
    auto tails = hashes_.tails;
    auto& tail = tails_[side];
    const auto reads = [&](const LineHead& head) {
        return read_tail(head.tail, tail) && tail.keys.size() <= FilterEntry::kMostKeys;
    };
    for (std::uint32_t at = 0; at < users.entries.size(); ++at) {
        auto& entry = users.entries[at];
        if (entry.parsed || entry.read || entry.is_same) {
            continue;
        }
        const auto line = lines->again(entry.place);
        if (const auto head =
                line ? head_in(*line, side, record::Kind::user, reads) : std::nullopt) {
            if (hashes_.ids.of(head->external_id) != entry.id) {
                lines->fail_changed();
            }
            entry.tail = tails.of(head->tail);
            users.read(tail, entry, at, hashes_);
            continue;
        }
        const auto is_expected = [&](const record::ExternalId& id) {
            return hashes_.ids.of(id.value) == entry.id;
        };
        entry.parsed = entry.pending = true;
        users.claim(record::add_kept_user(*lines, entry.place, side == 1, is_expected, directory),
                    hashes_);
    }
}

// Passes on the lines of the pending records of a side that were not parsed, in their order.
void Filter::read_pending(std::size_t side,
                          SideRecords SideSummary::*kind,
                          record::Kind of,
                          const Reads& reads,
                          const std::function<void(const LineHead&)>& each) {
    (sides_[side].*kind).entries.for_each([&](const FilterEntry& entry) {
        if (is_unread(entry)) {
            each(read_again(entry, side, of, reads));
        }
    });
}

std::vector<std::uint64_t> Filter::claim_named(const Policy& policy) {
    std::vector<std::uint64_t> ids;
    for (const auto* names : {&policy.protected_users, &policy.adopt_users}) {
        for (const auto& name : *names) {
            if (name.starts_with(record::kPrefix)) {
                ids.push_back(hashes_.ids.of(name));
            } else {
                sides_[1].users.claims.add(hashes_.of_user_name(name), SharedValues::kNobody);
            }
        }
    }
    for (const auto& name : policy.adopt_groups) {
        sides_[1].groups.claims.add(hashes_.of_group_name(name), SharedValues::kNobody);
    }
    for (const auto& name : policy.scope) {
        sides_[1].groups.claims.add(hashes_.of_group_name(name), SharedValues::kNobody);
    }
    return ids;
}

void Filter::emit_users(record::Directory& desired,
                        record::Directory& current,
                        const Policy& policy,
                        std::size_t threads) {
    join_inputs();
    const auto on_each_side = [&](const auto& work) {
        const bool share_input = sides_[0].lines == sides_[1].lines;
        side_by_side(2, share_input ? 1 : threads, [&](std::size_t side) {
            work(side, side == 0 ? desired : current);
        });
    };
    const auto named = claim_named(policy);
    auto& entries = sides_[1].users.entries;
    users_.pair(sides_[0].users.entries, entries);
    on_each_side([&](std::size_t side, record::Directory& directory) { examine(side, directory); });
    users_.compare_again();  // users who differ only in the spelling of a value are the same
    mark_sharers(users_, &SideSummary::users, threads);
    for (const auto id : named) {
        if (auto* entry = users_.find(id)) {
            entry->pending = true;
        }
    }
    const auto has_valid_name = [&](const FilterEntry& entry) {
        return entry.is_address || !policy.names.user_name_is_address;
    };
    entries.for_each([&](FilterEntry& entry) {
        const bool is_at_rest = !entry.is_pair && !entry.active;
        entry.pending = entry.pending || !(is_at_rest || (entry.is_same && has_valid_name(entry)));
        if (entry.pending) {
            return;
        }
        desired.unchanged.users += entry.is_pair ? 1U : 0U;
        current.unchanged.users += 1;
        current.unchanged.active += entry.active ? 1U : 0U;
        current.unchanged.active_with_keys += entry.active && entry.keys > 0 ? 1U : 0U;
        current.unchanged.keys_of_active += entry.active ? entry.keys : 0U;
    });
    users_.mark_desired(
        [&](const FilterEntry& entry) { return entry.active && has_valid_name(entry); });
    on_each_side([&](std::size_t side, record::Directory& directory) {
        auto& tail = tails_[side];
        reserve_for_unread(sides_[side].users.entries, directory.users);
        read_pending(
            side,
            &SideSummary::users,
            record::Kind::user,
            [&](const LineHead& head) { return read_tail(head.tail, tail); },
            [&](const LineHead& head) { directory.users.push_back(user_of(head, tail)); });
    });
    require_unchanged();
    users_.keep_new();
    desired.new_users = sides_[0].users.entries.size();
}

Filter::Queue Filter::independent_of(std::size_t side,
                                     SideRecords SideSummary::*kind,
                                     record::Kind of) {
    auto& records = sides_[side].*kind;
    Queue independent;
    records.entries.for_each([&](const FilterEntry& entry) {
        if (!entry.pending) {
            independent.push_back(&entry);
        }
    });
    if (records.are_sorted) {
        return independent;
    }
    const auto prefix = record::prefix_of(of).size();
    sort_by_text(independent, [&](const FilterEntry* entry) {
        return read_again(*entry, side, of).external_id.substr(prefix);
    });
    return independent;
}

const record::User* Filter::new_user(const FilterEntry& entry) {
    const auto head = read_again(entry, 0, record::Kind::user, [&](const LineHead& found) {
        return hashes_.tails.of(found.tail) == entry.tail && split_tail(found.tail, tails_[0]);
    });
    assign(head, tails_[0], new_user_);
    return &new_user_;
}

Unchanged Filter::unchanged_user(const FilterEntry& entry) {
    const auto head = read_again(entry, 1, record::Kind::user, [&](const LineHead& found) {
        return read_tail(found.tail, tails_[1]);
    });
    return {.kind = record::Kind::user,
            .external_id = {std::string(head.external_id)},
            .id = {std::string(head.id)},
            .name = std::string(tails_[1].user_name),
            .note = entry.active ? "" : std::string(kAlreadyInactive)};
}

Unchanged Filter::unchanged_group(const FilterEntry& entry) {
    std::optional<GroupTail> tail;
    const auto head = read_again(entry, 1, record::Kind::group, [&](const LineHead& found) {
        return (tail = read_group_tail(found.tail)).has_value();
    });
    return {.kind = record::Kind::group,
            .external_id = {std::string(head.external_id)},
            .id = {std::string(head.id)},
            .name = std::string(tail->display_name)};
}

IndependentRecords Filter::independent(bool with_unchanged) {
    IndependentRecords records{
        .next_new_user = [this,
                          users = independent_of(0, &SideSummary::users, record::Kind::user),
                          at = std::size_t{0}]() mutable -> const record::User* {
            if (at < users.size()) {
                return new_user(*users[at++]);
            }
            require_unchanged();
            return nullptr;
        }};
    if (with_unchanged) {
        records.next_unchanged =
            [this,
             users = independent_of(1, &SideSummary::users, record::Kind::user),
             groups = independent_of(1, &SideSummary::groups, record::Kind::group),
             at = std::size_t{0}]() mutable -> std::optional<Unchanged> {
            const auto now = at++;
            if (now < users.size()) {
                return unchanged_user(*users[now]);
            }
            if (now < users.size() + groups.size()) {
                return unchanged_group(*groups[now - users.size()]);
            }
            require_unchanged();
            return std::nullopt;
        };
    }
    return records;
}

}  // namespace plan::unchanged
