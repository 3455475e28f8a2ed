// Decides whether a 401 or 403 concerns the credential and ends the run, or concerns one user or
// group.
#pragma once

#include "http/transport.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace activate {

/// The remedy if the answer about one user or group is 403.
inline constexpr const char* kOneForbidden =
    "; if the others can be read, ask ACTIVATE's support why this one may not be";

/// Counts the answers to requests of one kind, each about one user or group. A 401 ends the run. A
/// 403 ends it only if all of the first answers but one were 403. Then the credential may read
/// nothing of that kind, except perhaps that of its own user.
class Refusals {
  public:
    static constexpr std::size_t kMostForbidden = 10;
    static constexpr std::size_t kMostOfOneself = 1;

    /// `kind` is what the requests ask for.
    explicit Refusals(std::string kind) : kind_(std::move(kind)) {}

    /// Counts an answer. `what` identifies its user or group. Throws Error{denied}.
    void see(const std::string& what, const http::Result& result);
    /// After the last answer. Throws Error{denied} if all were 403.
    void check() const;

  private:
    [[noreturn]] void deny() const;

    std::string kind_;
    std::string last_{};
    std::size_t forbidden_ = 0;
    std::size_t others_ = 0;  // answers that were not 403
};

}  // namespace activate
