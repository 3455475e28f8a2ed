// The access that a restore does not give back to users who have left ACTIVATE.

#include "plan/restore_leavers.hpp"

#include "support/plan_run.hpp"

#include <utility>

using namespace plan_run;

namespace {

const record::ExternalId kAda{"pw-activate:user:ada"};
const record::ExternalId kBen{"pw-activate:user:ben"};

User ben() {
    auto user = there(person("ben"), "u-ben");
    user.ssh_keys = Texts{ssh_blob::valid_line(2)};
    return user;
}

}  // namespace

TEST_CASE("a user who is active in ACTIVATE gets everything back") {
    Directory captured{{ben()}, {there(hpc({"ben"}), "g")}};
    const auto before = captured.users[0];
    const auto left = plan::withhold_from_leavers(
        {{person("ben")}, {}}, {}, {{inactive(ben())}, {there(hpc({}), "g")}}, captured);
    CHECK(left.empty());
    CHECK(captured.users[0].active);
    CHECK(captured.users[0].ssh_keys == before.ssh_keys);
    CHECK(captured.groups[0].members->size() == 1);
}

TEST_CASE("a user who has left keeps access that is in both states, and the rest is reported") {
    Directory captured{{ben()}, {there(hpc({"ben"}), "g")}};
    captured.users[0].ssh_keys =
        Texts{ssh_blob::valid_line(2), ssh_blob::valid_line(3), ssh_blob::valid_line(5)};
    auto now = ben();
    now.user_name = "benjamin@acme.org";
    now.ssh_keys = Texts{ssh_blob::valid_line(3), ssh_blob::valid_line(4)};
    SECTION("active now") {
        const auto left = plan::withhold_from_leavers(
            {{inactive(person("ben"))}, {}}, {}, {{now}, {there(hpc({"ben"}), "g")}}, captured);
        CHECK(
            left.at(kBen).detail ==
            "inactive in ACTIVATE; not given back: 2 SSH keys, names; give access in ACTIVATE, or "
            "restore it all the same with --restore-leavers; still active in SCIM until the "
            "next run: deactivate the user in CoreWeave if that is too late");
        CHECK(left.at(kBen).grants_more);
        CHECK(captured.users[0].active);
        CHECK(captured.groups[0].members->size() == 1);
    }
    SECTION("inactive now, and a member of nothing") {
        const auto left =
            plan::withhold_from_leavers({}, {}, {{inactive(now)}, {there(hpc({}), "g")}}, captured);
        CHECK(left.at(kBen).reason == "has-left");
        CHECK(left.at(kBen).exit_status == ExitStatus::ok);
        CHECK(left.at(kBen).detail ==
              "absent in ACTIVATE; not given back: the account, 2 SSH keys, 1 membership, names; "
              "give access in ACTIVATE, or restore it all the same with --restore-leavers");
        CHECK_FALSE(captured.users[0].active);
        CHECK(captured.groups[0].members->empty());
    }
    CHECK(captured.users[0].ssh_keys == Texts{ssh_blob::valid_line(3)});
    CHECK(captured.users[0].user_name == "benjamin@acme.org");
}

TEST_CASE("the parts that a user who has left does not get back are counted each") {
    auto other = there(hpc({"ben"}), "h");
    other.external_id = {"pw-activate:group:other"};
    Directory captured{{ben()}, {there(hpc({"ben"}), "g"), other}};
    auto now = ben();
    now.display_name = "Ben Okafor";
    now.ssh_keys = Texts{ssh_blob::valid_line(3), ssh_blob::valid_line(4)};
    other.members->clear();
    const auto left =
        plan::withhold_from_leavers({}, {}, {{now}, {there(hpc({}), "g"), other}}, captured);
    CHECK(left.at(kBen).detail.starts_with(
        "absent in ACTIVATE; not given back: 1 SSH key, 2 memberships, names; give access"));
    CHECK(captured.users[0].ssh_keys == Texts{});
    CHECK(captured.users[0].display_name == "Ben Okafor");
    CHECK(captured.groups[0].members->empty());
    CHECK(captured.groups[1].members->empty());
}

TEST_CASE("a user who has left and would get nothing back is not reported") {
    Directory captured{{inactive(ben())}, {}};
    CHECK(plan::withhold_from_leavers({}, {}, {{ben()}, {}}, captured).empty());
    CHECK_FALSE(captured.users[0].active);
}

