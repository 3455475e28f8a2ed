// The filter changes nothing: the plan, the messages and the status are the same bytes as without
// it.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "record/record.hpp"
#include "respell.hpp"
#include "run_diff.hpp"
#include "stream_text.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace {

using namespace laws;

// The spelling of our exports, which the filter expects: keys and members sorted, each once.
std::string as_exported(const std::string& text, std::string_view side) {
    Records users;
    Records groups;
    const bool current = side == "current";
    for (const auto& record : records_of(text)) {
        if (record["type"] == "user") {
            users.push_back(record::to_json(record::user_from_json(record, current)));
        } else if (record["type"] == "group") {
            groups.push_back(record::to_json(record::group_from_json(record, current)));
        }
    }
    return directory_text(side, users, groups);
}

void require_same(const std::vector<std::string>& inputs, DiffOptions options) {
    const auto sifted = run_diff(inputs, options);
    options.filter = false;
    const auto whole = run_diff(inputs, options);
    REQUIRE(sifted.plan == whole.plan);
    REQUIRE(sifted.warnings == whole.warnings);
    REQUIRE(sifted.complaint == whole.complaint);
    REQUIRE(sifted.status == whole.status);
}

TEST_CASE("a plan is the same bytes with the filter and without") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        const auto options = any_options(dice, organization);
        auto inputs = organization.inputs();
        if (dice.chance(80)) {
            inputs[0] = as_exported(inputs[0], "desired");
            inputs[1] = as_exported(inputs[1], "current");
        }
        if (dice.chance(50)) {
            std::swap(inputs[0], inputs[1]);
        }
        require_same(inputs, options);
    });
}

// The users in another order, some with a long field: their lines are then too far apart to be
// compared at once.
std::string spread(Dice& dice, const std::string& text) {
    std::vector<std::string> users;
    std::string others;
    auto lines = lines_of(text);
    for (auto line = lines.begin() + 1; line != lines.end(); ++line) {
        const bool is_user = line->starts_with(R"({"type":"user",)");
        if (is_user && dice.chance(15)) {
            constexpr std::size_t kRoom = 250'000;
            line->insert(line->size() - 1, R"(,"room":")" + std::string(kRoom, 'x') + '"');
        }
        is_user ? users.push_back(*line) : void(others += *line + "\n");
    }
    dice.shuffle(users);
    auto all = lines.front() + "\n";
    for (const auto& user : users) {
        all += user + "\n";
    }
    return all + others;
}

TEST_CASE("a plan is the same with the filter in any order of the records") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        const auto options = any_options(dice, organization);
        std::vector inputs{as_exported(organization.desired(), "desired"),
                           as_exported(organization.current(), "current")};
        if (dice.chance(50)) {
            std::swap(inputs[0], inputs[1]);
        }
        inputs[0] = spread(dice, inputs[0]);
        require_same(inputs, options);
    });
}

// Organizations whose sides are mostly equal: the filter then keeps most records.
TEST_CASE("the spelling of a stream does not change a byte of the plan") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        const auto options = any_options(dice, organization);
        if (dice.chance(70)) {
            auto all = options;
            all.policy.limits = no_limits();
            all.policy.rename_users = true;
            organization.server.apply(run_diff(organization.inputs(), all).plan);
        }
        std::vector inputs{as_exported(organization.desired(), "desired"),
                           as_exported(organization.current(), "current")};
        if (dice.chance(50)) {
            std::swap(inputs[0], inputs[1]);
        }
        const auto plan = run_diff(inputs, options);
        auto others = inputs;
        for (auto& input : others) {
            input = dice.chance(70) ? respelled_stream(dice, input) : input;
        }
        require_same(others, options);
        REQUIRE(run_diff(others, options).plan == plan.plan);
        others[0] = spread(dice, others[0]);
        require_same(others, options);
    });
}

TEST_CASE("a plan is the same with the filter if nearly all records are unchanged") {
    for_each_case([](Dice& dice) {
        const auto shape = any_shape(dice);
        auto organization = make_organization(dice, shape);
        auto options = any_options(dice, organization);
        auto all = options;
        all.policy.limits = no_limits();
        all.policy.rename_users = true;
        organization.server.apply(run_diff(organization.inputs(), all).plan);
        const auto desired = as_exported(organization.desired(), "desired");
        const auto current = as_exported(organization.current(), "current");
        require_same({desired, current}, options);
        require_same({current, desired}, options);

        // One line that belongs to another user, or to none.
        auto lines = lines_of(dice.chance(50) ? desired : current);
        if (lines.size() < 3) {
            return;
        }
        const bool is_current = lines.front().find("\"current\"") != std::string::npos;
        Records users;
        Records groups;
        const auto changed = dice.between(1, lines.size() - 2);
        for (std::size_t at = 1; at + 1 < lines.size(); ++at) {
            auto record = nlohmann::ordered_json::parse(lines[at]);
            const auto& other =
                nlohmann::ordered_json::parse(lines[dice.between(1, lines.size() - 2)]);
            if (at == changed && other["type"] == record["type"]) {
                for (const auto* field : {"externalId",
                                          "userName",
                                          "displayName",
                                          "sshKeys",
                                          "members",
                                          "active",
                                          "id",
                                          "foreignMembers"}) {
                    if (other.contains(field) && dice.chance(25)) {
                        record[field] = other[field];
                    }
                }
            }
            (record["type"] == "user" ? users : groups).push_back(std::move(record));
        }
        const auto edited = directory_text(is_current ? "current" : "desired", users, groups);
        require_same(is_current ? std::vector{desired, edited} : std::vector{edited, current},
                     options);
        require_same(is_current ? std::vector{edited, desired} : std::vector{current, edited},
                     options);
    });
}

}  // namespace
