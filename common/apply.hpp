// Carrying out a plan: users first, then groups with their references resolved; one outcome a change.
#pragma once

#include "jsonl.hpp"
#include "plan_stream.hpp"
#include "scim_client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace scim {

/// How many changes ended how.
struct Outcomes {
    std::size_t applied = 0;
    std::size_t failed = 0;
    std::size_t skipped = 0;
    std::size_t held = 0;
    std::size_t planned = 0;   ///< dry run: would have been sent
    std::size_t not_sent = 0;  ///< a signal came first
};

struct ApplySettings {
    bool dry_run = false;        ///< nothing is sent
    bool verify_before = false;  ///< read each resource just before it is written, unless its ETag does that
};

class Applier {
 public:
    /// Both references must outlive this.
    Applier(Service& service, jsonl::Writer& out, ApplySettings settings) : service_(service), out_(out), settings_(settings) {}

    /// Sends the change, when there is room for a request. `line` is its record in the plan. Users must come before groups.
    /// Throws Error{denied} on 401 and 403; everything else that can happen is an outcome.
    void apply(const identity::PlannedChange& change, nlohmann::json& line);
    /// Waits until every change has its outcome. After a signal nothing new is sent, and the wait is bounded.
    void finish();

    [[nodiscard]] const Outcomes& outcomes() const { return outcomes_; }

 private:
    struct Task;

    void begin_groups();
    void send(Task task);
    void verify(Task task, nlohmann::json before);
    [[nodiscard]] std::optional<std::string> why_not_as_before(const Task& task, const nlohmann::json& before, const nlohmann::json& resource) const;
    void learn_external_ids();
    void took(const Task& task, const http::Result& result);
    void refuse_denied(const Task& task, const http::Result& result) const;
    void fail(const Task& task, int status, const std::string& why);
    void remember(const Task& task, const std::string& id);
    void look_up(Task task, const http::Result& answer);
    void found(const Task& task, const std::string& why, bool conflict, const ListResponse& list);
    void update_found(Task task, const identity::ResourceId& id);
    void report(const Task& task, std::string_view outcome, int status, const std::string& detail);
    [[nodiscard]] std::string resolve_members(nlohmann::json& data) const;
    [[nodiscard]] bool stopped();

    Service& service_;
    jsonl::Writer& out_;
    ApplySettings settings_;
    bool groups_begun_ = false;
    bool stopping_ = false;
    Outcomes outcomes_{};
    std::unordered_map<std::string, std::string> created_{};  // external id -> SCIM id of the users made in this run
    std::unordered_map<std::string, std::string> external_ids_{};  // SCIM id -> external id of our users; to verify groups
    std::unordered_set<std::string> under_way_{};  // paths of PATCHes in flight: two lines for one resource go in their order
};

}  // namespace scim
