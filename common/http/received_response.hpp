// A response as it arrives: status lines, header lines and pieces of the body. Pure.
#pragma once

#include "http/transport.hpp"

#include <cstddef>
#include <string_view>

namespace http {

/// Collects one response. Not for use by two requests at once; clear() comes before each.
class ReceivedResponse {
  public:
    /// `max_body`: bytes; a longer body is rejected.
    explicit ReceivedResponse(std::size_t max_body) : max_body_(max_body) {}

    void clear();
    /// Takes a status line, a header line, or the empty line after them, with its line end. A
    /// status line begins a new response: the previous one was interim (1xx) or that of a proxy.
    /// Headers after the first 100 are dropped.
    void add_line(std::string_view line);
    /// Appends a piece of the body. If the body would become longer than `max_body`, nothing is
    /// appended and the result is false.
    [[nodiscard]] bool add_body(std::string_view piece);

    [[nodiscard]] bool is_too_large() const { return is_too_large_; }
    [[nodiscard]] std::size_t max_body() const { return max_body_; }
    /// Moves out the response that was collected, with that status.
    [[nodiscard]] Response take(int status);

  private:
    std::size_t max_body_;
    bool is_too_large_ = false;
    Response response_{};
};

}  // namespace http
