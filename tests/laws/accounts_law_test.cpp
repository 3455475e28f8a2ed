// Every record of either side is the subject of exactly one line of a plan.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"

#include "record/scim_resource.hpp"

#include <algorithm>
#include <map>

namespace {

using namespace laws;
using nlohmann::ordered_json;

bool is_held_takeover(const ordered_json& line) {
    return line.value("held", std::string()) == "max-takeovers";
}

/// The lines of a plan without the second lines of changes that a limit split in two.
Records without_second_parts(const std::string& plan) {
    Records lines;
    std::set<std::string> seen;
    for (auto& line : records_of(plan)) {
        if (line["type"] == "stream" || line["type"] == "end") {
            continue;
        }
        const bool is_change = line["type"] == "change";
        const auto path = line.value("path", std::string());
        if (is_held_takeover(line)) {
            lines.push_back(std::move(line));
            continue;
        }
        if (is_change && line["method"] == "PATCH" && !seen.insert(path).second) {
            continue;  // a second line has only a part that is held; the check of the seal's sums
                       // verifies this
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

struct Tally {
    std::size_t desired = 0;
    std::size_t current = 0;
    std::size_t lines = 0;
};

void check_accounts(const Organization& organization, const std::string& plan) {
    std::map<std::string, Tally> by_external_id;
    std::map<std::string, std::size_t> lines_by_path;
    std::set<std::string> adopted;
    const auto lines = without_second_parts(plan);
    for (const auto& line : lines) {
        ++by_external_id[subject_of(line)].lines;
        if (is_held_takeover(line)) {
            continue;  // the old record has a line of its own
        }
        if (line.contains("path") && line.value("method", "") != "POST") {
            ++lines_by_path[line["path"].get<std::string>()];
        }
        if (line.value("action", "") == "adopt") {
            adopted.insert(line["path"].get<std::string>());
        }
    }
    const auto subject = [](const ordered_json& record) {
        return (record["type"] == "user" ? "User " : "Group ") +
               record.value("externalId", std::string());
    };
    for (const auto* records : {&organization.users, &organization.groups}) {
        for (const auto& record : *records) {
            ++by_external_id[subject(record)].desired;
        }
    }
    for (const auto& record : records_of(organization.current())) {
        if (record["type"] != "user" && record["type"] != "group") {
            continue;
        }
        const auto kind = record["type"] == "user" ? record::Kind::user : record::Kind::group;
        const auto path = record::resource_path(kind, {record["id"].get<std::string>()});
        INFO(path);
        REQUIRE(lines_by_path[path] == 1);  // a current record has one line
        if (!adopted.contains(path)) {      // otherwise the line of its adopter is its line
            ++by_external_id[subject(record)].current;
        }
    }
    for (const auto& [id, tally] : by_external_id) {
        INFO(id << ": " << tally.desired << " desired, " << tally.current << " current, "
                << tally.lines << " lines");
        // Several rows of ACTIVATE are one user or group; each copy in SCIM has a line.
        REQUIRE(tally.lines == std::max(std::min<std::size_t>(tally.desired, 1), tally.current));
    }
    const auto seal = seal_of(plan);
    REQUIRE(seal["split"] == records_of(plan).size() - 2 - lines.size());
    REQUIRE(seal["held"] == held_lines(plan));
}

TEST_CASE("every record has exactly one line, and scim-apply accepts every plan") {
    for_each_case([](Dice& dice) {
        const auto organization = make_organization(dice, any_shape(dice));
        auto options = any_options(dice, organization);
        const auto short_plan = run_diff(organization.inputs(), options).plan;
        options.all = true;
        const auto plan = run_diff(organization.inputs(), options).plan;
        INFO(plan);
        REQUIRE(why_unreadable(short_plan).empty());
        REQUIRE(why_unreadable(plan).empty());
        check_accounts(organization, plan);
    });
}

}  // namespace
