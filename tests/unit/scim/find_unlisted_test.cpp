#include "scim/find_unlisted.hpp"

#include "base/error.hpp"
#include "stream/jsonl.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/list_server.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using nlohmann::json;

namespace {

record::User desired_user(const std::string& key) {
    return {.external_id = {"pw-activate:user:" + key}, .user_name = key + "@x.org"};
}

record::User listed_user(const std::string& key) {
    auto user = desired_user(key);
    user.id = {"id-" + key};
    return user;
}

json unmanaged_user(const std::string& id, const std::string& user_name) {
    return {{"id", id}, {"userName", user_name}, {"active", true}};
}

/// SCIM has five users, of which the export has the first two: 0 and 1.
struct Run {
    Lists lists{5, 100};
    record::Directory desired{.users = {desired_user("0"), desired_user("1")}};
    record::Directory current{.users = {listed_user("0"), listed_user("1")}};
    scim::FindSettings settings{};
    std::vector<json> lines{};
    std::size_t requests = 0;

    void run() {
        std::ostringstream text;
        stream::Writer out(text);
        const auto before = lists.client.traffic().requests;
        scim::find_unlisted(desired,
                            current,
                            settings,
                            lists.service,
                            {.kind = "confirmations", .side = "current"},
                            out);
        requests = lists.client.traffic().requests - before;
        std::istringstream in(text.str());
        for (std::string line; std::getline(in, line);) {
            lines.push_back(json::parse(line));
        }
    }
    /// The SCIM ids of the records found.
    [[nodiscard]] std::vector<std::string> found() const {
        std::vector<std::string> ids;
        for (const auto& line : lines) {
            if (line.contains("id")) {
                ids.push_back(line.at("id").get<std::string>());
            }
        }
        std::sort(ids.begin(), ids.end());
        return ids;
    }
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("if both sides have the same records, no lookup is sent") {
    Run run;
    run.run();
    CHECK(run.requests == 0);
    CHECK(run.lines.back().at("asked") == 0);
}

TEST_CASE("a protected userName that the current side lacks is looked up, others are not") {
    Run run;
    run.lists.server.rows["/Users"].push_back(unmanaged_user("f", "Break@x.org"));
    run.settings.protected_users = {
        run.current.users[0].user_name, "pw-activate:user:gone", "Break@x.org", "BREAK@x.org"};
    run.run();
    CHECK(run.found() == Ids{"f"});
    CHECK(run.lines.back().at("asked") == 1);
    CHECK(run.lines[1].at("managed") == false);
}

TEST_CASE("an inactive user without a record is not looked up: the user is not created") {
    Run run;
    run.desired.users.push_back(desired_user("9"));
    run.desired.users.back().active = false;
    run.run();
    CHECK(run.requests == 0);
}

TEST_CASE("a user whose name may not be sent is not looked up: the user is not created") {
    Run run;
    run.desired.users.push_back(desired_user("9"));
    run.desired.users.back().user_name = "";
    run.desired.users.push_back(desired_user("8"));
    run.desired.users.back().user_name = "no address";
    run.run();
    CHECK(run.requests == 0);
}

TEST_CASE("each new user is one request; an unmanaged record of that name is found") {
    Run run;
    run.lists.server.rows["/Users"].push_back(unmanaged_user("u-new", "new@x.org"));
    run.desired.users.push_back(desired_user("new"));
    run.desired.users.push_back(desired_user("newer"));
    run.run();
    CHECK(run.found() == Ids{"u-new"});
    CHECK(run.requests == 2);
    CHECK(run.lines.at(1).at("managed") == false);
    CHECK(run.lines.back().at("asked") == 2);
    CHECK(run.lines.back().at("users") == 1);
}

TEST_CASE("a managed record that the list left out is found by its externalId") {
    Run run;
    run.desired.users.push_back(desired_user("3"));
    run.desired.users.back().user_name = "another@x.org";
    run.run();
    CHECK(run.found() == Ids{"id-3"});
    CHECK(!run.lines.at(1).contains("managed"));
}

TEST_CASE("a renamed user is looked up by the new name, unless only its case changes") {
    Run run;
    run.desired.users[0].user_name = "new@x.org";
    run.desired.users[1].user_name = "1@X.ORG";
    run.lists.server.rows["/Users"].push_back(unmanaged_user("u-new", "new@x.org"));
    run.run();
    CHECK(run.found() == Ids{"u-new"});
    CHECK(run.requests == 1);
}

TEST_CASE(
    "51 new users are answered by one list without a filter, of which only their names are kept") {
    Run run;
    run.lists.server.rows["/Users"].push_back(unmanaged_user("u-new", "new-7@x.org"));
    run.lists.server.rows["/Users"].push_back(unmanaged_user("u-other", "other@x.org"));
    for (int i = 0; i < 51; ++i) {
        run.desired.users.push_back(desired_user("new-" + std::to_string(i)));
    }
    run.run();
    CHECK(run.found() == Ids{"u-new"});
    CHECK(run.requests == 1);
    CHECK(run.lines.back().at("asked") == 51);
}

TEST_CASE(
    "if the service ignores or refuses filters, everything is listed once and selected here") {
    Run run;
    run.lists.server.rows["/Users"].push_back(unmanaged_user("u-new", "new@x.org"));
    run.desired.users.push_back(desired_user("2"));
    run.current.users.push_back(listed_user("2"));
    for (const auto* key : {"new", "newer", "newest"}) {
        run.desired.users.push_back(desired_user(key));
    }
    SECTION("ignores") {
        run.lists.server.filters = false;
    }
    SECTION("refuses") {
        run.lists.server.instead = [](const ListCall& call) {
            return call.value("filter").empty() ? std::nullopt
                                                : std::optional(refusal(400, "invalidFilter"));
        };
    }
    run.run();
    CHECK(run.found() == Ids{"u-new"});
    CHECK(run.requests <= 2);  // including one that is refused
}

TEST_CASE("if a filter does not find an existing record, its results are not used") {
    CapturedLog log;
    Run run;
    run.lists.server.rows["/Users"].push_back(unmanaged_user("u-new", "new@x.org"));
    run.desired.users.push_back(desired_user("new"));
    run.lists.server.spoil = [](const ListCall& call, json& body) {
        if (!call.value("filter").empty()) {
            body["totalResults"] = 0;
            body["Resources"] = json::array();
        }
    };
    run.run();
    CHECK(run.found() == Ids{"u-new"});
    CHECK(contains(log.text(), "does not find record id-"));
}

TEST_CASE(
    "if the list of all records is refused, the stream is sealed without it and a warning is "
    "logged") {
    CapturedLog log;
    Run run;
    for (int i = 0; i < 51; ++i) {
        run.desired.users.push_back(desired_user("new-" + std::to_string(i)));
    }
    run.lists.server.instead = [](const ListCall& /*call*/) { return refusal(403); };
    run.run();
    CHECK(run.found().empty());
    CHECK(run.lines.back().at("type") == "end");
    CHECK(contains(log.text(), "the list of all records cannot be read"));
}

TEST_CASE("if the service does not answer, the stream is not sealed") {
    Run run;
    run.desired.users.push_back(desired_user("new"));
    run.lists.server.instead = [](const ListCall& /*call*/) { return refusal(503); };
    CHECK(caught([&] { run.run(); }).status == ExitStatus::retry_later);
}

TEST_CASE("an unmanaged group is found by its name; its managed members have external ids") {
    Run run;
    auto group = Lists::group("a", {"id-0", "id-4"});
    group.erase("externalId");
    run.lists.server.rows["/Groups"] = {group};
    run.desired.groups.push_back(
        {.external_id = {"pw-activate:group:1"}, .display_name = "group a", .members = {{}}});
    run.run();
    CHECK(run.found() == Ids{"g-a"});
    CHECK(run.lines.at(1).at("members") == json{"pw-activate:user:0"});
    CHECK(run.lines.at(1).at("foreignMembers") == json{"id-4"});
    CHECK(run.requests == 1);
}

TEST_CASE("if the lookup of one record is refused, the others are found and the stream is sealed") {
    CapturedLog log;
    Run run;
    run.lists.server.rows["/Users"].push_back(unmanaged_user("u-new", "new@x.org"));
    for (const auto* key : {"bad", "new"}) {
        run.desired.users.push_back(desired_user(key));
    }
    const int status = GENERATE(403, 404, 422);
    run.lists.server.instead = [&](const ListCall& call) {
        return contains(call.value("filter"), "bad@x.org") ? std::optional(refusal(status))
                                                           : std::nullopt;
    };
    run.run();
    CHECK(run.found() == Ids{"u-new"});
    CHECK(run.lines.back().at("type") == "end");
    CHECK(contains(log.text(), "cannot be read"));
}

TEST_CASE("on a first load, all lookups are sent to a service that compares loosely") {
    Run run;
    run.current.users.clear();
    run.desired.users = {desired_user("a"), desired_user("new")};
    run.lists.server.rows["/Users"] = {unmanaged_user("u-loose", "A@x.org"),
                                       unmanaged_user("u-other", "other@x.org"),
                                       unmanaged_user("u-new", "new@x.org")};
    run.lists.server.spoil = [](const ListCall& call, json& body) {
        if (contains(call.value("filter"), "a@x.org")) {
            body["Resources"] = {unmanaged_user("u-other", "other@x.org")};
            body["totalResults"] = 1;
        }
    };
    run.run();
    CHECK(run.found() == Ids{"u-new"});
    CHECK(run.requests == 2);
}

TEST_CASE("a found record that cannot be read is left out") {
    CapturedLog log;
    Run run;
    auto bad = unmanaged_user("u-bad", "bad@x.org");
    bad["active"] = "maybe";
    run.lists.server.rows["/Users"].push_back(bad);
    run.desired.users.push_back(desired_user("bad"));
    run.run();
    CHECK(run.found().empty());
    CHECK(contains(log.text(), "record u-bad cannot be read"));
}

TEST_CASE("a managed record that was found is kept if it is malformed, and is not created again") {
    CapturedLog log;
    Run run;
    auto bad = Lists::user("bad");
    bad["active"] = "maybe";
    run.lists.server.rows["/Users"].push_back(bad);
    run.desired.users.push_back(desired_user("bad"));
    run.run();
    CHECK(run.found().size() == 1);
    CHECK(contains(log.text(), "\"active\" is \"maybe\", which is read as true"));
}
