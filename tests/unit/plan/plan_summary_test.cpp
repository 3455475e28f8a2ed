// The summary of a plan: digests of held changes, and the exit status of the parts that it leaves
// out.

#include "plan/held_changes.hpp"
#include "plan/read_plan.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>
#include <vector>

using nlohmann::json;

namespace {

/// The plan of these lines, with a seal that counts them.
plan::PlanSummary summary_of(const std::vector<json>& lines, const json& more = json::object()) {
    json end{{"type", "end"},
             {"resealed", true},
             {"create", 0},
             {"update", 0},
             {"deactivate", 0},
             {"reactivate", 0},
             {"adopt", 0},
             {"unchanged", 0},
             {"skipped", 0},
             {"held", 0}};
    const auto add = [&](const std::string& count) {
        end[count] = end[count].get<std::size_t>() + 1;
    };
    std::string text = R"({"type":"stream","format":1,"kind":"plan"})"
                       "\n";
    for (const auto& line : lines) {
        text += line.dump() + "\n";
        add(line.value("action", "skipped"));
        if (line.contains("held")) {
            add("held");
        }
    }
    end.update(more);
    std::istringstream in(text + end.dump() + "\n");
    stream::Reader reader(in, "plan");
    return plan::read_plan(
        reader, plan::OldPlans::permitted, [](const plan::PlannedChange&, json&) {});
}

json with(json line, const std::string& field, json value) {
    line[field] = std::move(value);
    return line;
}

json deactivation(const std::string& id) {
    return {{"type", "change"},
            {"id", "d-" + id},
            {"action", "deactivate"},
            {"resource", "User"},
            {"externalId", "pw-activate:user:" + id},
            {"method", "PATCH"},
            {"path", "/Users/" + id},
            {"data", {{"Operations", json::array()}}}};
}

json held_deactivation(const std::string& id) {
    return with(deactivation(id), "held", "max-deactivations");
}

json held_takeover(const std::string& before, const std::string& after) {
    auto line = held_deactivation(after);
    line["action"] = "adopt";
    line["held"] = "max-takeovers";
    line["before"] = {{"externalId", before}, {"active", true}};
    line["after"] = {{"externalId", "pw-activate:user:" + after}, {"active", true}};
    return line;
}

const json kSkip =
    json::parse(R"({"type":"skip","resource":"User","externalId":"x","reason":"r"})");

json new_user(const std::string& id) {
    const auto external_id = "pw-activate:user:" + id;
    return {{"type", "change"},
            {"id", "c-" + id},
            {"action", "create"},
            {"resource", "User"},
            {"externalId", external_id},
            {"userName", "ada@acme.org"},
            {"method", "POST"},
            {"path", "/Users"},
            {"data", {{"externalId", external_id}, {"userName", "ada@acme.org"}}}};
}

json new_group(const std::string& id) {
    const auto external_id = "pw-activate:group:" + id;
    return {{"type", "change"},
            {"id", "c-" + id},
            {"action", "create"},
            {"resource", "Group"},
            {"externalId", external_id},
            {"displayName", "hpc"},
            {"method", "POST"},
            {"path", "/Groups"},
            {"data", {{"externalId", external_id}, {"displayName", "hpc"}}}};
}

}  // namespace

TEST_CASE("a plan that creates a user or a group twice is rejected at the second create") {
    (void)summary_of({new_user("a"), new_user("b"), new_group("a"), new_group("b")});
    CHECK(caught([] {
              (void)summary_of({new_user("a"), new_user("a")});
          }).says("plan:3: a second create of user ada@acme.org (pw-activate:user:a); make"));
    const auto error = caught([] {
        (void)summary_of({new_group("a"), new_group("b"), new_group("a")});
    });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.sentence.starts_with("plan:4: a second create of group hpc (pw-activate:group:a)"));
}

TEST_CASE("a change carries the name of its record") {
    auto line = deactivation("a");
    line["displayName"] = "Ada";
    CHECK(plan::change_from_json(line).name.empty());
    CHECK(plan::change_from_json(with(line, "userName", "a@x.org")).name == "a@x.org");
    line["resource"] = "Group";
    line["externalId"] = "pw-activate:group:g";
    line["path"] = "/Groups/8f";
    CHECK(plan::change_from_json(line).name == "Ada");
}

