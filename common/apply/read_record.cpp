// Reads a record before its change, to see whether it has changed since the plan, and after, to see
// whether the write was stored.

#include "apply/answer_body.hpp"
#include "apply/change_task.hpp"
#include "apply/check_line.hpp"
#include "apply/compare_resource.hpp"
#include "apply/record_version.hpp"
#include "apply/send_change.hpp"
#include "apply/split_members.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "record/scim_resource.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace apply {

using nlohmann::json;

namespace {

constexpr std::chrono::seconds kPauseBeforeLateRead{2};
constexpr int kMostLateReads = 10;  // in a row that show the same as the read before them

bool replaces_members(const std::string& body) {
    return body.find(R"("op":"replace","path":"members")") != std::string::npos;
}

std::string hint_for(const std::vector<Difference>& found, const std::vector<std::string>& bodies) {
    const bool replaced =
        std::any_of(found.begin(),
                    found.end(),
                    [](const auto& difference) { return difference.path == "members"; }) &&
        std::any_of(bodies.begin(), bodies.end(), replaces_members);
    return replaced ? "; if the service only adds on a replace, use --group-writes=add-remove" : "";
}

std::string unplanned_members(const std::vector<std::string>& ids) {
    text::Some some;
    std::for_each(ids.begin(), ids.end(), [&](const auto& id) { some.add(id); });
    return text::counted(ids.size(), "member", "members") +
           " that the plan did not know: " + some.joined();
}

Outcome did_not_take(int status, const std::vector<Difference>& found) {
    return {
        .ending = Ending::failed,
        // RFC 9110 §15.3.3: after 202, it may come later
        .reason = status == 202 ? reason::kNotVerified : reason::kDidNotTake,
        .status = status,
        .detail = "accepted with HTTP " + std::to_string(status) +
                  "; but re-reading the record shows a different value for: " + describe(found)};
}

// The sent values as at most one POST and one PATCH: the last operation on an attribute counts.
std::vector<json> sent_by(const std::vector<std::string>& bodies) {
    std::vector<json> sent;
    auto operations = json::array();
    for (const auto& body : bodies) {
        auto request = json::parse(body);
        if (const auto list = request.find("Operations"); list != request.end()) {
            std::move(list->begin(), list->end(), std::back_inserter(operations));
        } else {
            sent.push_back(std::move(request));
        }
    }
    if (!operations.empty()) {
        sent.push_back({{"Operations", std::move(operations)}});
    }
    return sent;
}

}  // namespace

void ChangeSender::read_before(const TaskPtr& task) {
    get(task, task->path, [this, task](const http::Result& result) {
        auto& order = task->order;
        if (!http::is_success(result)) {
            fail_read(task, result);
            return;
        }
        try {
            const auto record = body_of(result);
            if (const auto moved = what_moved(order.change, order.before, record, users_)) {
                if (has_all(task, record)) {
                    order.add_note("the record was as planned already");
                    succeed(task);
                    return;
                }
                order.precondition.empty()
                    ? report(task,
                             {.ending = Ending::skipped,
                              .reason = reason::kMoved,
                              .status = 0,
                              .detail = *moved})
                    : fail(task, reason::kMoved, 412, order.precondition + "; " + *moved);
                return;
            }
            if (!task->version.empty()) {
                // An earlier line of the plan may have written this record.
                task->version = version_in(Answer(result));
            }
        } catch (const Error& error) {
            fail(task,
                 reason::kNotScim,
                 http::status_of(result),
                 std::string("read before writing: ") + error.what());
            return;
        }
        send_next(task);
    });
}

// A record that could not be compared is not changed.
void ChangeSender::fail_read(const TaskPtr& task, const http::Result& result) {
    static const auto kNothing = json::object();
    const auto verdict = judge_answer(task->order.change.kind,
                                      "PATCH",
                                      []() -> const json& { return kNothing; },
                                      Answer(result),
                                      {});
    fail(task, verdict.reason, http::status_of(result), verdict.detail);
}

// A plan that is applied twice meets records that it has changed.
bool ChangeSender::has_all(const TaskPtr& task, const json& record) {
    const auto& bodies = task->order.bodies;
    return !task->other_record(record) &&
           task->extra_members(shown_members(record).value_or(Texts{})).empty() &&
           std::all_of(bodies.begin(), bodies.end(), [&](const std::string& body) {
               return shows_all(json::parse(body), record);
           });
}

// If a write was accepted, only the resource itself shows whether it was stored.
void ChangeSender::read_again(const TaskPtr& task, http::Clock::duration pause) {
    get(
        task,
        task->path,
        [this, task](const http::Result& result) {
            if (const auto record = record_read(task, result)) {
                compare_read(task, *record);
            }
        },
        pause);
}

// Some services show a write only after a while. If none of the last reads after a pause has
// helped, the service is not one of them.
bool ChangeSender::may_show_later(const TaskPtr& task) {
    late_reads_in_vain_ += task->read_late ? 1 : 0;
    return late_reads_in_vain_ < kMostLateReads && !std::exchange(task->read_late, true);
}

// An answer that shows another record proves nothing. The rest of the change must not go to a
// record that now belongs to another owner.
void ChangeSender::confirm_record(const TaskPtr& task) {
    get(task, task->path, [this, task](const http::Result& result) {
        const auto record = record_read(task, result);
        if (!record) {
            return;
        }
        const Answer answer(result);
        task->doubtful = true;
        if (task->at + 1 < task->order.bodies.size()) {
            went_on(task, answer);
            return;
        }
        see_version(task, answer);
        if (task->refusal) {
            count_applied(task, task->order.bodies[task->at]);
        }
        ++task->at;
        compare_read(task, *record);
    });
}

