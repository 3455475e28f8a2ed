// Members of groups: references to new users, members left out, lists that are sent in parts.

#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

using namespace apply_run;

namespace {

/// A group with these members, which are ids of users.
PatchedRecords hpc_with(const Texts& members) {
    PatchedRecords service{.records = {{"/Groups/hpc",
                                        {{"id", "hpc"},
                                         {"externalId", "pw-activate:group:hpc"},
                                         {"displayName", "hpc"},
                                         {"members", members_of(members)}}}}};
    for (const auto& member : members) {
        service.records["/Users/" + member] = record_of(member);
    }
    return service;
}

Texts members_in(PatchedRecords& service) {
    return values_of(service.records.at("/Groups/hpc").at("members"));
}

}  // namespace

TEST_CASE("groups wait until every user has its outcome") {
    Run run([](const Request& request) {
        auto scripted = yes(request);
        scripted.after = milliseconds(contains(request.body, "slow") ? 800 : 10);
        return scripted;
    });
    run.apply({create_user("slow"), create_user("ada"), create_group("hpc", {})});
    REQUIRE(run.writes().size() == 3);
    CHECK(run.transport.sent().back() == "POST /Groups");
    CHECK(run.transport.calls().back().at >= milliseconds(800));
}

TEST_CASE("references become the ids that the server returned, and ids stay unchanged") {
    Run run(yes);
    run.apply(
        {create_user("ada"),
         create_user("ben"),
         create_group("one", {"7f", "bulkId:" + user_id("ada")}),
         update_group("two", {"bulkId:" + user_id("ben"), "8f", "bulkId:" + user_id("ada")})});
    const auto writes = run.writes();
    REQUIRE(writes.size() == 4);
    // A group is looked up before its create, so the other request overtakes it.
    CHECK(members_sent(writes[2]) == Texts{"new-ben", "8f", "new-ada"});
    CHECK(members_sent(writes[3]) == Texts{"7f", "new-ada"});
    CHECK(run.detail("c-one").empty());
    CHECK(run.applier.outcomes().applied == 4);
}

TEST_CASE("the id of a new record is found in any case of the attribute name") {
    Run run([](const Request& request) {
        return request.method == "POST"
                   ? Scripted{answer(201, R"({"ID":"9f","EXTERNALID":"pw-activate:user:ada"})")}
                   : Scripted{answer(200)};
    });
    run.apply({create_user("ada"), update_group("g", {"bulkId:" + user_id("ada")})});
    CHECK(members_sent(run.writes().back()) == Texts{"9f"});
}

TEST_CASE("a member that could not be created is left out, and the outcome names it") {
    Run run([](const Request& request) {
        return contains(request.body, "bad@x.org")
                   ? Scripted{answer(400, R"({"scimType":"invalidValue","detail":"no such mail"})")}
                   : yes(request);
    });
    run.apply({create_user("ada"),
               create_user("bad"),
               create_group("hpc", {"bulkId:" + user_id("ada"), "bulkId:" + user_id("bad")})});
    CHECK(run.how("c-bad") == "failed");
    CHECK(run.outcome("c-bad").at("status") == 400);
    CHECK(run.reason("c-bad") == "refused");
    CHECK(run.detail("c-bad") == "HTTP 400 (invalidValue): no such mail");
    CHECK(run.reason("c-hpc") == "moved");
    CHECK(members_sent(run.writes().at(2)) == Texts{"new-ada"});
    CHECK(run.detail("c-hpc") == "1 member left out because it was not created: " + user_id("bad"));
    CHECK(run.applier.outcomes().applied == 1);
    CHECK(run.applier.outcomes().failed == 2);
}

TEST_CASE("a group whose members have no record in the plan or before it fails, and names them") {
    const bool is_patch = GENERATE(false, true);
    const bool apart = GENERATE(false, true);
    Run run(yes,
            {.group_writes = apart ? apply::GroupWrites::add_remove : apply::GroupWrites::replace});
    const Texts members{"8f", "bulkId:" + user_id("ada")};
    // The lines may be in any order, and the create of the user may be missing.
    run.apply({is_patch ? update_group("hpc", members) : create_group("hpc", members),
               create_user("ada")});
    const std::string id = is_patch ? "u-hpc" : "c-hpc";
    CHECK(run.reason(id) == "moved");
    CHECK(contains(run.detail(id), user_id("ada")));
    CHECK(run.outcome(id).at("exitStatus") == 2);
    CHECK(contains(run.log.text(), "group:hpc"));
}

