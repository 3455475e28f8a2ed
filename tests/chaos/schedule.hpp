// The faults of a seed: the quirks of the services, the faults of each run, and the events at each
// request. The seed decides all of it.
#pragma once

#include "laws/dice.hpp"
#include "sandbox/call.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace chaos {

using laws::Dice;
using sandbox::Json;

/// The event when a request arrives, before it is answered.
struct Event {
    enum class Kind {
        kill_any,         ///< SIGKILL to any process of the run
        kill_run,         ///< SIGKILL to the entrypoint
        stop_run,         ///< SIGTERM to the entrypoint
        stop_any,         ///< SIGTERM to any process of the run
        jump,             ///< the clock of the day jumps by `number` seconds
        change_activate,  ///< a user changes something in ACTIVATE
        change_scim,      ///< a user adds or removes an unmanaged record
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
    std::size_t at_write = 0;  ///< the number of that write
    std::size_t changes = 0;   ///< changes in ACTIVATE before the run
    bool waits = true;  ///< the position at which the entrypoint was killed: the next run waits
                        ///< until its stages end
};

struct Schedule {
    /// Lasting properties of the services, which every run must handle.
    std::vector<Json> quirks{};
    /// NAME=value: settings of the tools.
    std::vector<std::string> settings{};
    std::vector<Disturbance> runs{};
};

[[nodiscard]] Schedule make_schedule(Dice& dice);

/// The schedule as text, for the report of a failure.
[[nodiscard]] std::string describe(const Disturbance& run);

}  // namespace chaos
