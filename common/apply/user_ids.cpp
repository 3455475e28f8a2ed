#include "apply/user_ids.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace apply {

using nlohmann::json;

namespace {

constexpr std::string_view kReference = "bulkId:";

// The external id that a member refers to; empty if the member is a SCIM id.
std::string referred_to(const json& member) {
    const auto value = member.is_object() ? member.value("value", json()) : json();
    const auto text = value.is_string() ? value.get<std::string>() : std::string();
    return text.starts_with(kReference) ? text.substr(kReference.size()) : std::string();
}

// The lists of members in a group's POST or PATCH.
std::vector<json*> member_lists(json& data) {
    std::vector<json*> lists;
    if (auto members = data.find("members"); members != data.end() && members->is_array()) {
        lists.push_back(&*members);
    }
    if (auto operations = data.find("Operations");
        operations != data.end() && operations->is_array()) {
        for (auto& operation : *operations) {
            if (operation.is_object() && operation.value("path", json()) == "members" &&
                operation["value"].is_array()) {
                lists.push_back(&operation["value"]);
            }
        }
    }
    return lists;
}

}  // namespace

void UserIds::remember(const std::string& external_id, const std::string& id) {
    const auto [from, to] = ids_.equal_range(external_id);
    if (std::none_of(from, to, [&](const auto& entry) { return entry.second == id; })) {
        ids_.emplace(external_id, id);
    }
}

std::vector<std::string> UserIds::of(const std::string& external_id) const {
    std::vector<std::string> ids;
    const auto [from, to] = ids_.equal_range(external_id);
    std::transform(
        from, to, std::back_inserter(ids), [](const auto& entry) { return entry.second; });
    std::sort(ids.begin(), ids.end());
    return ids;
}

std::vector<std::string> UserIds::before(const std::string& external_id) const {
    const auto found = taken_over_.find(external_id);
    auto ids = of(external_id);
    return ids.empty() && found != taken_over_.end() ? std::vector{found->second} : ids;
}

std::string resolve_members(json& data, const UserIds& users) {
    text::Some left_out;
    for (auto* list : member_lists(data)) {
        auto resolved = json::array();
        for (auto& member : *list) {
            const auto external_id = referred_to(member);
            if (external_id.empty()) {
                resolved.push_back(std::move(member));
                continue;
            }
            const auto ids = users.of(external_id);
            for (const auto& id : ids) {
                resolved.push_back({{"value", id}});
            }
            if (ids.empty()) {
                left_out.add(external_id);
            }
        }
        *list = std::move(resolved);
    }
    return left_out.count() == 0
               ? ""
               : text::counted(left_out.count(),
                               "member left out because it was not created: ",
                               "members left out because they were not created: ") +
                     left_out.joined();
}

}  // namespace apply
