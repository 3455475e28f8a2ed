// Reading a paged list that may move while it is read, from a server that may be wrong about it. Pure.
//
// A list is believed when one walk over its pages met as many different ids as the server says there are, said so on each page, and
// nothing met in an earlier walk is missing from it. Otherwise it is walked again; after the last walk the run ends with `retry_later`, never with
// a shorter list: whoever is missing from a list loses access.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace identity {

class ListWalk {
 public:
    /// `what` names the list in messages. Three walks are enough for a list that moves, and few for a server that lies.
    explicit ListWalk(std::string what, int walks = 3) : what_(std::move(what)), walks_left_(walks) {}

    /// How many rows to skip for the next page. Pages are walked by what was received, never by what was asked for.
    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] bool complete() const { return complete_; }

    /// Takes the page at offset(): the ids of its rows, the server's total, and where the server says the page begins (if it does).
    /// Returns the places in `ids` of rows not met before: these are new to the caller. Throws Error{retry_later} when the
    /// last walk did not add up.
    [[nodiscard]] std::vector<std::size_t> take(const std::vector<std::string>& ids,
                                                std::size_t total,
                                                std::optional<std::size_t> begins_at = std::nullopt);

 private:
    void end_walk(std::size_t total);

    std::string what_;
    int walks_left_;
    int walk_ = 1;
    std::size_t offset_ = 0;
    std::optional<std::size_t> total_{};             // as the first page of this walk said
    bool moved_ = false;                             // another page of this walk said otherwise
    std::size_t met_ = 0;                            // different ids in this walk
    std::unordered_map<std::string, int> last_met_;  // id -> the last walk that met it
    bool complete_ = false;
};

}  // namespace identity
