// A fuzz target: a function of bytes from outside that must hold for all bytes. libFuzzer calls the
// one target of a program (libfuzzer_main.cpp); the suite replays inputs to all targets
// (replay_main.cpp).
#pragma once

#include <string_view>
#include <vector>

namespace fuzz {

/// Thrown when a property does not hold. Not a std::exception, so that no code under test catches
/// it.
struct Finding {
    const char* property;
};

/// Throws Finding unless `holds`. `property` is a sentence that is true of correct code.
inline void require(bool holds, const char* property) {
    if (!holds) {
        throw Finding{property};
    }
}

/// Tests one input. Exceptions that the code may throw are caught inside; every other one is a
/// finding.
using Judge = void (*)(std::string_view input);

struct Target {
    std::string_view name;
    Judge judge;
};

/// The targets of this program, in any order.
[[nodiscard]] std::vector<Target>& targets();

/// Used at namespace scope in a target's file: adds the target to targets().
struct Registration {
    Registration(std::string_view name, Judge judge) { targets().push_back({name, judge}); }
};

/// Calls the target. Standard error is discarded meanwhile, after a check that each line in it is
/// one line of a log. Throws any exception of the target.
void run(const Target& target, std::string_view input);

}  // namespace fuzz
