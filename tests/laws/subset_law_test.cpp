// Any subset of a plan's lines is a valid plan, after which later runs converge.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"
#include "stream_text.hpp"

namespace {

using namespace laws;

Lines some_lines(Dice& dice, const std::string& plan) {
    const auto all = lines_of(plan);
    const auto share = dice.below(101);
    Lines some;
    for (std::size_t i = 1; i + 1 < all.size(); ++i) {
        if (dice.chance(share)) {
            some.push_back(all[i]);
        }
    }
    return some;
}

TEST_CASE(
    "any subset of a plan's lines can be sent, and two complete runs then leave nothing to do") {
    for_each_case([](Dice& dice) {
        auto shape = any_shape(dice);
        shape.renames = false;  // names that wait for each other are tested by another law
        auto organization = make_organization(dice, shape);
        organization.unmanaged = true;
        auto options = any_options(dice, organization);
        options.policy.limits = no_limits();
        options.all = dice.chance(50);
        const auto first = run_diff(organization.inputs(), options);
        REQUIRE(made_a_plan(first));
        const auto part = resealed(first.plan, some_lines(dice, first.plan));
        INFO(part);
        REQUIRE(why_unreadable(part).empty());
        for (const auto& sent : organization.server.apply(part)) {
            INFO(sent.line.dump() << "\n" << sent.status << " " << sent.why);
            REQUIRE(!sent.failed());
        }
        for (int round = 0; round < 2; ++round) {
            organization.server.apply(run_diff(organization.inputs(), options).plan);
        }
        const auto last = run_diff(organization.inputs(), options);
        INFO(last.plan);
        REQUIRE(last.status != ExitStatus::refused);
        REQUIRE(changes_of(last.plan).empty());
    });
}

}  // namespace
