// Reads a plan from a stream for scim-apply: it is checked line by line and completely before any
// request is sent. Pure.
#pragma once

#include "record/directory.hpp"
#include "record/record.hpp"
#include "stream/jsonl.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace plan {

/// One `change` line. `data` stays JSON: it is sent unchanged, except for references.
struct PlannedChange {
    std::string id{};
    std::string action{};
    record::Kind kind = record::Kind::user;
    record::ExternalId external_id{};
    std::string method{};         ///< POST or PATCH
    std::string path{};           ///< /Users, /Groups, or one of their resources
    std::string version{};        ///< ETag for If-Match; empty: no If-Match
    std::string held{};           ///< the limit that holds it; empty: none
    std::string name{};           ///< userName or displayName, for people; empty: the line has none
    bool stays_inactive = false;  ///< the user is inactive before and after the change
};

/// Throws Error{bad_input} with the name of the field if the line is not a change that this project
/// plans. Examples are another method, the path of another resource, and an unmanaged external id.
[[nodiscard]] PlannedChange change_from_json(const nlohmann::json& line);

/// The held changes of one limit in a plan.
struct HeldByLimit {
    std::size_t lines = 0;
    std::string digest{};  ///< identifies the held changes of these lines, with any seal
};

/// The information about a complete plan.
struct PlanSummary {
    stream::Header header{};
    std::size_t held = 0;
    std::string held_digest{};  ///< identifies the held changes of all its lines, with any seal;
                                ///< empty if nothing is held
    std::map<std::string, HeldByLimit, std::less<>> held_by{};  ///< by limit
    std::size_t unresolved = 0;           ///< skips and withheld lines that require exit status 4
    std::size_t partial = 0;              ///< and for exit status 2
    record::Incomplete exports{};         ///< the records that the exports of the plan lack
    std::vector<std::string> approved{};  ///< digests that scim-diff was given and has used
    bool resealed = false;  ///< lines were removed or edited after scim-diff wrote the plan
};

/// Whether a plan without `target` may have lines without `check`, as versions before 0.2 wrote
/// them.
enum class OldPlans { refused, permitted };

/// Reads a plan to its seal, and passes each of its change lines to `each`. Throws Error{bad_input}
/// with the place if the stream is not a plan, is cut off, has an edited line or lines of an
/// unknown type, or has wrong counts. No record may be created twice.
PlanSummary read_plan(stream::Reader& lines,
                      OldPlans old_plans,
                      const std::function<void(const PlannedChange&, nlohmann::json& line)>& each);

}  // namespace plan
