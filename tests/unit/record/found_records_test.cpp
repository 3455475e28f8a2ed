#include "record/found_records.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"

#include <string>
#include <vector>

namespace {

record::User user(const std::string& id, const std::string& external_id) {
    return {.external_id = {external_id}, .id = {id}, .user_name = id + "@x.org"};
}

record::Sides sides_with_confirmations() {
    record::Sides sides;
    sides.desired.emplace();
    sides.current.emplace();
    sides.found.emplace();
    sides.confirmations.emplace();
    for (auto* header : {&sides.desired_header, &sides.current_header}) {
        header->at = "2026-11-23T18:00:00Z";
    }
    for (auto* header : {&sides.confirmations_header, &sides.found_header}) {
        header->at = "2026-11-23T18:00:01Z";
        header->org = "acme";
        header->target = "https://scim.example/acme";
        header->scope = {"hpc"};
    }
    sides.desired_header.org = "acme";
    sides.desired_header.scope = {"hpc"};
    sides.current_header.target = "https://scim.example/acme";
    return sides;
}

}  // namespace

TEST_CASE("records that were found are added once, and a managed one is named") {
    auto sides = sides_with_confirmations();
    sides.current->users = {user("u-1", "pw-activate:user:ada")};
    sides.found->users = {user("u-1", "pw-activate:user:ada"), user("u-2", "pw-activate:user:bob")};
    sides.found->unmanaged_users = {user("u-3", ""), user("u-3", "")};
    record::add_found_unmanaged(sides);
    const auto sentences = record::add_found_users(sides);
    CHECK(sides.current->users.size() == 2);
    CHECK(sides.current->unmanaged_users.size() == 1);
    REQUIRE(sentences.size() == 1);
    CHECK(contains(sentences.front(), "u-2@x.org (pw-activate:user:bob)"));
    CHECK(contains(record::describe_short_list(1),
                   "the list of SCIM lacks 1 managed record that a lookup found"));
}

TEST_CASE("a member who was found is managed in listed groups, but not a second record of a user") {
    auto sides = sides_with_confirmations();
    sides.current->users = {user("u-1", "pw-activate:user:ada")};
    sides.current->groups = {{.external_id = {"pw-activate:group:hpc"},
                              .id = {"g-1"},
                              .display_name = "hpc",
                              .members = {{{"pw-activate:user:ada"}}},
                              .foreign_members = {{"u-2"}, {"u-3"}, {"u-4"}}}};
    sides.found->users = {user("u-2", "pw-activate:user:bob"), user("u-4", "pw-activate:user:ada")};
    const auto sentences = record::add_found(sides, "the list of then");
    CHECK(sentences.size() == 2);
    CHECK(contains(sentences.front(), "(pw-activate:user:bob): the list of then left out record"));
    const auto& group = sides.current->groups.front();
    CHECK(*group.members ==
          std::vector<record::ExternalId>{{"pw-activate:user:ada"}, {"pw-activate:user:bob"}});
    CHECK(group.foreign_members == std::vector<record::ResourceId>{{"u-3"}, {"u-4"}});
}

TEST_CASE(
    "confirmations of the same exports are accepted; fields missing in a header are not compared") {
    auto sides = sides_with_confirmations();
    record::check_confirmations(sides);
    sides.current_header.target.clear();
    sides.desired_header.at.clear();
    sides.found_header.at.clear();
    record::check_confirmations(sides);
}

TEST_CASE(
    "confirmations of another organization, scope, service or of an earlier time are rejected") {
    auto sides = sides_with_confirmations();
    auto& header = GENERATE(true, false) ? sides.confirmations_header : sides.found_header;
    const auto [change, word] = GENERATE(table<void (*)(stream::Header&), std::string>({
        {[](stream::Header& h) { h.org = "other"; }, "organization other"},
        {[](stream::Header& h) { h.scope = {"gpu"}; }, "scope"},
        {[](stream::Header& h) { h.target = "https://scim.example/other"; }, "service"},
        {[](stream::Header& h) { h.at = "2026-11-23T17:59:59Z"; }, "older"},
    }));
    change(header);
    const auto error = caught([&] { record::check_confirmations(sides); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says(word));
}

TEST_CASE(
    "if users of the desired side are malformed, no absence is confirmed without confirmations") {
    auto sides = sides_with_confirmations();
    sides.confirmations->emplace("pw-activate:user:ada", "gone");
    sides.desired->malformed = 1;
    record::check_confirmations(sides);
    CHECK(sides.confirmations->size() == 1);

    sides.confirmations.reset();
    record::check_confirmations(sides);
    REQUIRE(sides.confirmations);
    CHECK(sides.confirmations->empty());

    sides.confirmations.reset();
    sides.desired->malformed = 0;
    record::check_confirmations(sides);
    CHECK_FALSE(sides.confirmations);
}

TEST_CASE("a malformed group requires confirmations of absence if there is a scope") {
    auto sides = sides_with_confirmations();
    sides.confirmations.reset();
    sides.found.reset();
    sides.desired->malformed_groups = 1;
    sides.desired_header.scope.clear();
    record::check_confirmations(sides);
    CHECK_FALSE(sides.confirmations);
    sides.desired_header.scope = {"hpc"};
    record::check_confirmations(sides);
    CHECK(sides.confirmations);
}
