// A run of scim-apply on a plan against a scripted SCIM service, and the lines of plans: for the
// tests of outcomes.
#pragma once

#include "apply/applier.hpp"
#include "os/signals.hpp"
#include "record/scim_resource.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace apply_run {

using http::Request;
using nlohmann::json;
using std::chrono::milliseconds;
using Reason = http::Failure::Reason;

using Texts = std::vector<std::string>;

inline std::string user_id(const std::string& name) {
    return "pw-activate:user:" + name;
}

inline json create_user(const std::string& name) {
    return {{"type", "change"},
            {"id", "c-" + name},
            {"action", "create"},
            {"resource", "User"},
            {"externalId", user_id(name)},
            {"method", "POST"},
            {"path", "/Users"},
            {"bulkId", user_id(name)},
            {"data",
             {{"externalId", user_id(name)},
              {"userName", name + "@x.org"},
              {"displayName", name},
              {"active", true},
              {"urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser",
               {{"sunkSshKeys",
                 {"ssh-ed25519 "
                  "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"}}}}}}};
}

inline json deactivate_user(const std::string& name) {
    return {{"type", "change"},
            {"id", "d-" + name},
            {"action", "deactivate"},
            {"resource", "User"},
            {"externalId", user_id(name)},
            {"method", "PATCH"},
            {"path", "/Users/" + name},
            {"data", {{"Operations", {{{"op", "replace"}, {"path", "active"}, {"value", false}}}}}},
            {"before", {{"active", true}}},
            {"after", {{"active", false}}}};
}

/// A change of a name, which does not give access.
inline json rename_user(const std::string& name, const std::string& becomes) {
    return {{"type", "change"},
            {"id", "n-" + name},
            {"action", "update"},
            {"resource", "User"},
            {"externalId", user_id(name)},
            {"userName", name + "@x.org"},
            {"method", "PATCH"},
            {"path", "/Users/" + name},
            {"data",
             {{"Operations", {{{"op", "replace"}, {"path", "displayName"}, {"value", becomes}}}}}},
            {"before", {{"displayName", name}}},
            {"after", {{"displayName", becomes}}}};
}

/// Sets one attribute of a user.
inline json set_user(const std::string& name, const std::string& path, const json& value) {
    auto line = rename_user(name, "");
    line["data"] = {{"Operations", {{{"op", "replace"}, {"path", path}, {"value", value}}}}};
    return line;
}

inline json reactivate_user(const std::string& name) {
    auto line = deactivate_user(name);
    line["action"] = "reactivate";
    line["data"]["Operations"][0]["value"] = true;
    line["before"] = {{"active", false}};
    line["after"] = {{"active", true}};
    return line;
}

