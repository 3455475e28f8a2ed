// The users of a capture in the plan of a restore: those without a record, and inactive ones.

#include "support/plan_run.hpp"

using namespace plan_run;

namespace {

/// The only line of the plan that restores `captured`.
ordered_json line_of(const User& captured, const Directory& now) {
    auto policy = without_rails();
    policy.restore = true;
    return only_line(planned({{captured}, {}}, now, policy));
}

}  // namespace

TEST_CASE("a user who is inactive in the capture and has no record is not created") {
    const auto line = line_of(there(inactive(person("ada")), "1"), {});
    CHECK(line.at("type") == "unchanged");
    CHECK(line.at("note") == "inactive users are not created");
}

TEST_CASE("a restore that creates a user shows the captured record, with its id and version") {
    auto captured = there(ada(), "1");
    captured.version = "W/\"3\"";
    const auto line = line_of(captured, {});
    CHECK(line.at("action") == "create");
    CHECK(line.at("after").at("id") == "1");
    CHECK(line.at("after").at("version") == "W/\"3\"");
    CHECK_FALSE(line.at("data").contains("id"));
    CHECK_FALSE(line.contains("version"));
    captured.version.clear();
    CHECK_FALSE(line_of(captured, {}).at("after").contains("version"));
}

TEST_CASE(
    "if a user with a reserved name is inactive in the capture, a restore skips the user with 0") {
    const auto root = there(person("root"), "1");
    const auto status_of = [&](const User& captured) {
        const auto line = line_of(captured, {{inactive(root)}, {}});
        CHECK(line.at("reason") == "reserved-user-name");
        return line.at("exitStatus").get<int>();
    };
    CHECK(status_of(inactive(root)) == static_cast<int>(ExitStatus::ok));
    CHECK(status_of(root) == static_cast<int>(ExitStatus::unresolved));
}

TEST_CASE(
    "a restore deactivates a user who is inactive in the capture, even if the name may not be "
    "sent") {
    auto bad = there(person("ada"), "1");
    bad.display_name = "Ada:Lovelace";
    for (const auto& user : {bad, there(person("root"), "1")}) {
        const auto line = line_of(inactive(user), {{user}, {}});
        CHECK(line.at("action") == "deactivate");
        CHECK(paths_of(line) == Texts{"replace active"});
        CHECK(line.at("exitStatus") == 0);
    }
}

TEST_CASE("if such a user is protected, the reason says that the user stays active") {
    auto bad = there(person("ada"), "1");
    bad.display_name = "Ada:Lovelace";
    auto policy = without_rails();
    policy.restore = true;
    policy.protected_users = {"ada@acme.org"};
    const auto line = only_line(planned({{inactive(bad)}, {}}, {{bad}, {}}, policy));
    CHECK(line.at("reason") == "bad-name");
    CHECK(contains(line.at("detail").get<std::string>(), "is protected and stays active"));
}

TEST_CASE("a restore of the present state keeps an inactive member whose name may not be sent") {
    auto bad = inactive(there(person("ada"), "1"));
    bad.display_name = "Ada:Lovelace";
    const auto members = there(hpc({"ada"}), "g");
    auto policy = without_rails();
    policy.restore = true;
    CHECK(planned({{bad}, {members}}, {{bad}, {members}}, policy).changes().empty());
}
