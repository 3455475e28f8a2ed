// One change on its way: from its first request to its outcome.
//
//   look first, or read before --> send, one body after the other --> read again --> outcome
//                                      |            ^
//                                      v            |
//                                   look up --- found, or nothing there
//
// A PATCH that the service refuses is sent again in parts where that may help.
//
// send_change.cpp sends, send_again.cpp sends parts of a refused PATCH, look_up_record.cpp looks
// first and looks up, read_record.cpp reads before and reads again, precondition.cpp reads where a
// PATCH may have been carried out already. judge_answer.hpp says which way an answer leads,
// existing_record.hpp what a look-up has shown, compare_resource.hpp whether a write took.
#pragma once

#include "apply/access_change.hpp"
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
    std::vector<std::string> bodies{};  ///< of a create: the POST, then PATCHes of what it has made
    nlohmann::json before{};
    ListChange list{};          ///< what it does to the keys or the members
    bool check_before = false;  ///< read the record first, and skip what is not as `before` says
    bool divisible = false;     ///< a group whose members go in one message and could go in several
    /// Of a change whose members go in parts: the ids that the group has in the end.
    std::optional<Texts> target{};
    /// It was sent with If-Match and refused for that: what the service said. If the record is not
    /// as `before` says, this is the outcome.
    std::string precondition{};
    std::string note{};    ///< the detail of an applied outcome
    std::string unsent{};  ///< what the bodies leave out of the change: with it, it has failed
                           ///< however they fare
};

/// Sends changes at the same time, each to its outcome in the log. When the service refuses the
/// credential, nothing new is sent, and ended_by() says why.
class ChangeSender {
  public:
    /// All references must outlive this. `verify`: what was sent is read again, regardless of the
    /// answer says.
    ChangeSender(
        scim::ScimClient& service, WriteQueue& queue, OutcomeLog& log, UserIds& users, bool verify)
        : service_(service),
          queue_(queue),
          log_(log),
          users_(users),
          verify_(verify),
          credential_(service.hint()) {}

    /// Starts to send; returns at once. The outcome is added to the log when it is known, unless
    /// the order proves too large: see take_oversized().
    void begin(Order order);
    /// True while a PATCH to that path has no outcome: another one must wait.
    [[nodiscard]] bool is_under_way(const std::string& path) const {
        return under_way_.contains(path);
    }
    /// Orders that the service does not take in one message, to be begun again in several.
    [[nodiscard]] std::vector<Order> take_oversized() { return std::exchange(oversized_, {}); }
    /// Orders whose If-Match was refused, to be begun again without it, after a look whether the
    /// record is as it was.
    [[nodiscard]] std::vector<Order> take_unversioned() { return std::exchange(unversioned_, {}); }
    [[nodiscard]] bool has_orders() const { return !oversized_.empty() || !unversioned_.empty(); }
    /// True when the service refuses each If-Match with a weak ETag (RFC 9110 §13.1.1), so that
    /// only reading the record says whether it moved.
    [[nodiscard]] bool refuses_weak_versions() const { return refuses_weak_versions_; }
    /// Why nothing more may be sent; nullopt: nothing is in the way.
    [[nodiscard]] const std::optional<Error>& ended_by() const { return credential_.ended_by(); }
    /// Gives each change that has no outcome yet the one that is known: its answer did not come.
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
    void judge(const TaskPtr& task, const http::Result& result);
    void went_on(const TaskPtr& task, const http::Result& result);
    void created(const TaskPtr& task, const record::ResourceId& id);
    void see_created(const TaskPtr& task, const record::ResourceId& id);
    void failed_write(const TaskPtr& task, Outcome outcome);
    void delivered(const TaskPtr& task);
    [[nodiscard]] bool is_denied(const TaskPtr& task, const http::Result& result);
    void see_version(const TaskPtr& task, const http::Result& result);

    // send_again.cpp
    void refused(const TaskPtr& task, Outcome outcome);
    void count_applied(const TaskPtr& task, const std::string& body);
    void keep_additions_back(const TaskPtr& task);
    void split_and_send(const TaskPtr& task, const nlohmann::json& patch, const Effects& effects);
    [[nodiscard]] bool send_one_by_one(const TaskPtr& task, const Outcome& refusal);
    void insert_alone(const TaskPtr& task, const std::vector<std::string>& alone);
    void insert_parts(const TaskPtr& task,
                      const nlohmann::json& patch,
                      const nlohmann::json& record,
                      const Effects& effects);

    // read_record.cpp
    void read_before(const TaskPtr& task);
    void read_again(const TaskPtr& task);
    [[nodiscard]] bool restore_members(const TaskPtr& task, const nlohmann::json& record);

    // precondition.cpp
    void precondition_failed(const TaskPtr& task, const http::Result& result);
    void read_unmatched(const TaskPtr& task);
    [[nodiscard]] bool is_done(const TaskPtr& task, const http::Result& read);

    // look_up_record.cpp
    void look_first(const TaskPtr& task);
    void look_first_apart(const TaskPtr& task);
    void look_up(const TaskPtr& task, const Outcome& otherwise);
    void look_up_name(const TaskPtr& task, const Outcome& otherwise);
    void nobody_found(const TaskPtr& task, const Outcome& otherwise);
    [[nodiscard]] bool is_settled_by(const TaskPtr& task, const ExistingRecord& existing);
    void found(const TaskPtr& task, const ExistingRecord& existing);

    // send_change.cpp
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
    // By path: what the last write of a record with a version was answered with.
    std::unordered_map<std::string, std::string> versions_{};
    bool refuses_weak_versions_ = false;
    bool refuses_or_ = false;        // a filter with "or" is not understood
    int creates_lost_in_a_row_ = 0;  // creates that ended without an answer
};

}  // namespace apply
