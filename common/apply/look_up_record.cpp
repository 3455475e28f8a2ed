// Looks for a record that is to be created: before a POST, and after one whose answer was lost or
// does not show the record.

#include "apply/answer_body.hpp"
#include "apply/change_task.hpp"
#include "apply/compare_resource.hpp"
#include "apply/send_change.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "record/scim_resource.hpp"
#include "scim/messages.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <iterator>
#include <utility>

namespace apply {

using nlohmann::json;
using record::Kind;

namespace {

constexpr int kMostCreates = 3;  // tries of one POST, each after a look-up that found no record
// Tries of a POST for which the service is too busy, or whose connection broke: a service that ends
// a connection (GOAWAY) may end many requests at once.
constexpr int kMostOfPassing = 8;
constexpr int kMostLostCreates =
    10;  // lost answers in a row: then no create is sent twice until one succeeds

// A service, or a proxy in front of it, may carry out a POST after it has reported a time-out.
http::Clock::duration pause_before_look_up(int tries) {
    constexpr std::array<int, 3> kSeconds{2, 4, 8};
    return std::chrono::seconds(
        kSeconds.at(std::min<std::size_t>(static_cast<std::size_t>(tries), kSeconds.size() - 1)));
}

bool is_throttled(int status) {
    return status == 429 || status == 503;
}

std::string filtered(Kind kind, const std::string& filter) {
    return record::endpoint(kind) + "?filter=" + encoding::percent_encode(filter);
}

// Nullopt if the answer cannot be parsed: then `why` has the cause.
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

// Before a group is created, it is looked up by its externalId, and by its name, which an unmanaged
// group may have.
void ChangeSender::look_first(const TaskPtr& task) {
    if (refuses_or_) {
        look_first_apart(task);
        return;
    }
    const auto& change = task->order.change;
    get(task,
        filtered(change.kind,
                 scim::filter_equals("externalId", change.external_id.value) + " or " +
                     scim::filter_equals(name_attribute(change.kind), task->name)),
        [this, task](const http::Result& result) {
            std::string why;
            const auto seen = existing_record_in(task->order.change, task->name, result, why);
            if (is_settled_by(task, seen)) {
                return;
            }
            if (why.empty()) {
                send_next(task);
            } else {
                refuses_or_ = true;
                look_first_apart(task);
            }
        });
}

void ChangeSender::look_first_apart(const TaskPtr& task) {
    const auto kind = task->order.change.kind;
    const auto look = [this, task, kind](const std::string& filter,
                                         const std::function<void()>& then) {
        get(task, filtered(kind, filter), [this, task, then](const http::Result& result) {
            std::string why;
            if (!is_settled_by(task,
                               existing_record_in(task->order.change, task->name, result, why))) {
                then();
            }
        });
    };
    const auto by_name = scim::filter_equals(name_attribute(kind), task->name);
    look(scim::filter_equals("externalId", task->order.change.external_id.value),
         // If the service refuses the filter, the POST is sent: the export did not list the group.
         [this, task, look, by_name] { look(by_name, [this, task] { send_next(task); }); });
}

void ChangeSender::created(const TaskPtr& task, const record::ResourceId& id) {
    const auto& change = task->order.change;
    if (change.kind == Kind::user) {
        users_.remember(change.external_id.value, id.value);
    }
    task->path = record::resource_path(change.kind, id);
    task->create = false;
}

// An id is used only after its record was seen with our externalId: otherwise groups would get
// another user as a member.
void ChangeSender::see_created(const TaskPtr& task, const record::ResourceId& id) {
    get(task,
        record::resource_path(task->order.change.kind, id),
        [this, task, id](const http::Result& result) {
            const Answer answer(result);
            const auto* record = http::is_success(result) ? answer.body() : nullptr;
            if (record != nullptr &&
                record::external_id_of(*record) == task->order.change.external_id) {
                task->doubtful = !agrees(task->body(), *record);
                created(task, id);
                ++task->at;
                send_next(task);
                return;
            }
            look_up(task,
                    {.ending = Ending::failed,
                     .reason = reason::kNoId,
                     .status = task->status,
                     .detail = "the answer has id " + id.value +
                               ", whose record is not seen to carry this " + "externalId"});
        });
}

// The answer to a POST was lost, or it reports an existing record. The record is looked up before
// any request is repeated: two records for one user are worse than none, and a plan that is applied
// twice must do no harm.
void ChangeSender::look_up(const TaskPtr& task, const Outcome& otherwise) {
    const auto& change = task->order.change;
    const auto pause =
        task->unanswered ? pause_before_look_up(task->tries) : http::Clock::duration{};
    get(
        task,
        filtered(change.kind, scim::filter_equals("externalId", change.external_id.value)),
        [this, task, otherwise](const http::Result& result) {
            std::string why;
            if (is_settled_by(task,
                              existing_record_in(task->order.change, task->name, result, why))) {
                return;
            }
            // A request that is too large for the service is split.
            if (otherwise.status == 429 && why.empty()) {
                nobody_found(task, otherwise);
            } else {
                look_up_name(task, otherwise);
            }
        },
        pause);
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
                 "more than one record has this externalId; none was changed, delete the duplicate "
                 "manually");
            return true;
        case ExistingRecord::Who::stranger:
            name_taken(task, existing.record);
            return true;
        case ExistingRecord::Who::nobody:
        case ExistingRecord::Who::unclear:
            break;
    }
    return false;
}

