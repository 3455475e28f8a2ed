// Looks for a record that is to be created: before a POST, and after one whose answer was lost.

#include "apply/answer_body.hpp"
#include "apply/change_task.hpp"
#include "apply/send_change.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "record/scim_resource.hpp"
#include "scim/messages.hpp"

#include <iterator>
#include <utility>

namespace apply {

using nlohmann::json;
using record::Kind;

namespace {

constexpr int kMostCreates = 3;  // tries of one POST, each after a look-up that found nothing

std::string filtered(Kind kind, const std::string& filter) {
    return record::endpoint(kind) + "?filter=" + encoding::percent_encode(filter);
}

// Nobody, where the answer cannot be understood: `why` then says so.
ExistingRecord existing_record_in(const plan::PlannedChange& change,
                                  const std::string& name,
                                  const http::Result& result,
                                  std::string& why) {
    try {
        auto existing = find_existing_record(
            scim::list_from_json(body_of(result)), change.kind, change.external_id, name);
        why = existing.who == ExistingRecord::Who::unclear
                  ? "the service ignores the filter, or answers in parts, so it is not known "
                    "whether the record is there"
                  : "";
        return existing;
    } catch (const Error& error) {
        why = std::string("looking for the record failed: ") + error.what();
        return {ExistingRecord::Who::unclear, {}, {}};
    }
}

}  // namespace

void ChangeSender::look_first(const TaskPtr& task) {
    const auto& change = task->order.change;
    get(task,
        filtered(change.kind, scim::filter_equals("externalId", change.external_id.value)),
        [this, task](const http::Result& result) {
            std::string why;
            const auto seen = existing_record_in(task->order.change, {}, result, why);
            // A service that cannot be asked in this way is no obstacle: the export has not seen
            // the group.
            if (!is_settled_by(task, seen)) {
                send_next(task);
            }
        });
}

// The answer to a POST was lost, or it says that there is such a record. Which one is asked before
// anything is sent again: two records for one person are worse than none, and a plan that is
// applied twice must do no harm.
void ChangeSender::look_up(const TaskPtr& task, const Outcome& otherwise) {
    const auto& change = task->order.change;
    get(task,
        filtered(change.kind, scim::filter_equals("externalId", change.external_id.value)),
        [this, task, otherwise](const http::Result& result) {
            std::string why;
            if (!is_settled_by(task,
                               existing_record_in(task->order.change, task->name, result, why))) {
                look_up_name(task, otherwise);
            }
        });
}

void ChangeSender::look_up_name(const TaskPtr& task, const Outcome& otherwise) {
    const auto kind = task->order.change.kind;
    get(task,
        filtered(kind, scim::filter_equals(name_attribute(kind), task->name)),
        [this, task, otherwise](const http::Result& result) {
            std::string why;
            if (is_settled_by(task,
                              existing_record_in(task->order.change, task->name, result, why))) {
                return;
            }
            if (why.empty()) {
                nobody_found(task, otherwise);
            } else {
                fail(task, otherwise.reason, otherwise.status, otherwise.detail + "; and " + why);
            }
        });
}

bool ChangeSender::is_settled_by(const TaskPtr& task, const ExistingRecord& existing) {
    switch (existing.who) {
        case ExistingRecord::Who::ours:
            found(task, existing);
            return true;
        case ExistingRecord::Who::several:
            fail(task,
                 reason::kDuplicateExternalId,
                 0,
                 "more than one record carries it, and neither is touched; remove one by hand");
            return true;
        case ExistingRecord::Who::stranger: {
            const auto kind = task->order.change.kind;
            const auto reason =
                kind == Kind::user ? reason::kUserNameTaken : reason::kGroupNameTaken;
            fail(task,
                 reason,
                 task->status,
                 "a record that is not ours has this " + name_attribute(kind));
            return true;
        }
        case ExistingRecord::Who::nobody:
        case ExistingRecord::Who::unclear:
            break;
    }
    return false;
}

void ChangeSender::nobody_found(const TaskPtr& task, const Outcome& otherwise) {
    if (otherwise.reason == reason::kNoAnswer && ++task->tries < kMostCreates) {
        send_next(task);
    } else if (otherwise.reason == reason::kConflict) {
        const auto name = name_attribute(task->order.change.kind);
        fail(
            task,
            otherwise.reason,
            otherwise.status,
            otherwise.detail + "; and the service shows no record with this externalId or " + name);
    } else {
        fail(task, otherwise.reason, otherwise.status, otherwise.detail);
    }
}

// Our own record is there already: it is made to say what the create would have said, unless
// another hand has been at it.
void ChangeSender::found(const TaskPtr& task, const ExistingRecord& existing) {
    auto& order = task->order;
    const auto create = json::parse(order.bodies.front());
    const bool user = order.change.kind == Kind::user;
    if (user && is_inactive_beside(create, existing.record)) {
        report(task,
               {Ending::skipped,
                reason::kMoved,
                task->status,
                "its record is there already and is inactive"});
        return;
    }
    if (user) {  // also where nothing is sent: who is active stays a member where the plan says so
        users_.remember(order.change.external_id.value, existing.id.value);
    }
    if (user && has_other_keys(create, existing.record, task->unanswered)) {
        report(task,
               {Ending::skipped,
                reason::kMoved,
                task->status,
                "its record is there already and has other keys"});
        return;
    }
    std::vector<std::string> bodies;
    try {
        bodies = updates_of_found(create, existing.record);
    } catch (const Error& error) {
        fail(task,
             reason::kNotScim,
             task->status,
             std::string("the record is there already: ") + error.what());
        return;
    }
    const bool updated = !bodies.empty();
    std::move(order.bodies.begin() + 1,
              order.bodies.end(),
              std::back_inserter(bodies));  // members that went apart: adding twice adds once
    order.bodies = std::move(bodies);
    order.note += (order.note.empty() ? "" : "; ") + std::string("the record was there already") +
                  (updated ? " and was updated" : "");
    order.change.version.clear();
    order.divisible = false;  // these bodies are parts already
    task->create = false;
    task->path = record::resource_path(order.change.kind, existing.id);
    task->at = 0;
    task->status = 0;
    send_next(task);
}

}  // namespace apply
