// The words of held changes. A digest is computed from them, so another version that finds other
// words for the same change refuses its approval.

#include "plan/held_changes.hpp"

#include "plan/limits.hpp"
#include "support/catch.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <vector>

using nlohmann::json;
using Texts = std::vector<std::string>;

namespace {

json line(const std::string& resource, std::string_view held, json before, json after) {
    return {{"resource", resource},
            {"externalId", "pw-activate:user:ada"},
            {"path", resource == "User" ? "/Users/8f" : "/Groups/9f"},
            {"held", held},
            {"before", std::move(before)},
            {"after", std::move(after)}};
}

json of_user(std::string_view held, json before = {}, json after = {}) {
    return line("User", held, std::move(before), std::move(after));
}

json of_group(json before, json after) {
    return line("Group", plan::kMaxMemberRemovals, std::move(before), std::move(after));
}

}  // namespace

TEST_CASE("each held change has its words") {
    CHECK(plan::held_deactivation({"a b"}) == "deactivate /Users/a%20b");
    CHECK(plan::held_reactivation({"8f"}) == "reactivate /Users/8f");
    CHECK(plan::held_last_key({"8f"}) == "last-key /Users/8f");
    CHECK(plan::held_key({"8f"}, "ssh-rsa AAAA ada") == R"(key /Users/8f "ssh-rsa AAAA")");
    CHECK(plan::held_rename({"9f"}, "old", "new") == R"(rename /Groups/9f "old" "new")");
    CHECK(plan::held_member({"9f"}, {"pw-activate:user:ada"}) ==
          R"(member /Groups/9f "pw-activate:user:ada")");
    CHECK(plan::held_foreign({"9f"}, {"a\"b"}) == R"(foreign /Groups/9f "a\"b")");
    CHECK(plan::held_takeover({"old"}, {"new"}) == R"(takeover "old" "new")");
}

TEST_CASE("a held line of a user has the words of the change that its limit holds") {
    for (const auto held : {plan::kMaxDeactivations, plan::kMissingGroup}) {
        CHECK(plan::held_removals(of_user(held)) == Texts{"deactivate /Users/8f"});
    }
    CHECK(plan::held_removals(of_user(plan::kMaxReactivations)) == Texts{"reactivate /Users/8f"});
    CHECK(plan::held_removals(of_user(plan::kMaxKeylessUsers)) == Texts{"last-key /Users/8f"});
    CHECK(plan::held_removals(
              of_user(plan::kMaxTakeovers, {{"externalId", "pw-activate:user:old"}})) ==
          Texts{R"(takeover "pw-activate:user:old" "pw-activate:user:ada")"});
    CHECK(plan::held_removals(of_user(plan::kMaxTakeovers)).empty());
    auto without_new_id = of_user(plan::kMaxTakeovers, {{"externalId", "pw-activate:user:old"}});
    without_new_id.erase("externalId");
    CHECK(plan::held_removals(without_new_id).empty());
}

TEST_CASE("a held line that removes keys has the words of each key, without its comment") {
    const auto stays = ssh_blob::valid_line(1);
    const auto first = ssh_blob::valid_line(2);
    const auto second = ssh_blob::valid_line(3);
    CHECK(plan::held_removals(of_user(plan::kMaxKeyRemovals,
                                      {{"sshKeys", {stays + " ada", first + " b", second}}},
                                      {{"sshKeys", {stays + " ben"}}})) ==
          Texts{"key /Users/8f \"" + first + "\"", "key /Users/8f \"" + second + "\""});
    CHECK(plan::held_removals(of_user(plan::kMaxKeyRemovals, {{"sshKeys", {7}}}, {})) ==
          Texts{R"(key /Users/8f "7")"});
}

TEST_CASE("a held line of a group has the words of each member and of its name") {
    CHECK(
        plan::held_removals(of_group({{"members", {"a", "b", "c"}}, {"foreignMembers", {"f", "g"}}},
                                     {{"members", {"b"}}, {"foreignMembers", {"g"}}})) ==
        Texts{R"(member /Groups/9f "a")", R"(member /Groups/9f "c")", R"(foreign /Groups/9f "f")"});
    CHECK(plan::held_removals(of_group({{"displayName", "old"}, {"members", {"a"}}},
                                       {{"displayName", "new"}, {"members", {"a"}}})) ==
          Texts{R"(rename /Groups/9f "old" "new")"});
    CHECK(plan::held_removals(of_group({{"members", {"a"}}}, {{"members", {"a", "b"}}})).empty());
    CHECK(plan::held_removals(of_group({}, {})).empty());
}

TEST_CASE("the digest of some words does not depend on their order, and each word counts once") {
    // printf 'deactivate /Users/1\ndeactivate /Users/2\n' | sha256sum
    const std::string expected = "eec2b7eaa5f15a554c1939bf00484c37";
    CHECK(plan::held_digest({"deactivate /Users/2", "deactivate /Users/1"}) == expected);
    CHECK(plan::held_digest(
              {"deactivate /Users/1", "deactivate /Users/2", "deactivate /Users/1"}) == expected);
    CHECK(plan::held_digest({}).empty());
}

TEST_CASE("each limit that holds changes has a digest, and all of them have one together") {
    plan::HeldChanges held;
    held.changes = {{plan::kMaxDeactivations, "deactivate /Users/1"},
                    {plan::kShortList, "member /Groups/9f \"a\""},
                    {plan::kMaxDeactivations, "deactivate /Users/2"}};
    const auto digests = plan::held_digests(held);
    REQUIRE(digests.size() == 3);
    CHECK(digests.at("max-deactivations") ==
          plan::held_digest({"deactivate /Users/1", "deactivate /Users/2"}));
    CHECK(digests.at("short-list") == plan::held_digest({"member /Groups/9f \"a\""}));
    CHECK(digests.at("") ==
          plan::held_digest(
              {"deactivate /Users/1", "deactivate /Users/2", "member /Groups/9f \"a\""}));
}
