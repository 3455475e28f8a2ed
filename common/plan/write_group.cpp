#include "plan/change_line.hpp"
#include "plan/member_references.hpp"
#include "record/scim_resource.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace plan {

namespace {

template <class Id>
JsonText texts(const std::vector<Id>& ids) {
    JsonArray list;
    for (const auto& id : ids) {
        list.add(id.value);
    }
    return std::move(list).value();
}

template <class Id>
std::vector<Id> merged(const std::vector<Id>& a, const std::vector<Id>& b) {
    std::vector<Id> all;
    std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
    return all;
}

/// The members of a group.
struct MemberLists {
    const std::vector<record::ExternalId>& members;
    const std::vector<record::ResourceId>& foreign;

    friend bool operator==(const MemberLists& a, const MemberLists& b) {
        return a.members == b.members && a.foreign == b.foreign;
    }
};

void set_members(const MemberLists& before,
                 const MemberLists& after,
                 const MemberReferences& ids,
                 Differences& d) {
    if (before == after) {
        return;
    }
    d.note("members", texts(before.members), texts(after.members));
    if (!before.foreign.empty() || !after.foreign.empty()) {
        d.note("foreignMembers", texts(before.foreign), texts(after.foreign));
    }
    d.set("members", ids.values(after.members, after.foreign));
}

JsonObject details_of(const GroupChange& change, std::string_view held = {}) {
    JsonObject details;
    details.set("displayName",
                (change.current != nullptr ? change.current : change.desired)->display_name);
    if (change.withheld) {
        add_withheld(details, "withheld", *change.withheld);
    }
    if (!held.empty()) {
        details.set("held", held);
    }
    return details;
}

JsonObject created(const GroupChange& change, const MemberReferences& ids) {
    JsonObject after;
    after.set("displayName", change.desired->display_name);
    after.set("members", texts(change.target));
    if (!change.foreign_target.empty()) {
        after.set("foreignMembers", texts(change.foreign_target));
    }
    return change_line(target_of(change),
                       details_of(change),
                       {.data = record::group_resource(
                            *change.desired, ids.values(change.target, change.foreign_target)),
                        .after = after.value()},
                       change.why);
}

void set_names(const GroupChange& change, Differences& d) {
    if (change.action == Action::adopt) {
        const auto& was = change.current->external_id.value;
        d.note("externalId",
               was.empty() ? JsonText() : JsonText(was),
               change.desired->external_id.value);
        d.set("externalId", change.desired->external_id.value);
    }
    if (change.display_name) {
        d.note("displayName", change.current->display_name, change.desired->display_name);
        d.set("displayName", change.desired->display_name);
    }
}

void emit_part(const GroupChange& change,
               std::string_view held,
               Differences& d,
               const EmitLine& emit) {
    if (d.operations.empty()) {
        return;
    }
    emit([&] { return d.line(target_of(change), details_of(change, held), change.why); }, held);
}

template <class Id>
std::vector<Id> both(const std::vector<Id>& a, const std::vector<Id>& b) {
    std::vector<Id> all;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
    return all;
}

}  // namespace

void write_group(const GroupChange& change, const MemberReferences& ids, const EmitLine& emit) {
    if (change.action == Action::create) {
        emit([&] { return created(change, ids); }, {});
        return;
    }
    // Held removals stay members in the first line, and are removed in the second. A rename waits
    // with the removals, and additions wait with a rename: otherwise the old members would be in
    // the new group, or new members in the old one.
    const auto held = change.held.empty() ? change.name_held : change.held;
    const bool rename_waits = change.display_name && !held.empty();
    const auto kept = rename_waits ? both(change.target, change.before) : change.target;
    const auto first_members = merged(kept, change.held_members);
    const auto first_foreign = merged(change.foreign_target, change.held_foreign);
    Differences first;
    Differences rest;
    set_names(change, rename_waits ? rest : first);
    set_members({change.before, change.foreign_before}, {first_members, first_foreign}, ids, first);
    emit_part(change, change.held_all, first, emit);
    if (!held.empty()) {
        set_members(
            {first_members, first_foreign}, {change.target, change.foreign_target}, ids, rest);
        emit_part(change, held, rest, emit);
    }
}

}  // namespace plan