// Under the old name, no user gains access. A group that is not adopted stays as it is.
bool ChangeSender::rest_needs_name(const TaskPtr& task) {
    const auto& order = task->order;
    const auto effects = [&](const std::string& body) {
        return effects_of(order.change.kind, json::parse(body), order.list);
    };
    const auto at = order.bodies.begin() + static_cast<std::ptrdiff_t>(task->at);
    return !task->create && effects(*at).names &&
           std::any_of(std::next(at), order.bodies.end(), [&](const std::string& body) {
               return order.change.action == "adopt" || effects(body).grants;
           });
}

// The answer does not show the name, or the externalId. The parts that follow are sent if the
// record has it, otherwise only the removals from a managed group.
void ChangeSender::confirm_name(const TaskPtr& task, http::Clock::duration pause) {
    get(
        task,
        task->path,
        [this, task](const http::Result& result) {
            const auto record = record_read(task, result);
            if (!record) {
                return;
            }
            const auto found = differences(task->body(), *record);
            if (found.empty()) {
                went_on(task, Answer(result));
            } else if (may_show_later(task)) {
                confirm_name(task, kPauseBeforeLateRead);
            } else {
                refused(task, did_not_take(task->status, found));
            }
        },
        pause);
}

// The record of the change; nullopt if `result` does not show it: then the change has failed.
std::optional<json> ChangeSender::record_read(const TaskPtr& task, const http::Result& result) {
    const auto accepted = "accepted with HTTP " + std::to_string(task->status);
    const int status = http::status_of(result);
    if (status == 404 || status == 410) {
        const bool create = task->order.change.method == "POST";
        fail(task,
             // Some services hide inactive users; RFC 9110 §15.3.3: after 202, it may come later
             task->status == 202 ? reason::kNotVerified
             : create            ? reason::kDidNotTake
                                 : reason::kGone,
             task->status,
             accepted + ", and the record is not there when it is read again");
        return std::nullopt;
    }
    json record;
    try {
        record = body_of(result);
    } catch (const Error& error) {
        fail(task,
             reason::kNotVerified,
             task->status,
             accepted + ", and reading it again failed: " + error.what());
        return std::nullopt;
    }
    if (const auto other = task->other_record(record)) {
        if (task->refusal) {
            task->refusal->forget_applied();
        }
        fail(task,
             other->reason,
             task->status,
             accepted + "; but re-reading the record shows another one: " + other->why);
        return std::nullopt;
    }
    return record;
}

// Decides whether all that was sent was stored.
void ChangeSender::compare_read(const TaskPtr& task, const json& record) {
    const auto accepted = "accepted with HTTP " + std::to_string(task->status);
    std::vector<Difference> found;
    std::vector<std::string> extra;
    try {
        if (restore_members(task, record)) {
            return;
        }
        for (auto& sent : sent_by(task->order.bodies)) {
            if (task->order.target && sent.contains("displayName")) {
                sent["members"] = task->wanted_members(record);  // they were sent after the POST
            }
            const auto more = differences(sent, record);
            found.insert(found.end(), more.begin(), more.end());
        }
        const auto shown = shown_members(record).value_or(Texts{});
        extra = task->extra_members(shown);
        const auto lost = task->lost_members(shown);
        if (found.empty() && !lost.empty()) {
            found.push_back({.what = "members (" + std::to_string(lost.size()) + " missing)",
                             .path = "members",
                             .absent = false});
        }
    } catch (const Error& error) {
        fail(task,
             reason::kNotVerified,
             task->status,
             accepted + ", and reading it again failed: " + error.what());
        return;
    }
    if (!found.empty() && !are_user_names(task->order.change.kind, found) && may_show_later(task)) {
        read_again(task, kPauseBeforeLateRead);
        return;
    }
    if (found.empty()) {
        late_reads_in_vain_ = task->read_late ? 0 : late_reads_in_vain_;
        additions_.count(task->unproven);
        // The limits have not counted them, so they are not removed.
        const auto unplanned =
            !extra.empty() ? "the group has " + unplanned_members(extra)
            : task->is_deactivated(record)
                ? std::string("the user is inactive, which the plan did not know")
                : "";
        unplanned.empty()
            ? succeed(task)
            : fail(task, reason::kMoved, task->status, accepted + "; but " + unplanned);
        return;
    }
    auto outcome = did_not_take(task->status, found);
    outcome.detail += hint_for(found, task->order.bodies);
    if (task->refusal) {
        task->refusal->forget_applied();
    } else if (are_user_names(task->order.change.kind, found)) {
        outcome.exit_status = ExitStatus::ok;
        remember_adopted(task->order.change);  // its externalId is as requested
    }
    fail(task, std::move(outcome));
}

// Some services remove other members than those in the request. True if these are being added
// again.
bool ChangeSender::restore_members(const TaskPtr& task, const json& record) {
    const auto lost = task->lost_members(shown_members(record).value_or(Texts{}));
    if (lost.empty() || std::exchange(task->restored, true)) {
        return false;
    }
    auto added = additions(lost);
    auto& bodies = task->order.bodies;
    std::move(added.begin(), added.end(), std::back_inserter(bodies));
    task->version = task->version.empty() ? "" : version_in(record);
    task->doubtful = true;
    send_next(task);
    return true;
}

}  // namespace apply
