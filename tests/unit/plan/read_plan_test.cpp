#include "plan/read_plan.hpp"

#include "plan/held_changes.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>
#include <vector>

using nlohmann::json;
using plan::change_from_json;
using plan::PlannedChange;
using record::Kind;
constexpr auto kOld = plan::OldPlans::permitted;  // no check

namespace {

const json kCreate = json::parse(R"({"type":"change","id":"c-1","action":"create","resource":"User",
    "externalId":"pw-activate:user:a","method":"POST","path":"/Users","bulkId":"pw-activate:user:a",
    "data":{"externalId":"pw-activate:user:a","userName":"a@x.org"}})");
const json kUpdate =
    json::parse(R"({"type":"change","id":"c-2","action":"update","resource":"Group",
    "externalId":"pw-activate:group:g","method":"PATCH","path":"/Groups/8f","version":"W/\"3\"","held":"max-member-removals",
    "data":{"Operations":[]}})");
const json kSkip =
    json::parse(R"({"type":"skip","resource":"User","externalId":"x","reason":"r"})");

json with(json line, const std::string& field, json value) {
    line[field] = std::move(value);
    return line;
}

json without(json line, const std::string& field) {
    line.erase(field);
    return line;
}

/// The seal of a plan that compared this many records on each side.
json seal(std::size_t desired, std::size_t current, std::size_t matched) {
    return {{"type", "end"},
            {"desired", {{"users", desired}, {"groups", 0}}},
            {"current", {{"users", 0}, {"groups", current}}},
            {"matched", matched},
            {"create", 0},
            {"update", 0},
            {"deactivate", 0},
            {"reactivate", 0},
            {"adopt", 0},
            {"unchanged", 0},
            {"skipped", 0},
            {"held", 0},
            {"split", 0}};
}

std::string plan_of(const std::vector<json>& lines) {
    std::string text = R"({"type":"stream","format":1,"kind":"plan"})"
                       "\n";
    for (const auto& line : lines) {
        text += line.dump() + "\n";
    }
    return text;
}

/// One create, one held update of a matched pair, one skip, one unchanged that was not printed: 2
/// desired, 3 current.
json whole_seal() {
    auto end = seal(2, 3, 1);
    end["create"] = 1;
    end["update"] = 1;
    end["held"] = 1;
    end["skipped"] = 1;
    end["unchanged"] = 1;
    return end;
}

std::vector<PlannedChange> read(const std::string& text) {
    std::istringstream in(text);
    stream::Reader lines(in, "plan");
    std::vector<PlannedChange> changes;
    (void)plan::read_plan(
        lines, kOld, [&](const PlannedChange& change, json&) { changes.push_back(change); });
    return changes;
}

Caught refusal(const std::string& text) {
    return caught([&] { (void)read(text); });
}

}  // namespace

TEST_CASE("a change is read with all fields that are needed to send it") {
    const auto create = plan::change_from_json(kCreate);
    CHECK(create.id == "c-1");
    CHECK(create.action == "create");
    CHECK(create.kind == Kind::user);
    CHECK(create.external_id.value == "pw-activate:user:a");
    CHECK(create.method == "POST");
    CHECK(create.path == "/Users");
    CHECK(create.version.empty());
    CHECK(create.held.empty());
    const auto update = plan::change_from_json(kUpdate);
    CHECK(update.kind == Kind::group);
    CHECK(update.path == "/Groups/8f");
    CHECK(update.version == "W/\"3\"");
    CHECK(update.held == "max-member-removals");
}

TEST_CASE("each action of a plan is accepted, and no other") {
    const auto action = GENERATE(as<std::string>{}, "update", "deactivate", "reactivate", "adopt");
    CHECK(plan::change_from_json(with(kUpdate, "action", action)).action == action);
    CHECK(caught([] {
              (void)plan::change_from_json(with(kUpdate, "action", "delete"));
          }).says("unknown action \"delete\""));
}

TEST_CASE("a change without a required field is rejected with the name of the field") {
    const auto field = GENERATE(
        as<std::string>{}, "id", "action", "resource", "externalId", "method", "path", "data");
    for (const auto& line : {without(kCreate, field),
                             with(kCreate, field, ""),
                             with(kCreate, field, nullptr),
                             with(kCreate, field, 7)}) {
        const auto error = caught([&] { (void)plan::change_from_json(line); });
        CHECK(error.status == ExitStatus::bad_input);
        CHECK(error.says("\"" + field + "\" is missing"));
    }
}

