#include "apply.hpp"

#include "error.hpp"
#include "logging.hpp"
#include "signals.hpp"
#include "verify.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>

namespace scim {

using identity::Kind;
using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr std::string_view kReference = "bulkId:";
constexpr int kMostCreates = 3;  // tries of one POST, each after a look-up that found nothing

std::string reason_of(int status) {
    switch (status) {
        case 404:
            return "gone";
        case 409:
            return "conflict";
        case 412:
            return "moved";
        default:
            return status == 0 ? "no-answer" : "refused";
    }
}

// The lists of members in a PATCH or a POST of a group.
std::vector<json*> member_lists(json& data) {
    std::vector<json*> lists;
    if (auto members = data.find("members"); members != data.end() && members->is_array()) {
        lists.push_back(&*members);
    }
    if (auto operations = data.find("Operations"); operations != data.end() && operations->is_array()) {
        for (auto& operation : *operations) {
            if (operation.is_object() && operation.value("path", json()) == "members" && operation["value"].is_array()) {
                lists.push_back(&operation["value"]);
            }
        }
    }
    return lists;
}

ListResponse list_from(const http::Result& result) {
    auto body = http::is_success(result) ? http::json_body(std::get<http::Response>(result)) : std::nullopt;
    if (!body) {
        throw Error(ExitStatus::unavailable, http::describe(result));
    }
    return list_from_json(*std::move(body));
}

// What a POST would have set, as a PATCH. userName stays: it is how the record was made ours.
ordered_json patch_from_create(Kind kind, const json& data) {
    auto operations = ordered_json::array();
    const auto set = [&](const std::string& field, const std::string& path) {
        if (const auto value = data.find(field); value != data.end()) {
            operations.push_back(replace_operation(path, ordered_json(*value)));
        }
    };
    set("displayName", "displayName");
    if (kind == Kind::group) {
        set("members", "members");
        return patch_message(std::move(operations));
    }
    set("name", "name");
    set("active", "active");
    if (const auto* extension = attribute(data, kKeysSchema)) {
        if (const auto* keys = attribute(*extension, kKeysAttribute)) {
            operations.push_back(replace_operation(keys_path(), ordered_json(*keys)));
        }
    }
    return patch_message(std::move(operations));
}

}  // namespace

/// A change on its way: everything its outcome needs.
struct Applier::Task {
    identity::PlannedChange change{};
    std::string body{};
    std::string note{};  // what an applied outcome says beside
    int creates = 0;     // tries of a POST so far
};

void Applier::apply(const identity::PlannedChange& change, json& line) {
    if (change.kind == Kind::group) {
        begin_groups();
    }
    Task task{change, {}, {}, 0};
    if (!change.held.empty()) {
        report(task, "held", 0, "held by " + change.held);
        return;
    }
    if (settings_.dry_run) {
        report(task, "planned", 0, change.method + " " + change.path);
        return;
    }
    if (stopped()) {
        ++outcomes_.not_sent;
        return;
    }
    auto& data = line["data"];
    if (change.kind == Kind::group) {
        task.note = resolve_members(data);
    }
    task.body = data.dump();
    if (under_way_.contains(change.path)) {
        finish();
    }
    service_.client().wait_for_room();
    if (change.method == "PATCH") {
        under_way_.insert(change.path);
    }
    if (settings_.verify_before && change.method == "PATCH" && change.version.empty()) {
        verify(std::move(task), line.value("before", json()));
    } else {
        send(std::move(task));
    }
}

void Applier::verify(Task task, json before) {
    const auto path = task.change.path;
    service_.client().send(service_.request("GET", path), http::Repeat::harmless, [this, task = std::move(task), before = std::move(before)](const http::Result& result) mutable {
        const auto body = http::is_success(result) ? http::json_body(std::get<http::Response>(result)) : std::nullopt;
        if (!body) {
            took(task, http::is_success(result) ? http::Result(http::Failure{http::Failure::Reason::interrupted, "the answer to GET is not JSON"}) : result);
        } else if (const auto moved = why_not_as_before(task, before, *body)) {
            report(task, "skipped", 0, "moved: " + *moved + "; make a new plan");
        } else {
            send(std::move(task));
        }
    });
}

