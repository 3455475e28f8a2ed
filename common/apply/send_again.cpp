// Sends the access changes of a PATCH that failed again: removals separately, and, if the service
// refused the PATCH, additions unless a name was refused with them.

#include "apply/answer_body.hpp"
#include "apply/change_task.hpp"
#include "apply/compare_resource.hpp"
#include "apply/send_change.hpp"
#include "apply/split_members.hpp"
#include "apply/split_refused.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "record/scim_resource.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace apply {

using nlohmann::json;

namespace {

constexpr Effects kRemoval{.removes = true};
constexpr Effects kGrant{.grants = true};

Effects effects_in(const Order& order, const RefusedPatch& refusal, const std::string& body) {
    return body == refusal.removals ? kRemoval
           : body == refusal.grants ? kGrant
                                    : effects_of(order.change.kind, json::parse(body), order.list);
}

// A single operation on a list may both add and remove values.
bool is_divisible(const json& patch, const Effects& effects) {
    return (effects.removes || effects.grants) &&
           (patch.at("Operations").size() > 1 || (effects.removes && effects.grants));
}

bool is_same_request(const std::string& part, const json& patch) {
    return json::parse(part).at("Operations") == patch.at("Operations");
}

// A service may refuse a list of members because of one of them, perhaps one that is a member
// already. The members that are missing are then added.
std::vector<std::string> additions_in(const json& patch, const json& record) {
    Texts target;
    for (const auto& operation : patch.at("Operations")) {
        if (text::of(operation, "path") == "members" && text::of(operation, "op") == "replace") {
            target = values_of("members", operation.at("value"));
        }
    }
    return additions(missing_members(target, shown_members(record).value_or(Texts{}), {}));
}

// A record that was not adopted, or that now has another owner, is not changed.
bool may_be_written(const plan::PlannedChange& change, const json& record) {
    const auto id = record::external_id_of(record);
    return change.action == "adopt" ? record::is_managed(id, change.kind)
                                    : id == change.external_id;
}

// The PATCH failed because of something in it, perhaps, and not because of the record, the
// connection or the pace. Temporary failures were repeated before.
bool may_accept_removals(int status) {
    switch (status) {
        case 401:
        case 404:
        case 408:
        case 410:
        case 412:
        case 428:
        case 429:
            return false;
        default:
            return status >= 400;
    }
}

}  // namespace

void ChangeSender::failed_write(const TaskPtr& task, Outcome outcome) {
    const int status = outcome.status;
    if (task->create && task->order.divisible && may_be_about_members(status)) {
        open_.erase(task);
        oversized_.push_back(std::move(
            task->order));  // once the group is empty, a further refusal has another cause
    } else if (is_about_members(task, status)) {
        read_refused(task, outcome);
    } else if (task->create || !send_one_by_one(task, status, nullptr)) {
        refuse_or_fail(task, std::move(outcome));
    }
}

// A PATCH that only adds and removes members. The group is not read again if it was read for this
// PATCH, or for the list that had this member.
bool ChangeSender::is_about_members(const TaskPtr& task, int status) {
    const bool was_read = task->refusal && task->refusal->split;
    if (task->create || was_read || status == 413 || !may_be_about_members(status)) {
        return false;
    }
    const auto count = members_in_patch(task->body()).size();
    return count > 1 || (count == 1 && !task->one_by_one);
}

void ChangeSender::refuse_or_fail(const TaskPtr& task, Outcome outcome) {
    const int status = outcome.status;
    if (!task->create && (status == 400 || status == 409 || status == 422 ||
                          (task->one_by_one && may_be_about_members(status)))) {
        refused(task, std::move(outcome));
    } else if (!task->create && status == 404 && member_count(task->body()).value_or(0) > 0) {
        unless_gone(task, outcome, [this, task, outcome] {
            auto about_member = outcome;
            about_member.reason = reason::kRefused;
            refused(task, std::move(about_member));
        });
    } else if (!send_removals(task, outcome)) {
        fail(task, std::move(outcome));
    }
}

