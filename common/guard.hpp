// May this plan run? The rails: what stops a source that hiccups from being read as "everybody left". Pure.
#pragma once

#include "plan.hpp"

namespace identity {

/// Throws Error{refused} when the desired side has no user at all, unless `allow_empty`.
void refuse_empty(const Directory& desired, bool allow_empty);

}  // namespace identity
