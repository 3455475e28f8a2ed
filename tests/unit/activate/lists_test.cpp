// ACTIVATE's lists over its API: cut off, changed during the read, or contradictory.

#include "activate/confirm_absence.hpp"
#include "activate/export.hpp"
#include "activate/rest_source.hpp"
#include "activate/ssh_keys.hpp"
#include "paging/list_walk.hpp"
#include "stream/jsonl.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/paged_organization.hpp"
#include "support/scripted_activate.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

using nlohmann::json;

namespace {

using Texts = std::vector<std::string>;

ExitStatus end_of(const std::function<void()>& call) {
    CapturedLog log;
    return caught(call).status;
}

}  // namespace

TEST_CASE("a list of groups that is cut off is continued after its last row") {
    Organization acme;
    for (const auto* name : {"a", "b", "c", "d", "e"}) {
        acme.groups.push_back(Organization::group(name));
    }
    CHECK(acme.group_names() == Texts{"a", "b", "c", "d", "e"});
    CHECK_FALSE(contains(acme.transport.calls().at(1).request.url, "?"));
}

TEST_CASE("a list without paging is accepted if two requests return the same") {
    Organization acme;
    acme.cap = 100;
    acme.skips = false;
    for (const auto* name : {"a", "b", "c"}) {
        acme.groups.push_back(Organization::group(name));
    }
    CHECK(acme.group_names() == Texts{"a", "b", "c"});
    CHECK(acme.asked() == 5);  // three requests for members
}

TEST_CASE("a list without paging that is cut off without a limit is requested with a limit") {
    Organization acme;
    acme.skips = false;
    acme.takes_limit = true;
    for (const auto* name : {"a", "b", "c", "d", "e"}) {
        acme.groups.push_back(Organization::group(name));
    }
    CHECK(acme.group_names() == Texts{"a", "b", "c", "d", "e"});
}

TEST_CASE(
    "if a service refuses to page, its list is accepted with a warning; without an answer it is "
    "not") {
    CapturedLog log;
    Organization acme;
    acme.cap = 100;
    acme.groups = {Organization::group("a"), Organization::group("b")};
    const int status = GENERATE(400, 404, 422, 429, 503, 202, 206);
    acme.refuses = [&](const std::string& url) {
        return contains(url, "skip=") ? std::optional(status) : std::nullopt;
    };
    Texts names;
    const auto end = caught([&] { names = acme.group_names(); }).status;
    if (status >= 400 && status < 429) {
        CHECK(names == Texts{"a", "b"});
        CHECK(contains(log.text(), "groups after the first 2 cannot be requested"));
    } else {
        CHECK(end == (status < 400 ? ExitStatus::unavailable : ExitStatus::retry_later));
    }
}

TEST_CASE(
    "after a refusal of the limit, the list is requested without; after one page, paging must "
    "work") {
    CapturedLog log;
    Organization acme;
    for (const auto* name : {"a", "b", "c", "d", "e"}) {
        acme.groups.push_back(Organization::group(name));
    }
    SECTION("limit") {
        acme.refuses = [](const std::string& url) {
            return contains(url, "limit=") ? std::optional(400) : std::nullopt;
        };
        CHECK(acme.group_names() == Texts{"a", "b", "c", "d", "e"});
        CHECK(log.text().empty());
    }
    SECTION("in the middle") {
        acme.refuses = [](const std::string& url) {
            return contains(url, "skip=2") ? std::optional(404) : std::nullopt;
        };
        CHECK(end_of([&] { (void)acme.group_names(); }) == ExitStatus::unavailable);
    }
}

TEST_CASE("only an answer with status 200 has members, groups or users") {
    CapturedLog log;
    Organization acme;
    acme.groups = {Organization::group("a")};
    acme.members["a"] = json::array();
    const int status = GENERATE(202, 206);
    acme.refuses = [&](const std::string& url) {
        return contains(url, "/members") || contains(url, "/users?") ? std::optional(status)
                                                                     : std::nullopt;
    };
    CHECK_FALSE(acme.members_of("a"));
    CHECK(end_of([&] { (void)acme.usernames(); }) == ExitStatus::unavailable);
}

TEST_CASE("a group that is deleted during the list does not hide another one") {
    Organization acme;
    for (const auto* name : {"a", "b", "c", "d", "e"}) {
        acme.groups.push_back(Organization::group(name));
    }
    acme.cap = 3;
    acme.before = [&](std::size_t call) {
        if (call == 2) {
            acme.groups.erase(acme.groups.begin());  // d moves to a page that was read already
        }
    };
    CHECK(end_of([&] { (void)acme.group_names(); }) ==
          ExitStatus::retry_later);  // the deleted group may be listed
}

