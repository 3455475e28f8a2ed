// A restore gives nothing back to users who have left ACTIVATE since the capture.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace {

using namespace laws;
using Texts = std::set<std::string>;

// The access that the record of one user grants.
struct Access {
    std::string external_id{};
    bool active = false;
    Texts keys{};
    Texts groups{};  // by id
};

// By SCIM id, of every managed record.
std::map<std::string, Access> access_in(const ModelServer& server) {
    std::map<std::string, Access> all;
    for (const auto& id : server.ids(record::Kind::user)) {
        const auto user = server.record(record::Kind::user, id);
        const auto external_id = user.value("externalId", std::string());
        if (!external_id.starts_with(record::user_prefix())) {
            continue;
        }
        auto& access = all[id];
        access.external_id = external_id;
        access.active = user.value("active", false);
        access.keys = user.value("sshKeys", Texts{});
        for (const auto& group : server.ids(record::Kind::group)) {
            if (server.member_ids(group).contains(id)) {
                access.groups.insert(group);
            }
        }
    }
    return all;
}

// ACTIVATE some time after the capture.
struct Later {
    Records users{};
    Records confirmations{};
    bool is_confirmed = false;
    Texts present{};  // by external id: users who have not left

    [[nodiscard]] std::vector<std::string> inputs(const Organization& organization) const {
        std::vector<std::string> all{directory_text("desired", users, organization.groups),
                                     organization.current()};
        if (is_confirmed) {
            all.push_back(confirmations_text(confirmations));
        }
        return all;
    }
};

// Some users leave. ACTIVATE may be asked about absent users of the capture.
Later some_leave(Dice& dice, const Organization& organization, const std::string& capture) {
    Later later;
    Texts listed;
    for (auto user : organization.users) {
        if (dice.chance(30)) {
            continue;
        }
        if (dice.chance(30)) {
            user["active"] = false;
        }
        const auto id = user["externalId"].get<std::string>();
        listed.insert(id);
        if (user["active"] == true) {
            later.present.insert(id);
        }
        later.users.push_back(std::move(user));
    }
    later.is_confirmed = dice.chance(50);
    Texts asked;
    for (const auto& user : lines_of_type(capture, "user")) {
        const auto id = user.value("externalId", std::string());
        if (!later.is_confirmed || user["active"] != true || listed.contains(id) ||
            !id.starts_with(record::user_prefix()) || !asked.insert(id).second) {
            continue;
        }
        const std::vector<std::string> answers{
            "gone", "inactive", "out-of-scope", "unknown", "present"};
        const auto& answer = dice.pick(answers);
        if (answer == "present") {
            later.present.insert(id);
        }
        later.confirmations.push_back(
            {{"type", "confirmation"}, {"externalId", id}, {"answer", answer}});
    }
    return later;
}

// The states before the run that is undone, before the restore and after it.
struct Restored {
    std::map<std::string, Access> captured{};
    std::map<std::string, Access> before{};
    std::map<std::string, Access> after{};
    Texts present{};
    std::string plan{};
};

Restored leave_and_restore(Dice& dice, Organization& organization, DiffOptions options) {
    Restored restored;
    options.policy.limits = no_limits();
    options.policy.limits.takeovers = {0, {}};
    options.allow_empty = true;
    const auto capture = organization.current();
    restored.captured = access_in(organization.server);
    organization.server.apply(run_diff({organization.desired(), capture}, options).plan);
    restored.before = access_in(organization.server);
    const auto later = some_leave(dice, organization, capture);
    restored.present = later.present;
    DiffOptions way_back;
    way_back.policy.limits = no_limits();
    way_back.allow_empty = true;
    way_back.capture = capture;
    const auto back = run_diff(later.inputs(organization), way_back);
    INFO(back.complaint);
    REQUIRE(made_a_plan(back));
    REQUIRE(why_unreadable(back.plan).empty());
    restored.plan = back.plan;
    organization.server.apply(back.plan);
    restored.after = access_in(organization.server);
    return restored;
}

bool is_part(const Texts& some, const Texts& all) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

TEST_CASE("restore gives a user who has left no account, no key and no membership") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        const auto restored =
            leave_and_restore(dice, organization, any_options(dice, organization));
        INFO(restored.plan);
        for (const auto& [id, after] : restored.after) {
            if (restored.present.contains(after.external_id)) {
                continue;
            }
            INFO(after.external_id << " (" << id << ")");
            REQUIRE(restored.before.contains(id));
            const auto& before = restored.before.at(id);
            REQUIRE((before.active || !after.active));
            REQUIRE(is_part(after.keys, before.keys));
            REQUIRE(is_part(after.groups, before.groups));
        }
    });
}

TEST_CASE(
    "restore gives all other users back the access that they had, and removes all that they had "
    "not") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, tidy(any_shape(dice)));
        auto options = any_options(dice, organization);
        options.policy.adopt_users.clear();
        options.policy.adopt_groups.clear();
        const auto restored = leave_and_restore(dice, organization, options);
        INFO(restored.plan);
        for (const auto& [id, captured] : restored.captured) {
            INFO(captured.external_id << " (" << id << ")");
            const auto& after = restored.after.at(id);
            REQUIRE((captured.active || !after.active));
            REQUIRE(is_part(after.keys, captured.keys));
            REQUIRE(is_part(after.groups, captured.groups));
            if (restored.present.contains(captured.external_id)) {
                REQUIRE(after.active == captured.active);
                REQUIRE(after.keys == captured.keys);
                REQUIRE(after.groups == captured.groups);
            } else {
                const auto& before = restored.before.at(id);
                REQUIRE(after.active == (captured.active && before.active));
            }
        }
    });
}

}  // namespace
