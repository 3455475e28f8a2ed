// The groups that the filter keeps of two exports: equal groups whose members all join are counted
// and not kept.

#include "plan/unchanged/filter.hpp"

#include "plan/user_standing.hpp"
#include "support/catch.hpp"
#include "two_exports.hpp"

#include <string>
#include <vector>

using namespace two_exports;

namespace {

/// Two users: the first is missing on one side, or is inactive on one side or on both.
struct First {
    bool in_desired = true;
    bool in_current = true;
    bool desired_active = true;
    bool current_active = true;
};

struct Groups {
    std::vector<std::string> open{};  ///< the ids of those that remain
    record::UnchangedRecords unchanged{};
};

Groups filtered(const First& first,
                const std::vector<std::vector<int>>& groups,
                const plan::UserStandings& standings = {}) {
    const TemporaryFolder folder;
    const auto line = [](int number, bool current, bool active) {
        auto text = user(number, current);
        if (!active) {
            text.replace(text.find("true"), 4, "false");
        }
        return text;
    };
    std::vector<std::string> desired{line(kFirst + 1, false, true)};
    if (first.in_desired) {
        desired.push_back(line(kFirst, false, first.desired_active));
    }
    std::vector<std::string> current{line(kFirst + 1, true, true)};
    if (first.in_current) {
        current.push_back(line(kFirst, true, first.current_active));
    }
    std::vector<std::string> desired_groups;
    std::vector<std::string> current_groups;
    for (std::size_t at = 0; at < groups.size(); ++at) {
        const auto key = std::to_string(at);
        desired_groups.push_back(group(key, groups[at], false));
        current_groups.push_back(group(key, groups[at], true));
    }
    Read read(folder,
              stream_with(desired, desired_groups, false),
              stream_with(current, current_groups, true));
    auto& sides = read.sides;
    read.filter.emit_users(*sides.desired, *sides.current, {});
    read.filter.examine_groups();
    read.filter.emit_groups(*sides.desired, *sides.current, standings);
    CHECK(sides.desired->groups.size() == sides.current->groups.size());
    Groups result{.unchanged = sides.current->unchanged};
    for (const auto& one : sides.current->groups) {
        result.open.push_back(one.id.value);
    }
    return result;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("equal groups are counted with their members, and do not remain") {
    const auto groups = filtered({}, {{kFirst, kFirst + 1}, {}, {kFirst + 1}});
    CHECK(groups.open.empty());
    CHECK(groups.unchanged.groups == 3);
    CHECK(groups.unchanged.groups_with_members == 2);
    CHECK(groups.unchanged.memberships == 3);
}

TEST_CASE("an equal group with a member who is inactive, or has left, or is not listed, remains") {
    const auto first = GENERATE(values<First>({{.desired_active = false, .current_active = false},
                                               {.in_desired = false, .current_active = false},
                                               {.in_desired = false},
                                               {.in_current = false},
                                               {.desired_active = false},
                                               {.current_active = false}}));
    const auto groups =
        filtered(first, {{kFirst, kFirst + 1}, {kFirst + 1}, {kFirst}, {kFirst + 9}});
    CHECK(groups.open == Ids{"g-0", "g-2", "g-3"});
    CHECK(groups.unchanged.groups == 1);
    CHECK(groups.unchanged.groups_with_members == 1);
    CHECK(groups.unchanged.memberships == 1);
}

TEST_CASE(
    "an equal group with a pending member is for the planner unless SCIM has a record of the "
    "member") {
    const record::ExternalId member{"pw-activate:user:" + std::to_string(kFirst)};
    const record::ResourceId id{"u1"};
    const bool in_scim = GENERATE(true, false);
    plan::UserStandings standings;
    standings.set(member, {.id = in_scim ? &id : nullptr, .joins = true});
    const auto groups = filtered({.desired_active = false}, {{kFirst}, {kFirst + 1}}, standings);
    CHECK(groups.open == (in_scim ? Ids{} : Ids{"g-0"}));
    CHECK(groups.unchanged.groups == (in_scim ? 2 : 1));
}

TEST_CASE("an equal group with a member who is activated again is for the planner") {
    const record::ExternalId member{"pw-activate:user:" + std::to_string(kFirst)};
    const record::ResourceId id{"u1"};
    plan::UserStandings standings;
    standings.set(member, {.id = &id, .joins = true});
    const auto groups = filtered({.current_active = false}, {{kFirst}, {kFirst + 1}}, standings);
    CHECK(groups.open == Ids{"g-0"});
}

TEST_CASE("groups that share a name are for the planner") {
    const TemporaryFolder folder;
    const auto named = [](std::string line, const std::string& from, const std::string& to) {
        return line.replace(line.find(from), from.size(), to);
    };
    std::vector<std::string> lines[2];
    for (const bool current : {false, true}) {
        lines[current ? 1 : 0] = {
            group("hpc", {}, current),
            named(group("b", {}, current), R"("displayName":"b")", R"("displayName":"HPC")"),
            group("c", {}, current)};
    }
    Read read(folder, stream_with({}, lines[0], false), stream_with({}, lines[1], true));
    auto& sides = read.sides;
    read.filter.emit_users(*sides.desired, *sides.current, {});
    read.filter.examine_groups();
    read.filter.emit_groups(*sides.desired, *sides.current, {});
    CHECK(sides.desired->groups.size() == 2);
    CHECK(sides.current->groups.size() == 2);
    CHECK(sides.current->unchanged.groups == 1);
}

TEST_CASE("a group that a side lists twice is for the planner, even if one line has other fields") {
    const TemporaryFolder folder;
    const bool on_current = GENERATE(false, true);
    const bool parsed_first = GENERATE(false, true);
    std::vector<std::string> lines[2];
    for (const bool current : {false, true}) {
        lines[current ? 1 : 0] = {group("a", {}, current)};
    }
    auto& twice = lines[on_current ? 1 : 0];
    auto parsed = twice[0];
    parsed.replace(parsed.find(R"("displayName":"a")"), 17, R"("displayName":"b","of":["c"])");
    twice.insert(parsed_first ? twice.begin() : twice.end(), parsed);
    Read read(folder, stream_with({}, lines[0], false), stream_with({}, lines[1], true));
    auto& sides = read.sides;
    CHECK((on_current ? sides.current : sides.desired)->groups.size() == 1);
    read.filter.emit_users(*sides.desired, *sides.current, {});
    read.filter.examine_groups();
    read.filter.emit_groups(*sides.desired, *sides.current, {});
    CHECK(sides.desired->groups.size() == lines[0].size());
    CHECK(sides.current->groups.size() == lines[1].size());
    CHECK(sides.current->unchanged.groups == 0);
}