TEST_CASE("a group with two names is an error") {
    Organization acme;
    acme.groups = {Organization::group("a"), Organization::group("b")};
    acme.groups[1]["id"] = "id-a";
    CHECK(end_of([&] { (void)acme.group_names(); }) == ExitStatus::retry_later);
}

TEST_CASE("users: a deletion and an addition between two pages do not hide a user") {
    Organization acme;
    for (const auto* name : {"ann", "ben", "cyd", "dan", "eve"}) {
        acme.users.push_back(Organization::user(name));
    }
    acme.cap = 3;
    acme.before = [&](std::size_t call) {
        if (call == 2) {  // five before, and five after
            acme.users.erase(acme.users.begin());
            acme.users.push_back(Organization::user("fay"));
        }
    };
    Texts names;
    const auto status = end_of([&] { names = acme.usernames(); });
    CHECK(
        (status == ExitStatus::retry_later || std::count(names.begin(), names.end(), "dan") == 1));
}

TEST_CASE("users: a user who is disabled while the list is read again is not emitted as active") {
    Organization acme;
    for (const auto* name : {"ann", "ben", "cyd", "dan", "eve"}) {
        acme.users.push_back(Organization::user(name));
    }
    acme.cap = 3;
    acme.before = [&](std::size_t call) {
        if (call == 2) {
            acme.users.push_back(Organization::user("fay"));
            acme.users[0]["active"] = false;
        }
    };
    CHECK(end_of([&] { (void)acme.usernames(); }) == ExitStatus::retry_later);
}

TEST_CASE("users: if overlapping pages have no new rows, pages are requested end to end") {
    Organization acme;
    acme.cap = 1;
    acme.users = {Organization::user("ann"), Organization::user("ben"), Organization::user("cyd")};
    CHECK(acme.usernames() == Texts{"ann", "ben", "cyd"});
}

TEST_CASE("a group without listed members that reports some is not emptied") {
    CapturedLog log;
    Organization acme;
    acme.groups = {Organization::group("a")};
    acme.groups[0]["members"] = 7;
    acme.members["a"] = GENERATE(json(), json::array());
    CHECK_FALSE(acme.members_of("a"));
    CHECK(contains(log.text(), "group a comes without members, and ACTIVATE counts 7"));
    acme.groups[0]["members"] = 0;
    CHECK(acme.members_of("a") == Texts{});
}

TEST_CASE("groups that list fewer members than they count are logged, once") {
    CapturedLog log;
    Organization acme;
    acme.groups = {Organization::group("a"), Organization::group("b")};
    acme.groups[0]["members"] = 2;
    acme.groups[1]["members"] = 1;
    acme.members["a"] = acme.members["b"] = {{{"id", "id-ann"}}};
    (void)acme.group_names();
    CHECK(contains(log.text(), "fewer members than ACTIVATE counts for them: a (1 of 2);"));
}

TEST_CASE(
    "confirmation: a user who is missing in a members list that is too short may still be a "
    "member") {
    CapturedLog log;
    Organization acme;
    acme.cap = 100;
    acme.groups = {Organization::group("a")};
    acme.users = {Organization::user("ann"), Organization::user("ben")};
    acme.members["a"] = {{{"id", "id-ann"}}};
    acme.groups[0]["members"] = 1;
    CHECK(acme.answers({"ben"}, {"a"}) == Texts{"out-of-scope"});
    acme.groups[0]["members"] = 2;
    CHECK(acme.answers({"ben"}, {"a"}) == Texts{"unknown"});
}

TEST_CASE(
    "confirmation: a user beyond the first page of a search is looked for in the complete list") {
    Organization acme;
    acme.cap = 1;
    acme.users = {Organization::user("ann"), Organization::user("ben")};
    CHECK(acme.answers({"ben", "eve"}) == Texts{"present", "gone"});
}

TEST_CASE("confirmation: after a refused or failed search, the complete list decides") {
    Organization acme;
    acme.cap = 100;
    acme.users = {Organization::user("ann"), Organization::user("ben", false)};
    const int refusal = GENERATE(400, 403, 404, 501);
    acme.refuses = [&](const std::string& url) {
        return contains(url, "search=") ? std::optional(refusal) : std::nullopt;
    };
    CHECK(acme.answers({"ann", "ben", "eve"}) == Texts{"present", "inactive", "gone"});
}

