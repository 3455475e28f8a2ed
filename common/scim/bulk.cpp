#include "scim/bulk.hpp"

#include "base/encoding.hpp"
#include "base/parse_number.hpp"
#include "http/describe_response.hpp"
#include "record/scim_resource.hpp"
#include "scim/messages.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace scim {

using nlohmann::json;

namespace {

constexpr std::string_view kRequestSchema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

std::size_t count_of(const json& object, std::string_view name) {
    const auto* value = record::attribute(object, name);
    return value != nullptr && value->is_number_unsigned() ? value->get<std::size_t>() : 0;
}

// A string in the RFC. Some services send a number, or an object with a code as in drafts of the
// RFC.
int status_of(const json& operation) {
    const auto* status = record::attribute(operation, "status");
    const auto* code =
        status != nullptr && status->is_object() ? record::attribute(*status, "code") : status;
    if (code == nullptr) {
        return 0;
    }
    const auto text = code->is_string() ? code->get<std::string>() : code->dump();
    return parse_number<int>(text).value_or(0);
}

// RFC 7644 §3.7.3 requires the bulkId of a POST and the location of every other operation, but no
// order. The location may be percent-encoded differently from the path.
bool is_of(const json& operation, const Write& write) {
    if (write.method == "POST") {
        return record::text_attribute(operation, "bulkId") == write.bulk_id;
    }
    const auto location = encoding::percent_decode(record::text_attribute(operation, "location"));
    const auto path = encoding::percent_decode(write.path);
    return location && path && location->ends_with(*path);
}

bool is_success(const json& operation) {
    const int status = status_of(operation);
    return status >= 200 && status < 300;
}

// As far as is known, services that send neither answer in the order of the request. The order is
// used only if it can do no harm: all operations succeeded, and none of them is at the place of
// another.
bool is_in_order(const std::vector<Write>& writes, const json& operations) {
    if (operations.size() != writes.size() ||
        !std::all_of(operations.begin(), operations.end(), is_success)) {
        return false;
    }
    for (std::size_t at = 0; at < writes.size(); ++at) {
        const auto found = std::find_if(writes.begin(), writes.end(), [&](const Write& write) {
            return is_of(operations[at], write);
        });
        if (found != writes.end() && found - writes.begin() != static_cast<std::ptrdiff_t>(at)) {
            return false;
        }
    }
    return true;
}

http::Result result_of(const json& operation) {
    const int status = status_of(operation);
    if (status == 0) {
        return http::Failure{http::Failure::Reason::unmatched,
                             "the answer to /Bulk has no status for it"};
    }
    http::Response response{status, {}, {}};
    if (const auto location = record::text_attribute(operation, "location"); !location.empty()) {
        response.headers.emplace_back("location", location);
    }
    if (const auto* body = record::attribute(operation, "response");
        body != nullptr && !body->empty()) {
        response.body = body->dump();
        response.status = status < 300 ? error_status(*body).value_or(status) : status;
    }
    return response;
}

}  // namespace

std::optional<BulkLimits> bulk_limits(const json& config) {
    const auto* bulk = record::attribute(config, "bulk");
    const auto* supported = bulk == nullptr ? nullptr : record::attribute(*bulk, "supported");
    if (supported == nullptr || (*supported != true && *supported != "true")) {
        return std::nullopt;
    }
    const BulkLimits limits{.operations = count_of(*bulk, "maxOperations"),
                            .bytes = count_of(*bulk, "maxPayloadSize")};
    return limits.operations > 1 && limits.bytes > 0 ? std::optional(limits) : std::nullopt;
}

std::string bulk_operation(const Write& write) {
    std::string text = R"({"method":")" + write.method + R"(","path":)" + json(write.path).dump();
    if (!write.bulk_id.empty()) {
        text += R"(,"bulkId":)" + json(write.bulk_id).dump();
    }
    if (!write.version.empty()) {
        text += R"(,"version":)" + json(write.version).dump();
    }
    return text + R"(,"data":)" + write.body + "}";
}

std::string bulk_request(const std::string& operations) {
    return R"({"schemas":[")" + std::string(kRequestSchema) + R"("],"Operations":[)" + operations +
           "]}";
}

std::optional<std::vector<http::Result>> bulk_results(const std::vector<Write>& writes,
                                                      const http::Response& response) {
    const auto body = http::json_body(response);
    const auto* operations = body ? record::attribute(*body, "Operations") : nullptr;
    if (operations == nullptr || !operations->is_array()) {
        return std::nullopt;
    }
    const bool in_order = is_in_order(writes, *operations);
    std::vector<http::Result> results;
    for (std::size_t at = 0; at < writes.size(); ++at) {
        const auto found =
            std::find_if(operations->begin(), operations->end(), [&](const json& operation) {
                return is_of(operation, writes[at]);
            });
        if (found != operations->end()) {
            results.push_back(result_of(*found));
        } else if (in_order && writes[at].method != "POST") {
            // The id in the answer to a POST could belong to another user.
            results.push_back(result_of((*operations)[at]));
        } else {
            results.emplace_back(http::Failure{http::Failure::Reason::unmatched,
                                               "the answer to /Bulk does not name it"});
        }
    }
    return results;
}

}  // namespace scim
