// Sends one change, from its first request to its outcome.
//
//   look first, or read before --> send, one body after the other --> read again --> outcome
//                                      |            ^
//                                      v            |
//                                   look up --- found, or nothing there
//
// A PATCH that the service refuses is sent again in parts where that may help.
//
// send_change.cpp sends a change; send_again.cpp sends parts of a PATCH that failed;
// look_up_record.cpp looks for existing records; read_record.cpp reads a record before and after a
// write; failed_takeover.cpp deactivates the record of a user who has left if the takeover of the
// record failed; precondition.cpp reads it if a PATCH may have been carried out already. After an
// answer, judge_answer.hpp decides the next step; after a look-up, existing_record.hpp does;
// compare_resource.hpp decides whether a write was stored.
#pragma once

#include "apply/access_change.hpp"
#include "apply/addition_proofs.hpp"
#include "apply/attribute_values.hpp"
#include "apply/credential_watch.hpp"
#include "apply/existing_record.hpp"
#include "apply/judge_answer.hpp"
#include "apply/outcome.hpp"
#include "apply/user_ids.hpp"
#include "apply/write_queue.hpp"
#include "base/error.hpp"
#include "plan/read_plan.hpp"
#include "scim/client.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace apply {

/// A change, ready to be sent.
struct Order {
    plan::PlannedChange change{};
    std::vector<std::string> bodies{};  ///< of a create: the POST, then PATCHes of the new record
    std::optional<Effects> effects{};   ///< of the first of them; empty: found when needed
    nlohmann::json before{};
    ListChange list{};  ///< how it changes the keys or the members
    bool check_before =
        false;  ///< read the record first, and skip the change unless it is as in `before`
    bool divisible =
        false;  ///< a group whose members are sent in one message and could be sent in several
    /// Of a change whose members are sent in parts: the ids that the group has in the end.
    std::optional<Texts> target{};
    bool others_stay = false;  ///< of such a change: members that the plan does not have may stay
    /// The answer if the service refused the change because of If-Match. If the record then differs
    /// from `before`, this is the outcome.
    std::string precondition{};
    /// The last answer was 428 (RFC 6585 §3), or 412 after it: without If-Match, the service does
    /// not accept this change.
    bool is_version_demanded = false;
    std::string note{};       ///< the detail of the outcome if all bodies succeed
    bool incomplete = false;  ///< the bodies leave out what `note` names, so the change fails

    void add_note(const std::string& text) { note += (note.empty() ? "" : "; ") + text; }
    void leave_out(const std::string& what) {
        if (!what.empty()) {
            add_note(what);
            incomplete = true;
        }
    }
};

/// Sends several changes at the same time and logs the outcome of each. If the service refuses the
/// credential, nothing new is sent, and ended_by() has the error.
class ChangeSender {
  public:
    /// All references must outlive this object. `verify`: each resource is read again after it was
    /// written, after any answer.
    ChangeSender(
        scim::ScimClient& service, WriteQueue& queue, OutcomeLog& log, UserIds& users, bool verify)
        : service_(service),
          queue_(queue),
          log_(log),
          users_(users),
          verify_(verify),
          credential_(service.hint()) {}

    /// Starts to send and returns at once. The outcome is logged when it is known, unless the order
    /// is too large: see take_oversized().
    void begin(Order order);
    /// True while a PATCH to that path has no outcome: the next one must wait.
    [[nodiscard]] bool is_under_way(const std::string& path) const {
        return under_way_.contains(path);
    }
    /// Orders that the service does not accept in one message. The caller begins them again in
    /// several.
    [[nodiscard]] std::vector<Order> take_oversized() { return std::exchange(oversized_, {}); }
    /// Orders whose If-Match was refused. The caller begins them again, after a check that the
    /// record is unchanged: a strong ETag with its new value, all others without If-Match.
    [[nodiscard]] std::vector<Order> take_unversioned() { return std::exchange(unversioned_, {}); }
    [[nodiscard]] bool has_orders() const { return !oversized_.empty() || !unversioned_.empty(); }
    /// True if the service refuses each If-Match with a weak ETag (RFC 9110 §13.1.1). Then only
    /// reading the record shows whether it has changed.
    [[nodiscard]] bool refuses_weak_versions() const { return refuses_weak_versions_; }
    /// The error because of which nothing more may be sent; nullopt if there is none.
    [[nodiscard]] const std::optional<Error>& ended_by() const { return credential_.ended_by(); }
    /// Ends each change that has no outcome yet: its answer did not come.
    void give_up();

  private:
    struct Task;  // change_task.hpp
    using TaskPtr = std::shared_ptr<Task>;
    using Use = std::function<void(const http::Result&)>;

    // send_change.cpp
    void guarded(const TaskPtr& task, const std::function<void()>& step);
    void get(const TaskPtr& task,
             const std::string& path_and_query,
             const Use& use,
             http::Clock::duration pause = {});
    void begin_unversioned(const TaskPtr& task);
    void send_next(const TaskPtr& task);
    void took(const TaskPtr& task, const http::Result& result);
    void judge(const TaskPtr& task, const Answer& answer);
    void went_on(const TaskPtr& task, const Answer& answer);
    void delivered(const TaskPtr& task);
    [[nodiscard]] bool is_denied(const TaskPtr& task, const http::Result& result);
    void see_version(const TaskPtr& task, const Answer& answer);

