// Carrying out a plan: users first, then groups with their references resolved; one outcome a change.
#pragma once

#include "jsonl.hpp"
#include "plan_stream.hpp"
#include "scim_client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <unordered_map>

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

class Applier {
 public:
    /// `dry_run`: nothing is sent. Both references must outlive this.
    Applier(Service& service, jsonl::Writer& out, bool dry_run) : service_(service), out_(out), dry_run_(dry_run) {}

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
    void took(const Task& task, const http::Result& result);
    void look_up(Task task, const http::Result& lost);
    void report(const Task& task, std::string_view outcome, int status, const std::string& detail);
    [[nodiscard]] std::string resolve_members(nlohmann::json& data) const;
    [[nodiscard]] bool stopped();

    Service& service_;
    jsonl::Writer& out_;
    bool dry_run_;
    bool groups_begun_ = false;
    bool stopping_ = false;
    Outcomes outcomes_{};
    std::unordered_map<std::string, std::string> created_{};  // external id -> SCIM id of the users made in this run
};

}  // namespace scim
