// Shards are disjoint and complete: together they are the users of the plan that one process makes,
// and give the same result.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"

#include <algorithm>

namespace {

using namespace laws;

// The lines of users in a plan, sorted.
Lines said_of_users(const std::string& plan) {
    Lines said;
    for (const auto& line : records_of(plan)) {
        if (line.contains("resource") && line["resource"] == "User") {
            said.push_back(line.dump());
        }
    }
    std::sort(said.begin(), said.end());
    return said;
}

TEST_CASE(
    "the shards together have each user line of the plan once, and each shard can be applied") {
    for_each_case([](Dice& dice) {
        const auto organization = make_organization(dice, any_shape(dice));
        auto options = any_options(dice, organization);
        options.all = true;
        const auto whole = run_diff(organization.inputs(), options);
        const auto shards = dice.between(1, 5);
        Lines together;
        std::size_t desired = 0;
        std::size_t current = 0;
        for (std::size_t at = 0; at < shards; ++at) {
            options.shard = std::to_string(at) + "/" + std::to_string(shards);
            const auto part = run_diff(organization.inputs(), options);
            // scim-apply counts the held changes of the shard. The plan reports the digest of all
            // shards, which --approve needs.
            REQUIRE((part.status == ExitStatus::refused) == (held_lines(part.plan) > 0));
            REQUIRE(part.digest == digest_of_lines(part.plan));
            REQUIRE((part.complaint.empty() || part.complaint == whole.complaint));
            REQUIRE(why_unreadable(part.plan).empty());
            const auto said = said_of_users(part.plan);
            together.insert(together.end(), said.begin(), said.end());
            REQUIRE(lines_of(part.plan).size() == said.size() + 2);  // no group
            desired += seal_of(part.plan)["desired"]["users"].get<std::size_t>();
            current += seal_of(part.plan)["current"]["users"].get<std::size_t>();
        }
        std::sort(together.begin(), together.end());
        REQUIRE(together == said_of_users(whole.plan));
        REQUIRE(desired == seal_of(whole.plan)["desired"]["users"].get<std::size_t>());
        REQUIRE(current == seal_of(whole.plan)["current"]["users"].get<std::size_t>());
    });
}

TEST_CASE("all shards, then the full diff, give the result of one process") {
    for_each_case([](Dice& dice) {
        auto shape = tidy(any_shape(dice));
        shape.strangers = false;
        auto organization = make_organization(dice, shape);
        DiffOptions options;
        options.allow_empty = true;
        options.policy.limits = no_limits();
        auto apart = organization;
        for (int run = 0; run < 2; ++run) {  // a name that a user leaves is free in the second
            organization.server.apply(run_diff(organization.inputs(), options).plan);
        }

        const auto inputs = apart.inputs();  // each part is planned from the same exports
        const auto shards = dice.between(1, 5);
        for (std::size_t at = 0; at < shards; ++at) {
            options.shard = std::to_string(at) + "/" + std::to_string(shards);
            apart.server.apply(run_diff(inputs, options).plan);
        }
        options.shard.clear();
        apart.server.apply(run_diff(apart.inputs(), options).plan);
        const auto said = [](const Organization& one) {
            Lines all;
            for (auto record : records_of(one.current())) {
                record.erase("id");  // the server counts its own
                record.erase("version");
                all.push_back(record.dump());
            }
            std::sort(all.begin(), all.end());
            return all;
        };
        REQUIRE(said(apart) == said(organization));
    });
}

}  // namespace
