// One request and its answer, without any HTTP library: the interface of both services.
#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sandbox {

/// Members keep the order in which they were written, as real servers print them.
using Json = nlohmann::ordered_json;

struct Call {
    std::string method{};
    std::string target{};                          ///< path?query as sent, still percent-encoded
    std::vector<std::string> path{};               ///< its segments, each decoded
    std::map<std::string, std::string> query{};    ///< decoded; the last of equal names
    std::map<std::string, std::string> headers{};  ///< names in small letters
    std::string body{};
    std::map<std::string, Json>
        surprises{};  ///< misbehaviours switched on for this call -> their rule

    [[nodiscard]] bool surprised(const std::string& name) const { return surprises.contains(name); }
    /// Empty if there is none.
    [[nodiscard]] std::string header(const std::string& name) const;
    [[nodiscard]] std::optional<std::string> parameter(const std::string& name) const;
};

struct Answer {
    int status = 200;
    std::string type = "application/json";
    std::string body{};
    std::vector<std::pair<std::string, std::string>> headers{};
};

/// Fills path and query from the target. A '+' in the query is a space, as nearly every server
/// reads it.
void read_target(Call& call, const std::string& target);

[[nodiscard]] Answer json_answer(int status, const Json& body);

/// Each ASCII capital made small.
[[nodiscard]] std::string fold(std::string_view text);
[[nodiscard]] bool same_folded(std::string_view a, std::string_view b);

/// A decimal number without other characters, otherwise nullopt.
[[nodiscard]] std::optional<long long> to_integer(std::string_view text);

/// Splits at each separator; empty parts stay.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

/// RFC 4648 §4, padded; or with `url_safe` §5, unpadded.
[[nodiscard]] std::string to_base64(std::string_view bytes, bool url_safe = false);

}  // namespace sandbox
