// Carrying out a plan: users first, then groups with their references resolved; one outcome a
// change.
#pragma once

#include "apply/outcome.hpp"
#include "apply/send_change.hpp"
#include "apply/split_members.hpp"
#include "apply/user_ids.hpp"
#include "apply/write_queue.hpp"
#include "base/error.hpp"
#include "plan/read_plan.hpp"
#include "record/name_rules.hpp"
#include "scim/client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>

namespace apply {

struct ApplySettings {
    bool dry_run = false;  ///< nothing is sent
    bool verify_before =
        false;  ///< read each resource just before it is written, unless its ETag does that
    bool verify = false;  ///< read each resource after it was written
    /// Limits whose held lines are sent, too: each line after a look whether all is as it says.
    std::set<std::string, std::less<>> approved{};
    record::NamePolicy names{};  ///< names that the operator permits
    GroupWrites group_writes = GroupWrites::replace;
    std::optional<scim::BulkLimits> bulk{};
};

/// How long requests in flight are waited for after a signal. The entrypoint sends SIGKILL after 20
/// s, and the results must be sealed by then.
inline constexpr std::chrono::seconds kGrace{15};

class Applier {
  public:
    /// Both references must outlive this.
    Applier(scim::ScimClient& service, stream::Writer& out, const ApplySettings& settings)
        : service_(service),
          settings_(settings),
          log_(out),
          queue_(service, settings.bulk),
          delivery_(service, queue_, log_, users_, settings.verify) {
        service_.client().before_waiting([this] { log_.flush(); });
    }
    Applier(const Applier&) = delete;
    Applier& operator=(const Applier&) = delete;
    ~Applier() { service_.client().before_waiting({}); }

    /// Sends the change, when there is room for a request. `line` is its record in the plan. Users
    /// must come before groups. After a signal, and once ended_by() says why, nothing is sent, and
    /// the change is counted. Throws Error{io_error} when the outcomes cannot be written.
    void apply(const plan::PlannedChange& change, nlohmann::json& line);
    /// Waits until every change has its outcome. After a signal nothing new is sent, and all waits
    /// together end kGrace after it was seen.
    void finish();
    /// Nothing more is sent because of `error`.
    void end(const Error& error);
    /// What keeps the run from its end: the service refuses the credential, or a list of the users
    /// cannot be read. nullopt: nothing does.
    [[nodiscard]] const std::optional<Error>& ended_by() const {
        return delivery_.ended_by() ? delivery_.ended_by() : ended_by_;
    }
    /// Logs how many failures were counted and not logged. To be called once, at the end.
    void log_rest() const { log_.log_rest(); }

    [[nodiscard]] const Outcomes& outcomes() const { return log_.counts(); }
    /// For tests and measurements: how many users' ids are held.
    [[nodiscard]] std::size_t users_held() const { return users_.size(); }

  private:
    [[nodiscard]] Order order_for(const plan::PlannedChange& change, nlohmann::json& line);
    void divide(Order& order, const nlohmann::json& data, const nlohmann::json& before);
    void begin_again();
    void begin_again(Order order, const std::function<void(Order&)>& prepare);
    void learn_users();
    [[nodiscard]] bool stopped();

    scim::ScimClient& service_;
    ApplySettings settings_;
    OutcomeLog log_;
    UserIds users_{};
    WriteQueue queue_;
    ChangeSender delivery_;
    bool groups_begun_ = false;
    bool all_users_known_ = false;
    std::optional<http::Clock::time_point> deadline_{};  // set when a signal was seen
    bool gave_up_ = false;
    std::optional<Error> ended_by_{};
};

}  // namespace apply