TEST_CASE(
    "a user who has left and stays active is reported, but not if ACTIVATE gave no clear answer") {
    Directory captured{{ben()}, {}};
    const auto left = plan::withhold_from_leavers({}, {}, {{ben()}, {}}, captured);
    CHECK(left.at(kBen).detail ==
          "absent in ACTIVATE; still active in SCIM until the next run: deactivate the user in "
          "CoreWeave if that is too late");
    CHECK(captured.users[0].active);
    CHECK(
        plan::withhold_from_leavers({}, record::Confirmations{}, {{ben()}, {}}, captured).empty());
}

TEST_CASE("a refused record of a user who has left is reported as such, too") {
    auto policy = without_rails();
    policy.restore = true;
    auto now = inactive(ben());
    now.display_name = "Ben:Okafor";
    Directory captured{{ben()}, {}};
    policy.not_given_back = plan::withhold_from_leavers({}, {}, {{now}, {}}, captured);
    const auto skips = planned(captured, {{now}, {}}, policy).of_type("skip");
    REQUIRE(skips.size() == 1);
    CHECK(skips[0].at("reason") == "bad-name");
    CHECK(skips[0].at("exitStatus") == 0);
    CHECK(skips[0].at("detail").get<std::string>().find("not given back: the account, names") !=
          std::string::npos);
}

TEST_CASE("one active row of several in ACTIVATE is enough") {
    Directory captured{{ben()}, {}};
    CHECK(plan::withhold_from_leavers(
              {{inactive(person("ben")), person("ben")}, {}}, {}, {{inactive(ben())}, {}}, captured)
              .empty());
    CHECK(captured.users[0].active);
}

TEST_CASE("ACTIVATE's confirmation decides about an absent user") {
    struct Case {
        std::string answer{};
        std::string reason{};
        std::string why{};
    };
    const auto row = GENERATE(Case{"gone", "has-left", "absent in ACTIVATE;"},
                              Case{"inactive", "has-left", "inactive in ACTIVATE;"},
                              Case{"out-of-scope", "has-left", "in none of the groups"},
                              Case{"unknown", "not-confirmed", "no clear answer"},
                              Case{"present", "", ""});
    Directory captured{{ben()}, {}};
    const auto left = plan::withhold_from_leavers(
        {}, record::Confirmations{{kBen.value, row.answer}}, {{inactive(ben())}, {}}, captured);
    CHECK(captured.users[0].active == row.reason.empty());
    CHECK(left.contains(kBen) == !row.reason.empty());
    if (left.contains(kBen)) {
        CHECK(left.at(kBen).reason == row.reason);
        CHECK(left.at(kBen).detail.find(row.why) != std::string::npos);
        CHECK(left.at(kBen).exit_status ==
              (row.reason == "has-left" ? ExitStatus::ok : ExitStatus::partial));
    }
}

TEST_CASE("without a confirmation about an absent user, the user gets nothing back") {
    Directory captured{{ben()}, {}};
    const auto left =
        plan::withhold_from_leavers({}, record::Confirmations{}, {{inactive(ben())}, {}}, captured);
    CHECK(left.at(kBen).reason == "not-confirmed");
    CHECK_FALSE(captured.users[0].active);
}

TEST_CASE("of several records with the externalId of a user who has left, none gains access") {
    auto copy = ben();
    copy.id = {"u-copy"};
    copy.user_name = "copy@acme.org";
    copy.ssh_keys = Texts{};
    Directory captured{{ben()}, {there(hpc({}), "g")}};
    captured.groups[0].foreign_members = {{"u-ben"}, {"u-copy"}};
    auto group = there(hpc({}), "g");
    group.foreign_members = {{"u-ben"}};
    const auto left =
        plan::withhold_from_leavers({}, {}, {{inactive(ben()), copy}, {group}}, captured);
    CHECK(left.at(kBen).detail.find("the account, 1 membership") != std::string::npos);
    CHECK_FALSE(captured.users[0].active);
    CHECK(captured.groups[0].foreign_members == std::vector<record::ResourceId>{{"u-ben"}});
}

TEST_CASE("a user who has left stays a member only if each record of the group has the member") {
    Directory captured{{ben()}, {there(hpc({"ben"}), "g")}};
    const auto copy = there(hpc({}), "h");
    (void)plan::withhold_from_leavers(
        {}, {}, {{inactive(ben())}, {there(hpc({"ben"}), "g"), copy}}, captured);
    CHECK(captured.groups[0].members->empty());
}

TEST_CASE("managed members without a record, and groups without one, gain nothing") {
    Directory captured{{ben(), there(ada(), "u-ada")}, {there(hpc({"ada", "ben"}), "g")}};
    const auto left =
        plan::withhold_from_leavers({{ada()}, {}}, {}, {{there(ada(), "u-ada")}, {}}, captured);
    CHECK(left.size() == 1);
    CHECK(left.at(kBen).detail.find("the account, 1 membership") != std::string::npos);
    CHECK(*captured.groups[0].members == std::vector<record::ExternalId>{kAda});
}

