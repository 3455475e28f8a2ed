#include "plan/write_plan.hpp"

#include "base/encoding.hpp"
#include "plan/held_changes.hpp"
#include "plan/member_references.hpp"
#include "record/patch_message.hpp"
#include "record/scim_resource.hpp"
#include "record/validation.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace plan {

using nlohmann::ordered_json;

namespace {

ordered_json value_or_null(const std::optional<std::string>& value) {
    return value ? ordered_json(*value) : ordered_json();
}

template <class Id>
ordered_json texts(const std::vector<Id>& ids) {
    auto list = ordered_json::array();
    for (const auto& id : ids) {
        list.push_back(id.value);
    }
    return list;
}

// A hash of target, before and after: the same change has the same id in every run, another one has
// another.
std::string change_id(const ordered_json& line) {
    std::string identity;
    for (const auto* field : {"action", "externalId", "path", "before", "after"}) {
        identity += identity.empty() ? '[' : ',';
        identity += line[field].dump();
    }
    identity += ']';
    constexpr std::size_t kBytes = 16;
    return "c-" + encoding::sha256_hex(identity, kBytes);
}

ordered_json begin_line(Action action, record::Kind kind, const record::ExternalId& external_id) {
    ordered_json line;  // field by field: a list of pairs would make an array of each first
    line["type"] = "change";
    line["id"] = "";
    line["action"] = name_of(action);
    line["resource"] = record::resource_name(kind);
    line["externalId"] = external_id.value;
    return line;
}

void add_method(ordered_json& line,
                record::Kind kind,
                const record::ExternalId& external_id,
                const record::ResourceId& id,
                const std::string& version) {
    if (id.value.empty()) {
        line["method"] = "POST";
        line["path"] = record::endpoint(kind);
        line["bulkId"] = external_id.value;
    } else {
        line["method"] = "PATCH";
        line["path"] = record::resource_path(kind, id);
        if (!version.empty()) {
            line["version"] = version;
        }
    }
}

void end_line(ordered_json& line,
              ordered_json data,
              ordered_json before,
              ordered_json after,
              const std::vector<std::string>& why) {
    line["data"] = std::move(data);
    line["before"] = std::move(before);
    line["after"] = std::move(after);
    line["why"] = why;
    line["id"] = change_id(line);
}

/// What differs, collected once for the PATCH and for `before` and `after`.
struct Differences {
    ordered_json operations = ordered_json::array();
    ordered_json before = ordered_json::object();
    ordered_json after = ordered_json::object();