std::optional<std::string> Applier::why_not_as_before(const Task& task, const json& before, const json& resource) const {
    try {
        return identity::what_moved(task.change, before, resource, external_ids_);
    } catch (const Error& error) {
        return error.what();  // an odd record is no reason to stop the others
    }
}

void Applier::learn_external_ids() {
    const auto ours = filter_starts_with("externalId", identity::kPrefix);
    service_.list(Kind::user, ours, [this](const json& resource) {
        if (const auto id = external_id_of(resource); identity::is_managed(id, Kind::user)) {
            external_ids_.emplace(id_of(resource), id.value);
        }
    });
}

// Members are references to users: those of this plan must have their ids first.
void Applier::begin_groups() {
    if (!groups_begun_) {
        finish();
        groups_begun_ = true;
        if (settings_.verify_before && !settings_.dry_run && !stopped()) {
            learn_external_ids();
        }
    }
}

void Applier::finish() {
    constexpr auto kGrace = std::chrono::seconds(20);  // below Kubernetes' 30 s
    std::optional<std::chrono::steady_clock::time_point> deadline;
    auto& client = service_.client();
    while (!client.idle()) {
        if (stopped() && !deadline) {
            deadline = std::chrono::steady_clock::now() + kGrace;
        }
        if (deadline && std::chrono::steady_clock::now() > *deadline) {
            logging::warning("requests under way did not end in time; what became of them is unknown until the next run");
            return;
        }
        client.pump(std::chrono::milliseconds(200));
    }
}

bool Applier::stopped() {
    if (signals::noted() != 0 && !stopping_) {
        stopping_ = true;
        logging::warning("stopping: nothing new is sent");
        service_.client().stop();
    }
    return stopping_;
}

void Applier::send(Task task) {
    auto request = service_.request(task.change.method, task.change.path, task.body);
    if (!task.change.version.empty()) {
        request.headers.emplace_back("If-Match", task.change.version);
    }
    const bool create = task.change.method == "POST";
    // Every PATCH of a plan sets absolute values, so that sending it twice does what sending it once does.
    service_.client().send(std::move(request),
                           create ? http::Repeat::harmful : http::Repeat::harmless,
                           [this, task = std::move(task)](const http::Result& result) mutable {
                               took(task, result);
                           });
}

void Applier::took(const Task& task, const http::Result& result) {
    const int status = http::status_of(result);
    refuse_denied(task, result);
    const bool create = task.change.method == "POST";
    if (!http::is_success(result)) {
        const bool fate_unknown = !http::is_retryable(result, false) && http::is_retryable(result, true);
        if (create && (fate_unknown || status == 409) && !stopping_) {
            look_up(task, result);
        } else {
            fail(task, status, reason_of(status) + ": " + http::describe(result));
        }
        return;
    }
    const auto& response = std::get<http::Response>(result);
    if (!create && !response.body.empty() && !http::json_body(response)) {
        fail(task, status, "not-scim: the answer is " + http::describe_body(response) + ", so it is not known whether the change was made");
        return;
    }
    if (create) {
        const auto body = http::json_body(response);
        const auto* id = body ? attribute(*body, "id") : nullptr;
        if (id == nullptr || !id->is_string()) {
            fail(task, status, "no-id: the answer to the POST has no id; the next run will find the record");
            return;
        }
        remember(task, id->get<std::string>());
    }
    report(task, "applied", status, task.note);
}

void Applier::refuse_denied(const Task& task, const http::Result& result) const {
    const int status = http::status_of(result);
    if (status == 401 || status == 403) {
        http::throw_failure("SCIM " + std::string(identity::resource_name(task.change.kind)) + " " + task.change.external_id.value, result, kTokenHint);
    }
}

void Applier::fail(const Task& task, int status, const std::string& why) {
    logging::warning(std::string(identity::resource_name(task.change.kind)) + " " + task.change.external_id.value + ": " + task.change.action +
                     " failed: " + why);
    report(task, "failed", status, why);
}

