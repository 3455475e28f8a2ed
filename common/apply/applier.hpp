// Applies a plan: users first, then groups with their references resolved. Each change has one
// outcome.
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
        false;  ///< read each resource just before it is written, unless If-Match protects it
    bool verify = false;  ///< read each resource after it was written
    /// Limits whose held lines are sent as well. Before each, the resource is compared with the
    /// line.
    std::set<std::string, std::less<>> approved{};
    record::NamePolicy names{};  ///< names that the operator permits
    GroupWrites group_writes = GroupWrites::replace;
    std::optional<scim::BulkLimits> bulk{};
};

/// The longest wait for requests in flight after a signal. The entrypoint sends SIGKILL after 20 s,
/// and the results must be sealed before that.
inline constexpr std::chrono::seconds kGrace{15};

class Applier {
  public:
    /// Both references must outlive this object.
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

    /// Sends the change as soon as a request is allowed. `line` is its record in the plan. Users
    /// must come before groups. After a signal, or if ended_by() has an error, the change is
    /// counted and not sent. Throws Error{io_error} if the outcomes cannot be written.
    void apply(const plan::PlannedChange& change, nlohmann::json& line);
    /// Waits until every change has its outcome. After a signal nothing new is sent, and the waits
    /// end kGrace after the signal was seen.
    void finish();
    /// Counts changes that are not given to apply(), because the plan cannot be read to its end.
    void add_not_sent(std::size_t count) { log_.add_not_sent(count); }
    /// From now on nothing is sent, because of `error`.
    void end(const Error& error);
    /// The error that ends the run early: the service refuses the credential, or a list of users
    /// cannot be read. Nullopt if there is none.
    [[nodiscard]] const std::optional<Error>& ended_by() const {
        return delivery_.ended_by() ? delivery_.ended_by() : ended_by_;
    }
    /// Logs how many failures were counted and not logged. To be called once, at the end.
    void log_rest() const { log_.log_rest(); }

    [[nodiscard]] const Outcomes& outcomes() const { return log_.counts(); }
    /// For tests and measurements: the number of users whose ids are kept.
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
