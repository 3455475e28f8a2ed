#include "plan/missing_groups.hpp"

#include "plan/make_plan.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"

#include <string>

namespace {

record::Group group(const std::string& key, const std::string& name) {
    return {.external_id = {"pw-activate:group:" + key},
            .id = {"g-" + key},
            .display_name = name,
            .members = std::vector<record::ExternalId>{{"pw-activate:user:ada"}}};
}

plan::Policy policy_of(const std::vector<std::string>& scope) {
    plan::Policy policy;
    policy.scope = scope;
    return policy;
}

}  // namespace

TEST_CASE("a group of the scope that ACTIVATE lacks is missing if SCIM has it with members") {
    const record::Directory desired{.groups = {group("1", "hpc")}};
    record::Directory current{.groups = {group("1", "hpc"), group("2", "interns")}};
    const auto policy = policy_of({"hpc", "interns", "never-there"});
    const auto missing = plan::find_missing_groups(desired, current, policy);
    REQUIRE(missing.groups.size() == 1);
    CHECK((*missing.groups.begin())->display_name == "interns");
    CHECK(missing.members.contains("pw-activate:user:ada"));
    const auto sentences = plan::describe_missing_groups(missing, policy);
    REQUIRE(sentences.size() == 1);
    CHECK(contains(sentences.front(), "interns (pw-activate:group:2)"));
    CHECK(contains(sentences.front(), "its 1 member in SCIM keep"));

    current.groups[1].members->clear();
    CHECK(plan::find_missing_groups(desired, current, policy).groups.empty());
}

TEST_CASE("a group is missing if its name in SCIM has other capitals") {
    const record::Directory desired{.groups = {group("1", "HPC")}};
    const record::Directory current{.groups = {group("1", "HPC"), group("2", "Interns")}};
    const auto name = GENERATE(as<std::string>(), "interns", "INTERNS");
    const auto missing = plan::find_missing_groups(desired, current, policy_of({"HPC", name}));
    REQUIRE(missing.groups.size() == 1);
    CHECK((*missing.groups.begin())->display_name == "Interns");
}

TEST_CASE("a group with unknown members is missing, and every user may be a member of it") {
    record::Directory current{.groups = {group("2", "interns")}};
    current.groups[0].members.reset();
    current.groups[0].foreign_members = {{"x1"}, {"x2"}};
    const auto policy = policy_of({"interns"});
    const auto missing = plan::find_missing_groups({}, current, policy);
    REQUIRE(missing.groups.size() == 1);
    CHECK(missing.may_have({.external_id = {"pw-activate:user:zoe"}, .id = {"u-zoe"}}));
    CHECK(contains(plan::describe_missing_groups(missing, policy).front(),
                   "its members, which could not be read from SCIM, keep their access"));
}

TEST_CASE("a user with two records is a member of a missing group by either of them") {
    record::Directory current{.groups = {group("2", "interns")}};
    current.groups[0].foreign_members = {{"x1"}};
    const auto missing = plan::find_missing_groups({}, current, policy_of({"interns"}));
    CHECK(missing.may_have({.external_id = {"pw-activate:user:zoe"}, .id = {"x1"}}));
    CHECK(missing.may_have({.external_id = {"pw-activate:user:ada"}, .id = {"u-ada"}}));
    CHECK_FALSE(missing.may_have({.external_id = {"pw-activate:user:zoe"}, .id = {"x2"}}));
    CHECK(contains(plan::describe_missing_groups(missing, policy_of({"interns"})).front(),
                   "its 2 members in SCIM keep their access"));
}

