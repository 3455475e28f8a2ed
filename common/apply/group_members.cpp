#include "apply/group_members.hpp"

#include "base/text.hpp"
#include "record/patch_message.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace apply {

using nlohmann::json;

namespace {

// One operation for each member that `operation` adds or removes; empty if it has another effect.
std::vector<json> each_member(const json& operation) {
    const auto path = text::of(operation, "path");
    const auto op = text::of(operation, "op");
    if (op == "remove" && member_in(path)) {
        return {operation};
    }
    std::vector<json> alone;
    const auto value = operation.find("value");
    if (op == "add" && path == "members" && value != operation.end() && value->is_array()) {
        std::transform(
            value->begin(), value->end(), std::back_inserter(alone), [](const json& one) {
                return json{{"op", "add"}, {"path", "members"}, {"value", json::array({one})}};
            });
    }
    return alone;
}

// Of all operations; empty if one of them has another effect.
std::vector<json> each_member_in(const json& patch) {
    std::vector<json> all;
    for (const auto& operation : patch.value("Operations", json::array())) {
        auto alone = each_member(operation);
        if (alone.empty()) {
            return {};
        }
        std::move(alone.begin(), alone.end(), std::back_inserter(all));
    }
    return all;
}

std::string id_in(const json& operation) {
    const auto member = member_in(operation.value("path", ""));
    return member ? *member : text_in(operation.at("value").front());
}

}  // namespace

std::optional<Texts> shown_members(const json& resource) {
    const auto* members = record::attribute(resource, "members");
    return members == nullptr ? std::nullopt : std::optional(values_of("members", *members));
}

std::vector<std::string> missing_members(const Texts& target,
                                         const Texts& shown,
                                         const Texts& refused) {
    std::vector<std::string> missing;
    std::copy_if(target.begin(), target.end(), std::back_inserter(missing), [&](const auto& id) {
        return !shown.contains(id) && !refused.contains(id);
    });
    return missing;
}

std::vector<std::string> members_in_patch(const json& patch) {
    const auto alone = each_member_in(patch);
    std::vector<std::string> ids;
    std::transform(alone.begin(), alone.end(), std::back_inserter(ids), id_in);
    return ids;
}

std::vector<std::string> one_by_one(const json& patch) {
    const auto alone = each_member_in(patch);
    std::vector<std::string> bodies;
    if (alone.size() > 1) {
        std::transform(
            alone.begin(), alone.end(), std::back_inserter(bodies), [](const auto& operation) {
                JsonArray operations;
                operations.add(JsonText::of(operation));
                return record::patch_message(operations).text();
            });
    }
    return bodies;
}

// 404: an unknown member; 413: too many at once.
bool may_be_about_members(int status) {
    return status == 400 || status == 404 || status == 409 || status == 413 || status == 422;
}

}  // namespace apply
