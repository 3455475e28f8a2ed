// The lines of one user: names in parts, and keys whose removal a limit holds.

#include "plan/write_plan.hpp"

#include "support/plan_run.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace plan_run;

namespace {

const std::string kOld = ssh_blob::valid_line(1);
const std::string kStays = ssh_blob::valid_line(2);
const std::string kNew = ssh_blob::valid_line(3);
const std::string kRefused = "ssh-dss AAAAB3NzaC1kc3M=";

Planned with_keys(const Texts& before, const Texts& wanted) {
    auto policy = without_rails();
    policy.limits.key_removals = {0, {}};
    auto now = there(person("ada"), "1");
    now.ssh_keys = before;
    auto then = person("ada");
    then.ssh_keys = wanted;
    return planned({{then}, {}}, {{now}, {}}, policy);
}

std::string keys_of(const ordered_json& line, const char* when) {
    return line.at(when).at("sshKeys").dump();
}

std::string list(const Texts& keys) {
    return ordered_json(keys).dump();
}

User named(const std::optional<std::string>& given, const std::optional<std::string>& family) {
    auto user = person("ada");
    user.given_name = given;
    user.family_name = family;
    return user;
}

/// The operations of the only line, and what it replaces.
std::string change_of_names(const User& now, const User& then, bool restore) {
    auto policy = without_rails();
    policy.restore = restore;
    const Directory current{{there(now, "1")}, {}};
    const Directory desired{{then}, {}};
    const auto plan = plan::make_plan(desired, current, policy);
    std::string all;
    (void)plan::write_plan(plan, current, {.exactly = restore}, [&](std::string_view text) {
        const auto line = ordered_json::parse(text);
        for (const auto& operation : line.at("data").at("Operations")) {
            all += operation.at("op").get<std::string>() + " " +
                   operation.at("path").get<std::string>() + " " +
                   operation.value("value", ordered_json("")).dump() + "; ";
        }
        all += line.at("before").dump() + " -> " + line.at("after").dump();
    });
    return all;
}

}  // namespace

TEST_CASE("new keys are sent while the removal of other keys is held") {
    const auto plan = with_keys({kOld, kStays}, {kStays, kNew});
    const auto lines = plan.changes();
    REQUIRE(lines.size() == 2);
    CHECK_FALSE(lines[0].contains("held"));
    CHECK(keys_of(lines[0], "before") == list({kOld, kStays}));
    CHECK(keys_of(lines[0], "after") == list({kOld, kStays, kNew}));
    CHECK(lines[0].at("why") == Texts{"sshKeys + " + record::ssh_key_fingerprint(kNew)});
    CHECK(lines[1].at("held") == "max-key-removals");
    CHECK(keys_of(lines[1], "before") == list({kOld, kStays, kNew}));
    CHECK(keys_of(lines[1], "after") == list({kStays, kNew}));
    CHECK(lines[1].at("why") == Texts{"sshKeys - " + record::ssh_key_fingerprint(kOld)});
}

TEST_CASE("a key that may not be sent is not sent back while its removal is held") {
    for (const auto& before : {Texts{kRefused, kStays}, Texts{kRefused}}) {
        const auto line = only_line(with_keys(before, {kNew}));
        CHECK(line.at("held") == "max-key-removals");
        CHECK(keys_of(line, "before") == list(before));
        CHECK(keys_of(line, "after") == list({kNew}));
    }
}

TEST_CASE("without a new key, the held removal of keys is the only line") {
    const auto line = only_line(with_keys({kOld, kStays}, {kStays}));
    CHECK(line.at("held") == "max-key-removals");
    CHECK(keys_of(line, "after") == list({kStays}));
}

TEST_CASE("a name in parts is sent with the part that ACTIVATE does not know") {
    CHECK(change_of_names(named("Adda", "Lovelace"), named("Ada", {}), false) ==
          R"(replace name {"givenName":"Ada","familyName":"Lovelace"}; )"
          R"({"givenName":"Adda","familyName":"Lovelace"} -> )"
          R"({"givenName":"Ada","familyName":"Lovelace"})");
    // A part that may not be sent is not sent back.
    CHECK(change_of_names(named("Adda", "Love:lace"), named("Ada", {}), false) ==
          R"(replace name {"givenName":"Ada"}; {"givenName":"Adda"} -> {"givenName":"Ada"})");
    CHECK(change_of_names(named({}, "King"), named({}, "Lovelace"), false) ==
          R"(replace name {"familyName":"Lovelace"}; {"familyName":"King"} -> )"
          R"({"familyName":"Lovelace"})");
}

TEST_CASE("in a restore, the line of a user who stays inactive says so") {
    const bool now_active = GENERATE(true, false);
    const bool then_active = GENERATE(true, false);
    auto now = named("Adda", {});
    auto then = named("Ada", {});
    now.active = now_active;
    then.active = then_active;
    auto policy = without_rails();
    policy.restore = true;
    const Directory current{{there(now, "1")}, {}};
    const Directory desired{{then}, {}};
    const auto plan = plan::make_plan(desired, current, policy);
    Texts lines;
    (void)plan::write_plan(
        plan, current, {.exactly = true}, [&](std::string_view text) { lines.emplace_back(text); });
    REQUIRE(lines.size() == 1);
    CHECK(ordered_json::parse(lines[0]).contains("inactive") == (!now_active && !then_active));
}

TEST_CASE("in a restore, a name that loses a part is removed before it is set") {
    CHECK(change_of_names(named("Adda", "Lovelace"), named("Ada", "Lovelace"), true) ==
          R"(replace name {"givenName":"Ada","familyName":"Lovelace"}; )"
          R"({"givenName":"Adda","familyName":"Lovelace"} -> )"
          R"({"givenName":"Ada","familyName":"Lovelace"})");
    CHECK(
        change_of_names(named("Ada", "Lovelace"), named("Ada", {}), true) ==
        R"(remove name ""; replace name {"givenName":"Ada"}; )"
        R"({"givenName":"Ada","familyName":"Lovelace"} -> {"givenName":"Ada","familyName":null})");
    CHECK(change_of_names(named("Ada", "Lovelace"), named({}, {}), true) ==
          R"(remove name ""; {"givenName":"Ada","familyName":"Lovelace"} -> )"
          R"({"givenName":null,"familyName":null})");
    CHECK(change_of_names(named({}, "Lovelace"), named("Ada", "Lovelace"), true) ==
          R"(replace name {"givenName":"Ada","familyName":"Lovelace"}; )"
          R"({"givenName":null,"familyName":"Lovelace"} -> )"
          R"({"givenName":"Ada","familyName":"Lovelace"})");
}
