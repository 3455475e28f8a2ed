// A removal, a change of an identifying attribute and a change of a group count as applied only if
// the service shows that they were stored.

#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

#include <string>

using namespace apply_run;

namespace {

json member_change(const Texts& sent, const Texts& before, const Texts& after) {
    auto line = update_group("hpc", sent);
    line["data"]["Operations"].erase(0);
    line["before"] = {{"members", before}};
    line["after"] = {{"members", after}};
    return line;
}

json hpc_record(const Texts& members) {
    return {{"id", "hpc"},
            {"externalId", "pw-activate:group:hpc"},
            {"displayName", "hpc"},
            {"members", members_of(members)}};
}

json rename_group(const std::string& name, const std::string& becomes) {
    auto line = update_group(name, {});
    line["data"] = {
        {"Operations", {{{"op", "replace"}, {"path", "displayName"}, {"value", becomes}}}}};
    return line;
}

}  // namespace

TEST_CASE("after a change of access or identity answered without a body, the record is read once") {
    struct Row {
        json line;
        std::size_t reads;
    };
    const auto row = GENERATE(values<Row>({
        {deactivate_user("ada"), 1},
        {reactivate_user("ada"), 1},
        {rename_user("ada", "Ada"), 0},
        {member_change({"7f"}, {"a", "b"}, {"a"}), 1},
        {set_user("ada", "userName", "eve@x.org"), 1},
        {add_key("ada"), 1},
        {member_change({"7f", "8f", "9f"}, {"a", "b"}, {"a", "b", "c"}), 1},
        {rename_group("hpc", "gpu"), 1},
    }));
    const bool shows = GENERATE(false, true);
    PatchedRecords service{
        .records = {{"/Users/ada", record_of("ada")}, {"/Groups/hpc", hpc_record({"7f", "8f"})}},
        .shows = shows};
    Run run([&](const Request& request) { return service(request); });
    run.apply({row.line});
    CHECK(run.transport.count("GET") == (shows ? 0 : row.reads));
    CHECK(run.applier.outcomes().applied == 1);
    CHECK(run.log.text().empty());
}

TEST_CASE("after a removal whose answer does not show the attribute, the record is read") {
    const auto shown =
        GENERATE(as<std::string>{}, R"({"userName":"ada@x.org","id":"ada"})", R"({"id":"ada"})");
    Run run([&](const Request& request) {
        return Scripted{answer(200, request.method == "GET" ? record_of("ada").dump() : shown)};
    });
    run.apply({deactivate_user("ada")});
    CHECK(run.transport.sent() == Texts{"PATCH /Users/ada", "GET /Users/ada", "GET /Users/ada"});
    CHECK(run.reason("d-ada") == "did-not-take");
    CHECK(run.outcome("d-ada").at("exitStatus") == 4);
}

TEST_CASE("a change of a name, an owner or members that the service ignores is not applied") {
    const auto shown = GENERATE(as<std::string>{}, "", R"({"id":"ada"})");
    auto adopt = with(set_user("ada", "externalId", user_id("ada")), "action", "adopt");
    adopt["before"] = {{"externalId", nullptr}};
    const auto line = GENERATE_COPY(values<json>({
        adopt,
        set_user("ada", "userName", "eve@x.org"),
        rename_group("hpc", "gpu"),
        member_change({"7f", "8f"}, {"a"}, {"a", "b"}),
    }));
    Run run([&](const Request& request) {
        auto record = contains(request.url, "/Groups") ? hpc_record({"7f"}) : record_of("ada");
        if (line.at("action") == "adopt") {
            record.erase("externalId");
        }
        return request.method == "GET" ? Scripted{answer(200, record.dump())}
                                       : Scripted{answer(shown.empty() ? 204 : 200, shown)};
    });
    run.apply({line});
    CHECK(run.reason(line.value("id", "")) == "did-not-take");
}

TEST_CASE("a members list that only gained members does not show the removal") {
    PatchedRecords service{.records = {{"/Groups/hpc", hpc_record({"7f", "8f"})}}, .shows = false};
    service.only_adds = true;
    Run run([&](const Request& request) { return service(request); });
    run.apply({member_change({"7f"}, {"a", "b"}, {"a"})});
    CHECK(run.reason("u-hpc") == "did-not-take");
    CHECK(contains(run.detail("u-hpc"), "members (1 too many)"));
    CHECK(contains(run.detail("u-hpc"), "--group-writes=add-remove"));
    CHECK(run.applier.outcomes().unresolved == 1);
}

