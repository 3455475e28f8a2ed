// Names that another record has: taken over from records whose owner has left, and from no other.

#include "any_options.hpp"
#include "base/text.hpp"
#include "cases.hpp"
#include "granted_access.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"
#include "renewals.hpp"
#include "run_diff.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace laws;
using nlohmann::ordered_json;
using record::Kind;

// Whether a record keeps its name when a new user needs it: its owner is active in ACTIVATE, or
// must not be deactivated, or several records have the externalId.
bool keeps_its_name(const std::string& id,
                    const Organization& organization,
                    const std::map<std::string, Granted>& users,
                    const std::string& plan) {
    const auto user = users.find(id);
    const auto server_ids = organization.server.ids(Kind::user);
    const auto records = std::count_if(server_ids.begin(), server_ids.end(), [&](const auto& at) {
        return organization.server.record(Kind::user, at).value("externalId", std::string()) == id;
    });
    const auto skips = lines_of_type(plan, "skip");
    return (user != users.end() && user->second.active) || records > 1 ||
           std::any_of(skips.begin(), skips.end(), [&](const ordered_json& skip) {
               return skip["externalId"] == id;
           });
}

TEST_CASE("a record whose user or group has left gives its name to a new one") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        renew(dice, organization);
        auto options = any_options(dice, organization);
        options.policy.protected_users.clear();
        const auto before = organization.server;
        const auto plan = run_diff(organization.inputs(), options).plan;
        const auto users = granted_users(organization);
        const auto groups = granted_members(organization);
        for (const auto& skip : lines_of_type(plan, "skip")) {
            const bool is_user = skip["reason"] == "user-name-taken";
            if (!is_user && skip["reason"] != "group-name-taken") {
                continue;
            }
            INFO(plan << "\n" << skip.dump());
            const auto kind = is_user ? Kind::user : Kind::group;
            const auto* field = is_user ? "userName" : "displayName";
            const auto name = text::fold(skip[field].get<std::string>());
            std::vector<std::string> holders;
            for (const auto& id : before.ids(kind)) {
                const auto record = before.record(kind, id);
                if (text::fold(record[field].get<std::string>()) == name &&
                    (organization.unmanaged ||
                     record::is_managed({record.value("externalId", std::string())}, kind))) {
                    holders.push_back(record.value("externalId", std::string()));
                }
            }
            REQUIRE((holders.size() != 1 || !record::is_managed({holders.front()}, kind) ||
                     (is_user ? keeps_its_name(holders.front(), organization, users, plan)
                              : groups.contains(holders.front()))));
        }
    });
}

TEST_CASE("a rename waits with the removals of its group, and additions with the rename") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        renew(dice, organization);
        auto options = any_options(dice, organization);
        options.policy.limits.member_removals = {dice.below(2), {}};
        const auto plan = run_diff(organization.inputs(), options).plan;
        std::map<std::string, const ordered_json*> held;
        const auto changes = changes_of(plan);
        for (const auto& line : changes) {
            if (line["resource"] == "Group" && is_held(line) && line["held"] != "max-takeovers") {
                held.emplace(line["path"].get<std::string>(), &line);
            }
        }
        for (const auto& line : changes) {
            const auto second = held.find(line["path"].get<std::string>());
            if (is_held(line) || second == held.end() || line["action"] == "adopt") {
                continue;
            }
            INFO(line.dump() << "\n" << second->second->dump());
            REQUIRE(!line["after"].contains("displayName"));
            const bool renames = (*second->second)["after"].contains("displayName");
            REQUIRE(
                (!renames || line["after"].value("members", ordered_json::array()).size() <=
                                 line["before"].value("members", ordered_json::array()).size()));
        }
    });
}

TEST_CASE("no group gets the name of another group that ACTIVATE has") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        renew(dice, organization);
        const auto options = any_options(dice, organization);
        std::map<std::string, Texts> names;  // of records that ACTIVATE has, by folded name
        const auto groups = granted_members(organization);
        for (const auto& id : organization.server.ids(Kind::group)) {
            const auto record = organization.server.record(Kind::group, id);
            if (groups.contains(record.value("externalId", std::string()))) {
                names[text::fold(record["displayName"].get<std::string>())].insert(
                    record::resource_path(Kind::group, {id}));
            }
        }
        const auto plan = run_diff(organization.inputs(), options).plan;
        for (const auto& line : changes_of(plan)) {
            if (line["resource"] == "User" || line["method"] == "POST" ||
                !line["after"].contains("displayName")) {
                continue;
            }
            INFO(line.dump());
            const auto name = text::fold(line["after"]["displayName"].get<std::string>());
            if (text::fold(line["before"]["displayName"].get<std::string>()) == name) {
                continue;  // it had that name before, as other records may in SCIM
            }
            auto others = names[name];
            others.erase(line["path"].get<std::string>());
            REQUIRE(others.empty());
        }
    });
}

TEST_CASE("a user who takes a record over gets none of its keys") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        renew(dice, organization);
        auto options = any_options(dice, organization);
        options.policy.limits.takeovers = {};
        options.policy.protected_users.clear();
        const auto plan = run_diff(organization.inputs(), options).plan;
        const auto users = granted_users(organization);
        const auto sent = organization.server.apply(plan);
        for (const auto& one : sent) {
            const auto& line = one.line;
            if (line["action"] != "adopt" || line["resource"] != "User" || one.failed() ||
                is_held(line) || !line["before"]["externalId"].is_string() ||
                !line["before"]["externalId"].get<std::string>().starts_with(record::kPrefix)) {
                continue;
            }
            const auto record = organization.server.record(Kind::user, one.id);
            Texts keys;
            for (const auto& key : record.value("sshKeys", ordered_json::array())) {
                keys.insert(record::normalised_ssh_key(key.get<std::string>(), false));
            }
            const auto granted =
                users.at(line["externalId"].get<std::string>()).keys.value_or(Texts{});
            INFO(line.dump() << "\n" << record.dump());
            REQUIRE(std::includes(granted.begin(), granted.end(), keys.begin(), keys.end()));
        }
    });
}

}  // namespace
