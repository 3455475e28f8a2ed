// Reads a record if a PATCH of it may have been carried out already: after a refused If-Match
// (412), and after a /Bulk answer without a result for it. A refusal to add or remove members is
// read in the same way.

#include "apply/answer_body.hpp"
#include "apply/change_task.hpp"
#include "apply/compare_resource.hpp"
#include "apply/record_version.hpp"
#include "apply/send_change.hpp"
#include "http/describe_response.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace apply {

using nlohmann::json;

namespace {

// Null if the record could not be read.
const json* record_in(const Answer& answer) {
    return http::is_success(answer.result()) ? answer.body() : nullptr;
}

}  // namespace

// A 412 has four possible causes: the record was changed by another client; our own write, which
// was sent twice, has changed it; no ETag ever matches, for example because the service compares
// weak ones strongly; or the ETag changes without the record, perhaps at each read, or because a
// member of the group was written. In the third case, the record still has the ETag that was sent.
// In the fourth case, it is as in `before`.
void ChangeSender::precondition_failed(const TaskPtr& task, const http::Result& result) {
    const bool weak = is_weak_version(task->version);
    get(task, task->path, [this, task, result, weak](const http::Result& read) {
        const Answer answer(read);
        if (is_done(task, answer)) {
            return;
        }
        auto& order = task->order;
        const auto* record = record_in(answer);
        if (record != nullptr && task->other_record(*record)) {
            record = nullptr;  // then the cause is another client
        }
        const auto version = version_in(answer);
        const bool is_unchanged = record != nullptr && version == task->version;
        if (is_unchanged) {
            refuses_weak_versions_ = refuses_weak_versions_ || weak;
            task->version.clear();
            send_next(task);
        } else if (record != nullptr && task->at == 0 && !task->refusal &&
                   order.before.is_object()) {
            // A strong ETag gets a second chance with its value at the next read.
            if (is_weak_version(version) || !order.precondition.empty()) {
                order.change.version.clear();
            }
            order.precondition = http::describe(result);
            order.check_before = true;
            open_.erase(task);
            unversioned_.push_back(std::move(order));
        } else {
            judge(task, Answer(result));
        }
    });
}

void ChangeSender::read_unmatched(const TaskPtr& task) {
    get(task, task->path, [this, task](const http::Result& read) {
        const Answer answer(read);
        const auto* record = record_in(answer);
        if (const auto other = record != nullptr ? task->other_record(*record) : std::nullopt) {
            fail(task, other->reason, http::status_of(read), "the record was read: " + other->why);
            return;
        }
        if (is_done(task, answer)) {
            return;
        }
        send_alone(task);
    });
}

// RFC 6585 §3: the service carries out a PATCH only with If-Match. The plan or the last answer did
// not have the ETag.
void ChangeSender::precondition_required(const TaskPtr& task, const http::Result& result) {
    get(task, task->path, [this, task, result](const http::Result& read) {
        const Answer answer(read);
        if (is_done(task, answer)) {
            return;
        }
        if (!http::is_success(read)) {
            fail_read(task, read);
            return;
        }
        const auto record = body_of(read);
        if (const auto other = task->other_record(record)) {
            fail(task, other->reason, 428, "the record was read: " + other->why);
            return;
        }
        task->version = version_in(answer);
        if (task->version.empty()) {
            fail(task,
                 reason::kRefused,
                 428,
                 http::describe(result) + "; and the record that was read has no ETag");
            return;
        }
        send_alone(task);
    });
}

void ChangeSender::send_alone(const TaskPtr& task) {
    scim::Write write{.method = "PATCH",
                      .path = task->path,
                      .version = task->version,
                      .body = task->order.bodies[task->at]};
    queue_.send_again(std::move(write), [this, task](const http::Result& result) {
        guarded(task, [&] { took(task, scim::as_meant(result)); });
    });
}

// A service may refuse to add a member a second time, or to remove it. Perhaps the first time was
// our own write, whose answer was lost. Or the service removed the member when the user was
// deactivated.
void ChangeSender::read_refused(const TaskPtr& task, const Outcome& outcome) {
    get(task, task->path, [this, task, outcome](const http::Result& read) {
        const Answer answer(read);
        if (is_done(task, answer)) {
            return;
        }
        const auto* record = record_in(answer);
        const bool is_gone = outcome.status == 404 && !http::is_success(read);
        if (is_gone || (record != nullptr && task->other_record(*record))) {
            fail(task, outcome);
            return;
        }
        if (!send_one_by_one(task, outcome.status, record)) {
            refuse_or_fail(task, outcome);
        }
    });
}

// The record has the values that were sent: the write was carried out, and the next body follows.
bool ChangeSender::is_done(const TaskPtr& task, const Answer& answer) {
    const auto* record = record_in(answer);
    if (record == nullptr || task->other_record(*record) || !shows_all(task->body(), *record)) {
        return false;
    }
    task->status = http::status_of(answer.result());
    went_on(task, answer);
    return true;
}

}  // namespace apply
