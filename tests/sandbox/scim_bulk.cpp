#include "scim_bulk.hpp"

#include "scim_api.hpp"
#include "scim_error.hpp"
#include "scim_filter.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace sandbox {

namespace {

constexpr std::string_view kReference = "bulkId:";

struct Operation {
    std::string method{};
    std::string path{};
    std::string bulk_id{};
    std::string version{};
    Json data{};
    std::optional<Json> result{};
};

std::string text_member(const Json& object, std::string_view name) {
    const auto* value = find_member(object, name);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

Operation read_operation(const Json& json) {
    Operation out;
    out.method = text_member(json, "method");
    out.path = text_member(json, "path");
    out.bulk_id = text_member(json, "bulkId");
    out.version = text_member(json, "version");
    if (const auto* data = find_member(json, "data")) {
        out.data = *data;
    }
    if (out.method.empty() || out.path.empty()) {
        throw ScimError(400, "invalidSyntax", "an operation needs method and path");
    }
    if (out.method == "POST" && out.bulk_id.empty()) {
        throw ScimError(400, "invalidSyntax", "a POST in a bulk request needs a bulkId");
    }
    return out;
}

/// Replaces `bulkId:x` in strings by the id of the resource of x. Names x without an id are added
/// to `open`.
void resolve(Json& value,
             const std::map<std::string, std::string>& ids,
             std::set<std::string>& open) {
    if (value.is_structured()) {
        for (auto& each : value) {
            resolve(each, ids, open);
        }
        return;
    }
    if (!value.is_string()) {
        return;
    }
    const auto text = value.get<std::string>();
    if (!text.starts_with(kReference)) {
        return;
    }
    const auto known = ids.find(text.substr(kReference.size()));
    if (known == ids.end()) {
        open.insert(text.substr(kReference.size()));
    } else {
        value = known->second;
    }
}

class Bulk {
  public:
    Bulk(World& world, const Call& call, long long fail_on_errors)
        : world_(world), call_(call), fail_on_errors_(fail_on_errors) {}

    void read(const Json& operations) {
        for (const auto& each : operations) {
            operations_.push_back(read_operation(each));
        }
    }

    /// Repeats over the open operations until none can be done; the remaining references are
    /// unknown or form a cycle.
    void run() {
        bool progress = true;
        while (progress && !stopped()) {
            progress = false;
            for (auto& operation : operations_) {
                if (!operation.result && !stopped()) {
                    progress = attempt(operation) || progress;
                }
            }
        }
        for (auto& operation : operations_) {
            if (operation.result || stopped()) {
                continue;
            }
            finish(operation,
                   ScimError(409, "invalidValue", "a bulkId cannot be resolved").answer());
        }
    }

    [[nodiscard]] Json results() const {
        Json out = Json::array();
        for (const auto& operation : operations_) {
            if (operation.result) {
                out.push_back(*operation.result);
            }
        }
        return out;
    }

  private:
    [[nodiscard]] bool stopped() const { return fail_on_errors_ > 0 && errors_ >= fail_on_errors_; }

    bool attempt(Operation& operation) {
        std::set<std::string> open;
        resolve(operation.data, ids_, open);
        Json path = split(operation.path, '/');
        resolve(path, ids_, open);
        if (!open.empty()) {
            return false;
        }
        Call inner;
        inner.method = operation.method;
        inner.target = operation.path;
        inner.surprises = call_.surprises;
        for (const auto& segment : path) {
            if (segment != "") {
                inner.path.push_back(segment);
            }
        }
        inner.body = operation.data.dump();
        if (!operation.version.empty()) {
            inner.headers["if-match"] = operation.version;
        }
        finish(operation, do_one(inner));
        return true;
    }

    Answer do_one(const Call& inner) {
        if (!inner.path.empty() && (inner.path[0] == "Users" || inner.path[0] == "Groups") &&
            inner.method != "GET") {
            return answer_scim_operation(world_, inner);
        }
        return ScimError(400, "invalidValue", "this cannot be done in a bulk request").answer();
    }

    void finish(Operation& operation, const Answer& answer) {
        Json out = {{"method", operation.method}};
        if (!operation.bulk_id.empty()) {
            out["bulkId"] = operation.bulk_id;
        }
        const auto body = Json::parse(answer.body, nullptr, false);
        if (answer.status < 300 && body.is_object()) {
            out["version"] = body["meta"]["version"];
            out["location"] = body["meta"]["location"];
            if (!operation.bulk_id.empty()) {
                ids_[operation.bulk_id] = body["id"];
            }
        } else if (operation.method != "POST") {
            out["location"] = world_.base_url + "/scim/v2" + operation.path;
        }
        out["status"] = std::to_string(answer.status);
        if (answer.status >= 300) {
            out["response"] = body;
            ++errors_;
        }
        operation.result = std::move(out);
    }

    World& world_;
    const Call& call_;
    long long fail_on_errors_;
    long long errors_ = 0;
    std::vector<Operation> operations_{};
    std::map<std::string, std::string> ids_{};
};

}  // namespace

Answer answer_bulk(World& world, const Call& call) {
    if (call.body.size() > kMaxBulkPayload) {
        throw ScimError(413, "", "the bulk request is too large");
    }
    const auto body = Json::parse(call.body, nullptr, false);
    const auto* operations = find_member(body, "Operations");
    if (operations == nullptr || !operations->is_array()) {
        throw ScimError(400, "invalidSyntax", "there are no Operations");
    }
    if (operations->size() > kMaxBulkOperations) {
        throw ScimError(413, "", "there are too many operations in the bulk request");
    }
    const auto* limit = find_member(body, "failOnErrors");
    const bool limited = limit != nullptr && limit->is_number_integer();
    Bulk bulk(world, call, limited ? limit->get<long long>() : 0);
    bulk.read(*operations);
    bulk.run();
    return scim_answer(200,
                       {{"schemas", {"urn:ietf:params:scim:api:messages:2.0:BulkResponse"}},
                        {"Operations", bulk.results()}});
}

}  // namespace sandbox
