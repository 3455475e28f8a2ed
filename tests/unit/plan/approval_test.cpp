// Approvals of held changes, the migration to a namespace, and users that are named.

#include "plan/approval_and_restore.hpp"

#include "plan/held_changes.hpp"
#include "plan/migrate_namespace.hpp"
#include "plan/only.hpp"
#include "plan/read_plan.hpp"
#include "plan/reasons.hpp"
#include "plan/withheld.hpp"
#include "support/plan_run.hpp"

#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

using namespace plan_run;

namespace {

Policy that_holds_all() {
    Policy policy;
    policy.limits.deactivations = {0, {}};
    policy.limits.key_removals = {0, {}};
    policy.scope = {"hpc"};
    return policy;
}

/// ACTIVATE lists one member of two in a group, has no group "gone", and no user "dan".
Directory desired() {
    Directory all{{ada(), person("ben")}, {hpc({"ada"})}};
    all.groups[0].unlisted = 1;
    return all;
}

Directory current() {
    return {{there(ada(), "1"), there(person("ben"), "2"), there(person("dan"), "3")},
            {there(hpc({"ada", "ben"}), "g")}};
}

std::set<std::string> held_in(const plan::Plan& plan) {
    std::set<std::string> limits;
    for (const auto& change : plan.held.changes) {
        limits.emplace(change.limit);
    }
    return limits;
}

plan::Plan with_approval(const record::Directory& from,
                         const record::Directory& to,
                         const std::vector<std::string>& digests) {
    const auto policy = that_holds_all();
    return plan::plan_with_approval(
        plan::plan_all_users(from, to, policy), from, to, policy, digests);
}

plan::Plan approved(const std::vector<std::string>& digests) {
    return with_approval(desired(), current(), digests);
}

}  // namespace

TEST_CASE("the digest of one limit approves its changes, and the digest of all approves all") {
    const auto from = desired();
    const auto to = current();
    const auto plan = plan::make_plan(from, to, that_holds_all());
    REQUIRE(held_in(plan) == std::set<std::string>{"max-deactivations", "short-list"});
    const auto digests = plan::held_digests(plan.held);
    const auto one = approved({digests.at("short-list")});
    CHECK(held_in(one) == std::set<std::string>{"max-deactivations"});
    CHECK(one.approved == Texts{digests.at("short-list")});
    CHECK(held_in(approved({digests.at("max-deactivations")})) ==
          std::set<std::string>{"short-list"});
    CHECK(approved({digests.at("")}).held.empty());
    const auto none = approved({"0123456789abcdef0123456789abcdef"});
    CHECK(held_in(none) == held_in(plan));
    CHECK(none.approved.empty());
    CHECK(contains(none.account.warnings.back(), "is of another set of changes"));
    const std::string digest = "0123456789abcdef0123456789abcdef";
    const auto nothing = with_approval({}, {}, {digest});
    CHECK(contains(nothing.account.warnings.front(), digest + " approves nothing"));
}

TEST_CASE("an approval that has not the form of a digest may be a secret, and is not shown") {
    const std::string secret = GENERATE("pwt_0123456789abcdef0123456789abcdef",
                                        "0123456789abcdef0123456789abcdeg",
                                        "0123456789abcdef0123456789abcdef0");
    for (const auto& plan : {with_approval({}, {}, {secret}), approved({secret})}) {
        const auto& warning = plan.account.warnings.back();
        CHECK_FALSE(contains(warning, secret));
        CHECK(contains(warning, std::to_string(secret.size()) + " bytes"));
    }
}

TEST_CASE("an approval does not hold changes that the operator chose not to hold") {
    auto policy = that_holds_all();
    policy.limits = free_limits();
    policy.limits.deactivations = {0, {}};
    policy.limits.key_removals = {0, {}};
    policy.scope = {"hpc", "gone"};
    policy.holds_missing_groups = false;
    policy.holds_short_lists = false;
    const auto from = desired();
    auto to = current();
    to.users[0].ssh_keys->push_back(ssh_blob::valid_line(2));
    auto gone = there(hpc({"ben"}), "h");
    gone.external_id = {"pw-activate:group:gone"};
    gone.display_name = "gone";
    to.groups.push_back(gone);
    const auto before = plan::make_plan(from, to, policy);
    REQUIRE(held_in(before) == std::set<std::string>{"max-deactivations", "max-key-removals"});
    const auto plan =
        plan::plan_with_approval(plan::plan_all_users(from, to, policy),
                                 from,
                                 to,
                                 policy,
                                 {plan::held_digests(before.held).at("max-deactivations")});
    CHECK(held_in(plan) == std::set<std::string>{"max-key-removals"});
    REQUIRE(plan.groups.size() == 2);
    CHECK(plan.groups[0].target.empty());
    CHECK(plan.groups[1].target == std::vector<record::ExternalId>{{"pw-activate:user:ada"}});
}

TEST_CASE("a migration gives each user and group an external id of the namespace") {
    const auto records = current();
    const auto plan = plan::plan_migration(records, "acme");
    REQUIRE(plan.users.size() == 3);
    REQUIRE(plan.groups.size() == 1);
    for (const auto& change : plan.users) {
        CHECK(change.action == plan::Action::adopt);
        CHECK(change.desired->external_id.value ==
              "pw-activate:acme:" + change.current->external_id.value.substr(12));
        CHECK(change.desired->user_name == change.current->user_name);
        CHECK(change.why == Texts{"externalId \"" + change.current->external_id.value + "\" -> \"" +
                                  change.desired->external_id.value + "\""});
    }
    CHECK(plan.groups[0].desired->external_id.value == "pw-activate:acme:group:hpc");
    CHECK(plan.groups[0].why ==
          Texts{R"(externalId "pw-activate:group:hpc" -> "pw-activate:acme:group:hpc")"});
    CHECK(plan.current.users == 3);
    CHECK(plan.current.groups == 1);
}