TEST_CASE("many members left out are counted, and the first few are named") {
    Run run([](const Request& request) {
        return contains(request.url, "/Users") ? Scripted{answer(400)} : yes(request);
    });
    std::vector<json> lines;
    Texts references;
    for (int i = 0; i < 7; ++i) {
        lines.push_back(create_user("u" + std::to_string(i)));
        references.push_back("bulkId:" + user_id("u" + std::to_string(i)));
    }
    lines.push_back(create_group("hpc", references));
    run.apply(lines);
    CHECK(members_sent(run.writes().at(7)).empty());
    CHECK(run.detail("c-hpc").starts_with("7 members left out"));
    CHECK(contains(run.detail("c-hpc"), user_id("u4")));
    CHECK_FALSE(contains(run.detail("c-hpc"), user_id("u5")));
}

TEST_CASE("a group of more than a thousand members is created in parts, each with its ids") {
    Texts ids;
    for (int i = 0; i < 1001; ++i) {
        ids.push_back("u" + std::to_string(i));
    }
    PatchedRecords service;
    Run run([&](const Request& request) { return service(request); });
    run.apply({create_group("hpc", ids)});
    CHECK(run.how("c-hpc") == "applied");
    CHECK(run.transport.count("GET") == 1);  // the answers show all members
    const auto writes = run.writes();
    REQUIRE(writes.size() == 12);
    CHECK_FALSE(json::parse(writes.front().body).contains("members"));
    CHECK(writes.back().url == "https://scim.example/Groups/new-hpc");
}

TEST_CASE("a list of members that is too large for the service is sent in parts") {
    auto service = hpc_with({"7f"});
    service.refuse = [](const json& patch) {
        return contains(patch.dump(), "replace") && sets(patch, "members") ? 413 : 0;
    };
    Run run([&](const Request& request) { return service(request); });
    auto line = update_group("hpc", {"8f", "9f"});
    line["version"] = "W/\"1\"";
    line["before"] = {{"members", {user_id("7f")}}};
    run.apply({line});
    CHECK(run.how("u-hpc") == "applied");
    const auto writes = run.writes();
    REQUIRE(writes.size() == 4);
    CHECK(contains(writes[1].body, "displayName"));
    CHECK(contains(writes[2].body, "9f"));
    CHECK(contains(writes[3].body, R"(members[value eq \"7f\"])"));
}

TEST_CASE("after a change in parts, members that the plan did not know are reported and stay") {
    const bool shows = GENERATE(false, true);
    auto service = hpc_with({"7f", "9f"});
    service.shows = shows;
    service.refuse = [](const json& patch) {
        return contains(patch.dump(), "replace") && sets(patch, "members") ? 413 : 0;
    };
    Run run([&](const Request& request) { return service(request); });
    run.apply({with(update_group("hpc", {"7f", "8f"}), "before", {{"members", {user_id("7f")}}})});
    CHECK(run.reason("u-hpc") == "moved");
    CHECK(run.outcome("u-hpc").at("exitStatus") == 2);
    CHECK(contains(run.detail("u-hpc"), "has 1 member that the plan did not know: 9f"));
    CHECK(members_in(service) == Texts{"7f", "9f", "8f"});
}

TEST_CASE("with add-remove no list of members is replaced, and unknown members stay") {
    auto service = hpc_with({"7f", "9f"});
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    run.apply({with(update_group("hpc", {"8f"}), "before", {{"members", {user_id("7f")}}})});
    CHECK(run.applier.outcomes().applied == 1);
    CHECK(run.transport.count("GET") == 1);  // the list of the users
    for (const auto& request : run.writes()) {
        CHECK_FALSE(contains(request.body, R"("op":"replace","path":"members")"));
        CHECK_FALSE(contains(request.body, "9f"));
    }
    CHECK(run.writes().size() == 3);  // a name, an addition, a removal
    CHECK(members_in(service) == Texts{"9f", "8f"});
}