    // send_again.cpp
    void failed_write(const TaskPtr& task, Outcome outcome);
    void unless_gone(const TaskPtr& task,
                     const Outcome& outcome,
                     const std::function<void()>& next);
    void refused(const TaskPtr& task, Outcome outcome);
    static void remember_refusal(const TaskPtr& task, Outcome outcome);
    [[nodiscard]] bool send_removals(const TaskPtr& task, const Outcome& outcome);
    static void keep_removals(const TaskPtr& task);
    static void count_applied(const TaskPtr& task, const std::string& body);
    static void keep_additions_back(const TaskPtr& task);
    void split_and_send(const TaskPtr& task, const nlohmann::json& patch, const Effects& effects);
    [[nodiscard]] static bool is_about_members(const TaskPtr& task, int status);
    void refuse_or_fail(const TaskPtr& task, Outcome outcome);
    [[nodiscard]] bool send_one_by_one(const TaskPtr& task,
                                       int status,
                                       const nlohmann::json* record);
    void insert_alone(const TaskPtr& task, const std::vector<std::string>& alone);
    [[nodiscard]] bool insert_parts(const TaskPtr& task,
                                    const nlohmann::json& patch,
                                    const nlohmann::json& record,
                                    const Effects& effects);
    [[nodiscard]] bool divided(const TaskPtr& task);

    // read_record.cpp
    void read_before(const TaskPtr& task);
    void fail_read(const TaskPtr& task, const http::Result& result);
    [[nodiscard]] static bool has_all(const TaskPtr& task, const nlohmann::json& record);
    void read_again(const TaskPtr& task, http::Clock::duration pause = {});
    [[nodiscard]] bool may_show_later(const TaskPtr& task);
    void confirm_record(const TaskPtr& task);
    [[nodiscard]] static bool rest_needs_name(const TaskPtr& task);
    void confirm_name(const TaskPtr& task, http::Clock::duration pause = {});
    [[nodiscard]] std::optional<nlohmann::json> record_read(const TaskPtr& task,
                                                            const http::Result& result);
    void compare_read(const TaskPtr& task, const nlohmann::json& record);
    [[nodiscard]] bool restore_members(const TaskPtr& task, const nlohmann::json& record);

    // failed_takeover.cpp
    [[nodiscard]] bool deactivates_leaver(const TaskPtr& task, const Outcome& outcome);

    // precondition.cpp
    void precondition_failed(const TaskPtr& task, const http::Result& result);
    void precondition_required(const TaskPtr& task, const http::Result& result);
    void send_alone(const TaskPtr& task);
    void read_unmatched(const TaskPtr& task);
    void read_refused(const TaskPtr& task, const Outcome& outcome);
    [[nodiscard]] bool is_done(const TaskPtr& task, const Answer& answer);

    // look_up_record.cpp
    void look_first(const TaskPtr& task);
    void look_first_apart(const TaskPtr& task);
    void created(const TaskPtr& task, const record::ResourceId& id);
    void see_created(const TaskPtr& task, const record::ResourceId& id);
    void look_up(const TaskPtr& task, const Outcome& otherwise);
    void look_up_name(const TaskPtr& task, const Outcome& otherwise);
    void nobody_found(const TaskPtr& task, const Outcome& otherwise);
    [[nodiscard]] bool is_settled_by(const TaskPtr& task, const ExistingRecord& existing);
    void name_taken(const TaskPtr& task, const nlohmann::json& by);
    void found(const TaskPtr& task, const ExistingRecord& existing);

    // send_change.cpp
    [[nodiscard]] static std::string id_in_path(const plan::PlannedChange& change);
    void remember_adopted(const plan::PlannedChange& change);
    void succeed(const TaskPtr& task);
    void fail(const TaskPtr& task, std::string_view reason, int status, std::string detail);
    void fail(const TaskPtr& task, Outcome outcome);
    void report(const TaskPtr& task, const Outcome& outcome);
    void leave_unsent(const TaskPtr& task);
    void close(const TaskPtr& task);

    scim::ScimClient& service_;
    WriteQueue& queue_;
    OutcomeLog& log_;
    UserIds& users_;
    bool verify_;
    CredentialWatch credential_;
    std::unordered_set<std::string> under_way_{};
    std::unordered_set<TaskPtr> open_{};  // without an outcome
    std::vector<Order> oversized_{};
    std::vector<Order> unversioned_{};
    // By path: the version of the record in the answer to its last write.
    std::unordered_map<std::string, std::string> versions_{};
    bool refuses_weak_versions_ = false;
    bool refuses_or_ = false;        // the service does not understand a filter with "or"
    int creates_lost_in_a_row_ = 0;  // creates that ended without an answer
    int late_reads_in_vain_ = 0;
    AdditionProofs additions_{};  // their answers did not show them, and the records did
};

}  // namespace apply