// A 404 to a PATCH of members may be about one of them, and not about the group.
void ChangeSender::unless_gone(const TaskPtr& task,
                               const Outcome& outcome,
                               const std::function<void()>& next) {
    get(task, task->path, [this, task, outcome, next](const http::Result& read) {
        http::is_success(read) ? next() : fail(task, outcome);
    });
}

void ChangeSender::refused(const TaskPtr& task, Outcome outcome) {
    auto& order = task->order;
    const auto patch = task->body();
    const auto at = order.bodies.begin() + static_cast<std::ptrdiff_t>(task->at);
    const auto body = std::move(*at);
    order.bodies.erase(at);
    if (!order.target && order.before.is_object() && member_count(patch) && !task->refusal) {
        task->whole = patch;
    }
    remember_refusal(task, std::move(outcome));
    auto& refusal = *task->refusal;
    if (body == refusal.removals && divided(task)) {
        return;
    }
    const auto effects = effects_in(order, refusal, body);
    if (effects.names) {
        keep_additions_back(task);
    }
    for (const auto& member : members_in_patch(patch)) {
        task->refused_members.insert(member);
        refusal.member_refused(member);
    }
    const bool divisible =
        !refusal.split && (is_divisible(patch, effects) || member_count(patch).value_or(0) > 1);
    const bool adopts = order.change.action == "adopt" && task->at < order.bodies.size();
    if (divisible || adopts) {
        split_and_send(task, patch, effects);
    } else {
        refusal.refused(effects);
        send_next(task);
    }
}

void ChangeSender::remember_refusal(const TaskPtr& task, Outcome outcome) {
    auto& order = task->order;
    order.divisible = false;  // the remaining bodies are parts
    if (task->refusal) {
        return;
    }
    task->refusal.emplace(std::move(outcome));
    task->refusal->name = order.change.action == "adopt" ? "externalId" : "name";
    for (std::size_t i = 0; i < task->at; ++i) {
        count_applied(task, order.bodies[i]);
    }
    if (!order.note.empty()) {
        task->refusal->unclear(order.note);
    }
}

// A removal must not wait for a name or an addition that the service does not carry out. True if
// the change has removals, which are now sent alone.
bool ChangeSender::send_removals(const TaskPtr& task, const Outcome& outcome) {
    auto& order = task->order;
    if (task->create || !may_accept_removals(outcome.status) || credential_.ended_by()) {
        return false;
    }
    const auto patch = task->body();
    if (only_removes(order.change.kind, patch, order.list)) {
        return false;
    }
    const auto effects = effects_of(order.change.kind, patch, order.list);
    const bool divides = effects.removes && !(task->refusal && task->refusal->split);
    const auto next = order.bodies.begin() + static_cast<std::ptrdiff_t>(task->at) + 1;
    if (!divides && std::none_of(next, order.bodies.end(), [&](const std::string& body) {
            return only_removes(order.change.kind, json::parse(body), order.list);
        })) {
        return false;
    }
    remember_refusal(task, outcome);
    task->refusal->unclear("the other parts of this change were not sent again");
    task->removals_only = true;
    keep_removals(task);
    if (divides || order.change.action == "adopt") {
        split_and_send(task, patch, effects);
    } else {
        send_next(task);
    }
    return true;
}

// Drops the body that failed, and all later ones that do more than to remove access.
void ChangeSender::keep_removals(const TaskPtr& task) {
    auto& order = task->order;
    std::vector<std::string> kept;
    for (auto at = task->at; at < order.bodies.size(); ++at) {
        const auto patch = json::parse(order.bodies[at]);
        if (at > task->at && only_removes(order.change.kind, patch, order.list)) {
            kept.push_back(std::move(order.bodies[at]));
        } else {
            for (const auto& member : members_in_patch(patch)) {
                task->refused_members.insert(member);
            }
        }
    }
    order.bodies.resize(task->at);
    std::move(kept.begin(), kept.end(), std::back_inserter(order.bodies));
}

void ChangeSender::count_applied(const TaskPtr& task, const std::string& body) {
    task->refusal->applied(effects_in(task->order, *task->refusal, body));
}

