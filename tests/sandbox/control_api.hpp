// The control API below /sandbox, for tests: no authentication, never counted, never changed by
// faults.
#pragma once

#include "call.hpp"
#include "faults.hpp"
#include "fixture.hpp"

#include <map>
#include <string>

namespace sandbox {

/// Counts of requests since the start, or since the last DELETE /sandbox/requests.
struct RequestCounts {
    std::map<std::string, std::size_t> by_method{};
    std::size_t total = 0;
    std::size_t writes = 0;    ///< POST, PUT, PATCH, DELETE to CoreWeave's SCIM
    std::size_t activate = 0;  ///< to ACTIVATE, its SCIM included
    std::size_t scim = 0;      ///< to CoreWeave's SCIM

    void count(const Call& call);
};

/// Answers any request whose path begins with `sandbox`. Bad requests get 400 and a sentence.
[[nodiscard]] Answer answer_control(World& world,
                                    Faults& faults,
                                    RequestCounts& counts,
                                    const Call& call);

}  // namespace sandbox