/// Gives a key to a user without keys.
inline json add_key(const std::string& name) {
    const auto keys = json::array(
        {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"});
    auto line = set_user(name, std::string(record::kKeysPath), keys);
    line["before"] = {{"sshKeys", json::array()}};
    line["after"] = {{"sshKeys", keys}};
    return line;
}

/// The record of a user in SCIM.
inline json record_of(const std::string& name, bool active = true) {
    return {{"id", name},
            {"externalId", user_id(name)},
            {"userName", name + "@x.org"},
            {"active", active}};
}

inline json members_of(const Texts& values) {
    auto list = json::array();
    for (const auto& value : values) {
        list.push_back({{"value", value}});
    }
    return list;
}

inline json create_group(const std::string& name, const Texts& members) {
    return {{"type", "change"},
            {"id", "c-" + name},
            {"action", "create"},
            {"resource", "Group"},
            {"externalId", "pw-activate:group:" + name},
            {"method", "POST"},
            {"path", "/Groups"},
            {"data",
             {{"externalId", "pw-activate:group:" + name},
              {"displayName", name},
              {"members", members_of(members)}}}};
}

inline json update_group(const std::string& name, const Texts& members) {
    return {{"type", "change"},
            {"id", "u-" + name},
            {"action", "update"},
            {"resource", "Group"},
            {"externalId", "pw-activate:group:" + name},
            {"method", "PATCH"},
            {"path", "/Groups/" + name},
            {"data",
             {{"Operations",
               {{{"op", "replace"}, {"path", "displayName"}, {"value", name}},
                {{"op", "replace"}, {"path", "members"}, {"value", members_of(members)}}}}}}};
}

inline json with(json line, const std::string& field, json value) {
    line[field] = std::move(value);
    return line;
}

/// A scripted SCIM service, and a plan that is applied to it.
struct Run {
    explicit Run(ScriptedTransport::Handler handler, apply::ApplySettings settings = {})
        : transport(std::move(handler)),
          client(transport,
                 {.what = "SCIM",
                  .max_in_flight = 4,
                  .stop = [] { return os::signals::noted() != 0; }}),
          service(client, kScimUrl, 100),
          writer(out),
          applier(service, writer, settings) {}

    /// Applies the lines in their order, and waits for their outcomes.
    void apply(const std::vector<json>& lines) {
        for (auto line : lines) {
            applier.apply(plan::change_from_json(line), line);
        }
        applier.finish();
    }

    [[nodiscard]] const Request& request(std::size_t call) const {
        return transport.calls().at(call).request;
    }

    /// The requests other than GET.
    [[nodiscard]] std::vector<Request> writes() const {
        std::vector<Request> all;
        for (const auto& call : transport.calls()) {
            if (call.request.method != "GET") {
                all.push_back(call.request);
            }
        }
        return all;
    }

    /// The outcome line of the change with that id; empty if there is none, or more than one.
    [[nodiscard]] json outcome(const std::string& id) const {
        std::istringstream lines(out.str());
        json found;
        int times = 0;
        for (std::string line; std::getline(lines, line);) {
            auto outcome = json::parse(line);
            if (outcome.at("id") == id) {
                found = std::move(outcome);
                ++times;
            }
        }
        return times == 1 ? found : json::object();
    }

    [[nodiscard]] std::string how(const std::string& id) const {
        return outcome(id).value("outcome", "no such outcome");
    }

    [[nodiscard]] std::string detail(const std::string& id) const {
        return outcome(id).value("detail", "");
    }

    [[nodiscard]] std::string reason(const std::string& id) const {
        return outcome(id).value("reason", "");
    }

    CapturedLog log{};
    ScriptedTransport transport;
    http::Client client;
    scim::ScimClient service;
    std::ostringstream out{};
    stream::Writer writer;
    apply::Applier applier;
};

inline Texts values_of(const json& members) {
    Texts values;
    for (const auto& member : members) {
        values.push_back(member.at("value").get<std::string>());
    }
    return values;
}

/// The members in the request of a group.
inline Texts members_sent(const Request& request) {
    const auto body = json::parse(request.body);
    if (body.contains("members")) {
        return values_of(body.at("members"));
    }
    for (const auto& operation : body.at("Operations")) {
        if (operation.at("path") == "members") {
            return values_of(operation.at("value"));
        }
    }
    return {"no members in " + request.body};
}

inline std::string created(const std::string& id) {
    return json({{"id", id}}).dump();
}

inline std::string listed(const std::vector<json>& resources, std::size_t total) {
    return json({{"totalResults", total}, {"Resources", resources}}).dump();
}

/// The result of a PATCH of an empty record.
inline json shown_after(const std::string& body) {
    auto record = json::object();
    const auto patch = json::parse(body);
    for (const auto& operation : patch.at("Operations")) {
        const std::string path = operation.value("path", "");
        const auto colon = path.rfind(':');
        auto& place = colon == std::string::npos ? record : record[path.substr(0, colon)];
        const auto name =
            colon == std::string::npos ? path.substr(0, path.find('[')) : path.substr(colon + 1);
        place[name] = operation.value("value", json::array());
    }
    return record;
}

/// A server that accepts every write, returns the record of a create and the part of a record that
/// a PATCH sets, and gives each new record the id "new-<name>".
inline Scripted yes(const Request& request) {
    if (request.method == "GET" && contains(request.url, "?")) {
        return {answer(200, listed({}, 0))};
    }
    if (request.method != "POST") {
        return {answer(200, request.body.empty() ? "{}" : shown_after(request.body).dump())};
    }
    auto body = json::parse(request.body);
    const auto name = body.contains("userName") ? body.at("userName").get<std::string>()
                                                : body.at("displayName").get<std::string>();
    body["id"] = "new-" + name.substr(0, name.find('@'));
    return {answer(201, body.dump())};
}

/// An Error message (RFC 7644 §3.12) that also has `more`.
inline std::string scim_error(const json& more) {
    json body{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}}};
    body.update(more);
    return body.dump();
}

/// The answer to /Bulk: for each operation the result of `each`, and the location of its record.
inline Scripted bulk_answer(const Request& request,
                            const std::function<json(const json& operation)>& each) {
    auto results = json::array();
    const auto message = json::parse(request.body);
    for (const auto& operation : message.at("Operations")) {
        const auto id = operation.value("bulkId", "");
        results.push_back({{"method", operation.at("method")},
                           {"bulkId", id},
                           {"location",
                            kScimUrl + operation.at("path").get<std::string>() +
                                (id.empty() ? "" : "/" + id.substr(user_id("").size()))}});
        results.back().update(each(operation));
    }
    return {answer(200, json({{"Operations", results}}).dump())};
}

}  // namespace apply_run