// The service refuses a name. Under the old name, no user gains access.
void ChangeSender::keep_additions_back(const TaskPtr& task) {
    auto& bodies = task->order.bodies;
    for (auto at = task->at; at < bodies.size();) {
        const auto effects = effects_in(task->order, *task->refusal, bodies[at]);
        if (effects.grants) {
            task->refusal->waits(kGrant);
            for (const auto& member : members_in_patch(json::parse(bodies[at]))) {
                task->refused_members.insert(member);
            }
            bodies.erase(bodies.begin() + static_cast<std::ptrdiff_t>(at));
        } else {
            ++at;
        }
    }
}

// The removal is computed from the record as it is now, because that has the SCIM ids of members,
// which the line does not have. No removed access is given back.
void ChangeSender::split_and_send(const TaskPtr& task, const json& patch, const Effects& effects) {
    get(task, task->path, [this, task, patch, effects](const http::Result& result) {
        auto& refusal = *task->refusal;
        refusal.split = true;
        try {
            const auto record = body_of(result);
            if (may_be_written(task->order.change, record)) {
                if (!insert_parts(task, patch, record, effects)) {
                    return;
                }
            } else {
                task->order.bodies.resize(task->at);
                refusal.refused(effects);
            }
        } catch (const Error& error) {
            if (task->order.change.action == "adopt") {
                task->order.bodies.resize(task->at);
            }
            refusal.refused(effects);
            refusal.unclear(std::string("reading the record to send the removals by themselves "
                                        "failed: ") +
                            error.what());
        }
        send_next(task);
    });
}

// False if the caller begins the change again in parts.
bool ChangeSender::insert_parts(const TaskPtr& task,
                                const json& patch,
                                const json& record,
                                const Effects& effects) {
    auto& refusal = *task->refusal;
    const auto parts = split_refused(patch, record);
    std::vector<std::string> again;
    refusal.refused({.removes = false, .grants = false, .names = effects.names});
    if (parts.members_hidden && effects.removes) {
        refusal.unclear("the service does not show the members, so none could be removed");
    }
    if (!parts.removals.empty()) {
        if (is_same_request(parts.removals, patch)) {
            if (divided(task)) {
                return false;
            }
            refusal.refused(kRemoval);
        } else {
            again.push_back(refusal.removals = parts.removals);
        }
    }
    if (!parts.grants.empty() && !task->removals_only) {
        const auto added = additions_in(patch, record);
        if (effects.names) {
            refusal.waits(kGrant);
        } else if (!added.empty()) {
            again.insert(again.end(), added.begin(), added.end());
        } else if (is_same_request(parts.grants, patch)) {
            refusal.refused(kGrant);
        } else {
            again.push_back(refusal.grants = parts.grants);
        }
    }
    task->order.bodies.insert(task->order.bodies.begin() + static_cast<std::ptrdiff_t>(task->at),
                              again.begin(),
                              again.end());
    return true;
}

// The service refuses a list of members that only removes some: perhaps it refuses all such lists.
// True if the caller begins the change again, and then names each member that it removes.
bool ChangeSender::divided(const TaskPtr& task) {
    if (task->whole.is_null()) {
        return false;
    }
    auto& order = task->order;
    order.bodies = {task->whole.dump()};
    open_.erase(task);
    oversized_.push_back(std::move(order));
    return true;
}

// A service may refuse several members in one operation and accept each of them alone. If the group
// was read, `record` has it, and members that are as they should be are left out.
bool ChangeSender::send_one_by_one(const TaskPtr& task, int status, const json* record) {
    if (!may_be_about_members(status) || task->refused_members.size() >= kMembersPerPart) {
        return false;
    }
    auto alone = one_by_one(task->body());
    if (record != nullptr) {
        std::erase_if(
            alone, [&](const std::string& body) { return shows_all(json::parse(body), *record); });
    }
    if (alone.empty()) {
        return false;
    }
    insert_alone(task, alone);
    return true;
}

void ChangeSender::insert_alone(const TaskPtr& task, const std::vector<std::string>& alone) {
    task->one_by_one = true;
    auto& bodies = task->order.bodies;
    const auto at = bodies.begin() + static_cast<std::ptrdiff_t>(task->at);
    bodies.insert(bodies.erase(at), alone.begin(), alone.end());
    send_next(task);
}

}  // namespace apply
