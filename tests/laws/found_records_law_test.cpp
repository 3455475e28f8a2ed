// Records that a lookup found in addition to the list: the plan is that of a complete list.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "run_diff.hpp"
#include "stream_text.hpp"

namespace {

using namespace laws;

/// One stream of the current side as two: the records of the list, and the records that a lookup
/// finds.
struct Split {
    std::string listed{};
    std::string found{};
    bool is_managed_one_found = false;
};

Split split(Dice& dice, const std::string& current, bool managed_too) {
    Records users[2];
    Records groups[2];
    Split parts;
    for (auto& record : records_of(current)) {
        const bool is_user = record["type"] == "user";
        if (!is_user && record["type"] != "group") {
            continue;
        }
        const bool is_managed = record.value("managed", true);
        const bool is_found = !is_managed || (managed_too && dice.chance(20));
        parts.is_managed_one_found = parts.is_managed_one_found || (is_found && is_managed);
        (is_user ? users : groups)[is_found ? 1 : 0].push_back(std::move(record));
    }
    parts.listed = directory_text("current", users[0], groups[0]);
    auto lines = lines_of(directory_text("current", users[1], groups[1]));
    auto header = nlohmann::ordered_json::parse(lines.front());
    header["kind"] = "confirmations";
    lines.front() = header.dump();
    parts.found = text_of(lines);
    return parts;
}

TEST_CASE("records that a lookup found count as records of the list, unmanaged and managed ones") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        organization.unmanaged = true;
        const auto options = any_options(dice, organization);
        const auto whole = run_diff(organization.inputs(), options);
        const auto parts = split(dice, organization.current(), dice.chance(50));
        std::vector<std::string> inputs{organization.desired(), parts.listed, parts.found};
        if (organization.confirmed) {
            inputs.push_back(confirmations_text(organization.confirmations));
        }
        dice.shuffle(inputs);
        const auto other = run_diff(inputs, options);
        REQUIRE(other.plan == whole.plan);
        REQUIRE(other.digest == whole.digest);
        REQUIRE(other.status == whole.status);
        if (!parts.is_managed_one_found) {
            REQUIRE(other.warnings == whole.warnings);
        }
    });
}

TEST_CASE("a found record that is also in the list has no effect") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        organization.unmanaged = true;
        const auto options = any_options(dice, organization);
        const auto whole = run_diff(organization.inputs(), options);
        auto inputs = organization.inputs();
        inputs.push_back(split(dice, organization.current(), true).found);
        dice.shuffle(inputs);
        const auto other = run_diff(inputs, options);
        REQUIRE(other.plan == whole.plan);
        REQUIRE(other.warnings == whole.warnings);
    });
}

}  // namespace