TEST_CASE("a user who is not created in a restore is a skip with the reason, and blocks no name") {
    auto policy = without_rails();
    policy.restore = true;
    Directory captured{{ben()}, {}};
    auto stranger = there(person("x"), "u-x");
    stranger.external_id = {};
    stranger.user_name = "ben@acme.org";
    Directory now;
    now.unmanaged_users.push_back(stranger);
    policy.not_given_back = plan::withhold_from_leavers({}, {}, now, captured);
    const auto skips = planned(captured, now, policy).of_type("skip");
    REQUIRE(skips.size() == 1);
    CHECK(skips[0].at("reason") == "has-left");
    CHECK(skips[0].at("exitStatus") == 0);
}

TEST_CASE("members of a group that are unknown in the capture stay unknown") {
    Directory captured{{ben()}, {there(hpc({}), "g")}};
    captured.groups[0].members.reset();
    const auto left =
        plan::withhold_from_leavers({}, {}, {{ben()}, {there(hpc({"ben"}), "g")}}, captured);
    CHECK_FALSE(captured.groups[0].members);
    CHECK_FALSE(contains(left.at(kBen).detail, "not given back"));
}

TEST_CASE(
    "if the current members of a group are unknown, a restore does not add users who have left") {
    Directory captured{{ben()}, {there(hpc({"ben"}), "g")}};
    auto now = there(hpc({}), "g");
    now.members.reset();
    const auto left = plan::withhold_from_leavers({}, {}, {{ben()}, {now}}, captured);
    CHECK(captured.groups[0].members->empty());
    CHECK(contains(left.at(kBen).detail, "not given back: 1 membership;"));
}

TEST_CASE("a user who has left stays a member if a second record of the user is a member now") {
    Directory captured{{ben()}, {there(hpc({"ben"}), "g")}};
    auto copy = ben();
    copy.id = {"u-copy"};
    const auto eve = there(person("eve"), "u-eve");  // has left, too
    auto now = there(hpc({}), "g");
    now.foreign_members = {{"u-eve"}, {"u-x"}};
    const Directory without{{ben(), copy, eve}, {now}};
    now.foreign_members = {{"u-copy"}, {"u-eve"}, {"u-x"}};
    const Directory with{{ben(), copy, eve}, {now}};
    auto state = captured;
    CHECK_FALSE(contains(plan::withhold_from_leavers({}, {}, with, state).at(kBen).detail,
                         "not given back"));
    CHECK(*state.groups[0].members == std::vector<record::ExternalId>{kBen});
    state = captured;
    CHECK(contains(plan::withhold_from_leavers({}, {}, without, state).at(kBen).detail,
                   "not given back: 1 membership;"));
    CHECK(state.groups[0].members->empty());
}

TEST_CASE("keys that the capture does not know are not reported, and stay unknown") {
    Directory captured{{ben()}, {}};
    captured.users[0].ssh_keys.reset();
    const auto left = plan::withhold_from_leavers({}, {}, {{inactive(ben())}, {}}, captured);
    CHECK_FALSE(captured.users[0].ssh_keys);
    CHECK(contains(left.at(kBen).detail, "not given back: the account;"));
}

TEST_CASE(
    "if the capture has several rows of a user who has left, the skip names what each gives") {
    auto other = inactive(ben());
    other.user_name = "benjamin@acme.org";
    const bool is_active_first = GENERATE(true, false);
    Directory captured{{ben(), other}, {}};
    if (!is_active_first) {
        std::swap(captured.users[0], captured.users[1]);
    }
    auto state = captured;
    CHECK(contains(plan::withhold_from_leavers({}, {}, {}, state).at(kBen).detail,
                   "not given back: the account;"));
    CHECK_FALSE(state.users[0].active);
    CHECK_FALSE(state.users[1].active);
    state = captured;
    CHECK(contains(plan::withhold_from_leavers({}, {}, {{other}, {}}, state).at(kBen).detail,
                   "not given back: the account, names;"));
    CHECK(state.users[0].user_name == "benjamin@acme.org");
    CHECK(state.users[1].user_name == "benjamin@acme.org");
}

TEST_CASE("an inactive user of the capture who has left and has no record is not reported") {
    Directory captured{{inactive(ben())}, {}};
    CHECK(plan::withhold_from_leavers({}, {}, {}, captured).empty());
    CHECK_FALSE(captured.users[0].active);
}
