#include "apply/send_change.hpp"

#include "apply/check_line.hpp"
#include "apply/compare_resource.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "http/describe_response.hpp"
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

// Throws Error that says what is wrong with the answer.
json body_of(const http::Result& result) {
    if (!http::is_success(result)) {
        throw Error(ExitStatus::unavailable, http::describe(result));
    }
    const auto& response = std::get<http::Response>(result);
    auto body = http::json_body(response);
    if (!body) {
        throw Error(ExitStatus::unavailable, "the answer is " + http::describe_body(response));
    }
    return *std::move(body);
}

std::string version_in(const json& record) {
    const auto* meta = record::attribute(record, "meta");
    return meta == nullptr ? std::string() : record::text_attribute(*meta, "version");
}

// Nobody, where the answer cannot be understood: `why` then says so.
ExistingRecord sighting_in(const plan::PlannedChange& change,
                           const std::string& name,
                           const http::Result& result,
                           std::string& why) {
    try {
        auto sighting = find_existing_record(
            scim::list_from_json(body_of(result)), change.kind, change.external_id, name);
        why = sighting.who == ExistingRecord::Who::unclear
                  ? "the service ignores the filter, or answers in parts, so it is not known "
                    "whether the record is there"
                  : "";
        return sighting;
    } catch (const Error& error) {
        why = std::string("looking for the record failed: ") + error.what();
        return {ExistingRecord::Who::unclear, {}, {}};
    }
}

bool replaces_members(const std::string& body) {
    return body.find(R"("op":"replace","path":"members")") != std::string::npos;
}

}  // namespace

struct ChangeSender::Task {
    Order order{};
    std::string name{};   // of a create: its userName or displayName
    bool create = false;  // the next body is a POST
    std::string path{};   // of the record, or of its endpoint
    std::size_t at = 0;   // of the bodies
    int tries = 0;        // of the POST
    int status = 0;       // of the last answer to a write
    bool doubtful = false;
    bool unanswered = false;  // a POST of it may have been carried out, for all we know
};

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

void ChangeSender::look_first(const TaskPtr& task) {
    const auto& change = task->order.change;
    get(task,
        filtered(change.kind, scim::filter_equals("externalId", change.external_id.value)),
        [this, task](const http::Result& result) {
            std::string why;
            const auto seen = sighting_in(task->order.change, {}, result, why);
            // A service that cannot be asked in this way is no obstacle: the export has not seen
            // the group.
            if (!is_settled_by(task, seen)) {
                send_next(task);
            }
        });
}

void ChangeSender::read_before(const TaskPtr& task) {
    get(task, task->path, [this, task](const http::Result& result) {
        auto& order = task->order;
        if (!http::is_success(result)) {
            order.divisible = false;  // a record that cannot be read is no list that is too long,
                                      // and what was not looked at is not sent
            took(task, result);
            return;
        }
        try {
            const auto record = body_of(result);
            if (const auto moved = what_moved(order.change, order.before, record, users_)) {
                report(task, {Ending::skipped, reason::kMoved, 0, *moved + "; make a new plan"});
                return;
            }
            if (!order.change.version.empty()) {
                order.change.version =
                    version_in(record);  // an earlier line of the plan may have written it
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
    outbox_.send(std::move(write),
                 [this, task](const http::Result& result) { took(task, scim::as_meant(result)); });
}

void ChangeSender::took(const TaskPtr& task, const http::Result& result) {
    refuse_denied(task, result);
    auto& order = task->order;
    const bool create = task->create;
    const int status = task->status = http::status_of(result);
    auto verdict = judge_answer(order.change.kind,
                                create ? "POST" : "PATCH",
                                order.bodies.empty() ? "{}" : order.bodies[task->at],
                                result);
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
        case Next::fail:
            fail(task, verdict.reason, status, verdict.detail);
    }
}

void ChangeSender::delivered(const TaskPtr& task) {
    if ((verify_ || task->doubtful) && !task->order.bodies.empty()) {
        read_again(task);
    } else {
        succeed(task);
    }
}

// Only the resource itself can say whether a write took that was accepted.
void ChangeSender::read_again(const TaskPtr& task) {
    get(task, task->path, [this, task](const http::Result& result) {
        const auto accepted = "accepted with HTTP " + std::to_string(task->status);
        const int status = http::status_of(result);
        if (status == 404 || status == 410) {
            fail(task,
                 reason::kDidNotTake,
                 task->status,
                 accepted + ", and the record is not there when it is read again");
            return;
        }
        std::vector<Difference> found;
        bool replaced = false;
        try {
            const auto record = body_of(result);
            for (const auto& body : task->order.bodies) {
                const auto more = differences(json::parse(body), record);
                found.insert(found.end(), more.begin(), more.end());
                replaced = replaced || (!more.empty() && more.back().what.starts_with("members") &&
                                        replaces_members(body));
            }
        } catch (const Error& error) {
            fail(task,
                 reason::kNotVerified,
                 task->status,
                 accepted + ", and reading it again failed: " + error.what());
            return;
        }
        if (found.empty()) {
            succeed(task);
            return;
        }
        fail(task,
             reason::kDidNotTake,
             task->status,
             accepted + ", and not so when read again: " + describe(found) +
                 (replaced ? "; if a replace only adds there, --group-writes=add-remove is the way"
                           : ""));
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
            if (!is_settled_by(task, sighting_in(task->order.change, task->name, result, why))) {
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
            if (is_settled_by(task, sighting_in(task->order.change, task->name, result, why))) {
                return;
            }
            if (why.empty()) {
                nobody_found(task, otherwise);
            } else {
                fail(task, otherwise.reason, otherwise.status, otherwise.detail + "; and " + why);
            }
        });
}

bool ChangeSender::is_settled_by(const TaskPtr& task, const ExistingRecord& sighting) {
    switch (sighting.who) {
        case ExistingRecord::Who::ours:
            found(task, sighting);
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
void ChangeSender::found(const TaskPtr& task, const ExistingRecord& sighting) {
    auto& order = task->order;
    const auto create = json::parse(order.bodies.front());
    const bool user = order.change.kind == Kind::user;
    if (user && is_inactive_beside(create, sighting.record)) {
        report(task,
               {Ending::skipped,
                reason::kMoved,
                task->status,
                "its record is there already and is inactive; make a new plan"});
        return;
    }
    if (user) {  // also where nothing is sent: who is active stays a member where the plan says so
        users_.remember(order.change.external_id.value, sighting.id.value);
    }
    if (user && has_other_keys(create, sighting.record, task->unanswered)) {
        report(task,
               {Ending::skipped,
                reason::kMoved,
                task->status,
                "its record is there already and has other keys; make a new plan"});
        return;
    }
    std::vector<std::string> bodies;
    try {
        bodies = updates_of_found(create, sighting.record);
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
    task->path = record::resource_path(order.change.kind, sighting.id);
    task->at = 0;
    task->status = 0;
    send_next(task);
}

void ChangeSender::succeed(const TaskPtr& task) {
    const auto& order = task->order;
    if (order.unsent.empty()) {
        report(task, {Ending::applied, {}, task->status, order.note});
    } else {
        fail(task, reason::kMoved, task->status, order.unsent + "; make a new plan");
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
    report(task, {Ending::failed, reason, status, std::move(detail)});
}

void ChangeSender::report(const TaskPtr& task, const Outcome& outcome) {
    under_way_.erase(task->order.change.path);
    log_.add(task->order.change, outcome);
}

}  // namespace apply
