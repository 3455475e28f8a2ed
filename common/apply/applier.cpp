#include "apply/applier.hpp"

#include "apply/check_line.hpp"
#include "base/error.hpp"
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
        finish();  // members are references to users: those of this plan must have their ids first
    }
    if (!change.held.empty() && !settings_.approved.contains(change.held)) {
        log_.add(change, {Ending::held, {}, 0, "held by " + change.held});
        return;
    }
    if (settings_.dry_run) {
        log_.add(change, {Ending::planned, {}, 0, change.method + " " + change.path});
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
                 {Ending::skipped,
                  reason::kMoved,
                  0,
                  "the line is held, and does not say what it removes"});
        return;
    }
    Order order;
    try {
        order = order_for(change, line);
    } catch (const Error&) {
        if (!stopped()) {
            throw;
        }
        log_.add_not_sent(1);  // a list that was needed for it was cut short by the signal
        return;
    }
    if (const auto edited =
            change.held.empty()
                ? std::nullopt
                : what_was_edited(change.kind, line["data"], line["after"], users_)) {
        log_.add(change, {Ending::skipped, reason::kMoved, 0, *edited});
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
    // What a person let through is taken away only where it is still what they have seen, and an
    // earlier line may have changed the ETag.
    order.check_before =
        change.method == "PATCH" &&
        (!change.held.empty() || (settings_.verify_before && change.version.empty()));
    order.list = change.method == "POST" ? ListChange{.removes = false, .grants = true}
                                         : list_change_of(line);
    auto& data = line["data"];
    if (change.kind == Kind::user) {
        order.bodies = {data.dump()};
        order.before = order.check_before ? std::move(line["before"]) : json();
        return order;
    }
    if (order.check_before) {
        learn_users();
    }
    order.note = resolve_members(data, users_);
    const auto members = member_count(data);
    const bool replace = change.method == "PATCH" && members.has_value();
    const bool apart = members.value_or(0) > kMostMembers ||
                       (replace && settings_.group_writes == GroupWrites::add_remove);
    if (apart) {
        divide(order, data, line["before"]);
    } else {
        order.bodies = {data.dump()};
    }
    order.divisible = !apart && members.value_or(0) > 1;
    order.before = order.check_before || order.divisible ? std::move(line["before"]) : json();
    return order;
}

void Applier::divide(Order& order, const json& data, const json& before) {
    if (order.change.method == "POST") {
        order.bodies = split_create(data);
        return;
    }
    learn_users();
    order.bodies = split_patch(data, before, users_);
    order.unsent = member_count(data) ? not_removable(before, users_) : "";
}

// Outside of the callbacks of requests, since users may have to be listed.
void Applier::divide_oversized() {
    for (auto& order : delivery_.take_oversized()) {
        if (stopped()) {
            log_.add_not_sent(1);
            continue;
        }
        logging::info("group " + order.change.external_id.value +
                      ": too large for one message; its members are sent some at a time");
        divide(order, json::parse(order.bodies.front()), order.before);
        order.divisible = false;
        order.check_before = false;
        delivery_.begin(std::move(order));
    }
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
    while (!client.idle() || !queue_.empty() || delivery_.has_oversized()) {
        if (stopped()) {
            log_.add_not_sent(queue_.discard());
            if (client.now() >= *deadline_) {
                if (!std::exchange(gave_up_, true)) {
                    logging::warning(
                        "requests under way did not end in time; what became of them is unknown "
                        "until the next run");
                }
                return;
            }
        }
        if (client.idle()) {
            queue_.flush();
            divide_oversized();
        } else {
            client.pump(std::chrono::milliseconds(200));
        }
    }
}

bool Applier::stopped() {
    if (os::signals::noted() != 0 && !deadline_) {
        logging::warning("stopping: nothing new is sent");
        deadline_ = service_.client().now() + kGrace;
        service_.client().stop();
    }
    return deadline_.has_value();
}

}  // namespace apply
