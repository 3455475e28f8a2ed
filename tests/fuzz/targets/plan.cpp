// A plan, as scim-apply reads it: an accepted line may be sent, and is the same when it is read
// again.

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "fuzz_target.hpp"
#include "plan/read_plan.hpp"
#include "record/scim_resource.hpp"
#include "stream/jsonl.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fuzz::plan_stream {

using nlohmann::json;

constexpr stream::LineLimits kLimits{.line_bytes = std::size_t{64} << 10U};

/// A plan, read to its end.
struct Read {
    std::vector<std::pair<plan::PlannedChange, json>> changes{};
    plan::PlanSummary summary{};
};

Read read(const std::string& text) {
    std::istringstream in(text);
    stream::Reader lines(in, "plan", kLimits);
    Read plan;
    plan.summary =
        plan::read_plan(lines, plan::OldPlans::permitted, [&](const auto& change, json& line) {
            plan.changes.emplace_back(change, line);
        });
    return plan;
}

void require_plain_texts(const json& value) {
    if (value.is_string()) {
        require(unicode::is_plain(value.get<std::string>()),
                "no text that is sent has a control character");
    } else if (value.is_structured()) {
        for (const auto& [key, element] : value.items()) {
            require(unicode::is_plain(key), "no name that is sent has a control character");
            require_plain_texts(element);
        }
    }
}

// Below /Users or /Groups, one segment that cannot lead elsewhere.
void require_path_of(const plan::PlannedChange& change) {
    const auto endpoint = record::endpoint(change.kind);
    require(change.path.starts_with(endpoint), "a change is sent to the endpoint of its resource");
    auto rest = change.path.substr(endpoint.size());
    require((change.action == "create") == rest.empty(),
            "only a create is sent to an endpoint itself");
    require(rest.empty() || rest.front() == '/', "an id follows its endpoint after a slash");
    rest.erase(0, 1);
    require(rest != "." && rest != ".." && rest.find_first_of("/?#\\ \r\n") == std::string::npos,
            "an id is one segment of a path");
}

void judge_change(const plan::PlannedChange& change, const json& line) {
    require_path_of(change);
    require(change.method == (change.action == "create" ? "POST" : "PATCH"),
            "a create is a POST and everything else is a PATCH");
    require(record::is_managed(change.external_id, change.kind),
            "only managed records are written");
    require(unicode::is_plain(change.version), "an ETag is one line");
    const auto& data = line.at("data");
    require_plain_texts(data);
    if (change.action == "create") {
        require(data.at("externalId") == change.external_id.value,
                "a create makes the record that its line names");
        return;
    }
    for (const auto& operation : data.at("Operations")) {
        require(!text::of(operation, "path").empty(), "an operation without a path is not sent");
        require(text::fold(text::of(operation, "path")) != "externalid" ||
                    (change.action == "adopt" && operation.at("value") == change.external_id.value),
                "only an adoption sets externalId, to that of its line");
    }
}

std::string written(const Read& plan) {
    std::ostringstream text;
    stream::Writer out(text);
    out.header(plan.summary.header);
    json seal{{"desired", {{"users", 0}, {"groups", 0}}},
              {"current", {{"users", 0}, {"groups", 0}}},
              {"matched", 0},
              {"skipped", 0},
              {"unchanged", 0},
              {"split", 0},
              {"held", plan.summary.held},
              {"resealed", true}};
    for (const auto* action : {"create", "update", "deactivate", "reactivate", "adopt"}) {
        seal[action] = std::count_if(plan.changes.begin(), plan.changes.end(), [&](const auto& c) {
            return c.first.action == action;
        });
    }
    for (const auto& [change, line] : plan.changes) {
        out.record(nlohmann::ordered_json(line));
    }
    out.seal(nlohmann::ordered_json(seal));
    return text.str();
}

void require_same(const Read& plan, const Read& again) {
    require(plan.changes.size() == again.changes.size(),
            "a plan that is written again has its changes");
    for (std::size_t at = 0; at < plan.changes.size(); ++at) {
        const auto& [change, line] = plan.changes[at];
        const auto& [same_change, same_line] = again.changes[at];
        require(line == same_line, "a line that is written again is the same");
        require(change.id == same_change.id && change.path == same_change.path &&
                    change.version == same_change.version && change.held == same_change.held &&
                    change.name == same_change.name,
                "a change that is read again is the same");
    }
    require(plan.summary.held == again.summary.held &&
                plan.summary.held_digest == again.summary.held_digest,
            "a plan that is written again asks for the same approval");
}

void judge(std::string_view input) {
    Read plan;
    try {
        plan = read(std::string(input));
    } catch (const Error& error) {
        require(error.status() == ExitStatus::bad_input, "a plan is refused with 65");
        require(std::string_view(error.what()).starts_with("plan") ||
                    std::string_view(error.what()).starts_with("the input is empty"),
                "a refusal names the line");
        return;
    }
    for (const auto& [change, line] : plan.changes) {
        judge_change(change, line);
    }
    try {
        require_same(plan, read(written(plan)));
    } catch (const Error&) {
        require(false, "a plan that was read can be read again after it was written");
    }
}

const Registration kTarget{"plan", judge};

}  // namespace fuzz::plan_stream
