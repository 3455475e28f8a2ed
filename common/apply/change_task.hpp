// A change that is being sent: how far it has come. For the files that implement ChangeSender.
#pragma once

#include "apply/group_members.hpp"
#include "apply/refused_patch.hpp"
#include "apply/send_change.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace apply {

struct ChangeSender::Task {
    Order order{};
    std::string name{};            // of a create: its userName or displayName
    bool create = false;           // the next body is a POST
    std::string path{};            // of the record, or of its endpoint
    std::size_t at = 0;            // of the bodies
    std::string version{};         // for If-Match of the next write; empty: none
    int tries = 0;                 // of the POST
    int status = 0;                // of the last answer to a write
    bool doubtful = false;         // an answer to a write does not show what was set
    bool broken = false;           // the connection of the last write broke
    bool unanswered = false;       // a POST of it may have been carried out, for all we know
    bool answered = false;         // a write of it had an answer, or was lost
    bool one_by_one = false;       // members that were refused together are sent alone
    bool restored = false;         // members that a removal took by mistake were added again
    std::optional<Texts> shown{};  // members in the answer to the last write
    Texts refused_members{};       // ids that the service does not take
    std::optional<RefusedPatch> refusal{};  // a PATCH of it was refused

    /// The members that should be `in` a group in the end, and are not.
    [[nodiscard]] std::vector<std::string> lost_members(const Texts& in) const {
        return order.target ? missing_members(*order.target, in, refused_members)
                            : std::vector<std::string>{};
    }
};

}  // namespace apply
