// One mistake with an editor, or two exchanged files, removes no access without a warning.

#include "any_options.hpp"
#include "cases.hpp"
#include "losses.hpp"
#include "organization.hpp"
#include "run_diff.hpp"
#include "stream_text.hpp"

namespace {

using namespace laws;

// A removal comes with status 3, or there is no plan (65).
void check(const std::vector<std::string>& inputs,
           const DiffOptions& options,
           const ModelServer& server) {
    const auto answer = run_diff(inputs, options);
    INFO(answer.complaint);
    if (answer.status != ExitStatus::bad_input && answer.status != ExitStatus::refused) {
        REQUIRE(answer.status == ExitStatus::ok);
        REQUIRE(losses_of(server, answer.plan).empty());
    }
}

// A mistake in `text`; the other side stays unchanged.
template <class Slip>
void check_slips(Dice& dice, const Slip& slip) {
    const auto organization = make_organization(dice, any_shape(dice));
    auto options = any_options(dice, organization);
    options.allow_empty = dice.chance(50);
    const auto desired = organization.desired();
    const auto current = organization.current();
    check({slip(desired), current}, options, organization.server);
    check({desired, slip(current)}, options, organization.server);
    check({slip(desired + current)}, options, organization.server);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

TEST_CASE("if any line is dropped, no access is removed without a warning") {
    for_each_case([](Dice& dice) {
        check_slips(dice, [&](const std::string& text) {
            auto lines = lines_of(text);
            lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(dice.below(lines.size())));
            return text_of(lines);
        });
    });
}

TEST_CASE("if any line is doubled, no access is removed without a warning") {
    for_each_case([](Dice& dice) {
        check_slips(dice, [&](const std::string& text) {
            auto lines = lines_of(text);
            const auto line = dice.pick(lines);
            const auto place =
                dice.chance(50)
                    ? std::find(lines.begin(), lines.end(), line)
                    : lines.begin() + static_cast<std::ptrdiff_t>(dice.below(lines.size() + 1));
            lines.insert(place, line);
            return text_of(lines);
        });
    });
}

TEST_CASE("if the sides are swapped, no access is removed without a warning") {
    for_each_case([](Dice& dice) {
        const auto organization = make_organization(dice, any_shape(dice));
        auto options = any_options(dice, organization);
        options.allow_empty = dice.chance(50);
        const auto desired = organization.desired();
        const auto current = organization.current();
        const std::string ours = "\"side\":\"desired\"";
        const std::string theirs = "\"side\":\"current\"";
        check({replaced(desired, ours, theirs), replaced(current, theirs, ours)},
              options,
              organization.server);
        check({replaced(desired, ours, theirs), current}, options, organization.server);
        check({desired, replaced(current, theirs, ours)}, options, organization.server);
        check({current, current}, options, organization.server);
        check({desired, desired}, options, organization.server);
    });
}

TEST_CASE("files in the other order are not swapped sides: the header has the side") {
    for_each_case(
        [](Dice& dice) {
            const auto organization = make_organization(dice, any_shape(dice));
            const auto options = any_options(dice, organization);
            const auto desired = organization.desired();
            const auto current = organization.current();
            const auto plan = run_diff({desired, current}, options).plan;
            REQUIRE(run_diff({current, desired}, options).plan == plan);
            REQUIRE(run_diff({desired + current}, options).plan == plan);
            REQUIRE(run_diff({current + desired}, options).plan == plan);
        },
        4);
}

}  // namespace
