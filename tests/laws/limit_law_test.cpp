// A limit permits as many changes as its number, and holds one more.

#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"
#include "stream_text.hpp"

#include "activate/user_record.hpp"
#include "plan/types.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace {

using namespace laws;
using nlohmann::ordered_json;

enum class Rail {
    deactivations,
    member_removals,
    emptied_groups,
    keyless_users,
    key_removals,
    renamed_groups,
    reactivations
};

struct Case {
    Rail rail{};
    std::string_view name{};
    plan::Limit plan::Limits::*limit = nullptr;
};

constexpr std::array<Case, 7> kRails{{
    {Rail::deactivations, "max-deactivations", &plan::Limits::deactivations},
    {Rail::member_removals, "max-member-removals", &plan::Limits::member_removals},
    {Rail::emptied_groups, "max-emptied-groups", &plan::Limits::emptied_groups},
    {Rail::keyless_users, "max-keyless-users", &plan::Limits::keyless_users},
    {Rail::key_removals, "max-key-removals", &plan::Limits::key_removals},
    {Rail::renamed_groups, "max-renamed-groups", &plan::Limits::renamed_groups},
    {Rail::reactivations, "max-reactivations", &plan::Limits::reactivations},
}};

std::string user_id(std::size_t number) {
    return "pw-activate:user:u" + std::to_string(number);
}
std::string group_id(std::size_t number) {
    return "pw-activate:group:g" + std::to_string(number);
}

ordered_json user_record(std::size_t number, bool current, bool key) {
    ordered_json user{{"type", "user"}, {"externalId", user_id(number)}};
    if (current) {
        user["id"] = "s" + std::to_string(number);
    }
    user["userName"] = "u" + std::to_string(number) + "@acme.org";
    user["active"] = true;
    user["sshKeys"] = ordered_json::array();
    if (key) {
        user["sshKeys"].push_back(key_of(number));
    }
    return user;
}

ordered_json group_record(std::size_t number, bool current, std::vector<std::string> members) {
    ordered_json group{{"type", "group"}, {"externalId", group_id(number)}};
    if (current) {
        group["id"] = "t" + std::to_string(number);
    }
    group["displayName"] = "team-" + std::to_string(number);
    group["members"] = std::move(members);
    return group;
}

struct Texts {
    std::string desired{};
    std::string current{};
};

// `size` users with a key; each is a member of one group of all, and the only member of a group of
// their own. For `removed` of them the desired side lacks the counted access; one user joins.
Texts organization_that_loses(Rail rail, std::size_t size, std::size_t removed) {
    const bool own_groups = rail == Rail::emptied_groups || rail == Rail::renamed_groups;
    const bool loses_keys = rail == Rail::keyless_users || rail == Rail::key_removals;
    const bool team = rail == Rail::deactivations || rail == Rail::member_removals;
    Records users;
    Records groups;
    Records users_now;
    Records groups_now;
    std::vector<std::string> all;
    std::vector<std::string> left;
    for (std::size_t i = 0; i < size; ++i) {
        const bool loses = i < removed;
        users_now.push_back(user_record(i, true, true));
        users_now.back()["active"] = rail != Rail::reactivations || !loses;
        if (rail != Rail::deactivations || !loses) {
            users.push_back(user_record(i, false, !loses_keys || !loses));
        }
        all.push_back(user_id(i));
        if (!loses) {
            left.push_back(user_id(i));
        }
        if (own_groups) {
            groups_now.push_back(group_record(i, true, {user_id(i)}));
            const bool is_renamed = loses && rail == Rail::renamed_groups;
            groups.push_back(group_record(
                i,
                false,
                loses && !is_renamed ? std::vector<std::string>{} : std::vector{user_id(i)}));
            groups.back()["displayName"] = (is_renamed ? "renamed-" : "team-") + std::to_string(i);
        }
    }
    if (team) {
        groups_now.push_back(group_record(size, true, all));
        left.push_back(user_id(size));
        groups.push_back(group_record(size, false, left));
    }
    users.push_back(user_record(size, false, true));  // a joiner
    return {directory_text("desired", users, groups),
            directory_text("current", users_now, groups_now)};
}

