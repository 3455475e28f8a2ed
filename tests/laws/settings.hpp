// The settings of a run of the laws, from the environment.
//
//     LAW_CASES=20000 ./law_tests             more cases than the 100 of a run before a commit
//     (scripts/test.sh --thorough: 1000) LAW_USERS=3 LAW_CASES=20000 ./law_tests small
//     organizations: a short case for what a large one showed LAW_SEED=1234 ./law_tests "a law" the
//     one case that failed
#pragma once

#include <cstdint>
#include <cstdlib>

namespace laws {

inline std::uint64_t setting(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr || *text == '\0' ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace laws
