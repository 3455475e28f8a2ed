// A plan line that was edited after scim-diff wrote it is rejected.
#include "plan/line_check.hpp"

#include "plan/read_plan.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>
#include <utility>

using nlohmann::json;

namespace {

const json kCreate = json::parse(R"({"type":"change","id":"c-1","action":"create","resource":"User",
    "externalId":"pw-activate:user:a","method":"POST","path":"/Users","bulkId":"pw-activate:user:a",
    "data":{"externalId":"pw-activate:user:a","userName":"a@x.org"}})");
const std::string kSeal =
    R"({"type":"end","desired":{"users":1,"groups":0},"current":{"users":0,"groups":0},"matched":0,)"
    R"("create":1,"update":0,"deactivate":0,"reactivate":0,"adopt":0,"unchanged":0,"skipped":0,)"
    R"("held":0,"split":0})";

json with(json line, const std::string& field, json value) {
    line[field] = std::move(value);
    return line;
}

json without(json line, const std::string& field) {
    line.erase(field);
    return line;
}

// A plan as scim-diff writes it since 0.2: each change line has its check.
json checked(json line) {
    line["check"] = plan::check_of(line);
    return line;
}

Caught refusal_of_line(const json& line, plan::OldPlans old_plans = plan::OldPlans::refused) {
    std::istringstream in(R"({"type":"stream","format":1,"kind":"plan"})"
                          "\n" +
                          line.dump() + "\n" + kSeal + "\n");
    stream::Reader lines(in, "plan");
    return caught([&] { (void)plan::read_plan(lines, old_plans, [](const auto&, auto&) {}); });
}

}  // namespace

TEST_CASE("a line is accepted unchanged, and after another program has written it again") {
    const auto line = checked(kCreate);
    CHECK(refusal_of_line(line).status == ExitStatus::ok);
    auto respelt = nlohmann::ordered_json::parse(line.dump());
    const auto data = respelt["data"];
    respelt.erase("data");
    respelt["data"] = data;  // now the last member
    CHECK(plan::check_of(json(respelt)) == line["check"]);
}

TEST_CASE("a line with a field removed, added, changed or copied from another line is rejected") {
    const auto line = checked(kCreate);
    auto other = kCreate;
    other.update({{"id", "c-9"}, {"externalId", "pw-activate:user:b"}});
    other["data"].update({{"externalId", "pw-activate:user:b"}, {"userName", "b@x.org"}});
    other = checked(other);
    for (const auto& [name, value] : line.items()) {
        INFO(name);
        CHECK(refusal_of_line(without(line, name)).status == ExitStatus::bad_input);
        CHECK(refusal_of_line(with(line, name, "changed")).status == ExitStatus::bad_input);
        if (other[name] != value) {
            CHECK(refusal_of_line(with(line, name, other[name])).status == ExitStatus::bad_input);
        }
    }
    const auto refused = refusal_of_line(with(line, "note", "x"));
    CHECK(refused.says("plan:2: the line was edited"));
    CHECK(refused.says("pw-activate:user:a"));
}

TEST_CASE("a line without a check is accepted only if plans of earlier versions are permitted") {
    CHECK(refusal_of_line(kCreate).says("\"check\" is missing"));
    CHECK(refusal_of_line(kCreate, plan::OldPlans::permitted).status == ExitStatus::ok);
    CHECK(refusal_of_line(with(kCreate, "check", "x"), plan::OldPlans::permitted).status ==
          ExitStatus::bad_input);
}

TEST_CASE("an action that does not match the data is rejected") {
    auto line = kCreate;
    line.update({{"action", "update"}, {"method", "PATCH"}, {"path", "/Users/8f"}});
    line["data"] = {{"Operations", {{{"op", "replace"}, {"path", "active"}, {"value", false}}}}};
    CHECK(caught([&] { (void)plan::change_from_json(line); }).says("that of deactivate"));
}

TEST_CASE("a line whose check is empty or not a string is rejected as edited") {
    const auto check = GENERATE(values<json>({"", 7, nullptr}));
    for (const auto old_plans : {plan::OldPlans::refused, plan::OldPlans::permitted}) {
        CHECK(
            refusal_of_line(with(kCreate, "check", check), old_plans).says("the line was edited"));
    }
}

TEST_CASE(
    "in a plan with a target, a line without a check is rejected, even if old plans are "
    "permitted") {
    const auto refusal = [](const json& line) {
        std::istringstream in(
            R"({"type":"stream","format":1,"kind":"plan","target":"https://scim.example"})"
            "\n" +
            line.dump() + "\n" + kSeal + "\n");
        stream::Reader lines(in, "plan");
        return caught([&] {
            (void)plan::read_plan(lines, plan::OldPlans::permitted, [](const auto&, auto&) {});
        });
    };
    CHECK(refusal(checked(kCreate)).status == ExitStatus::ok);
    CHECK(refusal(kCreate).says("\"check\" is missing"));
}