// The grammar of limits, computed by hand: N; P% with at least 1; the smaller of both.
std::size_t allowed_of(std::string_view limit, std::size_t base) {
    const auto sign = limit.find('%');
    if (sign == std::string_view::npos) {
        return std::stoul(std::string(limit));
    }
    const auto percent = std::stoul(std::string(limit.substr(0, sign)));
    const auto share = std::max<std::size_t>(1, base * percent / 100);
    const auto rest = limit.substr(sign + 1);
    return rest.empty() ? share
                        : std::min<std::size_t>(share, std::stoul(std::string(rest.substr(1))));
}

void check(const Case& rail, std::size_t size, std::string_view limit, std::size_t removed) {
    // The joiner is one of the users active in ACTIVATE.
    const auto allowed = allowed_of(limit, size + (rail.rail == Rail::reactivations ? 1U : 0U));
    INFO(rail.name << ' ' << limit << ", " << size << " users, " << removed << " removals, "
                   << allowed << " allowed");
    DiffOptions options;
    options.policy.limits = no_limits();
    options.policy.limits.*rail.limit = plan::parse_limit(limit).value();
    const auto texts = organization_that_loses(rail.rail, size, removed);
    const auto answer = run_diff({texts.desired, texts.current}, options);
    const auto changes = changes_of(answer.plan);
    std::size_t creates = 0;
    std::size_t held = 0;
    for (const auto& line : changes) {
        creates += line["action"] == "create" ? 1U : 0U;
        held += is_held(line) ? 1U : 0U;
        if (is_held(line)) {
            REQUIRE(line["held"] == rail.name);
        }
    }
    REQUIRE(creates == 1);  // additions are sent
    REQUIRE(seal_of(answer.plan)["held"] == held);
    if (removed <= allowed) {
        REQUIRE(answer.status == ExitStatus::ok);
        REQUIRE(held == 0);
        REQUIRE(answer.digest.empty());
        return;
    }
    REQUIRE(answer.status == ExitStatus::refused);
    REQUIRE(!answer.digest.empty());
    REQUIRE(seal_of(answer.plan)["heldDigest"] == answer.digest);
    // All removals of the class are held, not only those above the limit. The removals from one
    // group are one line, and so is the removal of a held user.
    const std::size_t lines = rail.rail == Rail::member_removals ? 1
                              : rail.rail == Rail::deactivations ? removed + 1
                                                                 : removed;
    REQUIRE(held == lines);
}

constexpr std::array<std::string_view, 12> kLimits{
    "0", "1", "3", "50", "0%", "10%", "33%", "100%", "10%,50", "10%,2", "50%,0", "1%,20"};

TEST_CASE("each limit permits n changes and holds n + 1, in organizations of 1, 5 and 60 users") {
    for (const auto& rail : kRails) {
        for (const std::size_t size : {1U, 5U, 60U}) {
            for (const auto limit : kLimits) {
                const auto allowed = allowed_of(limit, size);
                if (allowed <= size) {
                    check(rail, size, limit, allowed);
                }
                if (allowed + 1 <= size) {
                    check(rail, size, limit, allowed + 1);
                }
                check(rail, size, limit, 0);
                check(rail, size, limit, size);
            }
        }
    }
}

TEST_CASE("each limit permits n changes and holds n + 1, in organizations of 10,000 users") {
    constexpr std::size_t kSize = 10'000;
    for (const auto& rail : kRails) {
        for (const std::string_view limit : {"10%,50", "3%"}) {
            const auto allowed = allowed_of(limit, kSize);
            check(rail, kSize, limit, allowed);
            check(rail, kSize, limit, allowed + 1);
        }
    }
}

TEST_CASE(
    "each limit permits n changes and holds n + 1, in organizations of any size, at any value") {
    for_each_case([](Dice& dice) {
        const auto& rail = dice.pick(kRails);
        const auto size = dice.between(1, dice.chance(90) ? 12 : 80);
        std::string limit = dice.chance(70) ? std::to_string(dice.below(101)) + "%" : "";
        if (limit.empty() || dice.chance(50)) {
            limit += (limit.empty() ? "" : ",") + std::to_string(dice.below(size + 2));
        }
        const auto allowed = std::min(allowed_of(limit, size), size);
        check(rail, size, limit, std::min(allowed + dice.below(2), size));
    });
}

}  // namespace
