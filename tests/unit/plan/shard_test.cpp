// The parts of a plan. A law (tests/laws) states that all shards together are the plan.

#include "plan/shard.hpp"

#include "support/catch.hpp"
#include "support/plan_run.hpp"

#include <string>

using plan::parse_shard;
using namespace plan_run;

TEST_CASE("a shard is an index below a count") {
    const auto shard = parse_shard("2/3");
    REQUIRE(shard);
    CHECK(shard->index == 2);
    CHECK(shard->count == 3);
    CHECK(parse_shard("0/1"));
    CHECK(parse_shard("12/16")->count == 16);
    CHECK(parse_shard("12/16")->index == 12);
    const auto text = GENERATE(as<std::string>{},
                               "",
                               "3/3",
                               "4/3",
                               "0/0",
                               "1",
                               "/",
                               "1/",
                               "/2",
                               "-1/2",
                               "1/2/3",
                               "a/b",
                               "1x/2",
                               "1/2x",
                               " 1/2");
    CAPTURE(text);
    CHECK_FALSE(parse_shard(text));
}

TEST_CASE("the shard of a user is the first eight bytes of SHA-256, modulo the count") {
    // printf pw-activate:user:ada | sha256sum
    const record::ExternalId ada{"pw-activate:user:ada"};
    for (std::uint64_t index = 0; index < 1000; ++index) {
        CAPTURE(index);
        CHECK(plan::Shard{index, 1000}.has(ada) == (index == 0xd09f3b80268282d0U % 1000));
    }
}

TEST_CASE(
    "the counts of a shard are those of its users, and an adopted record counts with its user") {
    const Directory desired{.users = {person("ada"), person("ben"), person("new")},
                            .groups = {hpc({"ada"})}};
    auto unmanaged = there(person("new"), "9");
    unmanaged.external_id = {};
    const Directory current{.users = {there(person("ada"), "1"), there(person("gone"), "2")},
                            .unmanaged_users = {unmanaged}};
    auto policy = without_rails();
    policy.adopt_users = {"new@acme.org"};
    std::size_t users = 0;
    std::size_t desired_users = 0;
    std::size_t current_users = 0;
    std::size_t matched = 0;
    for (std::uint64_t index = 0; index < 5; ++index) {
        auto plan = plan::make_plan(desired, current, policy);
        const plan::Shard shard{index, 5};
        keep_shard(shard, desired, current, plan);
        CHECK(plan.groups.empty());
        CHECK(plan.shard == std::to_string(index) + "/5");
        for (const auto& change : plan.users) {
            const auto& user = change.desired != nullptr ? *change.desired : *change.current;
            CHECK(shard.has(user.external_id));
        }
        users += plan.users.size();
        desired_users += plan.desired.users;
        current_users += plan.current.users;
        matched += plan.account.matched;
    }
    CHECK(users == 3);
    CHECK(desired_users == 3);
    CHECK(current_users == 3);
    CHECK(matched == 2);
}
