// The numbers that each limit compares: the changes that it counts, and the records that its
// percentage is of.

#include "plan/limits.hpp"

#include "support/plan_run.hpp"

#include <string>
#include <vector>

using namespace plan_run;

namespace {

const std::string kOne = ssh_blob::valid_line(1);
const std::string kTwo = ssh_blob::valid_line(2);

User keyed(const std::string& name, const Texts& keys) {
    auto user = person(name);
    user.ssh_keys = keys;
    return user;
}

User with_unknown_keys(const std::string& name) {
    auto user = person(name);
    user.ssh_keys.reset();
    return user;
}

template <class Record>
Record unmanaged(Record record, const std::string& id) {
    record.id = {id};
    record.external_id = {};
    return record;
}

Policy holding(plan::Limit plan::Limits::*limit) {
    auto policy = without_rails();
    policy.limits.*limit = {0, {}};
    return policy;
}

/// `max-deactivations: 2 of 3` for each limit that the plan exceeds.
Texts exceeded(const Directory& desired, const Directory& current, const Policy& policy) {
    Texts all;
    for (const auto& limit : plan::make_plan(desired, current, policy).held.exceeded) {
        CHECK(limit.allowed == 0);
        all.push_back(std::string(limit.limit) + ": " + std::to_string(limit.wanted) + " of " +
                      std::to_string(limit.base));
    }
    return all;
}

}  // namespace

TEST_CASE("deactivations are counted among the active users of SCIM") {
    const Directory current{{there(person("ada"), "1"),
                             there(person("ben"), "2"),
                             there(person("cyd"), "3"),
                             there(inactive(person("dan")), "4")},
                            {},
                            {unmanaged(person("eve"), "5")},
                            {}};
    CHECK(exceeded({{person("ada")}, {}}, current, holding(&plan::Limits::deactivations)) ==
          Texts{"max-deactivations: 2 of 3"});
    CHECK(exceeded({{person("ada"), inactive(person("ben")), person("cyd")}, {}},
                   current,
                   holding(&plan::Limits::deactivations)) == Texts{"max-deactivations: 1 of 3"});
}

TEST_CASE("reactivations are counted among the active users of ACTIVATE") {
    const Directory desired{{person("ada"), person("ben"), person("cyd"), inactive(person("dan"))},
                            {}};
    const Directory current{{there(inactive(person("ada")), "1"),
                             there(inactive(person("ben")), "2"),
                             there(person("cyd"), "3"),
                             there(person("eve"), "4"),
                             there(inactive(person("dan")), "5")},
                            {}};
    CHECK(exceeded(desired, current, holding(&plan::Limits::reactivations)) ==
          Texts{"max-reactivations: 2 of 3"});
}

TEST_CASE("a user whose reactivation is held is not added to a group, and stays a member of one") {
    const Directory desired{{person("ada")},
                            {group("in", "in", {"ada"}), group("out", "out", {"ada"})}};
    const Directory current{
        {there(inactive(person("ada")), "1")},
        {there(group("in", "in", {"ada"}), "g1"), there(group("out", "out", {}), "g2")}};
    const auto plan = planned(desired, current, holding(&plan::Limits::reactivations));
    INFO(plan.text());
    REQUIRE(plan.changes().size() == 1);
    CHECK(plan.change("pw-activate:user:ada").at("held") == "max-reactivations");
}

TEST_CASE("last keys are counted among the active users of SCIM with keys") {
    const Directory desired{{keyed("ada", {}),
                             keyed("ben", {kTwo}),
                             with_unknown_keys("cyd"),
                             keyed("dan", {}),
                             keyed("eve", {}),
                             inactive(keyed("fay", {}))},
                            {}};
    const Directory current{{there(keyed("ada", {kOne}), "1"),
                             there(keyed("ben", {ssh_blob::valid_line(3), kTwo}), "2"),
                             there(keyed("cyd", {ssh_blob::valid_line(4)}), "3"),
                             there(inactive(keyed("dan", {ssh_blob::valid_line(5)})), "4"),
                             there(with_unknown_keys("eve"), "5"),
                             there(keyed("fay", {ssh_blob::valid_line(6)}), "6"),
                             there(keyed("gus", {}), "7")},
                            {}};
    CHECK(exceeded(desired, current, holding(&plan::Limits::keyless_users)) ==
          Texts{"max-keyless-users: 1 of 4"});
    CHECK(exceeded(desired, current, holding(&plan::Limits::key_removals)) ==
          Texts{"max-key-removals: 2 of 5"});
}

TEST_CASE("an adopted record counts among those with keys, and its last key among the removals") {
    Directory current{{there(keyed("ben", {kTwo}), "2")}, {}};
    current.unmanaged_users = {unmanaged(keyed("ada", {kOne}), "9")};
    auto policy = holding(&plan::Limits::keyless_users);
    policy.adopt_users = {"ada@acme.org"};
    const Directory desired{{keyed("ada", {}), keyed("ben", {kTwo})}, {}};
    CHECK(exceeded(desired, current, policy) == Texts{"max-keyless-users: 1 of 2"});
    policy.limits.key_removals = {0, {}};
    CHECK(exceeded(desired, current, policy) == Texts{"max-keyless-users: 1 of 2"});
    policy.limits.keyless_users = {};
    CHECK(exceeded(desired, current, policy) == Texts{"max-key-removals: 1 of 2"});
    current.unmanaged_users[0].active = false;
    CHECK(exceeded(desired, current, policy).empty());
}

