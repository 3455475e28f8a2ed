// One change line of a plan: a bulk operation (RFC 7644 §3.7) with a description of its effect.
// Pure.
#pragma once

#include "base/json_text.hpp"
#include "plan/types.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace plan {

/// Receives the lines of a change, each as a function that makes it, and the limit that holds the
/// line; empty: none. The first line is sent with the others. A second one is the held part, and is
/// written after all lines that are sent.
using MakeLine = std::function<JsonObject()>;
using EmitLine = std::function<void(const MakeLine& make, std::string_view held)>;

/// The record that a line changes, or that it creates (`id` is empty). Refers to the change.
struct Target {
    Action action;
    record::Kind kind;
    const record::ExternalId& external_id;
    const record::ResourceId& id;
    const std::string& version;
};
[[nodiscard]] Target target_of(const UserChange& change);
[[nodiscard]] Target target_of(const GroupChange& change);

/// The effect of a line. `before` is null if the line creates a record.
struct LineContent {
    JsonText data{};
    JsonText before{};
    JsonText after{};
};

/// The line without its `check`; `details` are the fields between the target and the content. Its
/// `id` is a hash of target, before and after, so that the same change has the same id in every run
/// and another one has another.
[[nodiscard]] JsonObject change_line(const Target& target,
                                     const JsonObject& details,
                                     const LineContent& content,
                                     const std::vector<std::string>& why);

/// `withheld`, `detail`, `exitStatus` and `acknowledged`; the first is `reason` in a skip.
void add_withheld(JsonObject& details, const char* word, const Withheld& withheld);

/// The differences, collected once for the PATCH and for `before` and `after`.
struct Differences {
    JsonArray operations{};
    JsonObject before{};
    JsonObject after{};

    /// `field` is a constant.
    void note(std::string_view field, const JsonText& was, const JsonText& becomes);
    /// Null removes the attribute: only --restore does that.
    void set(std::string_view path, const JsonText& value);
    /// The line as a PATCH of these differences.
    [[nodiscard]] JsonObject line(const Target& target,
                                  const JsonObject& details,
                                  const std::vector<std::string>& why) const;
};

/// The lines of one user, and of one group.
void write_user(const UserChange& change, bool exactly, const EmitLine& emit);
class MemberReferences;
void write_group(const GroupChange& change, const MemberReferences& ids, const EmitLine& emit);

}  // namespace plan
