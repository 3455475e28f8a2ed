// One seed: disturbed runs of the complete pipeline, then quiet ones, and what must hold after
// each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace chaos {

/// What became of one seed.
struct Report {
    std::vector<std::string> violations{};  ///< laws that did not hold; empty: all did
    std::string story{};                    ///< the schedule and the ends of the runs, to read
    std::map<int, std::size_t> disturbed_statuses{};
    std::size_t quiet_runs = 0;
    std::size_t requests = 0;
    std::size_t faults = 0;
};

/// `folder` is used for everything that the run writes; logs and captures stay there.
[[nodiscard]] Report run_seed(std::uint64_t seed, const std::string& folder);

}  // namespace chaos