TEST_CASE("confirmation: if neither the search nor the list answers, the result is unknown") {
    CapturedLog log;
    Organization acme;
    acme.cap = 100;
    acme.users = {Organization::user("ann")};
    acme.refuses = [](const std::string& url) {
        return contains(url, "search=") ? std::optional(403) : std::optional(500);
    };
    CHECK(acme.answers({"ann", "eve"}) == Texts{"unknown", "unknown"});
    acme.refuses = [](const std::string&) { return std::optional(403); };
    CHECK(end_of([&] { (void)acme.answers({"eve"}); }) == ExitStatus::denied);
}

TEST_CASE(
    "keys that are not found for a listed user end the export with 4, other unknown keys with 2") {
    CapturedLog log;
    const int status = GENERATE(404, 410, 400);
    Api api([&](const http::Request& request) -> Scripted {
        if (contains(request.url, "whoami")) {
            return json_answer(200, "\"acme\"");
        }
        if (contains(request.url, "/eve/")) {
            return json_answer(400, "{}");
        }
        if (contains(request.url, "/ann/")) {
            return json_answer(status, "{}");
        }
        return json_answer(
            200,
            contains(request.url, "/users?")
                ? json{{"users", {Organization::user("ann"), Organization::user("eve")}},
                       {"total", 2}}
                      .dump()
                : "null");
    });
    (void)api.service.find_organization("");
    const auto keys = activate::rest_keys(api.service, false);
    std::ostringstream text;
    stream::Writer out(text);
    CHECK(activate::DesiredExport(api.service, keys.get(), {}, out)
              .run({.kind = "directory", .side = "desired"}) ==
          (status == 400 ? ExitStatus::partial : ExitStatus::unresolved));
    CHECK(contains(log.text(), "SSH keys of eve could not be read"));
    CHECK(contains(log.text(), "SSH keys of ann (id id-ann): keys-not-found") == (status != 400));
    CHECK(contains(log.text(), "the SSH keys of 2 users and the members of 0 groups are unknown"));
    CHECK(contains(text.str(), R"("unresolved":1)") == (status != 400));
    CHECK(contains(text.str(), status != 400 ? R"("partial":1})" : R"("partial":2})"));
}

TEST_CASE("the time that keys take does not count as time of the list of users") {
    Organization acme;
    acme.users = {Organization::user("ann"), Organization::user("ben"), Organization::user("eve")};
    std::size_t users = 0;
    acme.service.people([&](const auto& page) {
        users += page.size();
        acme.client.pump(2 * paging::kMostTime);
    });
    CHECK(users == 3);
}

TEST_CASE("a list of users whose pages take too long ends the export") {
    Api api([](const http::Request& request) -> Scripted {
        const auto page = contains(request.url, "skip=0&") ? "1" : "2";
        return {answer(200,
                       R"({"users":[{"id":")" + std::string(page) +
                           R"(","username":"u","email":"u@x.org","active":true}],"total":3})"),
                paging::kMostTime / 2 + std::chrono::seconds(1)};
    });
    CHECK(end_of([&] { api.service.people([](const auto&) {}); }) == ExitStatus::retry_later);
}

TEST_CASE("the first users are requested with the groups, and again if that was long ago") {
    const bool slow = GENERATE(false, true);
    Api api([&](const http::Request& request) -> Scripted {
        const auto& url = request.url;
        if (contains(url, "/users?")) {
            return json_answer(
                200,
                R"({"users":[{"id":"1","username":"ann","email":"ann@x.org","active":true}],"total":1})");
        }
        if (contains(url, "/members")) {
            return {answer(200, "null"), std::chrono::seconds(slow ? 6 : 1)};
        }
        return json_answer(200,
                           contains(url, "whoami") ? "\"acme\"" : R"([{"id":"g","name":"a"}])");
    });
    (void)api.service.find_organization("");
    std::ostringstream text;
    stream::Writer out(text);
    CHECK(activate::DesiredExport(api.service, nullptr, {}, out)
              .run({.kind = "directory", .side = "desired"}) == ExitStatus::ok);
    Texts lists;
    for (const auto& call : api.transport.calls()) {
        const auto& url = call.request.url;
        lists.push_back(url.substr(url.rfind('/'), url.find('?') - url.rfind('/')));
    }
    const Texts quick{"/organization", "/users", "/groups", "/groups", "/members"};
    CHECK(lists ==
          (slow ? Texts{"/organization", "/users", "/groups", "/groups", "/members", "/users"}
                : quick));
    CHECK(contains(text.str(), R"("users":1,"groups":1,)"));
}
