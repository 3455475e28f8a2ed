// The chance of a rule of the sandbox: it applies to the same requests in any order of the
// requests.

#include "sandbox/faults.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using sandbox::Faults;
using sandbox::Json;

std::vector<std::string> struck(Json rule, const std::vector<std::size_t>& order) {
    rule["status"] = 503;
    Faults faults;
    faults.add(rule);
    std::vector<std::string> all(order.size());
    for (const auto number : order) {
        const auto subject = "POST user " + std::to_string(number);
        const auto verdict = faults.judge("POST /scim/v2/Users", subject);
        all[number] = verdict.instead ? subject : "";
    }
    return all;
}

std::size_t count_of(const std::vector<std::string>& all) {
    return all.size() - static_cast<std::size_t>(std::count(all.begin(), all.end(), ""));
}

std::vector<std::size_t> numbers(std::size_t count) {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(i);
    }
    return all;
}

}  // namespace

TEST_CASE("a rule with a chance applies to the same requests in any order") {
    const Json rule = {{"chance", 0.5}, {"seed", 7}};
    const auto forward = numbers(100);
    const std::vector<std::size_t> backward(forward.rbegin(), forward.rend());
    CHECK(struck(rule, forward) == struck(rule, backward));
    CHECK(struck(rule, forward) != struck({{"chance", 0.5}, {"seed", 8}}, forward));
}

TEST_CASE("a rule applies as often as its chance") {
    const auto all = numbers(1000);
    CHECK(count_of(struck({{"chance", 0}, {"seed", 1}}, all)) == 0);
    CHECK(count_of(struck({{"chance", 1}, {"seed", 1}}, all)) == 1000);
    const auto some = count_of(struck({{"chance", 0.3}, {"seed", 1}}, all));
    CHECK(some > 250);
    CHECK(some < 350);
}

TEST_CASE("a request that is repeated often succeeds in the end") {
    Faults faults;
    faults.add({{"chance", 0.5}, {"seed", 3}, {"status", 503}});
    std::size_t strikes = 0;
    for (int i = 0; i < 100; ++i) {
        if (faults.judge("GET /scim/v2/Users", "one").instead) {
            ++strikes;
        }
    }
    CHECK(strikes > 25);
    CHECK(strikes < 75);
}
