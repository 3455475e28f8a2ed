// One change line of a plan: a bulk operation (RFC 7644 §3.7) with a description of its effect.
// Pure.
#pragma once

#include "plan/types.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace plan {

/// Receives the lines of a change. The first is sent with the others. A second one is the held
/// part, and is written after all lines that are sent.
using EmitLine = std::function<void(nlohmann::ordered_json)>;

/// The fields from `type` to `path`, for the existing record (`current_id`) or a new one (empty).
[[nodiscard]] nlohmann::ordered_json begin_line(Action action,
                                                record::Kind kind,
                                                const record::ExternalId& external_id,
                                                const record::ResourceId& current_id,
                                                const std::string& version);

/// The fields from `data` on, the `id` and the `check` of the line, which is then complete. The id
/// is a hash of target, before and after, so that the same change has the same id in every run and
/// another one has another.
void end_line(nlohmann::ordered_json& line,
              nlohmann::ordered_json data,
              nlohmann::ordered_json before,
              nlohmann::ordered_json after,
              const std::vector<std::string>& why);

/// `withheld`, `detail`, `exitStatus` and `acknowledged`; the first is `reason` in a skip.
void add_withheld(nlohmann::ordered_json& line, const char* word, const Withheld& withheld);

/// The differences, collected once for the PATCH and for `before` and `after`.
struct Differences {
    nlohmann::ordered_json operations = nlohmann::ordered_json::array();
    nlohmann::ordered_json before = nlohmann::ordered_json::object();
    nlohmann::ordered_json after = nlohmann::ordered_json::object();

    void note(std::string_view field, nlohmann::ordered_json was, nlohmann::ordered_json becomes);
    /// Null removes the attribute: only --restore does that.
    void set(std::string_view path, nlohmann::ordered_json value);
    /// The line as a PATCH of these differences.
    void end(nlohmann::ordered_json& line, const std::vector<std::string>& why);
};

/// The lines of one user, and of one group.
void write_user(const UserChange& change, bool exactly, const EmitLine& emit);
class MemberReferences;
void write_group(const GroupChange& change, const MemberReferences& ids, const EmitLine& emit);

}  // namespace plan
