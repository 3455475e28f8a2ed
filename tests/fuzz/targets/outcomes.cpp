// A plan that is applied to a service with arbitrary answers: each change has one outcome, and none
// is applied without an answer that confirms it.
//
// Input: a line of words (bulk, verify, before, apart, approve, dry-run), a plan, one answer a
// line.

#include "apply/applier.hpp"
#include "base/error.hpp"
#include "base/unicode.hpp"
#include "fuzz_target.hpp"
#include "plan/read_plan.hpp"
#include "record/scim_resource.hpp"
#include "recorded_answers.hpp"
#include "stream/jsonl.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fuzz::outcomes {

using nlohmann::json;

constexpr std::string_view kUrl = "https://scim.example/v2";

struct Input {
    std::string_view words{};
    std::string plan{};
    std::vector<std::string_view> answers{};
};

Input divided(std::string_view text) {
    Input input;
    const auto lines = lines_of(text);
    auto line = lines.begin();
    if (line != lines.end()) {
        input.words = *line++;
    }
    for (bool ended = false; line != lines.end() && !ended; ++line) {
        input.plan += std::string(*line) + "\n";
        ended = line->starts_with(R"({"type":"end")");
    }
    input.answers.assign(line, lines.end());
    return input;
}

using Changes = std::vector<std::pair<plan::PlannedChange, json>>;

// Empty if the plan is rejected.
Changes changes_in(const std::string& text) {
    Changes changes;
    try {
        std::istringstream in(text);
        stream::Reader lines(in, "plan");
        (void)plan::read_plan(
            lines, plan::OldPlans::permitted, [&](const auto& change, json& line) {
                changes.emplace_back(change, line);
            });
    } catch (const Error&) {
        changes.clear();
    }
    return changes;
}

apply::ApplySettings settings_from(std::string_view words, const Changes& changes) {
    const auto says = [&](std::string_view word) {
        return words.find(word) != std::string_view::npos;
    };
    apply::ApplySettings settings{
        .dry_run = says("dry-run"), .verify_before = says("before"), .verify = says("verify")};
    if (says("apart")) {
        settings.group_writes = apply::GroupWrites::add_remove;
    }
    if (says("bulk")) {
        settings.bulk = scim::BulkLimits{3, 100'000};
    }
    for (const auto& [change, line] : changes) {
        if (says("approve") && !change.held.empty()) {
            settings.approved.insert(change.held);
        }
    }
    return settings;
}

void judge_requests(const RecordedAnswers& answers, const apply::ApplySettings& settings) {
    require(!settings.dry_run || answers.exchanges().empty(), "a dry run sends nothing");
    for (const auto& [request, result] : answers.exchanges()) {
        require(request.method == "GET" || request.method == "POST" || request.method == "PATCH",
                "nothing but GET, POST and PATCH is sent");
        require(request.url.starts_with(kUrl), "requests go to the service only");
        const auto path = request.url.substr(kUrl.size());
        require(path.starts_with("/Users") || path.starts_with("/Groups") || path == "/Bulk",
                "requests go to users, groups and /Bulk only");
        require(!path.ends_with("/.") && !path.ends_with("/.."), "no path leads elsewhere");
        require(request.body.empty() || json::accept(request.body), "each body is JSON");
        for (const auto& [name, value] : request.headers) {
            require(unicode::is_plain(value), "a header is one line");
        }
    }
}

// An answer of 2xx to a write of this change, or, for a create, to the look-up of its record. The
// read of a record that had the values before also counts.
bool is_confirmed(const plan::PlannedChange& change,
                  const RecordedAnswers& answers,
                  bool may_be_read) {
    const auto& all = answers.exchanges();
    return std::any_of(all.begin(), all.end(), [&](const auto& exchange) {
        const auto path = exchange.request.url.substr(kUrl.size());
        const bool own =
            change.method == "POST"
                ? path.starts_with(record::endpoint(change.kind))
                : path == change.path && (may_be_read || exchange.request.method == "PATCH");
        return (own || path == "/Bulk") && http::is_success(exchange.result);
    });
}

void judge_outcome(const plan::PlannedChange& change,
                   const json& outcome,
                   const RecordedAnswers& answers,
                   const apply::ApplySettings& settings) {
    require(outcome.at("type") == "outcome" && outcome.at("action") == change.action &&
                outcome.at("resource") == record::resource_name(change.kind) &&
                outcome.at("externalId") == change.external_id.value,
            "an outcome names its change");
    require(unicode::is_plain(outcome.value("detail", "")), "a detail is one line");
    const auto word = outcome.at("outcome").get<std::string>();
    const bool held = !change.held.empty() && !settings.approved.contains(change.held);
    require((word == "held") == held, "what is held and not approved is not sent");
    require(held || (word == "planned") == settings.dry_run, "only a dry run plans");
    const bool had_all = outcome.value("detail", "").ends_with("the record was as planned already");
    require(word != "applied" || is_confirmed(change, answers, had_all),
            "what is called applied was confirmed by an answer");
    const bool missed = word == "failed" || word == "skipped";
    require(missed == outcome.contains("exitStatus"), "what did not happen asks for a status");
    require(!missed || !outcome.value("reason", "").empty(), "what did not happen has a reason");
}

void judge_results(const std::string& text,
                   const Changes& changes,
                   bool complete,
                   const RecordedAnswers& answers,
                   const apply::ApplySettings& settings) {
    std::multimap<std::string, const plan::PlannedChange*> open;
    for (const auto& [change, line] : changes) {
        open.emplace(change.id, &change);
    }
    for (const auto line : lines_of(text)) {
        const auto outcome = json::parse(line.begin(), line.end(), nullptr, false);
        require(outcome.is_object(), "each outcome is a JSON object");
        const auto [from, to] = open.equal_range(outcome.at("id").get<std::string>());
        const auto found = std::find_if(from, to, [&](const auto& entry) {
            return outcome.at("externalId") == entry.second->external_id.value &&
                   outcome.at("action") == entry.second->action;
        });
        require(found != to, "an outcome is that of one change");
        judge_outcome(*found->second, outcome, answers, settings);
        open.erase(found);
    }
    require(!complete || open.empty(), "each change has an outcome");
}

void require_end(const Error& error) {
    require(error.status() == ExitStatus::denied || error.status() == ExitStatus::unavailable ||
                error.status() == ExitStatus::retry_later,
            "only the service ends a run");
}

void judge(std::string_view text) {
    const auto input = divided(text);
    const auto changes = changes_in(input.plan);
    if (changes.empty()) {
        return;
    }
    const auto settings = settings_from(input.words, changes);
    RecordedAnswers answers(input.answers);
    http::Client client(answers, {.what = "SCIM", .max_in_flight = 4});
    scim::ScimClient service(client, std::string(kUrl), 100);
    std::ostringstream out;
    stream::Writer writer(out);
    bool complete = true;
    try {
        apply::Applier applier(service, writer, settings);
        for (const auto& [change, line] : changes) {
            auto copy = line;
            applier.apply(change, copy);
        }
        applier.finish();
        applier.log_rest();
        const auto& counts = applier.outcomes();
        require(counts.applied + counts.failed + counts.skipped + counts.held + counts.planned +
                        counts.not_sent ==
                    changes.size(),
                "the counts add up");
        if (const auto& error = applier.ended_by()) {
            require_end(*error);
            complete = false;
        }
    } catch (const Error& error) {
        require_end(error);
        complete = false;
    }
    judge_requests(answers, settings);
    judge_results(out.str(), changes, complete, answers, settings);
}

const Registration kTarget{"outcomes", judge};

}  // namespace fuzz::outcomes