TEST_CASE("a change that scim-diff would not plan is rejected") {
    struct Row {
        json line;
        const char* says;
    };
    const auto row = GENERATE(values<Row>({
        {with(kCreate, "resource", "user"), "\"resource\""},
        {with(kCreate, "resource", "Device"), "\"resource\""},
        {with(kCreate, "externalId", "okta:1"), "unmanaged"},
        {with(kCreate, "externalId", "pw-activate:group:a"), "unmanaged"},
        {with(kCreate, "method", "PUT"), "is sent as POST"},
        {with(kCreate, "method", "PATCH"), "is sent as POST"},
        {with(kUpdate, "method", "POST"), "is sent as PATCH"},
        {with(kUpdate, "method", "DELETE"), "is sent as PATCH"},
        {with(kUpdate, "method", "patch"), "is sent as PATCH"},
        {with(kCreate, "data", json::array()), "\"data\""},
        {with(kCreate, "data", {{"userName", "a@x.org"}}), "another externalId"},
        {with(kCreate, "data", {{"externalId", "pw-activate:user:b"}}), "another externalId"},
    }));
    const auto error = caught([&] { (void)plan::change_from_json(row.line); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says(row.says));
}

TEST_CASE("an operation that no plan makes is rejected") {
    const auto operation = GENERATE(values<json>({
        {{"op", "replace"}, {"path", "roles"}, {"value", json::array()}},
        {{"op", "replace"}, {"path", "members"}, {"value", json::array()}},
        {{"op", "replace"}, {"path", "Active"}, {"value", true}},
        {{"op", "replace"}, {"path", "active"}},
        {{"op", "replace"}, {"path", "active"}, {"value", "false"}},
        {{"op", "replace"}, {"path", "active"}, {"value", true}},
        {{"op", "replace"},
         {"path", "urn:ietf:params:scim:schemas:core:2.0:User:emails"},
         {"value", json::array()}},
        {{"op", "replace"}, {"path", "externalId"}, {"value", "pw-activate:user:a"}},
        {{"op", "add"}, {"path", "emails"}, {"value", json::array()}},
        {{"op", "remove"}, {"path", "emails[value pr]"}},
        {{"op", "replace"}, {"value", {{"active", true}}}},
        "replace",
    }));
    auto line = kCreate;
    line.update({{"action", "deactivate"}, {"method", "PATCH"}, {"path", "/Users/8f"}});
    line["data"] = {
        {"Operations", {{{"op", "replace"}, {"path", "active"}, {"value", false}}, operation}}};
    const auto error = caught([&] { (void)plan::change_from_json(line); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("\"data\""));
    line["data"]["Operations"].erase(1);
    CHECK_NOTHROW(plan::change_from_json(line));
    line["data"] = json::object();
    CHECK(caught([&] { (void)plan::change_from_json(line); }).says("\"Operations\""));
}

TEST_CASE("an adopt sets the externalId of its line, and no other") {
    auto line = kCreate;
    line.update({{"action", "adopt"}, {"method", "PATCH"}, {"path", "/Users/8f"}});
    line["data"] = {
        {"Operations",
         {{{"op", "replace"}, {"path", "externalId"}, {"value", "pw-activate:user:a"}}}}};
    CHECK_NOTHROW(plan::change_from_json(line));
    line["data"]["Operations"][0]["value"] = "pw-activate:user:b";
    CHECK(caught([&] { (void)plan::change_from_json(line); }).says("another's"));
    line["data"]["Operations"][0] = {{"op", "remove"}, {"path", "externalId"}};
    CHECK(caught([&] { (void)plan::change_from_json(line); }).says("another's"));
}

TEST_CASE("a create sets the attributes of a plan, and only the keys in their extension") {
    const std::string keys =
        "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";
    auto line = kCreate;
    line["data"][keys] = {{"sunkSshKeys", json::array()}};
    CHECK_NOTHROW(plan::change_from_json(line));
    line["data"][keys]["sunkHome"] = "/root";
    CHECK(caught([&] { (void)plan::change_from_json(line); }).says("SSH keys"));
    line["data"].erase(keys);
    line["data"]["roles"] = json::array();
    CHECK(caught([&] { (void)plan::change_from_json(line); }).says("\"roles\""));
}

TEST_CASE("a path to anything except one resource of its kind is rejected") {
    const auto path = GENERATE(as<std::string>{},
                               "/Groups",
                               "/Groups/",
                               "/Users/8f",
                               "/groups/8f",
                               "Groups/8f",
                               "/Groups/8f/members",
                               "/Groups/8f?x=1",
                               "/Groups/8f#x",
                               "/Groups/..",
                               "/Groups/.",
                               "/Groups/../Users/1",
                               "/Groups/8 f",
                               "/Groups/8f\r\nX: y",
                               "//evil.example/Groups/8f",
                               "http://evil.example/Groups/8f",
                               "/Groups/\xC3\xA9",
                               "/Groups/a@b");
    const auto error = caught([&] { (void)plan::change_from_json(with(kUpdate, "path", path)); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("\"path\""));
    CHECK_NOTHROW(plan::change_from_json(with(kUpdate, "path", "/Groups/a-1_B.~%2F")));
}

TEST_CASE("a create is sent to its endpoint only") {
    const auto path = GENERATE(as<std::string>{}, "/Groups", "/Users/1", "/Users/", "/", "/Bulk");
    CHECK(caught([&] {
              (void)plan::change_from_json(with(kCreate, "path", path));
          }).says("\"path\""));
}

TEST_CASE("a control character in a value of a request is rejected") {
    CHECK(caught([] {
              (void)plan::change_from_json(with(kUpdate, "version", "v\r\nX: y"));
          }).status == ExitStatus::bad_input);
    auto line = kCreate;
    line["data"]["name"] = {{"givenName", "Ada\nroot"}};
    CHECK(caught([&] { (void)plan::change_from_json(line); }).status == ExitStatus::bad_input);
    line["data"]["name"] = {{"given\nName", "Ada"}};
    CHECK(caught([&] { (void)plan::change_from_json(line); }).status == ExitStatus::bad_input);
    line["data"]["name"] = {{"givenName", "Ada"}};
    CHECK_NOTHROW(plan::change_from_json(line));
}

TEST_CASE("a complete plan passes on its changes in their order") {
    const auto changes = read(plan_of({kCreate, kUpdate, kSkip, whole_seal()}));
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].id == "c-1");
    CHECK(changes[1].id == "c-2");
}

TEST_CASE("a plan may print unchanged records") {
    CHECK(read(plan_of({kCreate,
                        kUpdate,
                        kSkip,
                        {{"type", "unchanged"}, {"resource", "User"}, {"externalId", "x"}},
                        whole_seal()}))
              .size() == 2);
}

TEST_CASE("an empty plan is a plan") {
    CHECK(read(plan_of({seal(0, 0, 0)})).empty());
}

TEST_CASE("an input that is not a plan is rejected") {
    CHECK(refusal("").says("the input is empty"));
    CHECK(refusal(R"({"type":"stream","format":1,"kind":"directory","side":"current"})"
                  "\n")
              .says("kind \"directory\""));
    CHECK(refusal(kCreate.dump() + "\n").says("plan:1: "));
    CHECK(refusal("not json\n").status == ExitStatus::bad_input);
}

TEST_CASE("a line that is rejected is named by its place") {
    const auto error = refusal(plan_of({kCreate, with(kUpdate, "method", "PUT"), whole_seal()}));
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.sentence.starts_with("plan:3: \"method\""));
}

