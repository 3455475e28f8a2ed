// The progress of a change that is being sent. For the files that implement ChangeSender.
#pragma once

#include "apply/group_members.hpp"
#include "apply/refused_patch.hpp"
#include "apply/same_record.hpp"
#include "apply/send_change.hpp"
#include "record/scim_resource.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace apply {

struct ChangeSender::Task {
    Order order{};
    std::string name{};                // of a create: its userName or displayName
    bool create = false;               // the next body is a POST
    std::string path{};                // of the record, or of its endpoint for a POST
    std::size_t at = 0;                // index of the next body
    nlohmann::json parsed{};           // that body; null until body() is called
    std::optional<Effects> effects{};  // of that body; empty until body_effects() is called
    std::string version{};             // for If-Match of the next write; empty: no If-Match
    int tries = 0;                     // number of times that the POST was sent
    int status = 0;                    // of the last answer to a write
    bool doubtful = false;             // an answer to a write does not show what was set
    std::set<Addition> unproven{};     // reading the record again shows if they were stored
    bool broken = false;               // the connection of the last write broke
    bool unanswered = false;           // a POST of it may have been carried out
    bool answered = false;             // a write of it was answered or lost
    bool one_by_one = false;           // members that were refused together are now sent one by one
    bool removals_only = false;        // the other parts of the change are not sent any more
    bool read_late = false;            // the record was read once more after a pause
    bool leaver_seen = false;          // the takeover failed, and the old user was dealt with
    bool restored = false;         // members that the service removed by mistake were added again
    std::optional<Texts> shown{};  // members in the answer to the last write
    Texts refused_members{};       // ids that the service does not accept
    nlohmann::json whole{};        // a refused PATCH that the caller may divide; otherwise null
    std::optional<RefusedPatch> refusal{};  // a PATCH of it was refused

    /// The body at `at`, parsed.
    [[nodiscard]] const nlohmann::json& body() {
        if (parsed.is_null()) {
            parsed = nlohmann::json::parse(order.bodies[at]);
        }
        return parsed;
    }

    /// The effects of the body at `at`, which is a PATCH.
    [[nodiscard]] const Effects& body_effects() {
        if (!effects) {
            effects = effects_of(order.change.kind, body(), order.list);
        }
        return *effects;
    }

    /// The body at `at` is another one from now on.
    void forget_body() {
        parsed = nullptr;
        effects.reset();
    }

    /// The sign that `resource`, from an answer, is not the record of this change. The externalId
    /// of a record that is being adopted is compared with parts that follow it only: after the last
    /// part, it is compared as a value that was sent.
    [[nodiscard]] std::optional<OtherRecord> other_record(const nlohmann::json& resource) const {
        const auto sent = order.bodies.begin() + static_cast<std::ptrdiff_t>(at);
        const auto sets_it = [](const std::string& body) {
            return body.find(R"("path":"externalId")") != std::string::npos;
        };
        const bool known =
            order.change.action != "adopt" ||
            (at < order.bodies.size() && std::any_of(order.bodies.begin(), sent, sets_it));
        return other_record_in(
            resource, path, known ? order.change.external_id : record::ExternalId{});
    }

    /// Whether the user in `resource` is inactive, against the plan. A refused change ends with its
    /// refusal.
    [[nodiscard]] bool is_deactivated(const nlohmann::json& resource) const {
        const auto& change = order.change;
        const auto* active = at_path(resource, "active");
        return change.kind == record::Kind::user && active != nullptr &&
               record::truth(*active) == false && !change.stays_inactive && !refusal &&
               std::none_of(order.bodies.begin(), order.bodies.end(), [](const auto& body) {
                   return body.find(R"("path":"active")") != std::string::npos;
               });
    }

    /// Those members in `resource` that the group must have in the end, as a list of members.
    [[nodiscard]] nlohmann::json wanted_members(const nlohmann::json& resource) const {
        auto wanted = nlohmann::json::array();
        for (const auto& id : shown_members(resource).value_or(Texts{})) {
            if (order.target && order.target->contains(id)) {
                wanted.push_back({{"value", id}});
            }
        }
        return wanted;
    }

    /// The members that the group must have in the end and that are missing `in` the given list.
    [[nodiscard]] std::vector<std::string> lost_members(const Texts& in) const {
        return order.target ? missing_members(*order.target, in, refused_members)
                            : std::vector<std::string>{};
    }

    /// The members `in` the given list that the group must not have in the end, and that no request
    /// of this change names.
    [[nodiscard]] std::vector<std::string> extra_members(const Texts& in) const {
        return order.target && !order.others_stay && !order.incomplete
                   ? missing_members(in, *order.target, refused_members)
                   : std::vector<std::string>{};
    }
};

}  // namespace apply
