// The faults of a seed: the quirks of the services, the faults of each run, and the events at each
// request. All of it comes from the dice.
#pragma once

#include "laws/dice.hpp"
#include "sandbox/call.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace chaos {

using laws::Dice;
using sandbox::Json;

/// What happens when a request comes in, before it is answered.
struct Event {
    enum class Kind {
        kill_any,         ///< SIGKILL to any process of the run
        kill_run,         ///< SIGKILL to the entrypoint
        stop_run,         ///< SIGTERM to the entrypoint
        stop_any,         ///< SIGTERM to any process of the run
        jump,             ///< the clock of the day jumps by `number` seconds
        change_activate,  ///< a user changes something in ACTIVATE
        change_scim,      ///< a user adds or removes a record that is unmanaged
    };
    Kind kind = Kind::jump;
    bool counts_writes = false;  ///< `at` counts writes to SCIM, not all requests
    std::size_t at = 1;          ///< the number of the request in this run
    long long number = 0;        ///< seconds of a jump; which process
};

enum class Company {
    none,
    same_lock,   ///< a second run, at the same time, with the same lock file
    other_lock,  ///< ... on another host: with another lock file
};

struct Disturbance {
    std::vector<Json> rules{};  ///< faults of the sandbox
    std::vector<Event> events{};
    Company company = Company::none;
    std::string victim{};      ///< a tool that kills itself while it writes; empty: none
    std::size_t at_write = 0;  ///< the write in which it does
    std::size_t changes = 0;   ///< changes in ACTIVATE before the run
    bool waits =
        true;  ///< where the entrypoint was killed: the next run waits until its stages end
};

struct Schedule {
    /// Ways of the services that last, and that every run must cope with.
    std::vector<Json> quirks{};
    /// NAME=value: settings of the tools.
    std::vector<std::string> settings{};
    std::vector<Disturbance> runs{};
};

[[nodiscard]] Schedule make_schedule(Dice& dice);

/// For the reader of a failure.
[[nodiscard]] std::string describe(const Disturbance& run);

}  // namespace chaos
