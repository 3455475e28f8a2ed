// Sending a plan has the described effect, and then the next plan is empty.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"

#include <algorithm>

namespace {

using namespace laws;
using nlohmann::ordered_json;
using record::Kind;

struct Round {
    DiffAnswer answer{};
    std::vector<Sent> sent{};
    ModelServer before{};
};

Round go_round(Dice& dice, Organization& organization, const DiffOptions& options) {
    Round round{run_diff(organization.inputs(), options), {}, organization.server};
    INFO(round.answer.complaint);
    REQUIRE(made_a_plan(round.answer));
    round.sent = organization.server.apply(
        round.answer.plan, dice.chance(50) ? Unresolved::left_out : Unresolved::refused);
    for (const auto& sent : round.sent) {
        // The only reasons for a refusal: the name belongs to a record that the export does not
        // show, or to one that loses it in a later line; or a member was refused for that reason.
        INFO(sent.line.dump() << "\n" << sent.status << " " << sent.why);
        REQUIRE((!sent.failed() || sent.status == 409));
    }
    return round;
}

// True if a change may remain because a change that it needs was refused, or a name was not free.
bool waits_for(const ordered_json& line, const std::set<std::string>& failed) {
    if (failed.contains(subject_of(line))) {
        return true;
    }
    const auto data = line["data"].dump() + line["after"].dump();
    return line["resource"] == "Group" &&
           std::any_of(failed.begin(), failed.end(), [&](const std::string& subject) {
               return data.find(subject.substr(subject.find(' ') + 1)) != std::string::npos;
           });
}

TEST_CASE("after a plan was sent, the next plan has only changes that a limit holds") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        const auto options = any_options(dice, organization);
        const auto first = go_round(dice, organization, options);
        auto failed = failed_subjects(first.sent);
        failed.merge(waiting(first.answer.plan, first.answer.warnings));
        const auto held = held_subjects(first.answer.plan);

        const auto second = run_diff(organization.inputs(), options);
        REQUIRE(made_a_plan(second));
        for (const auto& line : changes_of(second.plan)) {
            INFO(first.answer.plan << "\nleft over: " << line.dump());
            REQUIRE((held.contains(subject_of(line)) || waits_for(line, failed)));
        }
        if (held.empty() && failed.empty()) {
            REQUIRE(second.status != ExitStatus::refused);
        }
    });
}

TEST_CASE("after the held changes are approved, the next plan is empty") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        auto options = any_options(dice, organization);
        go_round(dice, organization, options);
        // A rename, or a name that became free, may need one more run; held changes stay held.
        const auto second = go_round(dice, organization, options);
        options.approve = second.answer.digest;
        const auto third = go_round(dice, organization, options);
        REQUIRE(third.answer.status != ExitStatus::refused);
        auto failed = failed_subjects(third.sent);
        failed.merge(waiting(third.answer.plan, third.answer.warnings));
        options.approve.clear();
        const auto last = run_diff(organization.inputs(), options);
        for (const auto& line : changes_of(last.plan)) {
            INFO(third.answer.plan << "\nleft over: " << line.dump());
            REQUIRE(waits_for(line, failed));
        }
    });
}

// The value of a field of a record, null if it is absent; lists as sets.
ordered_json field_of(const ordered_json& record, const std::string& field) {
    const auto found = record.find(field);
    if (found == record.end()) {
        const bool list = field == "members" || field == "foreignMembers" || field == "sshKeys";
        return list ? ordered_json::array() : ordered_json();
    }
    if (!found->is_array()) {
        return *found;
    }
    std::set<std::string> elements;
    for (const auto& element : *found) {
        elements.insert(element.get<std::string>());
    }
    return elements;
}

void check_fields(const ordered_json& said, const ordered_json& record) {
    for (const auto& [field, value] : said.items()) {
        INFO(field << " is " << field_of(record, field).dump());
        REQUIRE(field_of(said, field) == field_of(record, field));
    }
}

TEST_CASE("before and after of a line are the exported values before and after it is sent") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        const auto round = go_round(dice, organization, any_options(dice, organization));
        const bool all_went_through = failed_subjects(round.sent).empty();
        bool adopts = false;
        for (const auto& sent : round.sent) {
            adopts = adopts || sent.line["action"] == "adopt";
            const auto kind = sent.line["resource"] == "User" ? Kind::user : Kind::group;
            if (sent.status == 0 || sent.failed() || (kind == Kind::group && !all_went_through)) {
                continue;
            }
            INFO(sent.line.dump());
            if (sent.line["action"] != "create") {
                const auto record = round.before.record(kind, sent.id);
                if (kind == Kind::user || !adopts) {  // an adopted user becomes a managed member
                    check_fields(sent.line["before"], record);
                }
            }
            check_fields(sent.line["after"], organization.server.record(kind, sent.id));
        }
    });
}

}  // namespace