TEST_CASE("names of a user that were not stored are a warning, and other attributes a failure") {
    struct Row {
        json line;
        int status;
    };
    auto both = rename_user("ada", "Ada");
    both["data"]["Operations"].push_back({{"op", "replace"}, {"path", "active"}, {"value", false}});
    both["action"] = "deactivate";
    auto group = update_group("hpc", {});
    group["data"]["Operations"].erase(1);
    group["before"] = {{"displayName", "old"}};
    group["after"] = {{"displayName", "hpc"}};
    const auto row = GENERATE_COPY(values<Row>(
        {{rename_user("ada", "Ada"), 0}, {both, 4}, {group, 4}, {deactivate_user("ada"), 4}}));
    Run run([](const Request& request) {
        auto record = contains(request.url, "/Groups") ? hpc_record({}) : record_of("ada");
        record["displayName"] = "unchanged";
        return Scripted{answer(200, record.dump())};
    });
    run.apply({row.line});
    const std::string id = row.line.value("id", "");
    CHECK(run.reason(id) == "did-not-take");
    CHECK(run.outcome(id).at("exitStatus") == row.status);
    CHECK(run.applier.outcomes().unresolved == (row.status == 4 ? 1 : 0));
}

TEST_CASE("a name or an addition that fails does not keep removals from the service") {
    const int status = GENERATE(403, 405, 413, 451, 500, 501, 503);
    const auto cause = GENERATE(as<std::string>{}, "displayName", "9f");
    const bool apart = GENERATE(false, true);
    PatchedRecords service{.records = {{"/Groups/hpc", hpc_record({"7f", "8f"})},
                                       {"/Users/7f", record_of("7f")},
                                       {"/Users/8f", record_of("8f")}}};
    service.refuse = [&](const json& patch) {
        return contains(patch.dump(), "\"" + cause + "\"") ? status : 0;
    };
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apart ? apply::GroupWrites::add_remove : apply::GroupWrites::replace});
    auto line = update_group("hpc", {"8f", "9f"});
    line["before"] = {{"members", {user_id("7f"), user_id("8f")}}};
    line["after"] = {{"members", {user_id("8f"), user_id("9f")}}};
    run.apply({line});
    const auto left = values_of(service.records.at("/Groups/hpc").at("members"));
    CHECK(left == Texts{"8f"});
    CHECK(run.how("u-hpc") == "failed");
    CHECK(run.outcome("u-hpc").at("status") == status);
    CHECK(run.applier.outcomes().partial + run.applier.outcomes().unresolved == 1);
}

TEST_CASE("the removals of parts that are left are sent after an addition that fails") {
    const int status = GENERATE(403, 500);
    PatchedRecords service{
        .records = {{"/Groups/hpc", hpc_record({"7f"})}, {"/Users/7f", record_of("7f")}}};
    service.refuse = [&](const json& patch) {
        return contains(patch.dump(), "9f") || sets(patch, "displayName") ? status : 0;
    };
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    auto line = member_change({"9f"}, {user_id("7f")}, {user_id("9f")});
    run.apply({line});
    CHECK(service.records.at("/Groups/hpc").at("members").empty());
    CHECK(contains(run.detail("u-hpc"), "the removals of this change were applied"));
    CHECK(contains(run.detail("u-hpc"), "not sent again"));
    CHECK(run.applier.outcomes().failed == 1);
}

TEST_CASE("after a name or an addition that fails, no additions are sent with the removals") {
    const bool apart = GENERATE(false, true);  // with a name that fails, and removals at the end
    const int status = GENERATE(403, 413, 451, 501);
    PatchedRecords service{
        .records = {{"/Groups/hpc", hpc_record({"7f"})}, {"/Users/7f", record_of("7f")}}};
    bool first = true;
    service.refuse = [&](const json&) { return std::exchange(first, false) ? status : 0; };
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apart ? apply::GroupWrites::add_remove : apply::GroupWrites::replace});
    auto line = member_change({"9f"}, {user_id("7f")}, {user_id("9f")});
    if (apart) {
        line["data"] = update_group("hpc", {"9f"}).at("data");
    }
    run.apply({line});
    CHECK(service.records.at("/Groups/hpc").at("members").empty());
    CHECK(run.how("u-hpc") == "failed");
}

TEST_CASE("an addition that fails is not sent once more with the removals, and the rest is told") {
    PatchedRecords service{
        .records = {{"/Groups/hpc", hpc_record({"7f"})}, {"/Users/7f", record_of("7f")}}};
    service.refuse = [](const json& patch) { return contains(patch.dump(), "9f") ? 403 : 0; };
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    run.apply({member_change(
        {"9f", "bulkId:" + user_id("eve")}, {user_id("7f")}, {user_id("9f"), user_id("eve")})});
    CHECK(service.records.at("/Groups/hpc").at("members").empty());
    CHECK(run.writes().size() == 2);
    CHECK(contains(run.detail("u-hpc"), "1 member left out because it was not created"));
}