TEST_CASE("a migration gives no record the external id of another one") {
    auto records = current();
    auto user = there(person("ada2"), "9");
    user.external_id = {"pw-activate:acme:user:ada"};
    records.unmanaged_users.push_back(user);
    auto group = there(hpc({}), "h");
    group.external_id = {"pw-activate:acme:group:hpc"};
    group.display_name = "hpc-new";
    records.unmanaged_groups.push_back(group);
    auto plan = plan::plan_migration(records, "acme");
    CHECK(plan.users.size() == 2);
    CHECK(plan.groups.empty());
    const auto sentences = plan::describe_withheld(plan);
    REQUIRE(sentences.size() == 2);
    CHECK(sentences[0].asks_for_action);
    CHECK(sentences[0].text ==
          "ada@acme.org (pw-activate:user:ada): duplicate-external-id: record 9 (ada2@acme.org) "
          "has the externalId pw-activate:acme:user:ada already; delete one of the two records in "
          "CoreWeave, then export and migrate again");
    CHECK(contains(sentences[1].text, "record h (hpc-new) has the externalId"));
}

TEST_CASE("a plan of another namespace is not read") {
    std::istringstream in(R"({"type":"stream","format":1,"kind":"plan","namespace":"acme"})"
                          "\n");
    stream::Reader lines(in, "plan");
    const auto error = caught(
        [&] { (void)plan::read_plan(lines, plan::OldPlans::refused, [](const auto&, auto&) {}); });
    CHECK(error.status == ExitStatus::bad_config);
    CHECK(error.says("plan:1: this stream has namespace acme"));
}

TEST_CASE("a user is named by userName, address, username, externalId or key") {
    auto dan = person("dan");
    dan.user_name = "daniel@acme.org";
    dan.email = "d@acme.org";
    dan.activate_username = "dd";
    const Directory all{{dan, person("ben")}, {}};
    const std::set<record::ExternalId> expected{dan.external_id};
    for (const char* name :
         {"Daniel@acme.org", "D@acme.org", "DD", "pw-activate:user:dan", "dan"}) {
        CAPTURE(name);
        CHECK(plan::resolve_only({name}, all, {}) == expected);
    }
    for (const char* name : {"", "PW-activate:user:dan", "eve"}) {
        CAPTURE(name);
        CHECK(caught([&] { (void)plan::resolve_only({name}, all, {}); }).status ==
              ExitStatus::usage);
    }
    auto twin = person("twin");
    twin.email = "ben@acme.org";
    CHECK(caught([&] {
              (void)plan::resolve_only({"ben@acme.org"}, {{person("ben"), twin}, {}}, {});
          }).status == ExitStatus::usage);
}

TEST_CASE("a reason without a row is a bug") {
    CHECK(plan::reason("members-unknown").newcomer == ExitStatus::partial);
    CHECK_THROWS_AS(plan::reason("no-such-reason"), std::logic_error);
}

TEST_CASE("of one reason twenty sentences are given, and the others are counted") {
    const auto sentences_of = [](int count) {
        Directory from;
        for (int n = 0; n < count; ++n) {
            from.users.push_back(person("u" + std::to_string(n)));
            from.users.back().user_name.clear();
        }
        auto plan = plan::make_plan(from, {}, without_rails());
        return plan::describe_withheld(plan);
    };
    CHECK(sentences_of(20).size() == 20);
    const auto sentences = sentences_of(23);
    REQUIRE(sentences.size() == 21);
    CHECK(contains(sentences.back().text, "and 3 more with the reason no-user-name"));
}

TEST_CASE("a state that is acknowledged asks for nothing, and an unused entry is reported") {
    auto one = person("ada");
    auto other = person("other");
    other.user_name = "ada@other.org";
    auto policy = without_rails();
    policy.acknowledged = {"ada@acme.org=posix-collision", "pw-activate:user:x=bad-name"};
    const auto plan = plan::make_plan({{one, other}, {}}, {}, policy);
    REQUIRE(plan.account.skips.size() == 2);
    for (const auto& skip : plan.account.skips) {
        const bool is_accepted = skip.external_id == one.external_id;
        CHECK(skip.withheld.acknowledged == is_accepted);
        CHECK(skip.withheld.exit_status == (is_accepted ? ExitStatus::ok : ExitStatus::unresolved));
    }
    REQUIRE(plan.account.warnings.size() == 1);
    CHECK(contains(plan.account.warnings[0], "pw-activate:user:x=bad-name is acknowledged"));
}

TEST_CASE("a user who takes over a record inherits its unmanaged groups, which are named") {
    auto again = person("eve");
    again.external_id = {"pw-activate:user:eve-2"};
    const auto old = there(person("eve"), "2");
    auto group = there(hpc({"eve"}), "g");
    group.external_id = {};
    auto other = group;
    other.display_name = "other";
    other.members.reset();
    const auto change = planned({{again}, {}}, {.users = {old}, .unmanaged_groups = {group, other}})
                            .change("pw-activate:user:eve-2");
    CHECK(change.at("action") == "adopt");
    CHECK(says(change, "the record is in unmanaged groups: hpc"));
    CHECK_FALSE(says(change, "other"));
}