    void note(const char* field, ordered_json was, ordered_json becomes) {
        before[field] = std::move(was);
        after[field] = std::move(becomes);
    }
    // Null takes the attribute away: only --restore wants that.
    void set(std::string_view path, ordered_json value) {
        operations.push_back(value.is_null() ? record::remove_operation(path)
                                             : record::replace_operation(path, std::move(value)));
    }
};

// The whole attribute, with what is unknown to us as it is, if that may be sent at all: servers
// disagree on paths into it, and on what a replace leaves of what it does not name.
void set_name(const record::User& now, const record::User& then, bool exactly, Differences& d) {
    const auto target = [&](const auto& wanted, const auto& present) {
        return wanted || exactly || !present || !record::is_sendable_name(*present) ? wanted
                                                                                    : present;
    };
    const auto given = target(then.given_name, now.given_name);
    const auto family = target(then.family_name, now.family_name);
    auto name = ordered_json::object();
    if (given) {
        name["givenName"] = *given;
    }
    if (family) {
        name["familyName"] = *family;
    }
    if (given || exactly) {
        d.note("givenName", value_or_null(now.given_name), value_or_null(given));
    }
    if (family || exactly) {
        d.note("familyName", value_or_null(now.family_name), value_or_null(family));
    }
    // RFC 7644 §3.5.2.3: replace leaves the sub-attributes it does not name, so one that shall go
    // takes the others with it first.
    if (exactly && ((now.given_name && !given) || (now.family_name && !family))) {
        d.set("name", nullptr);
    }
    if (!name.empty()) {
        d.set("name", std::move(name));
    }
}

void set_attributes(const UserChange& change, bool exactly, Differences& d) {
    const record::User& now = *change.current;
    const record::User& then = *change.desired;
    if (then.external_id != now.external_id) {
        d.note("externalId",
               now.external_id.value.empty() ? ordered_json() : ordered_json(now.external_id.value),
               then.external_id.value);
        d.set("externalId", then.external_id.value);
    }
    if (change.user_name) {
        d.note("userName", now.user_name, then.user_name);
        d.set("userName", then.user_name);
    }
    if (change.display_name) {
        d.note("displayName", value_or_null(now.display_name), value_or_null(then.display_name));
        d.set("displayName", value_or_null(then.display_name));
    }
    if (change.name) {
        set_name(now, then, exactly, d);
    }
    if (change.email) {
        d.note("email", value_or_null(now.email), value_or_null(then.email));
        d.set("emails", then.email ? record::emails_value(*then.email) : ordered_json());
    }
}

void set_keys(const UserChange& change, Differences& d) {
    d.note("sshKeys",
           change.current->ssh_keys.value_or(std::vector<std::string>{}),
           change.target_keys);
    d.set(record::keys_path(), change.target_keys);
}

ordered_json user_after(record::User user, const std::vector<std::string>& keys) {
    if (user.ssh_keys) {
        user.ssh_keys = keys;
    }
    auto after = record::to_json(user);
    after.erase("type");
    after.erase("externalId");
    return after;
}

using Emit = std::function<void(ordered_json)>;

ordered_json begin_line(const UserChange& change) {
    const auto& external_id =
        (change.desired != nullptr ? change.desired : change.current)->external_id;
    auto line = begin_line(change.action, record::Kind::user, external_id);
    if (change.current != nullptr) {
        add_method(
            line, record::Kind::user, external_id, change.current->id, change.current->version);
    } else {
        add_method(line, record::Kind::user, external_id, {}, {});
    }
    line["userName"] = (change.current != nullptr ? change.current : change.desired)->user_name;
    if (!change.confirmed.empty()) {
        line["confirmed"] = change.confirmed;
    }
    return line;
}

void emit_user(const UserChange& change, bool exactly, const Emit& emit) {
    auto line = begin_line(change);
    if (change.action == Action::create) {
        record::User user = *change.desired;
        const auto after = user_after(user, change.target_keys);
        user.ssh_keys = change.target_keys;
        end_line(line, record::user_resource(user), nullptr, after, change.why);
        emit(std::move(line));
        return;
    }
    Differences d;
    const bool active = change.desired != nullptr && change.desired->active;
    if (change.desired != nullptr && (active || exactly)) {
        set_attributes(change, exactly, d);
    }
    if (change.current->active != active) {
        d.note("active", change.current->active, active);
        d.set("active", active);
    }
    if (change.keys && change.keys_held.empty()) {
        set_keys(change, d);
    }
    if (!d.operations.empty()) {
        if (!change.held.empty()) {
            line["held"] = change.held;
        }
        end_line(line,
                 record::patch_message(std::move(d.operations)),
                 std::move(d.before),
                 std::move(d.after),
                 change.why);
        emit(std::move(line));
    }
    if (!change.keys_held.empty()) {
        Differences keys;
        set_keys(change, keys);
        auto held = begin_line(change);
        held["held"] = change.keys_held;
        end_line(held,
                 record::patch_message(std::move(keys.operations)),
                 std::move(keys.before),
                 std::move(keys.after),
                 change.why);
        emit(std::move(held));
    }
}

template <class Id>
std::vector<Id> merged(const std::vector<Id>& a, const std::vector<Id>& b) {
    std::vector<Id> all;
    std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
    return all;
}

/// Who is in a group.
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

ordered_json begin_line(const GroupChange& change) {
    const auto& external_id =
        (change.desired != nullptr ? change.desired : change.current)->external_id;
    auto line = begin_line(change.action, record::Kind::group, external_id);
    if (change.current != nullptr) {
        add_method(
            line, record::Kind::group, external_id, change.current->id, change.current->version);
    } else {
        add_method(line, record::Kind::group, external_id, {}, {});
    }
    line["displayName"] =
        (change.current != nullptr ? change.current : change.desired)->display_name;
    return line;
}

void emit_group(const GroupChange& change, const MemberReferences& ids, const Emit& emit) {
    auto line = begin_line(change);
    if (change.action == Action::create) {
        end_line(line,
                 record::group_resource(*change.desired, ids.values(change.target, {})),
                 nullptr,
                 {{"displayName", change.desired->display_name}, {"members", texts(change.target)}},
                 change.why);
        emit(std::move(line));
        return;
    }
    // What is held stays in the first line, and goes in the second.
    const auto first_members = merged(change.target, change.held_members);
    const auto first_foreign = merged(change.foreign_target, change.held_foreign);
    Differences d;
    if (change.action == Action::adopt) {
        const auto& was = change.current->external_id.value;
        d.note("externalId",
               was.empty() ? ordered_json() : ordered_json(was),
               change.desired->external_id.value);
        d.set("externalId", change.desired->external_id.value);
    }
    if (change.display_name) {
        d.note("displayName", change.current->display_name, change.desired->display_name);
        d.set("displayName", change.desired->display_name);
    }
    set_members({change.before, change.foreign_before}, {first_members, first_foreign}, ids, d);
    if (!d.operations.empty()) {
        end_line(line,
                 record::patch_message(std::move(d.operations)),
                 std::move(d.before),
                 std::move(d.after),
                 change.why);
        emit(std::move(line));
    }
    if (!change.held.empty()) {
        Differences rest;
        set_members(
            {first_members, first_foreign}, {change.target, change.foreign_target}, ids, rest);
        auto held = begin_line(change);
        held["held"] = change.held;
        end_line(held,
                 record::patch_message(std::move(rest.operations)),
                 std::move(rest.before),
                 std::move(rest.after),
                 change.why);
        emit(std::move(held));
    }
}

ordered_json line_of(const Skip& skip) {
    ordered_json line{{"type", "skip"},
                      {"resource", record::resource_name(skip.kind)},
                      {"externalId", skip.external_id.value}};
    if (!skip.id.value.empty()) {
        line["path"] = record::resource_path(skip.kind, skip.id);
    }
    if (!skip.name.empty()) {
        line[skip.kind == record::Kind::user ? "userName" : "displayName"] = skip.name;
    }
    line["reason"] = skip.reason;
    line["detail"] = skip.detail;
    return line;
}

ordered_json line_of(const Unchanged& unchanged) {
    ordered_json line{{"type", "unchanged"},
                      {"resource", record::resource_name(unchanged.kind)},
                      {"externalId", unchanged.external_id.value}};
    if (!unchanged.id.value.empty()) {
        line["path"] = record::resource_path(unchanged.kind, unchanged.id);
    }
    if (!unchanged.note.empty()) {
        line["note"] = unchanged.note;
    }
    return line;
}

ordered_json to_json(const Counts& counts) {
    return {{"users", counts.users}, {"groups", counts.groups}};
}

}  // namespace

