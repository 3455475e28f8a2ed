// One seed: disturbed runs of the complete pipeline, then quiet ones, with the checks after each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace chaos {

/// The result of one seed.
struct Report {
    std::vector<std::string> violations{};  ///< laws that were broken; empty: none
    std::string story{};                    ///< the schedule and the ends of the runs, as text
    std::map<int, std::size_t> disturbed_statuses{};
    std::size_t quiet_runs = 0;
    std::size_t requests = 0;
    std::size_t faults = 0;
};

/// `folder` is used for all files of the run; logs and captures stay there.
[[nodiscard]] Report run_seed(std::uint64_t seed, const std::string& folder);

}  // namespace chaos
