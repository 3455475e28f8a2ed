#include "apply/split_members.hpp"

#include "base/sort_unique.hpp"
#include "base/text.hpp"
#include "record/patch_message.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>

namespace apply {

using nlohmann::json;

namespace {

using MemberValues = std::vector<std::string>;

const json* replaced_members(const json& data) {
    const auto operations = data.find("Operations");
    if (operations == data.end() || !operations->is_array()) {
        return nullptr;
    }
    const auto is_it = [](const json& operation) {
        return operation.is_object() && operation.value("op", json()) == "replace" &&
               operation.value("path", json()) == "members" &&
               operation.value("value", json()).is_array();
    };
    const auto found = std::find_if(operations->begin(), operations->end(), is_it);
    return found == operations->end() ? nullptr : &(*found)["value"];
}

MemberValues sorted(MemberValues ids) {
    sort_unique(ids);
    return ids;
}

MemberValues ids_in(const json& members) {
    MemberValues ids;
    for (const auto& member : members) {
        if (const auto value = member.is_object() ? member.value("value", json()) : json();
            value.is_string()) {
            ids.push_back(value.get<std::string>());
        }
    }
    return sorted(std::move(ids));
}

// The members that the group had in the plan: managed users by external id, others by SCIM id.
std::optional<MemberValues> ids_before(const json& before, const UserIds& users) {
    const auto members = before.is_object() ? before.find("members") : before.end();
    if (members == before.end() || !members->is_array()) {
        return std::nullopt;
    }
    MemberValues ids;
    for (const auto& member : *members) {
        const auto known =
            member.is_string() ? users.before(member.get<std::string>()) : MemberValues{};
        ids.insert(ids.end(), known.begin(), known.end());
    }
    for (const auto& id : before.value("foreignMembers", json::array())) {
        if (id.is_string()) {
            ids.push_back(id.get<std::string>());
        }
    }
    return sorted(std::move(ids));
}

MemberValues difference(const MemberValues& a, const MemberValues& b) {
    MemberValues only;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only));
    return only;
}

JsonText addition(const MemberValues& ids) {
    JsonObject operation;
    operation.set("op", "add");
    operation.set("path", "members");
    operation.set("value", record::members_value(ids));
    return operation.value();
}

// RFC 7644 §3.5.2.2. The shorter form, a value next to the path, is not in the RFC, and some
// services then remove every user.
JsonText removal(const std::string& id) {
    return record::remove_operation("members[value eq " + json(id).dump() + "]");
}

void for_each_part(const MemberValues& ids, const std::function<void(const MemberValues&)>& each) {
    for (std::size_t at = 0; at < ids.size(); at += kMembersPerPart) {
        const auto from = ids.begin() + static_cast<std::ptrdiff_t>(at);
        each(MemberValues(
            from, from + static_cast<std::ptrdiff_t>(std::min(kMembersPerPart, ids.size() - at))));
    }
}

std::vector<std::string> removals(const MemberValues& ids) {
    std::vector<std::string> bodies;
    for_each_part(ids, [&](const MemberValues& part) {
        JsonArray operations;
        for (const auto& id : part) {
            operations.add(removal(id));
        }
        bodies.push_back(record::patch_message(operations).text());
    });
    return bodies;
}

}  // namespace

std::optional<std::size_t> member_count(const json& data) {
    const auto* members = data.contains("members") ? &data["members"] : replaced_members(data);
    return members == nullptr ? std::nullopt : std::optional(members->size());
}

std::optional<Texts> target_members(const json& data) {
    const auto* members = data.contains("members") ? &data["members"] : replaced_members(data);
    return members == nullptr ? std::nullopt : std::optional(values_of("members", *members));
}

std::vector<std::string> additions(const MemberValues& ids) {
    std::vector<std::string> bodies;
    for_each_part(ids, [&](const MemberValues& part) {
        JsonArray operations;
        operations.add(addition(part));
        bodies.push_back(record::patch_message(operations).text());
    });
    return bodies;
}

std::vector<std::string> split_patch(const json& data, const json& before, const UserIds& users) {
    const auto* members = replaced_members(data);
    const auto was = members == nullptr ? std::nullopt : ids_before(before, users);
    if (!was) {
        return {data.dump()};
    }
    const auto target = ids_in(*members);
    std::vector<std::string> bodies;
    JsonArray others;
    const record::ExternalId owner{text::of(before, "externalId")};
    bool adopts = false;
    for (const auto& operation : data["Operations"]) {
        const auto path = operation.value("path", json());
        adopts =
            adopts || (path == "externalId" && !record::is_managed(owner, record::Kind::group));
        if (path != "members") {
            others.add(JsonText::of(operation));
        }
    }
    if (!others.empty()) {
        bodies.push_back(record::patch_message(others).text());
    }
    auto added = additions(difference(target, *was));
    std::move(added.begin(), added.end(), std::back_inserter(bodies));
    const auto gone = difference(*was, target);
    auto removed = removals(gone);
    // An unmanaged group that is not adopted must not be changed, and some services refuse to empty
    // a group.
    const bool last = adopts || gone.size() == was->size();
    bodies.insert(last ? bodies.end() : bodies.begin(),
                  std::make_move_iterator(removed.begin()),
                  std::make_move_iterator(removed.end()));
    return bodies;
}

std::string not_removable(const json& before, const UserIds& users) {
    text::Some unknown;
    for (const auto& member :
         before.is_object() ? before.value("members", json::array()) : json::array()) {
        if (member.is_string() && users.before(member.get<std::string>()).empty()) {
            unknown.add(member.get<std::string>());
        }
    }
    return unknown.count() == 0 ? ""
                                : text::counted(unknown.count(),
                                                "member of before is not a managed user any "
                                                "more and cannot be removed alone: ",
                                                "members of before are not managed users any "
                                                "more and cannot be removed one by one: ") +
                                      unknown.joined();
}

std::vector<std::string> split_create(const json& data) {
    auto alone = data;
    alone.erase("members");
    std::vector<std::string> bodies{alone.dump()};
    auto added = additions(ids_in(data["members"]));
    std::move(added.begin(), added.end(), std::back_inserter(bodies));
    return bodies;
}

}  // namespace apply