void Applier::remember(const Task& task, const std::string& id) {
    if (task.change.kind == Kind::user) {
        created_[task.change.external_id.value] = id;
    }
}

// The answer to a POST was lost, or it says that there is such a record. Which one is asked before anything is sent again: two records
// for one person are worse than none, and a plan that is applied twice must do no harm.
void Applier::look_up(Task task, const http::Result& answer) {
    const auto filter = filter_equals("externalId", task.change.external_id.value);
    auto request = service_.request("GET", endpoint(task.change.kind) + "?filter=" + http::percent_encode(filter));
    const auto why = reason_of(http::status_of(answer)) + ": " + http::describe(answer);
    const bool conflict = http::status_of(answer) == 409;
    service_.client().send(std::move(request), http::Repeat::harmless, [this, task = std::move(task), why, conflict](const http::Result& result) mutable {
        refuse_denied(task, result);
        try {
            found(task, why, conflict, list_from(result));
        } catch (const Error& error) {
            fail(task, http::status_of(result), why + "; and looking for the record failed: " + error.what());
        }
    });
}

void Applier::found(const Task& task, const std::string& why, bool conflict, const ListResponse& list) {
    for (const auto& resource : list.resources) {
        if (external_id_of(resource) == task.change.external_id) {
            update_found(task, {id_of(resource)});
            return;
        }
    }
    if (list.resources.size() < list.total_results) {
        fail(task, 0, why + "; and the server ignores the filter, so it is not known whether the record is there");
    } else if (conflict || task.creates + 1 >= kMostCreates) {
        fail(task, conflict ? 409 : 0, conflict ? "user-name-taken: a record that is not ours has this name: " + why : why);
    } else {
        auto again = task;
        ++again.creates;
        send(std::move(again));
    }
}

// Our own record is there already: it is made to say what the create would have said.
void Applier::update_found(Task task, const identity::ResourceId& id) {
    remember(task, id.value);
    task.note = (task.note.empty() ? "" : task.note + "; ") + "the record was there already and was updated";
    task.change.method = "PATCH";
    task.change.path = resource_path(task.change.kind, id);
    task.body = patch_from_create(task.change.kind, json::parse(task.body)).dump();
    send(std::move(task));
}

std::string Applier::resolve_members(json& data) const {
    std::string left_out;
    std::size_t count = 0;
    for (auto* list : member_lists(data)) {
        auto resolved = json::array();
        for (auto& member : *list) {
            auto value = member.is_object() ? member.value("value", json()) : json();
            const auto reference = value.is_string() ? value.get<std::string>() : std::string();
            if (!reference.starts_with(kReference)) {
                resolved.push_back(std::move(member));
                continue;
            }
            const auto external_id = reference.substr(kReference.size());
            if (const auto known = created_.find(external_id); known != created_.end()) {
                resolved.push_back({{"value", known->second}});
            } else if (++count <= 5) {
                left_out += (left_out.empty() ? "" : ", ") + external_id;
            }
        }
        *list = std::move(resolved);
    }
    return count == 0 ? "" : std::to_string(count) + " members left out because they were not created: " + left_out + (count > 5 ? ", …" : "");
}

void Applier::report(const Task& task, std::string_view outcome, int status, const std::string& detail) {
    ordered_json line{{"type", "outcome"},
                      {"id", task.change.id},
                      {"action", task.change.action},
                      {"resource", identity::resource_name(task.change.kind)},
                      {"externalId", task.change.external_id.value},
                      {"outcome", outcome}};
    if (status != 0) {
        line["status"] = status;
    }
    if (!detail.empty()) {
        line["detail"] = logging::presentable(detail);  // the server may have echoed the token
    }
    under_way_.erase(task.change.path);
    auto& count = outcome == "applied"   ? outcomes_.applied
                  : outcome == "failed"  ? outcomes_.failed
                  : outcome == "held"    ? outcomes_.held
                  : outcome == "planned" ? outcomes_.planned
                                         : outcomes_.skipped;
    ++count;
    out_.record(line);
    out_.flush();  // whoever kills us must still be able to read what was done
}

}  // namespace scim
