// A plan as scim-apply takes it from a stream: judged line by line and completely before anything
// is sent.
#pragma once

#include "record/record.hpp"
#include "stream/jsonl.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace plan {

/// One `change` line. `data` stays JSON: it is sent as it is, but for references.
struct PlannedChange {
    std::string id{};
    std::string action{};
    record::Kind kind = record::Kind::user;
    record::ExternalId external_id{};
    std::string method{};   ///< POST or PATCH
    std::string path{};     ///< /Users, /Groups, or one of their resources
    std::string version{};  ///< ETag for If-Match; empty: none
    std::string held{};     ///< the limit that holds it; empty: none
    std::string name{};     ///< userName or displayName, for people; empty: the line has none
};

/// Throws Error{bad_input} naming the field when the line is not a change that this project plans:
/// another method, a path that is not of its resource, an external id that is unmanaged.
[[nodiscard]] PlannedChange change_from_json(const nlohmann::json& line);

/// What one limit holds of a plan.
struct HeldByLimit {
    std::size_t lines = 0;
    std::string digest{};  ///< identifies what these lines hold, regardless of the seal
};

/// What a plan says of itself completely.
struct PlanSummary {
    stream::Header header{};
    std::size_t held = 0;
    std::string held_digest{};  ///< identifies everything that its lines hold, regardless of its
                                ///< seal; empty: nothing is held
    std::map<std::string, HeldByLimit, std::less<>> held_by{};  ///< by limit
    std::size_t unresolved = 0;           ///< skips and withheld lines that ask for exit status 4
    std::size_t partial = 0;              ///< and for exit status 2
    std::vector<std::string> approved{};  ///< digests that scim-diff was given, and that it used
    bool resealed = false;  ///< lines were removed after scim-diff wrote it, or edited
};

/// Whether a plan without `target` may have lines without `check`, as versions before 0.2 wrote
/// them.
enum class OldPlans { refused, permitted };

/// Reads a plan to its seal, and hands each of its change lines to `each`. Throws Error{bad_input}
/// with the place when the stream is not a plan, is cut off, has an edited line or lines of an
/// unknown type, or does not add up.
PlanSummary read_plan(stream::Reader& lines,
                      OldPlans old_plans,
                      const std::function<void(const PlannedChange&, nlohmann::json& line)>& each);

}  // namespace plan