TEST_CASE("the users are listed once for all groups that are sent in parts") {
    auto service = hpc_with({"7f", "9f"});
    service.records["/Groups/lab"] = service.records.at("/Groups/hpc");
    service.records["/Groups/lab"].update({{"id", "lab"}, {"externalId", "pw-activate:group:lab"}});
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    run.apply({with(update_group("hpc", {"8f"}), "before", {{"members", {user_id("7f")}}}),
               with(update_group("lab", {"8f"}), "before", {{"members", {user_id("7f")}}})});
    CHECK(run.applier.outcomes().applied == 2);
    CHECK(run.transport.count("GET") == 1);
    CHECK(values_of(service.records.at("/Groups/lab").at("members")) == Texts{"9f", "8f"});
}

TEST_CASE("members that the service removes by mistake are added again, once") {
    const bool shows = GENERATE(false, true);
    auto service = hpc_with({"7f", "8f", "9f"});
    service.shows = shows;
    service.removes_all = true;
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    auto line = with(update_group("hpc", {"8f", "9f"}),
                     "before",
                     {{"members", {user_id("7f"), user_id("8f"), user_id("9f")}}});
    line["data"]["Operations"].erase(0);
    run.apply({line});
    CHECK(run.how("u-hpc") == "applied");
    CHECK(members_in(service) == Texts{"8f", "9f"});
    CHECK(run.writes().size() == 2);
}

TEST_CASE("members that cannot be added again are reported as missing") {
    auto service = hpc_with({"7f", "8f", "9f"});
    service.removes_all = true;
    Run run(
        [&](const Request& request) {
            const auto answered = service(request);
            if (contains(request.body, R"("op":"add")")) {
                service.records["/Groups/hpc"]["members"] = json::array();
            }
            return answered;
        },
        {.group_writes = apply::GroupWrites::add_remove});
    auto line = with(update_group("hpc", {"8f", "9f"}),
                     "before",
                     {{"members", {user_id("7f"), user_id("8f"), user_id("9f")}}});
    run.apply({line});
    CHECK(run.reason("u-hpc") == "did-not-take");
    CHECK(contains(run.detail("u-hpc"), "members (2 missing)"));
    CHECK(run.writes().size() == 3);
}

TEST_CASE("after additions in parts that are answered without a body, one read follows") {
    auto service = hpc_with({"7f"});
    service.shows = false;
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    auto line = with(update_group("hpc", {"7f", "8f"}), "before", {{"members", {user_id("7f")}}});
    line["data"]["Operations"].erase(0);  // the name
    run.apply({line});
    CHECK(run.how("u-hpc") == "applied");
    CHECK(run.transport.sent().back() == "GET /Groups/hpc");
    CHECK(run.transport.count("GET") == 2);  // the users, and the group
}

TEST_CASE(
    "members that are refused together are sent one by one, and the outcome names the refused "
    "one") {
    const int status = GENERATE(400, 404, 409, 413, 422);
    const bool create = GENERATE(false, true);
    auto service = hpc_with({"7f"});
    service.refuse = [&](const json& body) { return contains(body.dump(), "bad") ? status : 0; };
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    auto line = with(
        update_group("hpc", {"7f", "8f", "bad", "9f"}), "before", {{"members", {user_id("7f")}}});
    line["data"]["Operations"].erase(0);
    if (create) {
        service.records.erase("/Groups/hpc");
        line = create_group("hpc", {"7f", "8f", "bad", "9f"});
    }
    run.apply({line});
    const auto id = line.at("id").get<std::string>();
    CHECK(run.how(id) == "failed");
    CHECK(run.reason(id) == (status == 404   ? "gone"
                             : status == 409 ? "conflict"
                             : status == 413 ? "too-large"
                                             : "refused"));
    CHECK(contains(run.detail(id), "some additions were applied"));
    CHECK(contains(run.detail(id), "members that were refused: bad"));
    const auto there =
        values_of(service.records.at(create ? "/Groups/new-hpc" : "/Groups/hpc").at("members"));
    for (const auto* member : {"7f", "8f", "9f"}) {
        CHECK(std::count(there.begin(), there.end(), member) == 1);
    }
    CHECK(run.applier.outcomes().unresolved == (status == 404 ? 0 : 1));
}

TEST_CASE("a create that is answered with another group is not sent again in parts") {
    Run run([&](const Request& request) {
        return request.method == "POST"
                   ? Scripted{answer(201, R"({"id":"g9","externalId":"pw-activate:group:other"})")}
                   : Scripted{answer(200, listed({}, 0))};
    });
    run.apply({create_group("hpc", {"7f", "8f"})});
    CHECK(run.reason("c-hpc") == "conflict");
    CHECK(run.transport.count("POST") == 1);
}

