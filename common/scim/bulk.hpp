// RFC 7644 §3.7: many writes in one request, and what became of each of them. Pure.
#pragma once

#include "http/transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace scim {

/// One write: a request of its own, or an operation among others.
struct Write {
    std::string method{};  ///< POST or PATCH
    std::string path{};
    std::string version{};  ///< for If-Match; empty: none
    std::string bulk_id{};  ///< of a POST
    std::string body{};     ///< JSON
};

/// What one request may hold.
struct BulkLimits {
    std::size_t operations = 0;
    std::size_t bytes = 0;
};

/// What a ServiceProviderConfig (RFC 7643 §5) offers; nullopt: no bulk.
[[nodiscard]] std::optional<BulkLimits> bulk_limits(const nlohmann::json& config);

/// One write as it stands in the request.
[[nodiscard]] std::string bulk_operation(const Write& write);
/// The request around operations joined by commas. `failOnErrors` is not set: one that fails does
/// not stop the others.
[[nodiscard]] std::string bulk_request(const std::string& operations);

/// What became of each write, as the answer that it would have got alone. A write that the answer
/// does not speak of has the fate of one whose answer was lost. nullopt: this is no BulkResponse.
[[nodiscard]] std::optional<std::vector<http::Result>> bulk_results(
    const std::vector<Write>& writes, const http::Response& response);

}  // namespace scim
