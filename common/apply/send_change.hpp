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
// first and looks up, read_record.cpp reads before and reads again. judge_answer.hpp says which way
// an answer leads, existing_record.hpp what a look-up has shown, compare_resource.hpp whether a
// write took.
#pragma once

#include "apply/access_change.hpp"
#include "apply/existing_record.hpp"
#include "apply/judge_answer.hpp"
#include "apply/outcome.hpp"
#include "apply/user_ids.hpp"
#include "apply/write_queue.hpp"
#include "plan/read_plan.hpp"
#include "scim/client.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
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
    std::string note{};         ///< what an applied outcome says beside
    std::string unsent{};       ///< what the bodies leave out of the change: with it, it has failed
                                ///< however they fare
};

/// Sends changes at the same time, each to its outcome in the log. A refused credential (HTTP 401,
/// 403) ends the run: Error{denied}.
class ChangeSender {
  public:
    /// All references must outlive this. `verify`: what was sent is read again, whatever the answer
    /// says.
    ChangeSender(
        scim::ScimClient& service, WriteQueue& queue, OutcomeLog& log, UserIds& users, bool verify)
        : service_(service), queue_(queue), log_(log), users_(users), verify_(verify) {}

    /// Starts to send; returns at once. The outcome is added to the log when it is known, unless
    /// the order proves too large: see take_oversized().
    void begin(Order order);
    /// True while a PATCH to that path has no outcome: another one must wait.
    [[nodiscard]] bool is_under_way(const std::string& path) const {
        return under_way_.contains(path);
    }
    /// Orders that the service found too large for one message, to be begun again in several.
    [[nodiscard]] std::vector<Order> take_oversized() { return std::exchange(oversized_, {}); }
    [[nodiscard]] bool has_oversized() const { return !oversized_.empty(); }

  private:
    struct Task;  // change_task.hpp
    using TaskPtr = std::shared_ptr<Task>;
    using Use = std::function<void(const http::Result&)>;

    // send_change.cpp
    void get(const TaskPtr& task, const std::string& path_and_query, const Use& use);
    void send_next(const TaskPtr& task);
    void took(const TaskPtr& task, const http::Result& result);
    void delivered(const TaskPtr& task);

    // send_again.cpp
    void refused(const TaskPtr& task, Outcome outcome);
    void count_applied(const TaskPtr& task, const std::string& body);
    void keep_additions_back(const TaskPtr& task);
    void split_and_send(const TaskPtr& task, const nlohmann::json& patch, const Effects& effects);
    void insert_parts(const TaskPtr& task,
                      const nlohmann::json& patch,
                      const nlohmann::json& record,
                      const Effects& effects);

    // read_record.cpp
    void read_before(const TaskPtr& task);
    void read_again(const TaskPtr& task);

    // look_up_record.cpp
    void look_first(const TaskPtr& task);
    void look_up(const TaskPtr& task, const Outcome& otherwise);
    void look_up_name(const TaskPtr& task, const Outcome& otherwise);
    void nobody_found(const TaskPtr& task, const Outcome& otherwise);
    [[nodiscard]] bool is_settled_by(const TaskPtr& task, const ExistingRecord& existing);
    void found(const TaskPtr& task, const ExistingRecord& existing);

    // send_change.cpp
    void succeed(const TaskPtr& task);
    void refuse_denied(const TaskPtr& task, const http::Result& result) const;
    void fail(const TaskPtr& task, std::string_view reason, int status, std::string detail);
    void fail(const TaskPtr& task, Outcome outcome);
    void report(const TaskPtr& task, const Outcome& outcome);

    scim::ScimClient& service_;
    WriteQueue& queue_;
    OutcomeLog& log_;
    UserIds& users_;
    bool verify_;
    std::unordered_set<std::string> under_way_{};
    std::vector<Order> oversized_{};
};

}  // namespace apply