TEST_CASE("404 to a list of members is about a member if the group is there") {
    const bool is_there = GENERATE(false, true);
    auto service = hpc_with({"old"});
    service.refuse = [](const json& body) { return contains(body.dump(), "bad") ? 404 : 0; };
    Run run([&](const Request& request) {
        return is_there ? service(request) : Scripted{answer(404)};
    });
    auto line = update_group("hpc", {"8f", "bad"});
    line["data"]["Operations"].erase(0);
    run.apply({line});
    CHECK(run.how("u-hpc") == "failed");
    CHECK(run.reason("u-hpc") == (is_there ? "refused" : "gone"));
    if (is_there) {
        CHECK(values_of(service.records.at("/Groups/hpc").at("members")) == Texts{"8f"});
    }
}

TEST_CASE("a service that accepts one member in a message gets all members that way") {
    auto service = hpc_with({"7f"});
    service.refuse = [](const json& patch) {
        const auto& operations = patch.at("Operations");
        return operations.size() > 1 || operations[0].value("value", json::array()).size() > 1 ? 400
                                                                                               : 0;
    };
    Run run([&](const Request& request) { return service(request); });
    auto line =
        with(update_group("hpc", {"7f", "8f", "9f"}), "before", {{"members", {user_id("7f")}}});
    line["after"] = {{"members", {user_id("7f"), user_id("8f"), user_id("9f")}}};
    line["data"]["Operations"].erase(0);
    run.apply({line});
    CHECK(members_in(service) == Texts{"7f", "8f", "9f"});
}

TEST_CASE("a group is read once for a list of members that is refused, and not after 413") {
    const int status = GENERATE(400, 413);
    auto service = hpc_with({"7f"});
    service.refuse = [&](const json& patch) {
        return contains(patch.dump(), "8f") || contains(patch.dump(), "9f") ? status : 0;
    };
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    auto line = with(
        update_group("hpc", {"7f", "8f", "9f", "af"}), "before", {{"members", {user_id("7f")}}});
    line["data"]["Operations"].erase(0);
    run.apply({line});
    CHECK(run.how("u-hpc") == "failed");
    CHECK(members_in(service) == Texts{"7f", "af"});
    const auto sent = run.transport.sent();
    CHECK(std::count(sent.begin(), sent.end(), "GET /Groups/hpc") == (status == 400 ? 1 : 0));
}

TEST_CASE("members are not sent one by one to a group that is gone") {
    auto service = hpc_with({"7f"});
    service.records.erase("/Groups/hpc");
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    auto line =
        with(update_group("hpc", {"7f", "8f", "9f"}), "before", {{"members", {user_id("7f")}}});
    line["data"]["Operations"].erase(0);
    run.apply({line});
    CHECK(run.reason("u-hpc") == "gone");
    CHECK(run.writes().size() == 1);
}

TEST_CASE(
    "with add-remove a member that cannot be removed is reported, and the others are removed") {
    const bool others = GENERATE(false, true);
    const json ada{{"id", "7f"}, {"externalId", user_id("ada")}};
    Run run(
        [&](const Request& request) {
            return request.method == "GET"
                       ? Scripted{answer(200, listed({ada}, 1))}
                       : Scripted{answer(200, shown_after(request.body).dump())};
        },
        {.group_writes = apply::GroupWrites::add_remove});
    auto line = update_group("hpc", {});
    line["data"]["Operations"].erase(0);
    line["before"]["members"] =
        others ? json{user_id("ada"), user_id("nobody")} : json{user_id("nobody")};
    run.apply({line});
    CHECK(run.how("u-hpc") == "failed");
    CHECK(run.reason("u-hpc") == "moved");
    CHECK(contains(run.detail("u-hpc"), user_id("nobody")));
    CHECK_FALSE(contains(run.detail("u-hpc"), user_id("ada")));
    REQUIRE(run.writes().size() == (others ? 1 : 0));
    CHECK((!others || contains(run.writes().front().body, "7f")));
}

TEST_CASE("a group with one member is not created if the service refuses that member") {
    PatchedRecords service;
    service.refuse = [](const json& body) { return contains(body.dump(), "bad") ? 400 : 0; };
    Run run([&](const Request& request) { return service(request); });
    run.apply({create_group("hpc", {"bad"})});
    CHECK(run.reason("c-hpc") == "refused");
    CHECK(run.writes().size() == 1);
    CHECK(service.records.empty());
}
