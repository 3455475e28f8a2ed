// A stream that is cut off at any byte removes no access.

#include "cases.hpp"
#include "losses.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"

namespace {

using namespace laws;

constexpr std::uint64_t kShare =
    40;  // a case is an organization, tried at each of its thousands of bytes

Organization small_organization(Dice& dice) {
    auto shape = any_shape(dice);
    shape.users = dice.below(5);
    shape.groups = dice.below(3);
    return make_organization(dice, shape);
}

// Status 65, or a plan that removes nothing.
void check(const DiffAnswer& answer, const ModelServer& server) {
    if (answer.status == ExitStatus::bad_input) {
        REQUIRE(answer.plan.empty());
    } else {
        INFO(answer.complaint);
        REQUIRE(made_a_plan(answer));
        REQUIRE(losses_of(server, answer.plan).empty());
    }
}

// Every proper prefix of `text`, with `others` after it.
void cut(const std::string& text,
         const std::vector<std::string>& others,
         const DiffOptions& options,
         const ModelServer& server) {
    for (std::size_t length = 0; length < text.size(); ++length) {
        INFO("cut off at byte " << length << " of\n" << text);
        std::vector<std::string> inputs{text.substr(0, length)};
        inputs.insert(inputs.end(), others.begin(), others.end());
        check(run_diff(inputs, options), server);
    }
}

TEST_CASE("no prefix of either export removes any access") {
    for_each_case(
        [](Dice& dice) {
            const auto organization = small_organization(dice);
            DiffOptions options;
            options.allow_empty = dice.chance(50);
            options.policy.limits = no_limits();
            const auto desired = organization.desired();
            const auto current = organization.current();
            cut(desired, {current}, options, organization.server);
            cut(current, {desired}, options, organization.server);
        },
        kShare);
}

TEST_CASE("no prefix of both exports on one standard input removes any access") {
    for_each_case(
        [](Dice& dice) {
            const auto organization = small_organization(dice);
            DiffOptions options;
            options.allow_empty = dice.chance(50);
            options.policy.limits = no_limits();
            const auto desired = organization.desired();
            const auto current = organization.current();
            cut(dice.chance(50) ? desired + current : current + desired,
                {},
                options,
                organization.server);
        },
        kShare);
}

TEST_CASE("no prefix of the confirmations deactivates an unconfirmed user") {
    for_each_case(
        [](Dice& dice) {
            auto organization = small_organization(dice);
            organization.confirmed = true;
            DiffOptions options;
            options.policy.limits = no_limits();
            options.allow_empty = true;
            const auto whole = organization.inputs();
            const auto& confirmations = whole.back();
            for (std::size_t length = 0; length <= confirmations.size(); ++length) {
                INFO("cut off at byte " << length << " of\n" << confirmations);
                const auto answer =
                    run_diff({whole[0], whole[1], confirmations.substr(0, length)}, options);
                if (!made_a_plan(answer)) {
                    REQUIRE(answer.status == ExitStatus::bad_input);
                    continue;
                }
                for (const auto& line : changes_of(answer.plan)) {
                    const auto why = line["why"].dump();
                    INFO(line.dump());
                    REQUIRE((line["action"] != "deactivate" ||
                             why.find("absent in ACTIVATE") == std::string::npos ||
                             line.contains("confirmed")));
                }
            }
        },
        kShare);
}

TEST_CASE("no prefix of a capture, or of the current export, removes any access in a restore") {
    for_each_case(
        [](Dice& dice) {
            auto organization = small_organization(dice);
            DiffOptions options;
            options.policy.limits = no_limits();
            options.allow_empty = true;
            const auto capture = organization.current();
            organization.server.apply(run_diff({organization.desired(), capture}, options).plan);
            const auto now = organization.current();
            for (std::size_t length = 1; length < capture.size(); ++length) {
                options.capture = capture.substr(0, length);
                check(run_diff({now}, options), organization.server);
            }
            options.capture = capture;
            cut(now, {}, options, organization.server);
        },
        kShare);
}

}  // namespace
