#include "apply/judge_answer.hpp"

#include "apply/attribute_values.hpp"
#include "apply/compare_resource.hpp"
#include "apply/outcome.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "http/describe_response.hpp"
#include "http/retry.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

namespace apply {

using nlohmann::json;

namespace {

bool says_uniqueness(const Answer& answer) {
    const auto* body = answer.body();
    const auto* kind = body != nullptr ? record::attribute(*body, "scimType") : nullptr;
    return kind != nullptr && kind->is_string() &&
           text::fold(kind->get<std::string>()) == "uniqueness";
}

// RFC 7644 §3.3 requires 409. Services were seen to answer 412, or 400 with such a text, for
// existing inactive accounts.
bool is_in_the_way(const Answer& answer) {
    const int status = http::status_of(answer.result());
    return status == 409 || status == 412 || (status == 400 && says_uniqueness(answer));
}

bool is_fate_unknown(const http::Result& result) {
    return !http::is_retryable(result, false) && http::is_retryable(result, true);
}

// The id of another record would make an unknown user a member of our groups. An answer may omit
// the externalId.
bool is_of_another(const json& sent, const json& answer) {
    const auto shown = record::external_id_of(answer);
    return !shown.value.empty() && shown != record::external_id_of(sent);
}

// A write that was ignored would otherwise leave access, or the record of another owner, or give no
// access.
bool needs_proof(record::Kind kind, const Effects& effects) {
    return kind == record::Kind::group || effects.removes || effects.grants || effects.names;
}

Verdict refusal(bool create, const Answer& answer) {
    const auto& result = answer.result();
    const int status = http::status_of(result);
    const auto because = [&](std::string_view reason) {
        return Verdict{.next = Next::fail, .reason = reason, .detail = http::describe(result)};
    };
    if (create && is_in_the_way(answer)) {
        return {
            .next = Next::look_up, .reason = reason::kConflict, .detail = http::describe(result)};
    }
    if (create && is_fate_unknown(result)) {
        return {
            .next = Next::look_up, .reason = reason::kNoAnswer, .detail = http::describe(result)};
    }
    switch (status) {
        case 0:
        case 408:
        case 429:
            return because(reason::kNoAnswer);
        case 404:
        case 410:
            return because(create ? reason::kRefused : reason::kGone);
        case 409:
            return because(reason::kConflict);
        case 412:
            return because(reason::kMoved);
        case 413:
            return {.next = Next::divide,
                    .reason = reason::kTooLarge,
                    .detail = http::describe(result)};
        case 405:
        case 501:
            return because(reason::kUnsupported);
        default:
            return because(status >= 500 ? reason::kNoAnswer : reason::kRefused);
    }
}

}  // namespace

Verdict judge_answer(record::Kind kind,
                     const std::string& method,
                     const std::function<const json&()>& sent,
                     const Answer& answer,
                     const Effects& effects) {
    const bool create = method == "POST";
    if (!http::is_success(answer.result())) {
        return refusal(create, answer);
    }
    const auto& response = *answer.response();
    if (create && !created_id(kind, answer)) {
        return {.next = Next::look_up,
                .reason = reason::kNoId,
                .detail = "HTTP " + std::to_string(response.status) + ", and the answer has no id"};
    }
    const auto accepted =
        response.status == 202 ? Next::read_again : Next::go_on;  // 202: accepted, and not yet done
    const bool unproved = needs_proof(kind, effects);
    if (response.body.empty()) {
        return {.next = unproved ? Next::read_again : accepted};
    }
    const auto* record = answer.body();
    if (create && record != nullptr && is_of_another(sent(), *record)) {
        return {.next = Next::look_up,
                .reason = reason::kConflict,
                .detail = "HTTP " + std::to_string(response.status) +
                          ", and the answer is a record with another externalId"};
    }
    if (accepted == Next::read_again) {
        return {.next = accepted};
    }
    if (record == nullptr) {
        return {.next = Next::fail,
                .reason = reason::kNotScim,
                .detail = "the answer is " + http::describe_body(response) +
                          ", so it is not known whether the change was made"};
    }
    // In a record, an absent `active` means true (RFC 7643 §4.1.1). In an answer, it may mean
    // nothing.
    const bool hides_activation = effects.activates && at_path(*record, "active") == nullptr;
    const bool shown =
        unproved ? shows_all(sent(), *record) && !hides_activation : agrees(sent(), *record);
    return {.next = shown ? Next::go_on : Next::read_again};
}

std::optional<std::string> created_id(record::Kind kind, const Answer& answer) {
    const auto* response = answer.response();
    if (response == nullptr) {
        return std::nullopt;
    }
    const auto* body = answer.body();
    if (auto id = body != nullptr ? record::text_attribute(*body, "id") : std::string();
        record::is_usable({id})) {
        return id;
    }
    const auto location = response->header("location");
    const auto segment = location.rfind('/');
    if (segment == std::string::npos ||
        !location.substr(0, segment).ends_with(record::endpoint(kind))) {
        return std::nullopt;
    }
    auto id = encoding::percent_decode(std::string_view(location).substr(segment + 1));
    return id && record::is_usable({*id}) ? id : std::nullopt;
}

}  // namespace apply