ordered_json write_plan(const Plan& plan,
                        const record::Directory& current,
                        const LineOptions& options,
                        const std::function<void(const ordered_json&)>& each) {
    std::array<std::size_t, 5> actions{};
    std::size_t lines = 0;
    std::size_t held = 0;
    std::vector<ordered_json>
        second;  // held parts of a change whose first part goes on: behind everything that is sent
    const auto emit = [&](Action action) {
        return [&, action, first = true](ordered_json line) mutable {
            ++actions[static_cast<std::size_t>(action)];
            ++lines;
            held += line.contains("held") ? 1U : 0U;
            if (std::exchange(first, false)) {
                each(line);
            } else {
                second.push_back(std::move(line));
            }
        };
    };
    for (const auto& change : plan.users) {
        emit_user(change, options.exactly, emit(change.action));
    }
    const MemberReferences ids(plan, current);
    for (const auto& change : plan.groups) {
        emit_group(change, ids, emit(change.action));
    }
    for (const auto& line : second) {
        each(line);
    }
    for (const auto& skip : plan.account.skips) {
        each(line_of(skip));
    }
    for (const auto& unchanged : plan.account.unchanged) {
        if (options.all) {
            each(line_of(unchanged));
        }
    }
    ordered_json seal{{"desired", to_json(plan.desired)},
                      {"current", to_json(plan.current)},
                      {"matched", plan.account.matched}};
    for (const auto action :
         {Action::create, Action::update, Action::deactivate, Action::reactivate, Action::adopt}) {
        seal[std::string(name_of(action))] = actions[static_cast<std::size_t>(action)];
    }
    seal["unchanged"] = plan.account.unchanged.size() + plan.account.unchanged_count;
    seal["skipped"] = plan.account.skips.size();
    seal["held"] = held;
    seal["split"] = lines - plan.users.size() - plan.groups.size();
    if (held > 0) {
        seal["heldDigest"] = held_digest(plan.held.removals);
    }
    return seal;
}

}  // namespace plan