TEST_CASE("a takeover counts for the limit on takeovers, and its keys for no other limit") {
    auto again = keyed("ada", {});
    again.external_id = {"pw-activate:user:ada-2"};
    const Directory current{{there(keyed("ada", {kOne}), "1"), there(person("ben"), "2")}, {}};
    auto policy = holding(&plan::Limits::key_removals);
    policy.limits.keyless_users = {0, {}};
    policy.limits.takeovers = {};
    CHECK(exceeded({{again, person("ben")}, {}}, current, policy).empty());
    policy.limits.takeovers = {0, {}};
    CHECK(exceeded({{again, person("ben")}, {}}, current, policy) ==
          Texts{"max-takeovers: 1 of 2"});
}

TEST_CASE("removed members are those who stay active, among all memberships of SCIM") {
    const Directory desired{{person("ada"), person("ben"), person("cyd")},
                            {group("a", "a", {"cyd"}), group("b", "b", {"ada", "ben"})}};
    Directory current{{there(person("ada"), "1"),
                       there(person("ben"), "2"),
                       there(person("cyd"), "3"),
                       there(person("dan"), "4")},
                      {there(group("a", "a", {"ada", "cyd", "dan"}), "g1"),
                       there(group("b", "b", {"ada", "ben"}), "g2"),
                       there(group("c", "c", {"ben"}), "g3")}};
    current.groups[0].foreign_members = {{"f"}};
    // From "a" the user "ada" and a foreign member, from "c" the user "ben"; "dan" has left.
    CHECK(exceeded(desired, current, holding(&plan::Limits::member_removals)) ==
          Texts{"max-member-removals: 3 of 7"});
    current.groups[1].members.reset();
    CHECK(exceeded(desired, current, holding(&plan::Limits::member_removals)) ==
          Texts{"max-member-removals: 3 of 5"});
}

TEST_CASE("groups that become empty are counted among those of SCIM with members") {
    const Directory desired{{person("ada"), person("ben")},
                            {group("a", "a", {}), group("b", "b", {"ada"}), group("d", "d", {})}};
    Directory current{{there(person("ada"), "1"), there(person("ben"), "2")},
                      {there(group("a", "a", {"ada"}), "g1"),
                       there(group("b", "b", {"ada", "ben"}), "g2"),
                       there(group("c", "c", {"ben"}), "g3"),
                       there(group("d", "d", {}), "g4"),
                       there(group("e", "e", {}), "g5"),
                       there(group("f", "f", {"ada"}), "g6")}};
    current.groups[4].foreign_members = {{"f"}};
    current.groups[5].members.reset();
    CHECK(exceeded(desired, current, holding(&plan::Limits::emptied_groups)) ==
          Texts{"max-emptied-groups: 3 of 4"});
}

TEST_CASE("renamed groups are counted among the groups of SCIM") {
    auto renamed = group("a", "a", {});
    renamed.display_name = "new";
    const Directory current{{},
                            {there(group("a", "a", {}), "g1"), there(group("b", "b", {}), "g2")}};
    CHECK(exceeded({{}, {renamed, group("b", "b", {}), group("c", "c", {})}},
                   current,
                   holding(&plan::Limits::renamed_groups)) == Texts{"max-renamed-groups: 1 of 2"});
}

TEST_CASE("a removal that one limit holds does not count for the next one") {
    const Directory desired{{person("ada"), keyed("ben", {}), keyed("cyd", {kTwo})},
                            {group("a", "a", {}), group("b", "b", {"ada"})}};
    const Directory current{{there(person("ada"), "1"),
                             there(keyed("ben", {kOne, ssh_blob::valid_line(4)}), "2"),
                             there(keyed("cyd", {kTwo, ssh_blob::valid_line(3)}), "3"),
                             there(keyed("dan", {ssh_blob::valid_line(5)}), "4")},
                            {there(group("a", "a", {"ada", "ben", "dan"}), "g1"),
                             there(group("b", "b", {"ada", "ben"}), "g2")}};
    Policy policy;
    policy.limits.deactivations = {0, {}};
    policy.limits.keyless_users = {0, {}};
    policy.limits.key_removals = {0, {}};
    policy.limits.emptied_groups = {0, {}};
    policy.limits.member_removals = {0, {}};
    const auto all = exceeded(desired, current, policy);
    // The member "dan" is held with the deactivation, so "a" does not become empty.
    CHECK(all == Texts{"max-deactivations: 1 of 4",
                       "max-keyless-users: 1 of 3",
                       "max-key-removals: 1 of 5",
                       "max-member-removals: 3 of 5"});
}

TEST_CASE("a takeover of a group counts unless half of its members are members in ACTIVATE") {
    auto wanted = group("new", "new", {"ada"});
    wanted.display_name = "old";
    const Directory current{{there(person("ada"), "1"), there(person("ben"), "2")},
                            {there(group("old", "old", {"ada", "ben"}), "g1")}};
    const auto takeovers = [&] {
        return exceeded(
            {{person("ada"), person("ben")}, {wanted}}, current, holding(&plan::Limits::takeovers));
    };
    CHECK(takeovers().empty());
    wanted.members->clear();
    CHECK(takeovers() == Texts{"max-takeovers: 1 of 1"});
    wanted.members.reset();
    CHECK(takeovers() == Texts{"max-takeovers: 1 of 1"});
}