TEST_CASE("a short list is reported only if the group would lose members") {
    auto desired = group("1", "hpc");
    desired.unlisted = 2;
    std::vector<plan::GroupChange> changes{{.desired = &desired}};
    auto& change = changes.front();
    auto policy = policy_of({});
    policy.holds_short_lists = false;
    const auto sentences = [&] { return plan::describe_short_lists(changes, policy); };
    change.target = {{"pw-activate:user:ada"}};
    CHECK(sentences().empty());
    change.before = {{"pw-activate:user:ada"}, {"pw-activate:user:ben"}};
    REQUIRE(sentences().size() == 1);
    CHECK(contains(sentences().front(), "counts 2 more members of this group than it lists"));
    change.before.pop_back();
    change.foreign_before = {{"x1"}};
    CHECK(sentences().size() == 1);
    policy.holds_short_lists = true;
    CHECK(sentences().empty());
    change.held = plan::kShortList;
    CHECK(sentences().size() == 1);
}

TEST_CASE("a group out of scope is not missing, nor is one with a new name in ACTIVATE") {
    const record::Directory desired{.groups = {group("1", "hpc-2027")}};
    const record::Directory current{.groups = {group("1", "hpc"), group("2", "interns")}};
    CHECK(
        plan::find_missing_groups(desired, current, policy_of({"hpc", "hpc-2027"})).groups.empty());
    CHECK(plan::find_missing_groups(desired, current, policy_of({})).groups.empty());
}

TEST_CASE("a user who is gone is deactivated although a group of the scope is missing") {
    const std::string ada = "pw-activate:user:ada";
    const record::Directory desired{.groups = {group("1", "hpc")}};
    const record::Directory current{
        .users = {{.external_id = {ada}, .id = {"u-ada"}, .user_name = "ada@x.org"}},
        .groups = {group("2", "interns")}};
    auto policy = policy_of({"hpc", "interns"});
    const std::string answer = GENERATE("gone", "inactive", "out-of-scope");
    policy.confirmations.emplace();
    policy.confirmations->emplace(ada, answer);
    const auto plan = plan::make_plan(desired, current, policy);
    REQUIRE(plan.users.size() == 1);
    CHECK((plan.users[0].held == plan::kMissingGroup) == (answer == "out-of-scope"));
}

TEST_CASE("while groups of ACTIVATE are malformed, no absent group loses members or its name") {
    const auto scope = GENERATE(values<std::vector<std::string>>({{}, {"hpc", "interns"}}));
    auto policy = policy_of(scope);
    policy.holds_missing_groups = GENERATE(true, false);
    const record::User ada{.external_id = {"pw-activate:user:ada"},
                           .id = {"u-ada"},
                           .user_name = "ada@x.org",
                           .active = true};
    record::Directory current{.users = {ada}, .groups = {group("2", "interns")}};
    current.groups[0].foreign_members = {{"x1"}};
    // A group with the name of the absent one, which would take over its record.
    record::Directory desired{.users = {ada}, .groups = {group("3", "interns")}};
    desired.malformed_groups = 1;
    const auto plan = plan::make_plan(desired, current, policy);
    CHECK(plan.groups.empty());
    CHECK(plan.held.changes.empty());
    REQUIRE(plan.account.skips.size() == 2);
    CHECK(plan.account.skips[0].withheld.reason == "members-unknown");
    CHECK(contains(plan.account.skips[0].withheld.detail, "this may be one of them"));
    CHECK(plan.account.skips[1].withheld.reason == "group-name-taken");
    CHECK(contains(plan.account.skips[1].withheld.detail, "its group may still be in ACTIVATE"));
    desired.malformed_groups = 0;
    CHECK(plan::make_plan(desired, current, policy).groups.size() == 1);
}

TEST_CASE("a copy of a group that may be malformed keeps its members, and an empty group is left") {
    record::Directory current{.groups = {group("2", "interns"), group("2", "interns")}};
    current.groups[1].id = {"g-copy"};
    current.groups.push_back(group("4", "empty"));
    current.groups[2].members->clear();
    record::Directory desired;
    desired.malformed_groups = 1;
    const auto plan = plan::make_plan(desired, current, policy_of({}));
    CHECK(plan.groups.empty());
    CHECK(plan.account.skips.size() == 2);
    CHECK(plan.account.unchanged.size() == 1);
}
