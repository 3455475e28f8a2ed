#include "run_diff.hpp"
#include "plan/hold.hpp"

#include "base/error.hpp"
#include "plan/approval_and_restore.hpp"
#include "plan/held_changes.hpp"
#include "plan/only.hpp"
#include "plan/read_plan.hpp"
#include "plan/shard.hpp"
#include "plan/unchanged/filter.hpp"
#include "plan/withheld.hpp"
#include "plan/write_plan.hpp"
#include "record/found_records.hpp"
#include "record/read_exports.hpp"

#include <nlohmann/json.hpp>

#include <deque>
#include <sstream>
#include <utility>

namespace laws {

namespace {

constexpr stream::LineLimits kLimits{.line_bytes = std::size_t{4} << 20U};

// Both sides, the records that the filter keeps, and their inputs.
struct Input {
    record::Sides sides{};
    plan::unchanged::Filter filter{};
    std::deque<std::istringstream> texts{};
    std::deque<stream::Reader> readers{};
};

void read(const std::vector<std::string>& inputs, bool sift, Input& input) {
    for (const auto& text : inputs) {
        auto& lines = input.readers.emplace_back(input.texts.emplace_back(text), "input", kLimits);
        record::read_directories(lines, input.sides, sift ? &input.filter.add_input() : nullptr);
    }
}

void take_capture(const std::string& capture,
                  record::Sides& sides,
                  plan::Policy& policy,
                  DiffAnswer& answer) {
    Input input;
    read({capture}, false, input);
    auto& captured = input.sides;
    if (!captured.current || captured.desired || !sides.current) {
        throw Error(ExitStatus::bad_input, "a capture and one current stream are needed");
    }
    auto restore = plan::restore_to(*std::move(captured.current), sides);
    answer.warnings = std::move(restore.warnings);
    policy.not_given_back = std::move(restore.not_given_back);
}

std::string text_of(const plan::Plan& plan,
                    const record::Sides& sides,
                    const plan::LineOptions& options,
                    const plan::IndependentRecords& independent) {
    std::ostringstream text;
    stream::Writer out(text);
    out.header({.kind = "plan",
                .source = "scim-diff",
                .scope = sides.desired_header.scope,
                .org = sides.desired_header.org,
                .producer = "scim-diff",
                .at = "2026-11-23T18:00:01Z"});
    const auto each = [&](const auto& line) { out.text(line); };
    out.seal(plan::write_plan(plan, *sides.current, options, each, independent));
    return text.str();
}

void diff(const std::vector<std::string>& inputs, const DiffOptions& options, DiffAnswer& answer) {
    auto policy = options.policy;
    policy.restore = !options.capture.empty();
    Input input;
    auto& sides = input.sides;
    const auto shard = plan::parse_shard(options.shard);
    read(inputs, options.filter && !policy.restore && !shard && options.only.empty(), input);
    record::check_confirmations(sides);
    if (policy.restore) {
        take_capture(options.capture, sides, policy, answer);
    }
    if (!sides.desired || !sides.current) {
        throw Error(ExitStatus::bad_input, "a side is missing");
    }
    policy.names.user_name_is_address =
        !policy.restore && sides.desired_header.user_name != "username";
    policy.confirmations = sides.confirmations;
    policy.scope = sides.desired_header.scope;
    const std::size_t threads = options.filter ? 2 : 1;
    input.filter.emit_users(*sides.desired, *sides.current, policy, threads);
    record::add_found_unmanaged(sides);
    const auto add = [&](const std::vector<std::string>& warnings) {
        answer.warnings.insert(answer.warnings.end(), warnings.begin(), warnings.end());
    };
    add(record::add_found_users(sides));
    if (!options.only.empty()) {
        policy.only = plan::resolve_only(options.only, *sides.desired, *sides.current);
    }
    plan::refuse_empty(*sides.desired, options.allow_empty);
    auto users = plan::plan_all_users(*sides.desired, *sides.current, policy);
    input.filter.examine_groups();
    input.filter.emit_groups(*sides.desired, *sides.current, users.standings);
    add(record::add_found_groups(sides));
    input.filter.name_members(*sides.desired, *sides.current);
    auto plan = plan::plan_with_approval(
        std::move(users),
        *sides.desired,
        *sides.current,
        std::move(policy),
        options.approve.empty() ? std::vector<std::string>{} : std::vector{options.approve});
    const auto complaint = plan.held.empty() ? std::string() : plan::describe_held(plan);
    if (shard) {
        plan::keep_shard(*shard, *sides.desired, *sides.current, plan);
    }
    add(plan.account.warnings);
    answer.digest = plan.held.empty() ? "" : plan::held_digests(plan.held).at("");
    if (const auto counts = plan::count_withheld(plan); counts.unresolved + counts.partial > 0) {
        answer.status = counts.unresolved > 0 ? ExitStatus::unresolved : ExitStatus::partial;
    }
    if (!plan.held.empty()) {
        answer.status = ExitStatus::refused;
        answer.complaint = complaint;
        if (options.strict) {
            return;
        }
    }
    answer.plan =
        text_of(plan,
                sides,
                {.all = options.all, .exactly = !options.capture.empty(), .threads = threads},
                input.filter.independent(options.all));
}

}  // namespace

DiffAnswer run_diff(const std::vector<std::string>& inputs, const DiffOptions& options) {
    DiffAnswer answer;
    try {
        diff(inputs, options, answer);
    } catch (const Error& error) {
        answer.status = error.status();
        answer.complaint = error.what();
    } catch (const std::exception& error) {
        answer.status = ExitStatus::internal;
        answer.complaint = error.what();
    }
    return answer;
}

plan::Limits no_limits() {
    plan::Limits limits;
    for (const auto& row : plan::kLimits) {
        limits.*row.member = {};
    }
    return limits;
}

bool made_a_plan(const DiffAnswer& answer) {
    return !answer.plan.empty();
}

std::string why_unreadable(const std::string& plan) {
    try {
        std::istringstream in(plan);
        stream::Reader lines(in, "plan", kLimits);
        plan::read_plan(lines, plan::OldPlans::refused, [](const auto&, auto&) {});
        return {};
    } catch (const std::exception& error) {
        return error.what();
    }
}

std::string digest_of_lines(const std::string& plan) {
    std::istringstream text(plan);
    stream::Reader lines(text, "plan", kLimits);
    return plan::read_plan(lines, plan::OldPlans::refused, [](const auto&, auto&) {}).held_digest;
}

}  // namespace laws