TEST_CASE("a record of an unknown type is rejected") {
    CHECK(refusal(plan_of({{{"type", "robot"}}, seal(0, 0, 0)}))
              .says("unknown record type \"robot\""));
}

TEST_CASE("a plan without its seal is rejected, at every byte") {
    const auto whole = plan_of({kCreate, kUpdate, kSkip, whole_seal()});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        INFO("the first " << length << " bytes");
        CHECK(refusal(whole.substr(0, length)).status == ExitStatus::bad_input);
    }
}

TEST_CASE("a plan from which any one line was lost, or doubled, is rejected") {
    const std::vector<json> lines{kCreate, kUpdate, kSkip, whole_seal()};
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
        auto fewer = lines;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(refusal(plan_of(fewer)).status == ExitStatus::bad_input);
        auto more = lines;
        more.insert(more.begin(), lines[i]);
        CHECK(refusal(plan_of(more)).status == ExitStatus::bad_input);
    }
}

TEST_CASE("a seal with any other count is rejected") {
    const auto field = GENERATE(as<std::string>{},
                                "create",
                                "update",
                                "deactivate",
                                "reactivate",
                                "adopt",
                                "unchanged",
                                "skipped",
                                "held",
                                "matched");
    const auto count = whole_seal().at(field).get<std::size_t>();
    CHECK(
        refusal(plan_of({kCreate, kUpdate, kSkip, with(whole_seal(), field, count + 1)})).status ==
        ExitStatus::bad_input);
    CHECK(refusal(plan_of({kCreate, kUpdate, kSkip, without(whole_seal(), field)})).status ==
          ExitStatus::bad_input);
    CHECK(refusal(plan_of({kCreate, kUpdate, kSkip, with(whole_seal(), field, -1)})).status ==
          ExitStatus::bad_input);
}