// Only an unmanaged record can be adopted.
void ChangeSender::name_taken(const TaskPtr& task, const json& by) {
    const auto kind = task->order.change.kind;
    const auto owner = record::external_id_of(by);
    const bool managed = record::is_managed(owner, kind);
    fail(task,
         managed              ? reason::kConflict
         : kind == Kind::user ? reason::kUserNameTaken
                              : reason::kGroupNameTaken,
         task->status,
         (managed ? "managed" : "unmanaged") + (" record " + record::text_attribute(by, "id")) +
             (managed ? " (" + owner.value + ")" : "") + " has this " + name_attribute(kind));
}

void ChangeSender::nobody_found(const TaskPtr& task, const Outcome& otherwise) {
    const int most = creates_lost_in_a_row_ >= kMostLostCreates       ? 1
                     : is_throttled(otherwise.status) || task->broken ? kMostOfPassing
                                                                      : kMostCreates;
    const bool may_try = task->unanswered && ++task->tries < most;
    if (otherwise.reason == reason::kNoAnswer && may_try) {
        service_.client().count_retry();
        send_next(task);
    } else if (otherwise.reason == reason::kConflict && may_try) {
        look_up(task, otherwise);  // perhaps our own record, which the service does not list yet
    } else if (otherwise.reason == reason::kConflict && task->order.divisible &&
               may_be_about_members(otherwise.status)) {
        open_.erase(task);
        oversized_.push_back(std::move(task->order));
    } else if (otherwise.reason == reason::kConflict) {
        const auto name = name_attribute(task->order.change.kind);
        fail(
            task,
            otherwise.reason,
            otherwise.status,
            otherwise.detail + "; and the service shows no record with this externalId or " + name);
    } else {
        creates_lost_in_a_row_ += otherwise.reason == reason::kNoAnswer ? 1 : 0;
        fail(task, otherwise.reason, otherwise.status, otherwise.detail);
    }
}

// A record with our externalId exists: it is brought to the state of the create, unless another
// client has changed it.
void ChangeSender::found(const TaskPtr& task, const ExistingRecord& existing) {
    auto& order = task->order;
    const auto create = task->body();
    const bool user = order.change.kind == Kind::user;
    if (user && is_inactive_beside(create, existing.record)) {
        report(task,
               {.ending = Ending::skipped,
                .reason = reason::kMoved,
                .status = task->status,
                .detail = "its record is there already and is inactive"});
        return;
    }
    if (user) {  // also if nothing is sent: if the plan names an active user as a member, the user
                 // stays one
        users_.remember(order.change.external_id.value, existing.id.value);
    }
    if (user && has_other_keys(create, existing.record, task->unanswered)) {
        report(task,
               {.ending = Ending::skipped,
                .reason = reason::kMoved,
                .status = task->status,
                .detail = "its record is there already and has other keys"});
        return;
    }
    std::vector<std::string> bodies;
    std::vector<std::string> unplanned;  // members
    try {
        bodies = updates_of_found(create, existing.record);
        const auto planned = order.target ? *order.target : shown_members(create).value_or(Texts{});
        unplanned =
            missing_members(shown_members(existing.record).value_or(Texts{}), planned, Texts{});
    } catch (const Error& error) {
        fail(task,
             reason::kNotScim,
             task->status,
             std::string("the record is there already: ") + error.what());
        return;
    }
    const bool updated = !bodies.empty();
    std::move(
        order.bodies.begin() + 1,
        order.bodies.end(),
        std::back_inserter(
            bodies));  // members in parts: adding a member twice has the effect of adding it once
    order.bodies = std::move(bodies);
    order.add_note(std::string("the record was there already") +
                   (updated ? " and was updated" : ""));
    if (!unplanned.empty()) {
        order.leave_out("it has " + text::counted(unplanned.size(), "member", "members") +
                        " that the plan did not know; the next run compares them with ACTIVATE");
    }
    order.target.reset();
    order.change.version.clear();
    task->version.clear();
    order.divisible = false;  // these bodies are parts already
    task->create = false;
    task->path = record::resource_path(order.change.kind, existing.id);
    task->at = 0;
    task->forget_body();
    task->status = 0;
    send_next(task);
}

}  // namespace apply
