// The order of the input records has no influence on the plan.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "run_diff.hpp"
#include "stream_text.hpp"

namespace {

using namespace laws;

void shuffle_lists(Dice& dice, Records& records) {
    for (auto& record : records) {
        for (const auto* field : {"sshKeys", "members", "foreignMembers"}) {
            if (record.contains(field)) {
                dice.shuffle(record[field]);
            }
        }
    }
    dice.shuffle(records);
}

// The same stream with its users, its groups and their lists in another order.
std::string shuffled(Dice& dice, const std::string& text, std::string_view side) {
    Records users;
    Records groups;
    for (auto& record : records_of(text)) {
        if (record["type"] == "user") {
            users.push_back(std::move(record));
        } else if (record["type"] == "group") {
            groups.push_back(std::move(record));
        }
    }
    shuffle_lists(dice, users);
    shuffle_lists(dice, groups);
    return directory_text(side, users, groups);
}

TEST_CASE("the order of records does not change a byte of the plan") {
    for_each_case([](Dice& dice) {
        const auto organization = make_organization(dice, any_shape(dice));
        auto options = any_options(dice, organization);
        options.all = true;
        const auto plain = run_diff(organization.inputs(), options);
        std::vector<std::string> inputs{shuffled(dice, organization.desired(), "desired"),
                                        shuffled(dice, organization.current(), "current")};
        if (organization.confirmed) {
            auto answers = organization.confirmations;
            dice.shuffle(answers);
            inputs.push_back(confirmations_text(answers));
        }
        dice.shuffle(inputs);
        const auto other = run_diff(inputs, options);
        REQUIRE(other.plan == plain.plan);
        REQUIRE(other.warnings == plain.warnings);
        REQUIRE(other.digest == plain.digest);
        REQUIRE(other.status == plain.status);
    });
}

TEST_CASE("the order of records does not change a byte of a restore") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        auto options = any_options(dice, organization);
        options.all = true;
        const auto capture = organization.current();
        organization.server.apply(run_diff({organization.desired(), capture}, options).plan);
        std::vector<std::string> inputs{organization.current()};
        std::vector<std::string> other_inputs{shuffled(dice, inputs[0], "current")};
        if (dice.chance(70)) {
            inputs.push_back(organization.desired());
            other_inputs.push_back(shuffled(dice, inputs[1], "desired"));
        }
        options.capture = capture;
        const auto plain = run_diff(inputs, options);
        options.capture = shuffled(dice, capture, "current");
        const auto other = run_diff(other_inputs, options);
        REQUIRE(other.plan == plain.plan);
        REQUIRE(other.warnings == plain.warnings);
    });
}

}  // namespace
