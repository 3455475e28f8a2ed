#include "apply/send_change.hpp"

#include "apply/change_task.hpp"
#include "http/describe_response.hpp"
#include "record/scim_resource.hpp"
#include "scim/messages.hpp"

#include <utility>

namespace apply {

using nlohmann::json;
using record::Kind;

void ChangeSender::begin(Order order) {
    auto task = std::make_shared<Task>();
    task->order = std::move(order);
    const auto& change = task->order.change;
    task->path = change.path;
    if (change.method == "POST") {
        task->create = true;
        task->name = record::text_attribute(json::parse(task->order.bodies.front()),
                                            name_attribute(change.kind));
        // SCIM promises that no two users have one userName, and promises nothing of groups (RFC
        // 7643 §4.2): a plan that is applied twice would make the group twice.
        change.kind == Kind::group ? look_first(task) : send_next(task);
        return;
    }
    under_way_.insert(change.path);
    task->order.check_before ? read_before(task) : send_next(task);
}

void ChangeSender::get(const TaskPtr& task, const std::string& path_and_query, const Use& use) {
    service_.client().send(service_.request("GET", path_and_query),
                           http::Repeat::harmless,
                           [this, task, use](const http::Result& result) {
                               const auto meant = scim::as_meant(result);
                               refuse_denied(task, meant);
                               use(meant);
                           });
}

void ChangeSender::send_next(const TaskPtr& task) {
    const auto& order = task->order;
    if (task->at == order.bodies.size()) {
        delivered(task);
        return;
    }
    scim::Write write{task->create ? "POST" : "PATCH", task->path, {}, {}, order.bodies[task->at]};
    if (task->create) {
        write.bulk_id = order.change.external_id.value;
    } else if (task->at == 0) {
        write.version = order.change.version;  // each write gives the record another
    }
    queue_.send(std::move(write),
                [this, task](const http::Result& result) { took(task, scim::as_meant(result)); });
}

void ChangeSender::took(const TaskPtr& task, const http::Result& result) {
    refuse_denied(task, result);
    auto& order = task->order;
    const bool create = task->create;
    const int status = task->status = http::status_of(result);
    auto verdict = judge_answer(
        order.change.kind, create ? "POST" : "PATCH", order.bodies[task->at], result, order.list);
    switch (verdict.next) {
        case Next::read_again:
            task->doubtful = true;
            [[fallthrough]];
        case Next::go_on:
            if (create) {
                const auto id = *created_id(order.change.kind, result);
                if (order.change.kind == Kind::user) {
                    users_.remember(order.change.external_id.value, id);
                }
                task->path = record::resource_path(order.change.kind, {id});
                task->create = false;
            } else if (task->refusal) {
                count_applied(task, order.bodies[task->at]);
            }
            ++task->at;
            send_next(task);
            return;
        case Next::look_up:
            task->unanswered = task->unanswered || verdict.reason == reason::kNoAnswer;
            look_up(task, {Ending::failed, verdict.reason, status, std::move(verdict.detail)});
            return;
        case Next::divide:
            if (order.divisible) {
                oversized_.push_back(std::move(order));
                return;
            }
            [[fallthrough]];
        case Next::fail: {
            Outcome outcome{Ending::failed, verdict.reason, status, std::move(verdict.detail)};
            if (!create && (status == 400 || status == 409)) {
                refused(task, std::move(outcome));
            } else {
                fail(task, std::move(outcome));
            }
        }
    }
}

void ChangeSender::delivered(const TaskPtr& task) {
    if ((verify_ || task->doubtful) && !task->order.bodies.empty()) {
        read_again(task);
    } else {
        succeed(task);
    }
}

void ChangeSender::succeed(const TaskPtr& task) {
    const auto& order = task->order;
    if (task->refusal) {
        report(task, task->refusal->outcome());
    } else if (order.unsent.empty()) {
        report(task, {Ending::applied, {}, task->status, order.note});
    } else {
        fail(task, reason::kMoved, task->status, order.unsent);
    }
}

void ChangeSender::refuse_denied(const TaskPtr& task, const http::Result& result) const {
    const int status = http::status_of(result);
    if (status == 401 || status == 403) {
        const auto& change = task->order.change;
        http::throw_failure("SCIM " + std::string(record::resource_name(change.kind)) + " " +
                                change.external_id.value,
                            result,
                            scim::kTokenHint);
    }
}

void ChangeSender::fail(const TaskPtr& task,
                        std::string_view reason,
                        int status,
                        std::string detail) {
    fail(task, {Ending::failed, reason, status, std::move(detail)});
}

// Of a change that was refused before, the refusal is the reason: somebody must act on it.
void ChangeSender::fail(const TaskPtr& task, Outcome outcome) {
    if (task->refusal) {
        task->refusal->unclear("of what was sent again: " + outcome.detail);
        outcome = task->refusal->outcome();
    }
    report(task, outcome);
}

void ChangeSender::report(const TaskPtr& task, const Outcome& outcome) {
    under_way_.erase(task->order.change.path);
    log_.add(task->order.change, outcome);
}

}  // namespace apply
