// Held changes are approved by their own digest, and by no other.

#include "any_options.hpp"
#include "apply/check_line.hpp"
#include "apply/user_ids.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "record/scim_resource.hpp"
#include "run_diff.hpp"

#include "plan/held_changes.hpp"

#include "plan/read_plan.hpp"
#include "stream/jsonl.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace {

using namespace laws;
using nlohmann::ordered_json;

struct Held {
    Organization organization{};
    DiffOptions options{};
    DiffAnswer answer{};

    [[nodiscard]] DiffAnswer again() const { return run_diff(organization.inputs(), options); }
};

// An organization with held changes: limits are 0, and random organizations are made until a change
// is held.
Held held_organization(Dice& dice) {
    for (;;) {
        Held held{make_organization(dice, any_shape(dice)), {}, {}};
        held.options = any_options(dice, held.organization);
        const plan::Limit none{0, {}};
        auto& limits = held.options.policy.limits;
        for (auto* limit : {&limits.deactivations,
                            &limits.member_removals,
                            &limits.emptied_groups,
                            &limits.keyless_users}) {
            if (dice.chance(60)) {
                *limit = none;
            }
        }
        held.answer = held.again();
        if (held.answer.status == ExitStatus::refused && !held.answer.plan.empty()) {
            return held;
        }
    }
}

std::string any_other_digest(Dice& dice, const std::string& digest) {
    auto other = digest;
    switch (dice.below(4)) {
        case 0:
            other.pop_back();
            break;
        case 1:
            other += '0';
            break;
        case 2:
            std::transform(other.begin(), other.end(), other.begin(), [](unsigned char c) {
                return static_cast<char>(std::toupper(c));
            });
            break;
        default:
            break;
    }
    if (other == digest) {
        auto& digit = dice.pick(other);
        digit = digit == 'f' ? '0' : 'f';
    }
    return other;
}

TEST_CASE(
    "the digest approves exactly the held changes, and the plan is then that without limits") {
    for_each_case([](Dice& dice) {
        auto held = held_organization(dice);
        REQUIRE(seal_of(held.answer.plan)["heldDigest"] == held.answer.digest);
        REQUIRE(digest_of_lines(held.answer.plan) == held.answer.digest);
        // scim-apply computes the digest of each limit from its lines.
        std::map<std::string, std::vector<std::string>> words;
        for (const auto& line : changes_of(held.answer.plan)) {
            if (is_held(line)) {
                const auto of_line = plan::held_removals(nlohmann::json::parse(line.dump()));
                auto& all = words[line["held"].get<std::string>()];
                all.insert(all.end(), of_line.begin(), of_line.end());
            }
        }
        const auto digests = seal_of(held.answer.plan)["heldDigests"];
        REQUIRE(digests.size() == words.size());
        for (const auto& [limit, all] : words) {
            REQUIRE(digests.at(limit) == plan::held_digest(all));
        }
        REQUIRE(held.answer.complaint.find("--approve " + held.answer.digest) != std::string::npos);
        held.options.approve = held.answer.digest;
        const auto approved = held.again();
        REQUIRE(approved.status != ExitStatus::refused);
        REQUIRE(approved.digest.empty());
        held.options.approve.clear();
        held.options.policy.limits = no_limits();
        auto lines = lines_of(approved.plan);
        auto seal = ordered_json::parse(lines.back());
        REQUIRE(seal["approved"] == ordered_json{held.answer.digest});
        seal.erase("approved");
        lines.back() = seal.dump();
        REQUIRE((held.again().plan == text_of(lines)));
    });
}

TEST_CASE("no other digest approves a change") {
    for_each_case([](Dice& dice) {
        auto held = held_organization(dice);
        held.options.approve = any_other_digest(dice, held.answer.digest);
        const auto answer = held.again();
        REQUIRE(answer.status == ExitStatus::refused);
        REQUIRE((answer.plan == held.answer.plan));
        REQUIRE(answer.warnings.size() == held.answer.warnings.size() + 1);
    });
}

TEST_CASE("the digest of one set of removals differs from that of another") {
    for_each_case([](Dice& dice) {
        auto held = held_organization(dice);
        // One removal more or less: a user who was to stay active leaves.
        auto& users = held.organization.users;
        const auto held_before = held_subjects(held.answer.plan);
        if (users.empty()) {
            return;
        }
        users.erase(users.begin() + static_cast<std::ptrdiff_t>(dice.below(users.size())));
        const auto other = held.again();
        if (held_subjects(other.plan) != held_before) {
            REQUIRE(other.digest != held.answer.digest);
        }
    });
}

TEST_CASE("a new joiner does not change the digest") {
    for_each_case([](Dice& dice) {
        auto held = held_organization(dice);
        // The joiner counts among the users active in ACTIVATE, so the percentage changes.
        held.options.policy.limits.reactivations = {};
        held.answer = held.again();
        const std::string external_id = "pw-activate:user:joiner";
        held.organization.users.push_back({{"type", "user"},
                                           {"externalId", external_id},
                                           {"userName", "joiner@acme.org"},
                                           {"active", true},
                                           {"sshKeys", {key_of(1'000'000)}}});
        // The joiner is added to groups as well, except to groups that would be empty otherwise:
        // these would not be emptied then.
        for (auto& group : held.organization.groups) {
            if (group.contains("members") && dice.chance(50)) {
                const auto before = group;
                group["members"].push_back(external_id);
                if (held.again().digest != held.answer.digest) {
                    const auto empties = [&](const ordered_json& line) {
                        return line["externalId"] == group["externalId"] &&
                               line["after"].value("members", ordered_json()) ==
                                   ordered_json::array();
                    };
                    const auto changes = changes_of(held.answer.plan);
                    INFO(group.dump());
                    REQUIRE(std::any_of(changes.begin(), changes.end(), empties));
                    group = before;
                }
            }
        }
        REQUIRE(held.again().digest == held.answer.digest);
    });
}

TEST_CASE("the data of a held line agrees with its description, so that it can be approved") {
    for_each_case([](Dice& dice) {
        const auto held = held_organization(dice);
        const auto plan = nlohmann::json::parse(ordered_json(changes_of(held.answer.plan)).dump());
        apply::UserIds users;
        for (const auto& user : lines_of_type(held.organization.current(), "user")) {
            users.remember(user.value("externalId", ""), user["id"].get<std::string>());
        }
        for (const auto& line : plan) {  // managed after the adoption
            if (line["action"] == "adopt" && line["resource"] == "User") {
                for (const auto& user : lines_of_type(held.organization.current(), "user")) {
                    const record::ResourceId id{user["id"].get<std::string>()};
                    if (record::resource_path(record::Kind::user, id) == line["path"]) {
                        users.remember(line["externalId"].get<std::string>(), id.value);
                    }
                }
            }
        }
        for (auto line : plan) {
            const auto kind = line["resource"] == "User" ? record::Kind::user : record::Kind::group;
            if (line["method"] == "PATCH" && line.contains("held")) {
                INFO(line.dump());
                (void)apply::resolve_members(line["data"], users);
                REQUIRE(
                    apply::what_was_edited(kind, line["data"], line["after"], users).value_or("") ==
                    "");
            }
        }
    });
}

}  // namespace
