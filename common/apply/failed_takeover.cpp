// Removes the access of a user who has left if the takeover of the record failed.

#include "apply/answer_body.hpp"
#include "apply/change_task.hpp"
#include "apply/record_version.hpp"
#include "apply/send_change.hpp"
#include "base/text.hpp"
#include "record/patch_message.hpp"
#include "record/scim_resource.hpp"

#include <string>
#include <utility>
#include <vector>

namespace apply {

using nlohmann::json;

namespace {

// The externalId of the user who has left; empty if the change takes over no managed record. A
// migration to another namespace is not a takeover.
std::string leaver_in(const Order& order) {
    const auto& change = order.change;
    const record::ExternalId old{order.before.is_object() ? text::of(order.before, "externalId")
                                                          : ""};
    const bool is_takeover = change.kind == record::Kind::user && change.action == "adopt" &&
                             record::is_managed(old, change.kind) &&
                             record::is_managed(change.external_id, change.kind);
    return is_takeover ? old.value : "";
}

// One for each, because a service may refuse one of them. The keys may be those of the new user.
std::vector<std::string> removals_from(const json& record) {
    std::vector<std::string> bodies;
    const auto set = [&](std::string_view path, const json& value) {
        JsonArray operations;
        operations.add(record::replace_operation(path, JsonText::of(value)));
        bodies.push_back(record::patch_message(operations).text());
    };
    const auto* active = at_path(record, "active");
    if (active == nullptr || record::truth(*active).value_or(true)) {
        set("active", false);
    }
    const auto* keys = at_path(record, std::string(record::kKeysPath));
    if (keys != nullptr && !keys->empty()) {
        set(record::kKeysPath, json::array());
    }
    return bodies;
}

}  // namespace

// True if the outcome of a failed takeover follows later.
bool ChangeSender::deactivates_leaver(const TaskPtr& task, const Outcome& outcome) {
    const auto leaver = leaver_in(task->order);
    if (leaver.empty() || std::exchange(task->leaver_seen, true)) {
        return false;
    }
    users_.remember_taken_over(task->order.change.external_id.value,
                               id_in_path(task->order.change));
    if (credential_.ended_by()) {
        return false;
    }
    get(task, task->path, [this, task, outcome, leaver](const http::Result& result) {
        const Answer answer(result);
        const auto* record = http::is_success(result) ? answer.body() : nullptr;
        if (record == nullptr || record::external_id_of(*record).value != leaver) {
            report(task, outcome);
            return;
        }
        auto bodies = removals_from(*record);
        if (bodies.empty()) {
            auto known = outcome;
            known.detail += "; the record stays inactive with the externalId " + leaver;
            report(task, known);
            return;
        }
        if (!task->refusal) {
            task->refusal.emplace(outcome);
        }
        task->refusal->unclear("the record still has the externalId " + leaver +
                               " of a user who has left, so the access of that user is removed");
        task->refusal->split = true;
        auto& order = task->order;
        order.bodies = std::move(bodies);
        order.list = {.removes = true, .grants = false};
        task->version = order.change.version.empty() ? "" : version_in(answer);
        task->at = 0;
        task->forget_body();
        task->read_late = false;
        send_next(task);
    });
    return true;
}

}  // namespace apply