TEST_CASE("the changes of each limit have a digest of their own next to that of all") {
    const auto leaver = held_deactivation("a");
    const auto takeover = held_takeover("pw-activate:user:old", "new");
    const auto summary = summary_of({leaver, takeover});
    REQUIRE(summary.held_by.size() == 2);
    CHECK(summary.held == 2);
    CHECK(summary.held_by.at("max-deactivations").lines == 1);
    CHECK(summary.held_by.at("max-deactivations").digest ==
          plan::held_digest({plan::held_deactivation({"a"})}));
    CHECK(summary.held_by.at("max-takeovers").digest ==
          plan::held_digest({R"(takeover "pw-activate:user:old" "pw-activate:user:new")"}));
    CHECK(summary.held_digest ==
          plan::held_digest({plan::held_deactivation({"a"}),
                             R"(takeover "pw-activate:user:old" "pw-activate:user:new")"}));
}

TEST_CASE("the digest of a takeover is computed from the two ids alone") {
    auto line = held_takeover("pw-activate:user:old", "new");
    const auto digest = summary_of({line}).held_digest;
    line["before"]["active"] = false;
    line["path"] = "/Users/other";
    CHECK(summary_of({line}).held_digest == digest);
    CHECK(summary_of({held_takeover("pw-activate:user:older", "new")}).held_digest != digest);
    CHECK(summary_of({held_takeover("pw-activate:user:old", "newer")}).held_digest != digest);
    line["before"].erase("externalId");
    CHECK(plan::held_removals(line).empty());
}

TEST_CASE("skips and withheld lines decide the exit status") {
    const auto withheld = with(deactivation("a"), "withheld", "bad-name");
    CHECK(summary_of({withheld, kSkip}).unresolved == 0);
    CHECK(summary_of({withheld, kSkip}).partial == 0);
    const auto summary =
        summary_of({with(withheld, "exitStatus", 4), with(kSkip, "exitStatus", 4)});
    CHECK(summary.unresolved == 2);
    CHECK(summary.partial == 0);
    CHECK(summary_of({with(withheld, "exitStatus", 2), with(kSkip, "exitStatus", 0)}).partial == 1);
    const auto status = GENERATE(values<json>({3, 1, -4, "4", nullptr, true}));
    const auto error = caught([&] { (void)summary_of({with(kSkip, "exitStatus", status)}); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("\"exitStatus\" is " + status.dump()));
}

TEST_CASE("a plan whose skips do not have the exit statuses of the seal is rejected") {
    const auto four = with(kSkip, "exitStatus", 4);
    const auto two = with(kSkip, "exitStatus", 2);
    const auto counted = [](const std::vector<json>& lines, bool resealed) {
        return summary_of(lines,
                          {{"unresolved", 1},
                           {"partial", 1},
                           {"resealed", resealed},
                           {"desired", {{"users", lines.size()}, {"groups", 0}}},
                           {"current", {{"users", 0}, {"groups", 0}}},
                           {"matched", 0},
                           {"split", 0}});
    };
    CHECK(counted({four, two}, false).unresolved == 1);
    // Both lines of a split change have it.
    CHECK(counted({four, four, two}, false).unresolved == 2);
    const auto edited = GENERATE_COPY(values<std::vector<json>>(
        {{kSkip, two}, {with(kSkip, "exitStatus", 0), two}, {two, two}, {four, kSkip}}));
    CHECK(counted(edited, true).unresolved < 2);
    const auto error = caught([&] { (void)counted(edited, false); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("an \"exitStatus\" was edited"));
}

TEST_CASE("a seal has what the exports lack, and its field is a pair of counts") {
    CHECK(summary_of({}).exports.empty());
    const auto exports = summary_of({}, {{"exports", {{"unresolved", 1}, {"partial", 2}}}}).exports;
    CHECK(exports.unresolved == 1);
    CHECK(exports.partial == 2);
    const auto other = GENERATE(values<json>({7, {{"unresolved", 1}}, {{"unresolved", -1}}}));
    const auto error = caught([&] { (void)summary_of({}, {{"exports", other}}); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("the seal has no count"));
}
