// Users who are inactive in SCIM and return: none of them gains a membership that ACTIVATE lacks.

#include "support/plan_run.hpp"

using namespace plan_run;

namespace {

/// SCIM has ada, inactive, and ben in the group hpc.
Directory now() {
    return {{there(inactive(person("ada")), "a"), there(person("ben"), "b")},
            {there(hpc({"ada", "ben"}), "g")}};
}

Texts texts(const ordered_json& list) {
    return list.get<Texts>();
}

constexpr auto kAda = "pw-activate:user:ada";
constexpr auto kBen = "pw-activate:user:ben";

}  // namespace

TEST_CASE("no limit holds the removal of a member who is reactivated") {
    Directory desired{{person("ada"), person("ben")}, {hpc({})}};
    auto policy = without_rails();
    const auto limit = GENERATE(as<std::string>(),
                                "max-member-removals",
                                "max-emptied-groups",
                                "short-list",
                                "missing-group");
    CAPTURE(limit);
    if (limit == "max-member-removals") {
        policy.limits.member_removals = {0, {}};
    } else if (limit == "max-emptied-groups") {
        policy.limits.emptied_groups = {0, {}};
    } else if (limit == "short-list") {
        desired.groups[0].unlisted = 1;
    } else {
        desired.groups.clear();
        policy.scope = {"hpc"};
    }
    const auto plan = planned(desired, now(), policy);
    INFO(plan.text());
    CHECK(plan.change(kAda).at("action") == "reactivate");
    const auto lines = plan.changes();
    REQUIRE(lines.size() == 3);
    CHECK_FALSE(lines[1].contains("held"));
    CHECK(texts(lines[1].at("after").at("members")) == Texts{kBen});
    CHECK(lines[2].at("held") == limit);
    CHECK(texts(lines[2].at("before").at("members")) == Texts{kBen});
}

TEST_CASE("a group that loses only returning members does not count for a limit") {
    auto policy = without_rails();
    policy.limits.member_removals = {0, {}};
    policy.limits.emptied_groups = {0, {}};
    auto current = now();
    current.groups[0].members->pop_back();
    const auto plan = plan::make_plan({{person("ada"), person("ben")}, {hpc({})}}, current, policy);
    CHECK(plan.held.exceeded.empty());
}

TEST_CASE("no limit holds the removal of a member whose record another user takes over") {
    auto again = person("ada");
    again.external_id = {"pw-activate:user:ada-2"};
    Directory desired{{again, person("ben")}, {hpc({"ben"})}};
    desired.groups[0].unlisted = 1;
    auto policy = without_rails();
    policy.limits.takeovers = {};
    const auto plan = planned(desired, now(), policy);
    INFO(plan.text());
    CHECK_FALSE(plan.change("pw-activate:group:hpc").contains("held"));
}

TEST_CASE("a user waits to return while a group whose members are not compared has the user") {
    Directory desired{{person("ada"), person("ben")}, {hpc({"ben"})}};
    auto policy = without_rails();
    const auto cause = GENERATE(as<std::string>(),
                                "could not be read from ACTIVATE",
                                "malformed groups",
                                "the takeover of its record is held");
    CAPTURE(cause);
    if (cause == "malformed groups") {
        desired.groups.clear();
        desired.malformed_groups = 1;
    } else if (cause == "could not be read from ACTIVATE") {
        desired.groups[0].members.reset();
    } else {
        desired.groups[0] = group("new", "hpc", {});
        policy.limits.takeovers = {0, {}};
    }
    desired.groups.push_back(group("lab", "lab", {"ada", "ben"}));
    auto current = now();
    current.groups.push_back(there(group("lab", "lab", {}), "l"));
    const auto plan = planned(desired, current, policy);
    INFO(plan.text());
    const auto skip = plan.of_type("skip").front();
    CHECK(skip.at("externalId") == kAda);
    CHECK(skip.at("reason") == "membership-stays");
    CHECK(skip.at("exitStatus") == 2);
    CHECK(contains(skip.at("detail").get<std::string>(), cause));
    CHECK(contains(skip.at("detail").get<std::string>(), "hpc (pw-activate:group:hpc)"));
    const auto lab = plan.change("pw-activate:group:lab");
    CHECK(texts(lab.at("after").at("members")) == Texts{kBen});

    policy.protected_users = {kAda};
    CHECK(planned(desired, current, policy).change(kAda).at("action") == "reactivate");
}

TEST_CASE("a user is reactivated if the group, whose takeover is held, has that user in ACTIVATE") {
    auto policy = without_rails();
    policy.limits.takeovers = {0, {}};
    auto current = now();
    current.groups[0].foreign_members = {{"f"}};
    const Directory desired{{person("ada"), person("ben")}, {group("new", "hpc", {"ada"})}};
    const auto plan = planned(desired, current, policy);
    CHECK(plan.change("pw-activate:group:new").at("held") == "max-takeovers");
    CHECK(plan.change(kAda).at("action") == "reactivate");
}

TEST_CASE("a user whose reactivation is held leaves the groups that ACTIVATE does not grant") {
    auto policy = without_rails();
    policy.limits.reactivations = {0, {}};
    policy.limits.member_removals = {0, {}};
    auto current = now();
    current.groups.push_back(there(group("lab", "lab", {"ada"}), "l"));
    const auto plan =
        planned({{person("ada"), person("ben")}, {hpc({"ben"}), group("lab", "lab", {"ada"})}},
                current,
                policy);
    INFO(plan.text());
    REQUIRE(plan.changes().size() == 2);
    CHECK(plan.change(kAda).at("held") == "max-reactivations");
    CHECK(texts(plan.change("pw-activate:group:hpc").at("after").at("members")) == Texts{kBen});
}
