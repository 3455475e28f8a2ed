// Faults on demand: rules that match requests and change their answers, or the behaviour of the
// services.
#pragma once

#include "call.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <unordered_map>
#include <vector>

namespace sandbox {

/// The faults of the connection for one answer.
struct Spoil {
    std::optional<std::size_t>
        truncate{};  ///< close after this number of bytes of the body, which was announced complete
    std::chrono::milliseconds stall{0};  ///< pause in the middle of the body
    bool reset = false;  ///< reset the connection: before the first byte, or after `truncate` bytes

    [[nodiscard]] bool any() const { return truncate || stall.count() > 0 || reset; }
};

/// A place among the requests that a maxConcurrent rule allows; returned by the destructor.
using Permit = std::shared_ptr<void>;

/// The effect of the rules on one request.
struct Verdict {
    std::chrono::milliseconds delay{0};  ///< before anything else
    bool perform = true;                 ///< the real operation is to be done
    std::optional<Answer> instead{};     ///< this is the answer, even if the operation is done
    Json headers = Json::object();       ///< to add to the answer
    Spoil spoil{};
    std::map<std::string, Json> surprises{};  ///< name -> rule
    std::vector<Permit> permits{};            ///< hold them until the answer is made
};

/// Not synchronised, but a Permit may be returned at any time by any thread.
///
/// A rule is an object: `match`, a regular expression searched in "METHOD target" (default:
/// everything; for a surprise: /scim/v2), `skip` and `count` of matching requests, and one of
///   - `status`, `headers`, `body`, `delayMs`, `truncate`, `stall`, `reset`, `apply`
///   - `rate`, `burst`, `status`, `retryAfter`: a token bucket
///   - `maxConcurrent`, `status`, `retryAfter`
///   - `surprise`, a name of surprise_names(), and for body-limit its `size`, for
///     page-short the most rows of a page
/// `chance` (0 to 1) is the share of the matching requests to which the rule applies. `seed`, the
/// subject of the request, and the number of earlier requests with that subject decide which ones.
/// The order of other requests has no influence. Rules are tried in the order in which they were
/// added; the first that answers is the last one tried, and delays add up.
class Faults {
  public:
    /// Throws std::invalid_argument if the rule is invalid.
    void add(const Json& rule);
    void clear() { rules_.clear(); }
    [[nodiscard]] Json rules() const;
    /// The number of times that rules were applied.
    [[nodiscard]] std::size_t applied() const { return applied_; }
    /// `subject` identifies the request, without parts that differ from run to run.
    [[nodiscard]] Verdict judge(const std::string& request, const std::string& subject);

  private:
    using Clock = std::chrono::steady_clock;
    struct Rule {
        Json spec{};
        std::regex match{};
        long long skip = 0;
        std::optional<long long> count{};
        double tokens = 0;
        Clock::time_point filled{};
        std::shared_ptr<int> places{};  ///< its use count, less one, is the number in flight
        std::unordered_map<std::string, std::uint64_t> seen{};  ///< of each subject, for `chance`
    };

    static bool falls_on(Rule& rule, const std::string& subject);
    static void apply(Rule& rule, Verdict& verdict);
    static bool take_token(Rule& rule);

    std::list<Rule> rules_{};
    std::size_t applied_ = 0;
};

[[nodiscard]] const std::vector<std::string>& surprise_names();

}  // namespace sandbox
