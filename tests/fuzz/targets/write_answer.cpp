// The answer to one write, and its classification by scim-apply.
//
// Input: a line "POST User", "PATCH Group" and so on; the body that was sent; the answer.

#include "apply/judge_answer.hpp"
#include "apply/outcome.hpp"
#include "base/text.hpp"
#include "fuzz_target.hpp"
#include "http/describe_response.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"
#include "recorded_answers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace fuzz::write_answer {

using nlohmann::json;
using record::Kind;

/// The body, as scim-apply may send it.
struct Sent {
    std::string method{};
    Kind kind = Kind::user;
    json body{};
};

// Only bodies that read_plan accepts are ever sent: an object, whose operations are objects with
// texts for op and path.
bool is_sendable(const json& body, bool create) {
    if (!body.is_object()) {
        return false;
    }
    if (create) {
        return !record::text_attribute(body, "externalId").empty() && body.contains("externalId");
    }
    const auto operations = body.find("Operations");
    return operations != body.end() && operations->is_array() &&
           std::all_of(operations->begin(), operations->end(), [](const json& operation) {
               return !text::of(operation, "op").empty() && !text::of(operation, "path").empty();
           });
}

std::string value_in(const json& value) {
    return value.is_object()   ? record::text_attribute(value, "value")
           : value.is_string() ? value.get<std::string>()
                               : std::string();
}

std::set<std::string> values_in(const json& list, bool keys) {
    std::set<std::string> values;
    for (const auto& value : list) {
        values.insert(keys ? record::normalised_ssh_key(value_in(value), false) : value_in(value));
    }
    return values;
}

// The list in the answer; null if it has none.
const json* shown_list(const json& answer, const std::string& path) {
    const bool keys = path == record::kKeysPath;
    const auto* around = keys ? record::attribute(answer, record::kKeysSchema) : &answer;
    const auto* list = around == nullptr
                           ? nullptr
                           : record::attribute(*around, keys ? record::kKeysAttribute : "members");
    return list != nullptr && list->is_array() ? list : nullptr;
}

bool shows_active(const json& answer) {
    const auto* active = record::attribute(answer, "active");
    return active != nullptr &&
           (*active == true || (active->is_string() && value_in(*active) == "true"));
}

// An answer that shows more access than was sent is not a success.
void require_no_more_access(const json& patch, const json& answer) {
    const auto& operations = patch["Operations"];
    std::set<std::string> later;
    for (auto operation = operations.rbegin(); operation != operations.rend(); ++operation) {
        const auto path = text::of(*operation, "path");
        if (text::of(*operation, "op") != "replace" || !later.insert(path).second ||
            !operation->contains("value")) {
            continue;
        }
        const auto& value = (*operation)["value"];
        if (path == "active" && value == false) {
            require(!shows_active(answer), "a user who is shown as active is not deactivated");
        }
        const auto* shown =
            path == "members" || path == record::kKeysPath ? shown_list(answer, path) : nullptr;
        if (shown != nullptr && value.is_array() && later.size() == operations.size()) {
            const bool keys = path != "members";
            const auto wanted = values_in(value, keys);
            const auto there = values_in(*shown, keys);
            require(std::includes(wanted.begin(), wanted.end(), there.begin(), there.end()),
                    "a list that is shown with more values than were sent did not take");
        }
    }
}

void judge_verdict(const Sent& sent, const http::Result& result, const apply::Verdict& verdict) {
    using apply::Next;
    const bool create = sent.method == "POST";
    const bool accepted = verdict.next == Next::go_on || verdict.next == Next::read_again;
    const int status = http::status_of(result);
    require(!accepted || (status >= 200 && status < 300), "only 2xx is a success");
    require(accepted == verdict.reason.empty(), "what did not take has a reason");
    if (!verdict.reason.empty()) {
        (void)apply::reason_row(verdict.reason);
    }
    if (!accepted) {
        return;
    }
    const auto& response = std::get<http::Response>(result);
    if (create) {
        const auto id = apply::created_id(sent.kind, apply::Answer(result));
        require(id && record::is_usable({*id}), "a record that was made has an id for a path");
    }
    const auto answer = http::json_body(response);
    require(verdict.next == Next::read_again || response.body.empty() || answer,
            "an answer that is not JSON is no success");
    if (create && answer) {
        const auto owner = record::external_id_of(*answer);
        require(owner.value.empty() || owner == record::external_id_of(sent.body),
                "a record with another externalId is not the one that was made");
    }
    if (!create && answer && verdict.next == Next::go_on) {
        require_no_more_access(sent.body, *answer);
    }
}

void judge(std::string_view input) {
    const auto lines = lines_of(input);
    if (lines.size() < 3) {
        return;
    }
    const auto says = [&](std::string_view word) {
        return lines[0].find(word) != std::string_view::npos;
    };
    const Sent sent{says("POST") ? "POST" : "PATCH",
                    says("Group") ? Kind::group : Kind::user,
                    json::parse(lines[1].begin(), lines[1].end(), nullptr, false)};
    if (!is_sendable(sent.body, says("POST"))) {
        return;
    }
    const auto result = answer_in(lines[2]);
    if (const int status = http::status_of(result); status == 401 || status == 403) {
        return;  // these end the run before the answer is classified
    }
    const apply::ListChange list{.removes = !says("adds"), .grants = !says("removes")};
    judge_verdict(sent,
                  result,
                  apply::judge_answer(
                      sent.kind,
                      sent.method,
                      [&]() -> const json& { return sent.body; },
                      apply::Answer(result),
                      says("POST") ? apply::Effects{} : effects_of(sent.kind, sent.body, list)));
}

const Registration kTarget{"write_answer", judge};

}  // namespace fuzz::write_answer
