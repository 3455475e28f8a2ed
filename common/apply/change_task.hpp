// A change that is being sent: how far it has come. For the files that implement ChangeSender.
#pragma once

#include "apply/refused_patch.hpp"
#include "apply/send_change.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace apply {

struct ChangeSender::Task {
    Order order{};
    std::string name{};       // of a create: its userName or displayName
    bool create = false;      // the next body is a POST
    std::string path{};       // of the record, or of its endpoint
    std::size_t at = 0;       // of the bodies
    int tries = 0;            // of the POST
    int status = 0;           // of the last answer to a write
    bool doubtful = false;    // an answer to a write does not show what was set
    bool unanswered = false;  // a POST of it may have been carried out, for all we know
    std::optional<RefusedPatch> refusal{};  // a PATCH of it was refused
};

}  // namespace apply
