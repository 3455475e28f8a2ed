// --only: a plan for some users has their part of the plan for all of them, and nothing else.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"
#include "stream_text.hpp"

#include "record/external_ids.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace {

using namespace laws;
using Texts = std::set<std::string>;
using nlohmann::ordered_json;

// The managed users of both sides, except those whose record another user takes over: --only leaves
// a takeover to the new user.
Texts users_of(const std::string& plan) {
    Texts users;
    for (const auto& line : records_of(plan)) {
        const auto id = line.value("externalId", "");
        if (line.value("resource", "") == "User" && id.starts_with(record::user_prefix())) {
            users.insert(id);
        }
    }
    for (const auto& line : changes_of(plan)) {
        const auto old = nlohmann::json::json_pointer("/before/externalId");
        if (line["action"] == "adopt" && line.contains(old) && line.at(old).is_string()) {
            users.erase(line.at(old).get<std::string>());
        }
    }
    return users;
}

Lines lines_of_users(const std::string& plan, const Texts& users) {
    Lines lines;
    for (const auto& line : records_of(plan)) {
        if (line.value("resource", "") == "User" &&
            users.contains(line["externalId"].get<std::string>())) {
            lines.push_back(line.dump());
        }
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

Texts members(const ordered_json& line, const char* when) {
    Texts all;
    if (line[when].is_object() && line[when].contains("members")) {
        for (const auto& member : line[when]["members"]) {
            all.insert(member.get<std::string>());
        }
    }
    return all;
}

// `g-1 + pw-activate:user:ada`: what the updates of groups do. Additions to a group with a new name
// are left out: in a plan for some users, they wait for the name.
Texts memberships_changed(const std::string& plan) {
    Texts changed;
    for (const auto& line : changes_of(plan)) {
        if (line["resource"] != "Group" || line["action"] != "update") {
            continue;
        }
        const auto before = members(line, "before");
        const auto after = members(line, "after");
        const auto path = line["path"].get<std::string>();
        for (const auto& id : before) {
            if (!after.contains(id)) {
                changed.insert(path + " - " + id);
            }
        }
        for (const auto& id : after) {
            if (!before.contains(id) && !line["after"].contains("displayName")) {
                changed.insert(path + " + " + id);
            }
        }
    }
    return changed;
}

Texts of_users(const Texts& changed, const Texts& users) {
    Texts some;
    for (const auto& text : changed) {
        if (users.contains(text.substr(text.rfind(' ') + 1))) {
            some.insert(text);
        }
    }
    return some;
}

Texts some_of(Dice& dice, const Texts& all, std::size_t most) {
    Texts some;
    const std::vector<std::string> list(all.begin(), all.end());
    for (std::size_t i = 0; i < most && !list.empty(); ++i) {
        some.insert(list[dice.below(list.size())]);
    }
    return some;
}

std::vector<std::string> listed(const Texts& names) {
    return {names.begin(), names.end()};
}

TEST_CASE("a plan for some users has exactly the lines and memberships that the full plan has") {
    for_each_case([](Dice& dice) {
        const auto organization = make_organization(dice, any_shape(dice));
        auto options = any_options(dice, organization);
        options.all = true;
        options.policy.limits = no_limits();
        const auto full = run_diff(organization.inputs(), options);
        REQUIRE(made_a_plan(full));
        const auto named = some_of(dice, users_of(full.plan), dice.between(1, 4));
        if (named.empty()) {
            return;
        }
        options.only = listed(named);
        const auto part = run_diff(organization.inputs(), options);
        INFO(full.plan << "\n" << part.plan << "\n" << part.complaint);
        REQUIRE(made_a_plan(part));
        REQUIRE(why_unreadable(part.plan).empty());
        REQUIRE(lines_of_users(part.plan, named) == lines_of_users(full.plan, named));
        REQUIRE(of_users(memberships_changed(part.plan), named) ==
                of_users(memberships_changed(full.plan), named));
    });
}

TEST_CASE("a plan for some users changes no other user, no other membership and no group") {
    for_each_case([](Dice& dice) {
        const auto organization = make_organization(dice, any_shape(dice));
        auto options = any_options(dice, organization);
        options.all = true;
        const auto full = run_diff(organization.inputs(), options);
        REQUIRE(made_a_plan(full));
        const auto named = some_of(dice, users_of(full.plan), dice.between(1, 4));
        if (named.empty()) {
            return;
        }
        options.only = listed(named);
        const auto part = run_diff(organization.inputs(), options);
        INFO(part.plan << "\n" << part.complaint);
        REQUIRE(made_a_plan(part));
        REQUIRE(why_unreadable(part.plan).empty());
        REQUIRE((part.status == ExitStatus::refused) == (held_lines(part.plan) > 0));
        REQUIRE(part.digest == digest_of_lines(part.plan));
        for (const auto& line : records_of(part.plan)) {
            if (line.value("resource", "") == "User") {
                REQUIRE(named.contains(line["externalId"].get<std::string>()));
            } else if (line["type"] == "change") {
                REQUIRE(line["action"] == "update");
                REQUIRE(!line["after"].contains("displayName"));
            }
        }
        const auto changed = memberships_changed(part.plan);
        REQUIRE(of_users(changed, named) == changed);
    });
}

TEST_CASE("plans for some users, and then complete runs, leave nothing to do") {
    for_each_case([](Dice& dice) {
        auto shape = any_shape(dice);
        shape.renames = false;  // names that wait for each other are the business of another law
        auto organization = make_organization(dice, shape);
        organization.unmanaged = true;
        auto options = any_options(dice, organization);
        options.policy.limits = no_limits();
        options.all = true;
        for (int round = 0; round < 3; ++round) {
            options.only.clear();
            const auto full = run_diff(organization.inputs(), options);
            const auto named = some_of(dice, users_of(full.plan), 2);
            if (named.empty()) {
                continue;
            }
            options.only = listed(named);
            const auto part = run_diff(organization.inputs(), options);
            INFO(part.plan << "\n" << part.complaint);
            REQUIRE(made_a_plan(part));
            for (const auto& sent : organization.server.apply(part.plan)) {
                INFO(sent.line.dump() << "\n" << sent.status << " " << sent.why);
                REQUIRE(!sent.failed());
            }
        }
        options.only.clear();
        for (int round = 0; round < 2; ++round) {
            organization.server.apply(run_diff(organization.inputs(), options).plan);
        }
        const auto last = run_diff(organization.inputs(), options);
        INFO(last.plan);
        REQUIRE(changes_of(last.plan).empty());
    });
}

}  // namespace
