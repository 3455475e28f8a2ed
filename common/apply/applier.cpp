#include "apply/applier.hpp"

#include "apply/check_line.hpp"
#include "apply/permitted_values.hpp"
#include "apply/record_version.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/logging.hpp"
#include "os/signals.hpp"
#include "plan/held_changes.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace apply {

using nlohmann::json;
using record::Kind;

void Applier::apply(const plan::PlannedChange& change, json& line) {
    if (change.kind == Kind::group && !std::exchange(groups_begun_, true)) {
        finish();  // members are references to users, so the users of this plan need their ids
                   // first
    }
    if (!change.held.empty() && !settings_.approved.contains(change.held)) {
        log_.add(change, {.ending = Ending::held, .status = 0, .detail = "held by " + change.held});
        return;
    }
    if (const auto fault = why_not_permitted(change.kind, line["data"], settings_.names)) {
        log_.add(change,
                 {.ending = Ending::skipped,
                  .reason = reason::kBadValue,
                  .status = 0,
                  .detail = *fault});
        return;
    }
    if (settings_.dry_run) {
        log_.add(
            change,
            {.ending = Ending::planned, .status = 0, .detail = change.method + " " + change.path});
        return;
    }
    if (stopped()) {
        log_.add_not_sent(1);
        return;
    }
    if (delivery_.is_under_way(change.path)) {
        finish();
    }
    if (!change.held.empty() && plan::held_removals(line).empty()) {
        log_.add(change,
                 {.ending = Ending::skipped,
                  .reason = reason::kMoved,
                  .status = 0,
                  .detail = "the line is held, and does not list what it removes"});
        return;
    }
    Order order;
    try {
        order = order_for(change, line);
    } catch (const Error& error) {
        end(error);  // a list that was needed for the change cannot be read
        log_.add_not_sent(1);
        return;
    }
    if (const auto edited =
            change.held.empty()
                ? std::nullopt
                : what_was_edited(change.kind, line["data"], line["after"], users_)) {
        log_.add(
            change,
            {.ending = Ending::skipped, .reason = reason::kMoved, .status = 0, .detail = *edited});
        return;
    }
    service_.client().wait_for_room();
    if (stopped()) {
        log_.add_not_sent(1);
        return;
    }
    delivery_.begin(std::move(order));
}

Order Applier::order_for(const plan::PlannedChange& change, json& line) {
    Order order;
    order.change = change;
    // An approved removal is sent only if the record is still as the approver saw it. An earlier
    // line may have changed the ETag.
    const bool versioned = !change.version.empty();
    if (is_weak_version(change.version) && delivery_.refuses_weak_versions()) {
        order.change.version.clear();
        order.check_before = true;
    }
    // An ETag alone does not protect the record of another owner: some services ignore If-Match.
    order.check_before =
        order.check_before || change.action == "adopt" ||
        (change.method == "PATCH" &&
         (!change.held.empty() || (settings_.verify_before && change.version.empty())));
    order.list = change.method == "POST" ? ListChange{.removes = false, .grants = true}
                                         : list_change_of(line);
    auto& data = line["data"];
    if (change.kind == Kind::user) {
        if (change.method == "PATCH") {
            order.effects = effects_of(change.kind, data, order.list);
        }
        order.bodies.push_back(JsonText::of(data).take());
        order.before = order.check_before || versioned ? std::move(line["before"]) : json();
        return order;
    }
    if (order.check_before) {
        learn_users();
    }
    order.leave_out(resolve_members(data, users_));
    const auto members = member_count(data);
    const bool replace = change.method == "PATCH" && members.has_value();
    const bool apart = members.value_or(0) > kMostMembers ||
                       (replace && settings_.group_writes == GroupWrites::add_remove);
    if (apart) {
        divide(order, data, line["before"]);
    } else {
        order.bodies.push_back(JsonText::of(data).take());
    }
    order.divisible = !apart && members.value_or(0) > 1;
    order.before = order.check_before || order.divisible || replace || versioned
                       ? std::move(line["before"])
                       : json();
    return order;
}

void Applier::divide(Order& order, const json& data, const json& before) {
    order.target = target_members(data);
    order.others_stay = settings_.group_writes == GroupWrites::add_remove;
    if (order.change.method == "POST") {
        order.bodies = split_create(data);
        return;
    }
    learn_users();
    order.bodies = split_patch(data, before, users_);
    if (member_count(data)) {
        order.leave_out(not_removable(before, users_));
    }
}

// Called outside of the callbacks of requests, because it may have to list users.
void Applier::begin_again() {
    for (auto& order : delivery_.take_oversized()) {
        begin_again(std::move(order), [this](Order& large) {
            logging::info("group " + large.change.external_id.value +
                          ": the service does not take it in one message; its members are sent "
                          "some at a time");
            divide(large, json::parse(large.bodies.front()), large.before);
            large.divisible = false;
            large.check_before = false;
        });
    }
    for (auto& order : delivery_.take_unversioned()) {
        begin_again(std::move(order), [this](const Order& unversioned) {
            if (unversioned.change.kind == Kind::group) {
                learn_users();
            }
        });
    }
}

void Applier::begin_again(Order order, const std::function<void(Order&)>& prepare) {
    if (!stopped()) {
        try {
            prepare(order);
            delivery_.begin(std::move(order));
            return;
        } catch (const Error& error) {
            end(error);
        }
    }
    log_.add_not_sent(1);
}

void Applier::learn_users() {
    if (std::exchange(all_users_known_, true)) {
        return;
    }
    service_.list_ours(Kind::user, [this](const json& resource) {
        if (const auto id = record::external_id_of(resource); record::is_managed(id, Kind::user)) {
            users_.remember(id.value, record::id_of(resource));
        }
    });
}

void Applier::finish() {
    auto& client = service_.client();
    while (!client.idle() || !queue_.empty() || delivery_.has_orders()) {
        if (stopped()) {
            queue_.discard();
            if (deadline_ && client.now() >= *deadline_) {
                if (!std::exchange(gave_up_, true)) {
                    logging::warning(
                        "in-flight requests did not complete in time; whether they were applied "
                        "will be known on the next run");
                    delivery_.give_up();
                }
                return;
            }
        }
        if (client.idle()) {
            queue_.flush();
            begin_again();
        } else {
            client.pump(std::chrono::milliseconds(200));
        }
    }
}

void Applier::end(const Error& error) {
    if (error.status() == ExitStatus::io_error) {
        throw Error(error);  // from our own output, which cannot take the outcome
    }
    if (!stopped()) {
        ended_by_.emplace(error);
        service_.client().stop();
    }
}

bool Applier::stopped() {
    if (os::signals::noted() != 0 && !deadline_) {
        logging::warning("stopping: nothing new is sent");
        deadline_ = service_.client().now() + kGrace;
        service_.client().stop();
    }
    return deadline_.has_value() || ended_by().has_value();
}

}  // namespace apply