TEST_CASE("a key is removed even if the service may not rename the user") {
    const int status = GENERATE(403, 500);
    auto ada = record_of("ada");
    ada[std::string(record::kKeysSchema)] = {{"sunkSshKeys", {"ssh-ed25519 AAAA"}}};
    PatchedRecords service{.records = {{"/Users/ada", ada}}};
    service.refuse = [&](const json& patch) { return sets(patch, "displayName") ? status : 0; };
    Run run([&](const Request& request) { return service(request); });
    auto line = rename_user("ada", "Ada");
    line["data"]["Operations"].push_back(
        {{"op", "replace"}, {"path", std::string(record::kKeysPath)}, {"value", json::array()}});
    line["before"]["sshKeys"] = {"ssh-ed25519 AAAA"};
    line["after"]["sshKeys"] = json::array();
    run.apply({line});
    CHECK(service.records.at("/Users/ada")
              .at(std::string(record::kKeysSchema))
              .at("sunkSshKeys")
              .empty());
    CHECK(run.reason("n-ada") == (status == 403 ? "denied" : "no-answer"));
    CHECK(run.applier.outcomes().partial == (status == 403 ? 0 : 1));
}

TEST_CASE("a removal that fails alone is not sent again, nor one in a PATCH that is not at fault") {
    const int status = GENERATE(403, 501, 0, 401, 404, 408, 410, 412, 429);
    Run run([&](const Request& request) {
        return request.method == "GET" ? yes(request)
               : status == 0           ? Scripted{failure(Reason::timeout)}
                                       : Scripted{answer(status)};
    });
    auto line = deactivate_user("ada");
    if (status != 403 && status != 501) {
        line["data"]["Operations"].push_back(
            {{"op", "replace"}, {"path", "displayName"}, {"value", "Ada"}});
    }
    run.apply({line});
    CHECK(run.transport.count("GET") == 0);
    CHECK(run.how("d-ada") == "failed");
}

TEST_CASE("ten changes that are all answered 403 end the run, even if they have removals") {
    Run run([&](const Request& request) {
        return request.method == "GET"
                   ? Scripted{answer(200, record_of(path_of(request).substr(7)).dump())}
                   : Scripted{answer(403)};
    });
    std::vector<json> lines;
    for (int i = 0; i < 20; ++i) {
        auto line = deactivate_user("u" + std::to_string(i));
        line["data"]["Operations"].push_back(
            {{"op", "replace"}, {"path", "displayName"}, {"value", "U"}});
        lines.push_back(std::move(line));
    }
    run.apply(lines);
    REQUIRE(run.applier.ended_by());
    CHECK(run.applier.ended_by()->status() == ExitStatus::denied);
    CHECK(run.writes().size() < 16);
}

TEST_CASE("a change whose 403 ends the run is not read to send its removals") {
    Run run([](const Request&) { return Scripted{answer(403)}; });
    std::vector<json> lines;
    for (int i = 0; i < 9; ++i) {
        lines.push_back(rename_user("u" + std::to_string(i), "U"));
    }
    lines.push_back(deactivate_user("ada"));
    lines.back()["data"]["Operations"].push_back(
        {{"op", "replace"}, {"path", "displayName"}, {"value", "Ada"}});
    run.apply(lines);
    REQUIRE(run.applier.ended_by());
    CHECK(run.reason("d-ada") == "denied");
    CHECK_FALSE(contains(run.detail("d-ada"), "reading the record"));
}

TEST_CASE("if a list that only removes members is refused, each removed member is named") {
    const int status = GENERATE(400, 409, 422);
    const bool renames = GENERATE(false, true);
    const auto record = with(hpc_record({"7f", "8f", "9f", "af"}), "displayName", "old");
    PatchedRecords service{.records = {{"/Groups/hpc", record}}};
    for (const auto* id : {"7f", "8f", "9f"}) {
        service.records[std::string("/Users/") + id] = record_of(id);
    }
    service.refuse = [&](const json& patch) {
        return contains(patch.dump(), R"("op":"replace","path":"members")") ? status : 0;
    };
    Run run([&](const Request& request) { return service(request); });
    auto line = update_group("hpc", {"8f", "9f"});
    if (!renames) {
        line["data"]["Operations"].erase(0);
    }
    line["before"] = {{"members", {user_id("7f"), user_id("8f"), user_id("9f")}}};
    run.apply({line});
    const auto& group = service.records.at("/Groups/hpc");
    CHECK(values_of(group.at("members")) == Texts{"8f", "9f", "af"});
    CHECK(run.reason("u-hpc") == "moved");
    CHECK(group.at("displayName") == (renames ? "hpc" : "old"));
}
