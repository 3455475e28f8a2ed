#include "apply/send_change.hpp"

#include "apply/answer_body.hpp"
#include "apply/change_task.hpp"
#include "apply/compare_resource.hpp"
#include "apply/record_version.hpp"
#include "apply/split_members.hpp"
#include "base/encoding.hpp"
#include "http/describe_response.hpp"
#include "record/scim_resource.hpp"
#include "scim/messages.hpp"

#include <set>
#include <utility>

namespace apply {

using nlohmann::json;
using record::Kind;

namespace {

bool has_failed_as(http::Failure::Reason reason, const http::Result& result) {
    const auto* failure = std::get_if<http::Failure>(&result);
    return failure != nullptr && failure->reason == reason;
}

bool was_stopped(const http::Result& result) {
    return has_failed_as(http::Failure::Reason::stopped, result);
}

std::string name_of(const plan::PlannedChange& change) {
    return "SCIM " + std::string(record::resource_name(change.kind)) + " " +
           change.external_id.value;
}

bool is_unmatched(const http::Result& result) {
    return has_failed_as(http::Failure::Reason::unmatched, result);
}

bool shows_external_id(const Answer& answer) {
    return answer.body() != nullptr &&
           !record::external_id_of(*answer.body()).value.empty();  // judge_answer has compared it
}

std::optional<Texts> members_in_answer(const Answer& answer) {
    return answer.body() != nullptr ? shown_members(*answer.body()) : std::nullopt;
}

}  // namespace

void ChangeSender::begin(Order order) {
    auto task = std::make_shared<Task>();
    task->order = std::move(order);
    task->effects = task->order.effects;
    open_.insert(task);
    const auto& change = task->order.change;
    task->path = change.path;
    if (change.method == "POST") {
        task->create = true;
        task->name = record::text_attribute(task->body(), name_attribute(change.kind));
        // SCIM requires unique userNames, but not unique groups (RFC 7643 §4.2): a plan that is
        // applied twice would create the group twice.
        change.kind == Kind::group ? look_first(task) : send_next(task);
        return;
    }
    under_way_.insert(change.path);
    task->version = change.version;
    if (const auto written = versions_.find(change.path);
        written != versions_.end() && !task->version.empty()) {
        task->version = written->second;
    }
    if (refuses_weak_versions_ && is_weak_version(task->version) && !task->order.check_before) {
        begin_unversioned(task);
    } else {
        task->order.check_before ? read_before(task) : send_next(task);
    }
}

// The change was prepared before its ETag proved useless.
void ChangeSender::begin_unversioned(const TaskPtr& task) {
    auto& order = task->order;
    order.check_before = true;
    order.change.version.clear();
    task->version.clear();
    if (order.change.kind == Kind::user) {
        read_before(task);
    } else {  // the ids of users are needed first
        open_.erase(task);
        unversioned_.push_back(std::move(order));
    }
}

void ChangeSender::get(const TaskPtr& task,
                       const std::string& path_and_query,
                       const Use& use,
                       http::Clock::duration pause) {
    service_.client().send_later(pause,
                                 service_.request("GET", path_and_query),
                                 http::Repeat::harmless,
                                 [this, task, use](const http::Result& result) {
                                     if (was_stopped(result) && !task->answered) {
                                         leave_unsent(task);
                                         return;
                                     }
                                     const auto meant = scim::as_meant(result);
                                     if (credential_.read(name_of(task->order.change), meant)) {
                                         service_.client().stop();
                                     }
                                     guarded(task, [&] { use(meant); });
                                 });
}

void ChangeSender::send_next(const TaskPtr& task) {
    const auto& order = task->order;
    if (task->at == order.bodies.size()) {
        delivered(task);
        return;
    }
    if (task->answered) {
        task->forget_body();  // it is that of the previous request
    }
    scim::Write write{.method = task->create ? "POST" : "PATCH",
                      .path = task->path,
                      .body = order.bodies[task->at]};
    if (task->create) {
        write.bulk_id = order.change.external_id.value;
    } else {
        const bool useless = is_weak_version(task->version)
                                 ? refuses_weak_versions_
                                 : !order.precondition.empty() && order.change.version.empty();
        if (task->at > 0 && useless) {
            task->version.clear();
        }
        write.version = task->version;
    }
    queue_.send(std::move(write), [this, task](const http::Result& result) {
        if (was_stopped(result) && !task->answered) {
            leave_unsent(task);
        } else {
            guarded(task, [&] { took(task, scim::as_meant(result)); });
        }
    });
}

// An answer of the service may have any form. A bad one becomes an outcome and does not end the
// run.
void ChangeSender::guarded(const TaskPtr& task, const std::function<void()>& step) {
    try {
        step();
    } catch (const Error& error) {
        if (error.status() == ExitStatus::io_error || !open_.contains(task)) {
            throw;
        }
        fail(task, reason::kNotScim, task->status, error.what());
    }
}

void ChangeSender::took(const TaskPtr& task, const http::Result& result) {
    task->answered = true;
    const int status = task->status = http::status_of(result);
    const bool create = task->create;
    task->broken = has_failed_as(http::Failure::Reason::interrupted, result);
    auto& demanded = task->order.is_version_demanded;
    const bool was_demanded = std::exchange(demanded, status == 428 || (status == 412 && demanded));
    if (is_denied(task, result)) {
        const Outcome denied{.ending = Ending::failed,
                             .reason = reason::kDenied,
                             .status = status,
                             .detail = http::describe(result)};
        if (!send_removals(task, denied)) {
            fail(task, denied);
        }
    } else if (status == 412 && !create && !task->version.empty()) {
        precondition_failed(task, result);
    } else if (status == 428 && !create && !was_demanded) {
        precondition_required(task, result);
    } else if (!create && is_unmatched(result)) {
        read_unmatched(task);
    } else {
        judge(task, Answer(result));
    }
}

void ChangeSender::judge(const TaskPtr& task, const Answer& answer) {
    auto& order = task->order;
    const bool create = task->create;
    const int status = task->status;
    auto effects = order.change.kind == Kind::group ? Effects{}
                   : create                         ? effects_of_create(task->body())
                                                    : task->body_effects();
    auto unproven = additions_.missing_for(create, effects);
    effects.grants = !unproven.empty();
    auto verdict = judge_answer(
        order.change.kind,
        create ? "POST" : "PATCH",
        [&]() -> const json& { return task->body(); },
        answer,
        effects);
    Outcome outcome{.ending = Ending::failed,
                    .reason = verdict.reason,
                    .status = status,
                    .detail = std::move(verdict.detail)};
    const bool accepted = verdict.next == Next::go_on || verdict.next == Next::read_again;
    if (!create && accepted && answer.body() != nullptr && task->other_record(*answer.body())) {
        confirm_record(task);
        return;
    }
    switch (verdict.next) {
        case Next::read_again:
            task->doubtful = true;
            task->unproven.merge(unproven);
            if (rest_needs_name(task)) {
                confirm_name(task);
                return;
            }
            [[fallthrough]];
        case Next::go_on:
            went_on(task, answer);
            return;
        case Next::look_up:
            task->unanswered = task->unanswered || verdict.reason == reason::kNoAnswer;
            look_up(task, outcome);
            return;
        case Next::divide:
            if (order.divisible) {
                open_.erase(task);
                oversized_.push_back(std::move(order));
                return;
            }
            [[fallthrough]];
        case Next::fail:
            failed_write(task, std::move(outcome));
    }
}

void ChangeSender::went_on(const TaskPtr& task, const Answer& answer) {
    auto& order = task->order;
    see_version(task, answer);
    task->doubtful =
        task->doubtful || (answer.body() != nullptr && task->is_deactivated(*answer.body()));
    if (task->create) {
        const record::ResourceId id{*created_id(order.change.kind, answer)};
        creates_lost_in_a_row_ = 0;
        if (shows_external_id(answer)) {
            created(task, id);
        } else {
            see_created(task, id);
            return;
        }
    } else if (task->refusal) {
        count_applied(task, order.bodies[task->at]);
    }
    if (order.target) {
        task->shown = members_in_answer(answer);
    }
    ++task->at;
    send_next(task);
}

// The ETag of an answer is used for the next write of the same record.
void ChangeSender::see_version(const TaskPtr& task, const Answer& answer) {
    const auto& order = task->order;
    const bool is_last = task->at + 1 == order.bodies.size();
    if (is_last && order.change.version.empty()) {
        return;
    }
    task->version = version_in(answer);
    if (!order.change.version.empty()) {
        constexpr std::size_t kMostVersions = 10'000;  // lines of one record are close together
        if (versions_.size() >= kMostVersions) {
            versions_.clear();
        }
        versions_[task->path] = task->version;
    }
}

bool ChangeSender::is_denied(const TaskPtr& task, const http::Result& result) {
    if (credential_.wrote(name_of(task->order.change), result)) {
        service_.client().stop();
    }
    const int status = http::status_of(result);
    return status == 401 || status == 403;
}

void ChangeSender::delivered(const TaskPtr& task) {
    const auto& order = task->order;
    // Some services remove more members than the request names. Other clients add members.
    const bool unseen =
        order.target && (!task->shown || !task->lost_members(*task->shown).empty() ||
                         !task->extra_members(*task->shown).empty());
    const bool doubtful = verify_ || task->doubtful || unseen;
    if (doubtful && !order.bodies.empty()) {
        read_again(task);
    } else {
        succeed(task);
    }
}

// From here on the record belongs to this user: groups may name it as a member.
void ChangeSender::remember_adopted(const plan::PlannedChange& change) {
    if (change.action == "adopt" && change.kind == Kind::user) {
        users_.remember(change.external_id.value, id_in_path(change));
    }
}

std::string ChangeSender::id_in_path(const plan::PlannedChange& change) {
    const auto segment = change.path.substr(change.path.rfind('/') + 1);
    return encoding::percent_decode(segment).value_or(segment);
}

void ChangeSender::succeed(const TaskPtr& task) {
    const auto& order = task->order;
    if (task->refusal) {
        report(task, task->refusal->outcome());
    } else if (order.incomplete) {
        fail(task, reason::kMoved, task->status, order.note);
    } else {
        remember_adopted(order.change);
        report(task, {.ending = Ending::applied, .status = task->status, .detail = order.note});
    }
}

void ChangeSender::fail(const TaskPtr& task,
                        std::string_view reason,
                        int status,
                        std::string detail) {
    fail(task,
         {.ending = Ending::failed,
          .reason = reason,
          .status = status,
          .detail = std::move(detail)});
}

// If the change was refused earlier, that refusal is the reason: an operator must act on it.
void ChangeSender::fail(const TaskPtr& task, Outcome outcome) {
    if (task->refusal) {
        task->refusal->unclear("of what was sent again: " + outcome.detail);
        outcome = task->refusal->outcome();
    }
    report(task, outcome);
}

void ChangeSender::report(const TaskPtr& task, const Outcome& outcome) {
    if (outcome.ending == Ending::failed && deactivates_leaver(task, outcome)) {
        return;
    }
    close(task);
    log_.add(task->order.change, outcome);
}

void ChangeSender::leave_unsent(const TaskPtr& task) {
    close(task);
    log_.add_not_sent(1);
}

void ChangeSender::close(const TaskPtr& task) {
    under_way_.erase(task->order.change.path);
    open_.erase(task);
}

void ChangeSender::give_up() {
    for (const auto& task : std::exchange(open_, {})) {
        task->leaver_seen = true;  // nothing more is sent
        fail(task, reason::kNoAnswer, 0, "the run ended before the answer came");
    }
}

}  // namespace apply
