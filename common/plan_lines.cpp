#include "plan_lines.hpp"

#include "codec.hpp"
#include "scim.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <unordered_map>

namespace identity {

using nlohmann::ordered_json;

namespace {

ordered_json value_or_null(const std::optional<std::string>& value) {
    return value ? ordered_json(*value) : ordered_json();
}

ordered_json texts(const std::vector<ExternalId>& ids) {
    auto list = ordered_json::array();
    for (const auto& id : ids) {
        list.push_back(id.value);
    }
    return list;
}

// A hash of target, before and after: the same change has the same id in every run, another one has another.
std::string change_id(const ordered_json& line) {
    const ordered_json identity{line["action"], line["externalId"], line["path"], line["before"], line["after"]};
    constexpr std::size_t kBytes = 16;
    return "c-" + codec::sha256_hex(identity.dump(), kBytes);
}

ordered_json begin_line(Action action, Kind kind, const ExternalId& external_id) {
    return {{"type", "change"},
            {"id", ""},
            {"action", name_of(action)},
            {"resource", resource_name(kind)},
            {"externalId", external_id.value}};
}

void add_method(ordered_json& line, Kind kind, const ExternalId& external_id, const ResourceId& id, const std::string& version) {
    if (id.value.empty()) {
        line["method"] = "POST";
        line["path"] = scim::endpoint(kind);
        line["bulkId"] = external_id.value;
    } else {
        line["method"] = "PATCH";
        line["path"] = scim::resource_path(kind, id);
        if (!version.empty()) {
            line["version"] = version;
        }
    }
}

void end_line(ordered_json& line, ordered_json data, ordered_json before, ordered_json after, const std::vector<std::string>& why) {
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
    void operation(std::string_view path, ordered_json value) {
        operations.push_back(scim::replace_operation(path, std::move(value)));
    }
};

Differences differences_of(const UserChange& change) {
    Differences d;
    const User& now = *change.current;
    if (change.action == Action::deactivate) {
        d.note("active", true, false);
        d.operation("active", false);
        return d;
    }
    const User& then = *change.desired;
    if (change.user_name) {
        d.note("userName", now.user_name, then.user_name);
        d.operation("userName", then.user_name);
    }
    if (change.display_name) {
        d.note("displayName", value_or_null(now.display_name), *then.display_name);
        d.operation("displayName", *then.display_name);
    }
    if (change.name) {
        // The whole attribute, with what is unknown to us as it is: servers disagree on paths into it.
        const auto& given = then.given_name ? then.given_name : now.given_name;
        const auto& family = then.family_name ? then.family_name : now.family_name;
        auto name = ordered_json::object();
        if (given) {
            d.note("givenName", value_or_null(now.given_name), *given);
            name["givenName"] = *given;
        }
        if (family) {
            d.note("familyName", value_or_null(now.family_name), *family);
            name["familyName"] = *family;
        }
        d.operation("name", std::move(name));
    }
    if (change.email) {
        d.note("email", value_or_null(now.email), *then.email);
        d.operation("emails", scim::emails_value(*then.email));
    }
    if (!now.active) {
        d.note("active", false, true);
        d.operation("active", true);
    }
    if (change.keys) {
        d.note("sshKeys", now.ssh_keys.value_or(std::vector<std::string>{}), change.target_keys);
        d.operation(scim::keys_path(), change.target_keys);
    }
    return d;
}

ordered_json user_after(const User& user) {
    auto after = to_json(user);
    after.erase("type");
    after.erase("externalId");
    return after;
}

ordered_json line_of(const UserChange& change) {
    const User& subject = change.current != nullptr ? *change.current : *change.desired;
    auto line = begin_line(change.action, Kind::user, subject.external_id);
    add_method(line, Kind::user, subject.external_id, subject.id, subject.version);
    if (change.action == Action::create) {
        end_line(line, scim::user_resource(*change.desired), nullptr, user_after(*change.desired), change.why);
    } else {
        auto d = differences_of(change);
        end_line(line, scim::patch_message(std::move(d.operations)), std::move(d.before), std::move(d.after), change.why);
    }
    return line;
}

/// `value` of a member: the id of the record that is there, else a reference to the line that creates it (RFC 7644 §3.7.2).
using Ids = std::unordered_map<std::string_view, const ResourceId*>;

std::vector<std::string> member_values(const std::vector<ExternalId>& members, const Ids& ids) {
    std::vector<std::string> values;
    values.reserve(members.size());
    for (const auto& member : members) {
        const auto known = ids.find(member.value);
        values.push_back(known == ids.end() ? "bulkId:" + member.value : known->second->value);
    }
    return values;
}

ordered_json line_of(const GroupChange& change, const Ids& ids) {
    const Group& subject = change.current != nullptr ? *change.current : *change.desired;
    auto line = begin_line(change.action, Kind::group, subject.external_id);
    add_method(line, Kind::group, subject.external_id, subject.id, subject.version);
    const auto values = member_values(change.target, ids);
    if (change.action == Action::create) {
        end_line(line,
                 scim::group_resource(*change.desired, values),
                 nullptr,
                 {{"displayName", change.desired->display_name}, {"members", texts(change.target)}},
                 change.why);
        return line;
    }
    Differences d;
    if (change.display_name) {
        d.note("displayName", change.current->display_name, change.desired->display_name);
        d.operation("displayName", change.desired->display_name);
    }
    if (change.members) {
        d.note("members", texts(*change.current->members), texts(change.target));
        d.operation("members", scim::members_value(values));
    }
    if (!change.current->foreign_members.empty()) {
        auto foreign = ordered_json::array();
        for (const auto& id : change.current->foreign_members) {
            foreign.push_back(id.value);
        }
        d.note("foreignMembers", std::move(foreign), ordered_json::array());
    }
    end_line(line, scim::patch_message(std::move(d.operations)), std::move(d.before), std::move(d.after), change.why);
    return line;
}

ordered_json line_of(const Skip& skip) {
    ordered_json line{{"type", "skip"}, {"resource", resource_name(skip.kind)}, {"externalId", skip.external_id.value}};
    if (!skip.id.value.empty()) {
        line["path"] = scim::resource_path(skip.kind, skip.id);
    }
    line["reason"] = skip.reason;
    line["detail"] = skip.detail;
    return line;
}

ordered_json line_of(const Unchanged& unchanged) {
    ordered_json line{{"type", "unchanged"}, {"resource", resource_name(unchanged.kind)}, {"externalId", unchanged.external_id.value}};
    if (!unchanged.note.empty()) {
        line["note"] = unchanged.note;
    }
    return line;
}

ordered_json to_json(const Counts& counts) { return {{"users", counts.users}, {"groups", counts.groups}}; }

}  // namespace

ordered_json write_plan(const Plan& plan,
                        const Directory& current,
                        bool all,
                        const std::function<void(const ordered_json&)>& each) {
    Ids ids;
    for (const auto& user : current.users) {
        ids.emplace(user.external_id.value, &user.id);
    }
    std::array<std::size_t, 5> actions{};
    for (const auto& change : plan.users) {
        ++actions[static_cast<std::size_t>(change.action)];
        each(line_of(change));
    }
    for (const auto& change : plan.groups) {
        ++actions[static_cast<std::size_t>(change.action)];
        each(line_of(change, ids));
    }
    for (const auto& skip : plan.skips) {
        each(line_of(skip));
    }
    for (const auto& unchanged : plan.unchanged) {
        if (all) {
            each(line_of(unchanged));
        }
    }
    ordered_json seal{{"desired", to_json(plan.desired)}, {"current", to_json(plan.current)}, {"matched", plan.matched}};
    for (const auto action : {Action::create, Action::update, Action::deactivate, Action::reactivate, Action::adopt}) {
        seal[std::string(name_of(action))] = actions[static_cast<std::size_t>(action)];
    }
    seal["unchanged"] = plan.unchanged.size();
    seal["skipped"] = plan.skips.size();
    seal["held"] = 0;
    return seal;
}

}  // namespace identity
