// Limits that hold only takeovers.
#pragma once

#include "plan/limits.hpp"

inline plan::Limits free_limits() {
    plan::Limits limits;
    for (const auto& row : plan::kLimits) {
        if (row.name != plan::kMaxTakeovers) {
            limits.*row.member = {};
        }
    }
    return limits;
}
