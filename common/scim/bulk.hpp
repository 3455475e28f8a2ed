// RFC 7644 §3.7: many writes in one request, and the result of each of them. Pure.
#pragma once

#include "http/transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace scim {

/// One write: sent in a request of its own, or as one of several operations.
struct Write {
    std::string method{};  ///< POST or PATCH
    std::string path{};
    std::string version{};  ///< for If-Match; empty: no If-Match
    std::string bulk_id{};  ///< of a POST
    std::string body{};     ///< JSON
};

/// The limits of one bulk request.
struct BulkLimits {
    std::size_t operations = 0;
    std::size_t bytes = 0;
};

/// The limits in a ServiceProviderConfig (RFC 7643 §5); nullopt if bulk is not supported.
[[nodiscard]] std::optional<BulkLimits> bulk_limits(const nlohmann::json& config);

/// One write in the form of a bulk operation.
[[nodiscard]] std::string bulk_operation(const Write& write);
/// The request around operations that are joined by commas. `failOnErrors` is not set: an operation
/// that fails does not stop the others.
[[nodiscard]] std::string bulk_request(const std::string& operations);

/// The result of each write, in the form of the answer to a single request. A write without a
/// result in the answer is treated as one whose answer was lost. Nullopt if the answer is not a
/// BulkResponse.
[[nodiscard]] std::optional<std::vector<http::Result>> bulk_results(
    const std::vector<Write>& writes, const http::Response& response);

}  // namespace scim
