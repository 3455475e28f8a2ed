// A SCIM service for tests that stores records and carries out POSTs and PATCHes, unless it refuses
// them.
#pragma once

#include "apply/attribute_values.hpp"
#include "base/text.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>

struct PatchedRecords {
    std::map<std::string, nlohmann::json> records{};  ///< by path
    /// The status with which a PATCH is refused; 0: it is carried out.
    std::function<int(const nlohmann::json& patch)> refuse = [](const auto&) { return 0; };
    bool shows = true;         ///< the answer to a PATCH has a body
    bool only_adds = false;    ///< a replace of members only adds
    bool removes_all = false;  ///< a removal of one member removes all

    Scripted operator()(const http::Request& request) {
        const auto path = path_of(request);
        if (request.method == "GET" && path.find('?') != std::string::npos) {
            return {answer(200, list(path.substr(0, path.find('?'))).dump())};
        }
        if (request.method == "POST") {
            return create(path, nlohmann::json::parse(request.body));
        }
        const auto found = records.find(path);
        if (found == records.end()) {
            return {answer(404)};
        }
        if (request.method == "GET") {
            return {answer(200, found->second.dump())};
        }
        const auto patch = nlohmann::json::parse(request.body);
        if (const int status = refuse(patch); status != 0) {
            return {answer(status, R"({"detail":"refused"})")};
        }
        for (const auto& operation : patch.at("Operations")) {
            carry_out(operation, found->second);
        }
        return {shows ? answer(200, found->second.dump()) : answer(204)};
    }

  private:
    /// With any filter: the records of that endpoint.
    [[nodiscard]] nlohmann::json list(const std::string& endpoint) const {
        auto resources = nlohmann::json::array();
        for (const auto& [path, record] : records) {
            if (path.starts_with(endpoint + "/")) {
                resources.push_back(record);
            }
        }
        return {{"totalResults", resources.size()}, {"Resources", resources}};
    }

    Scripted create(const std::string& path, nlohmann::json record) {
        if (const int status = refuse(record); status != 0) {
            return {answer(status, R"({"detail":"refused"})")};
        }
        const auto id = "new-" + text::of(record, "displayName");
        record["id"] = id;
        records[path + "/" + id] = record;
        return {answer(201, record.dump())};
    }

    void carry_out(const nlohmann::json& operation, nlohmann::json& record) const {
        const auto path = text::of(operation, "path");
        const auto colon = path.rfind(':');
        if (const auto member = apply::member_in(path)) {
            auto kept = nlohmann::json::array();
            for (const auto& one : record["members"]) {
                if (!removes_all && one.at("value") != *member) {
                    kept.push_back(one);
                }
            }
            record["members"] = kept;
        } else if (path == "members" && (text::of(operation, "op") == "add" || only_adds)) {
            for (const auto& one : operation.at("value")) {
                record["members"].push_back(one);
            }
        } else if (colon != std::string::npos) {
            record[path.substr(0, colon)][path.substr(colon + 1)] = operation.at("value");
        } else {
            record[path] = operation.at("value");
        }
    }
};

/// Whether an operation of the PATCH has that path.
inline bool sets(const nlohmann::json& patch, const std::string& path) {
    if (!patch.contains("Operations")) {
        return false;
    }
    for (const auto& operation : patch.at("Operations")) {
        if (text::of(operation, "path") == path) {
            return true;
        }
    }
    return false;
}
