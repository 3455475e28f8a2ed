// A SCIM service for tests that keeps records and carries out PATCHes, unless it refuses them.
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
    bool shows = true;       ///< the answer to a PATCH has a body
    bool only_adds = false;  ///< a replace of members only adds

    Scripted operator()(const http::Request& request) {
        const auto path = path_of(request);
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
    void carry_out(const nlohmann::json& operation, nlohmann::json& record) const {
        const auto path = text::of(operation, "path");
        const auto colon = path.rfind(':');
        if (const auto member = apply::member_in(path)) {
            auto kept = nlohmann::json::array();
            for (const auto& one : record["members"]) {
                if (one.at("value") != *member) {
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
    for (const auto& operation : patch.at("Operations")) {
        if (text::of(operation, "path") == path) {
            return true;
        }
    }
    return false;
}
