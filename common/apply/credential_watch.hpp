// Decides whether a 401 or 403 concerns the credential and ends the run, or concerns one record.
// Pure.
#pragma once

#include "base/error.hpp"
#include "http/transport.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace apply {

/// A 401 ends the run. A 403 may concern one record, so it ends the run only if the first writes
/// were all answered with 403: then the token may not write at all.
class CredentialWatch {
  public:
    static constexpr std::size_t kMostForbidden = 10;

    /// `hint` is the remedy if the credential is refused.
    explicit CredentialWatch(std::string hint) : hint_(std::move(hint)) {}

    // Counts the answer to a request. `what` identifies its record in messages. True if the answer
    // ends the run.
    bool read(const std::string& what, const http::Result& result);
    bool wrote(const std::string& what, const http::Result& result);

    /// Error{denied}; nullopt as long as the credential is not refused.
    [[nodiscard]] const std::optional<Error>& ended_by() const { return ended_by_; }

  private:
    bool end(const std::string& sentence);

    std::string hint_;
    std::size_t forbidden_ = 0;
    bool has_written_ = false;  // a write got an answer other than 403
    std::optional<Error> ended_by_{};
};

}  // namespace apply
