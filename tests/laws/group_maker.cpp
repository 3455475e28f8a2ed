#include "group_maker.hpp"

#include "random_text.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace laws {

using nlohmann::json;
using nlohmann::ordered_json;
using record::Kind;

namespace {

constexpr std::array<std::string_view, 6> kPowerfulNames{
    "admin", "Root", "sudo", "WHEEL", "billing_viewer", "metrics"};
constexpr std::array<std::string_view, 5> kOddGroupNames{"two words", "a,b", "a:b", "a\nb", ""};

}  // namespace

std::string GroupMaker::group_name() {
    if (odd(6)) {
        return std::string(dice_.chance(50) ? dice_.pick(kPowerfulNames)
                                            : dice_.pick(kOddGroupNames));
    }
    if (odd(4) && !group_names_.empty()) {
        return mixed_case(dice_, dice_.pick(group_names_));
    }
    group_names_.push_back("team-" + std::to_string(group_names_.size()));
    return group_names_.back();
}

void GroupMaker::make_group() {
    const auto place = dice_.below(100);
    const auto external_id = "pw-activate:group:" + hexadecimal(dice_);
    const auto name = group_name();
    const auto share = dice_.chance(15) ? 0 : dice_.between(10, 90);
    if (place < 80) {
        add_desired_group(external_id, name, some_of(dice_, users_.wanted_ids(), share));
    }
    if (place < 60 || place >= 80) {
        put_group(external_id, name.empty() ? "team" : name, share);
    }
}

void GroupMaker::add_desired_group(const std::string& external_id,
                                   const std::string& name,
                                   std::vector<std::string> members) {
    if (!users_.ids().empty() && dice_.chance(20)) {
        members.push_back(dice_.pick(users_.ids()));
    }
    if (dice_.chance(6)) {
        members.push_back("pw-activate:user:" + hexadecimal(dice_));  // no user
    }
    if (odd(4)) {
        members.push_back("pw-activate:group:" + hexadecimal(dice_));
    }
    ordered_json record{{"type", "group"}, {"externalId", external_id}, {"displayName", name}};
    if (!shape_.unknown || dice_.chance(94)) {
        record["members"] = members;
    }
    made_.groups.push_back(record);
    if (shape_.duplicates && dice_.chance(2)) {
        record["displayName"] = name + "-again";
        made_.groups.push_back(record);
    }
}

void GroupMaker::put_group(const std::string& external_id,
                           const std::string& name,
                           std::size_t share) {
    json group{{"id", resource_id(dice_)}, {"externalId", external_id}};
    group["displayName"] = dice_.chance(85) ? name : "was-" + name;
    auto members = json::array();
    for (const auto& id : some_of(dice_, users_.server_ids(), share)) {
        members.push_back({{"value", id}, {"type", "User"}});
    }
    for (const auto& id : some_of(dice_, users_.strangers(), dice_.chance(30) ? 30 : 0)) {
        members.push_back({{"value", id}});
    }
    if (shape_.strangers && !server_groups_.empty() && dice_.chance(10)) {
        members.push_back({{"value", dice_.pick(server_groups_)}, {"type", "Group"}});
    }
    group["members"] = members;
    server_groups_.push_back(made_.server.put(Kind::group, group));
    if (shape_.duplicates && dice_.chance(2)) {
        group["id"] = resource_id(dice_);
        server_groups_.push_back(made_.server.put(Kind::group, group));
    }
}

void GroupMaker::make_stray_group() {
    const auto name = group_names_.empty() || dice_.chance(30) ? std::string("printers")
                                                               : dice_.pick(group_names_);
    json group{{"id", resource_id(dice_)}, {"displayName", name}};
    if (dice_.chance(40)) {
        group["externalId"] = "okta:" + hexadecimal(dice_);
    }
    auto members = json::array();
    for (const auto& id :
         some_of(dice_, dice_.chance(50) ? users_.strangers() : users_.server_ids(), 40)) {
        members.push_back({{"value", id}});
    }
    group["members"] = members;
    made_.server.put(Kind::group, group);
    made_.stray_group_names.push_back(name);
}

}  // namespace laws
