// Members of groups who are not in ACTIVATE's list of users.

#include "activate/unlisted_members.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/paged_organization.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using nlohmann::json;

namespace {

using Texts = std::vector<std::string>;

/// Ann is the only listed user, and a member of group a. Ben is a member of it, too.
struct Guests : Organization {
    Guests() {
        cap = 100;
        users = {user("ann")};
        groups = {group("a")};
        members["a"] = {member("ann"), member("ben")};
    }

    static json member(const std::string& name) {
        return {{"id", "id-" + name}, {"username", name}, {"email", name + "@x.org"}};
    }

    std::vector<json> exported(const Texts& scope = {}, const activate::Naming& naming = {}) {
        return Organization::exported({.naming = naming, .scope = scope});
    }

    std::size_t searches() const {
        std::size_t number = 0;
        for (const auto& call : transport.calls()) {
            number += contains(call.request.url, "search=") ? 1U : 0U;
        }
        return number;
    }

    CapturedLog log{logging::Level::warning};
};

}  // namespace

TEST_CASE("a member who is gone or disabled is named, and left out with status 0") {
    Guests acme;
    if (GENERATE(true, false)) {
        acme.unlisted = {Organization::user("ben", false)};
    }
    const auto lines = acme.exported(GENERATE(Texts{}, Texts{"a"}));
    CHECK(acme.status == ExitStatus::ok);
    CHECK(lines[1].at("members") == json{"pw-activate:user:id-ann"});
    CHECK_FALSE(lines[2].contains("malformed"));
    CHECK(contains(acme.log.text(), "gone or disabled when queried alone: id-ben (ben, group a);"));
    CHECK(contains(acme.transport.calls().back().request.url, "search=ben"));
}

TEST_CASE("a member who is active, or cannot be looked up, shows that the list of users is short") {
    Guests acme;
    const auto [fault, said] = GENERATE(table<std::string, std::string>({
        {"active", "id-ben (ben, group a): active when queried alone;"},
        {"refused", "id-ben (ben, group a): HTTP 404"},
        {"no name",
         "id-ben (group a): the row has no username and no address, so it cannot be searched for"},
        {"unread", "members of group a: could not be read again"},
    }));
    if (fault == "active") {
        acme.unlisted = {Organization::user("ben")};
    } else if (fault == "no name") {
        acme.members["a"][1] = {{"id", "id-ben"}};
    } else {
        acme.refuses = [&acme, unread = fault == "unread"](const std::string& url) {
            const bool again = acme.asked() > 4;
            return again && contains(url, unread ? "/members" : "search=") ? std::optional(404)
                                                                           : std::nullopt;
        };
    }
    const auto lines = acme.exported(GENERATE(Texts{}, Texts{"a"}));
    CHECK(acme.status == ExitStatus::partial);
    CHECK(lines[1].at("members") == json{"pw-activate:user:id-ann"});
    CHECK(lines.back().at("malformed") == 1);
    CHECK(contains(acme.log.text(), said));
    CHECK(contains(acme.log.text(), "their access in SCIM stays unchanged"));
}

TEST_CASE("a member without a username is not queried if usernames are the keys") {
    Guests acme;
    acme.members["a"][1].erase("username");
    (void)acme.exported({}, {.key_is_username = true});
    CHECK(acme.status == ExitStatus::partial);
    CHECK(acme.searches() == 0);
    CHECK(contains(acme.log.text(), "id-ben (ben@x.org, group a): the list of members has no"));
}

TEST_CASE("at most so many members are queried, and twenty are named") {
    Guests acme;
    for (std::size_t i = 0; i < activate::kMostLookups; ++i) {
        acme.members["a"].push_back(Guests::member("x" + std::to_string(i)));
    }
    const auto lines = acme.exported();
    CHECK(acme.searches() == activate::kMostLookups);
    CHECK(acme.status == ExitStatus::partial);
    CHECK(lines.back().at("malformed") == 1);
    CHECK(contains(acme.log.text(), " and 80 more; these are left out"));
    CHECK(contains(acme.log.text(), "): one of too many to query"));
}

TEST_CASE("an id in another spelling removes no membership, and confirms no absence") {
    Guests acme;
    const auto [listed, member] = GENERATE(table<std::string, std::string>({
        {"id-ben", "ID-Ben"},
        {"id-ben", " id-ben"},
        {"ID-BEN", "id-ben"},
        {"ID-BEN ", "id-Ben"},
    }));
    acme.users.push_back(Organization::user("ben"));
    acme.users[1]["id"] = listed;
    acme.members["a"][1]["id"] = member;
    SECTION("without a scope") {
        const auto lines = acme.exported();
        CHECK(lines[2].at("displayName") == "a");
        CHECK_FALSE(lines[2].contains("members"));
    }
    SECTION("with a scope") {
        const auto lines = acme.exported({"a"});
        CHECK_FALSE(lines[1].contains("members"));
        if (listed == "id-ben") {
            CHECK(acme.answers({"ben"}, {"a"}) == Texts{"present"});
        }
    }
    SECTION("another group has the id as it is") {
        acme.groups.push_back(Organization::group("b"));
        acme.members["b"] = {Guests::member("ben")};
        acme.members["b"][0]["id"] = listed;
        CHECK_FALSE(acme.exported({"a", "b"})[2].contains("members"));
    }
    CHECK(acme.status == ExitStatus::partial);
    CHECK(contains(acme.log.text(), "(ben, group a): the list has this id in another spelling"));
}

TEST_CASE("confirmation: an active user with the id in another spelling may be the missing user") {
    Guests acme;
    acme.users.push_back(Organization::user("ben"));
    acme.users[1]["id"] = GENERATE("ID-Ben", "id-ben ", " id-ben");
    CHECK(acme.answers({"ann", "ben", "eve"}) == Texts{"present", "unknown", "gone"});
    acme.users[1]["active"] = nullptr;
    CHECK(acme.answers({"ann", "ben", "eve"}) == Texts{"present", "unknown", "gone"});
    acme.users[1]["active"] = false;  // then ben has no access, in any spelling
    CHECK(acme.answers({"ann", "ben", "eve"}) == Texts{"present", "gone", "gone"});
}

TEST_CASE("if a user has no id, who may be the member, only that user is reported") {
    Guests acme;
    acme.users.push_back({{"username", "ben"}, {"active", true}});
    CHECK(acme.exported().back().at("malformed") == 1);
    CHECK(acme.status == ExitStatus::partial);
    CHECK(acme.searches() == 0);
    CHECK_FALSE(contains(acme.log.text(), "id-ben"));
}

TEST_CASE("two users whose ids differ in case are not the same member") {
    Guests acme;
    acme.users = {Organization::user("ann"), Organization::user("ben"), Organization::user("Ben")};
    const auto lines = acme.exported();
    CHECK(lines[3].at("members") == json{"pw-activate:user:id-ann", "pw-activate:user:id-ben"});
    CHECK(acme.status == ExitStatus::ok);
    CHECK(acme.log.text().empty());
}