TEST_CASE("a plan that accounts for more or fewer records than were compared is rejected") {
    const auto error = refusal(plan_of({seal(5, 0, 0)}));
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("does not add up: 5 records were compared, and it accounts for 0"));
    CHECK(refusal(plan_of({with(seal(0, 0, 0), "unchanged", 1)})).says("does not add up"));
    CHECK(refusal(plan_of({without(seal(0, 0, 0), "desired")})).says("desired"));
    CHECK(refusal(plan_of({with(seal(0, 0, 0), "current", 3)})).says("current"));
    CHECK(refusal(plan_of({with(seal(0, 0, 0), "current", {{"users", 0}})})).says("groups"));
}

TEST_CASE("a resealed plan need not account for all records, but its counts must be correct") {
    auto end = whole_seal();
    end["resealed"] = true;
    end["skipped"] = 0;
    end["update"] = 0;
    end["held"] = 0;
    CHECK(read(plan_of({kCreate, end})).size() == 1);
    CHECK(refusal(plan_of({kCreate, kCreate, end})).status == ExitStatus::bad_input);
}

TEST_CASE("resealed counts only if it is true") {
    const auto value = GENERATE(values<json>({false, "yes", 1, nullptr, "true"}));
    auto end = seal(5, 0, 0);
    end["resealed"] = value;
    CHECK(refusal(plan_of({end})).status == ExitStatus::bad_input);
}

TEST_CASE("a second stream after the plan is rejected") {
    const auto one = plan_of({seal(0, 0, 0)});
    CHECK(refusal(one + one).says("second stream"));
}

TEST_CASE("an exception of the caller is passed on, and not treated as a bad line") {
    std::istringstream in(plan_of({kCreate, kUpdate, kSkip, whole_seal()}));
    stream::Reader lines(in, "plan");
    const auto error = caught([&] {
        (void)plan::read_plan(lines, kOld, [](const PlannedChange&, json&) {
            throw Error(ExitStatus::denied, "no");
        });
    });
    CHECK(error.status == ExitStatus::denied);
    CHECK(error.sentence == "no");
}

TEST_CASE("the digest depends on the held lines, not on the seal and on later changes") {
    auto held = kUpdate;
    held["before"] = {{"members", {"pw-activate:user:a", "pw-activate:user:b"}},
                      {"foreignMembers", {"f1"}}};
    held["after"] = {{"members", {"pw-activate:user:b"}}, {"foreignMembers", json::array()}};
    const auto digest = [](const json& line) {
        auto end = whole_seal();
        end["heldDigest"] = "0123456789abcdef0123456789abcdef";
        std::istringstream in(plan_of({kCreate, line, kSkip, end}));
        stream::Reader lines(in, "plan");
        return plan::read_plan(lines, kOld, [](const PlannedChange&, json& seen) { seen.clear(); })
            .held_digest;
    };
    CHECK(digest(held) == plan::held_digest({plan::held_member({"8f"}, {"pw-activate:user:a"}),
                                             plan::held_foreign({"8f"}, {"f1"})}));
    CHECK(digest(with(held, "path", "/Groups/9f")) != digest(held));
    CHECK(digest(with(held, "after", {{"members", json::array()}})) != digest(held));
}
