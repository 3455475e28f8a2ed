// Reads a paged list that may change while it is read, from a server whose totals may be wrong.
// Pure.
//
// A list is accepted when one pass over its pages returned as many distinct ids as totalResults. In
// that pass, totalResults must be the same on every page, and no id of an earlier pass may be
// missing. Otherwise the list is read again. After the last pass the run ends with `retry_later`,
// never with a shorter list: a user who is missing from a list loses access. Some servers report
// the length of a page as totalResults, so one more page is requested after a page that may be one
// of several. Rows are emitted when they are first seen. If a row is returned again with different
// contents, the run ends, because an emitted row cannot be withdrawn.
//
// Pages are requested by offset until the server sends a cursor (RFC 9865). After that, only its
// cursors are used, and totalResults may be missing: a pass that reaches the end of the cursors is
// accepted.
#pragma once

#include "base/id_table.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace paging {

/// The server's answer for one page.
struct ListPage {
    std::vector<std::string> ids{};
    std::optional<std::size_t> total{};      ///< of all pages
    std::optional<std::size_t> begins_at{};  ///< rows before this page, if the server reports them
    std::string next_cursor{};               ///< empty: the last page
    bool may_be_cut = false;  ///< more pages may follow, with any total: the page is as long as
                              ///< requested, or as long as the server's own limit
    std::vector<std::uint64_t> contents{};  ///< a hash of each row, to compare it with the same row
                                            ///< in another page; empty: not compared
    std::size_t bytes = 0;           ///< received for this list until now, all pages of all walks
    std::chrono::seconds elapsed{};  ///< until now, in which pages of this list were awaited
};

/// The limits for a list. A service that exceeds them has a fault, or needs larger pages.
inline constexpr std::size_t kMostPages = 10'000;  ///< of one walk
inline constexpr std::size_t kMostBytes = std::size_t{1} << 30U;
inline constexpr std::chrono::seconds kMostTime{900};

/// How the pages of the first walk follow one another. If a record on an earlier page is deleted
/// and another is added, the totals agree and one record is skipped. A page that begins with the
/// last row of the previous page reveals this. Some servers cannot do it, because they count pages
/// instead of rows. So if the first walk fails, the pages of the next walks do not overlap.
enum class Pages { end_to_end, overlapping };

class ListWalk {
  public:
    /// `what` is the name of the list in messages. Three walks are enough for a list that changes,
    /// and few for a server whose totals are wrong.
    explicit ListWalk(std::string what, Pages pages = Pages::end_to_end, int walks = 3)
        : what_(std::move(what)), pages_(pages), walks_left_(walks) {}

    /// The next page to request: by cursor() unless that is empty, otherwise by offset(), the rows
    /// to skip. The offset counts rows that were received, not rows that were requested.
    [[nodiscard]] const std::string& cursor() const { return cursor_; }
    [[nodiscard]] std::size_t offset() const { return overlaps() ? offset_ - 1 : offset_; }
    [[nodiscard]] bool complete() const { return complete_; }
    /// Whether the next page lies after the reported total: it should be empty, and it may be
    /// refused.
    [[nodiscard]] bool is_behind_the_last() const {
        return cursor_.empty() && offset_ > 0 && offset_ >= walk_.total.value_or(0);
    }
    /// Whether totalResults is credible as the total of the list: it was reported, and is more than
    /// a page.
    [[nodiscard]] bool has_sound_total() const { return walk_.total && walk_.pages > 1; }

    /// Takes the page that was requested. Returns the indexes in `page.ids` of rows that are new to
    /// the caller. Throws Error{retry_later} if the last walk failed, a row was returned again with
    /// different contents, or the list took too long; Error{unavailable} if it has too many pages
    /// or bytes.
    [[nodiscard]] std::vector<std::size_t> take(const ListPage& page);
    /// The server reports that this page does not exist. Throws like take().
    void take_nothing() { end_walk(true); }
    /// Begins again at the first page: this walk failed, or the server does not know its cursor any
    /// longer. Throws like take().
    void restart(const std::string& why);

    /// The ids of a complete list, numbered in the order in which take() returned them.
    [[nodiscard]] IdTable take_ids() && { return std::move(ids_); }

  private:
    void check_bounds(const ListPage& page) const;
    void meet(const ListPage& page, std::vector<std::size_t>& fresh);
    void meet_again(const ListPage& page, std::size_t place, std::size_t number) const;
    [[nodiscard]] bool overlaps() const {
        return pages_ == Pages::overlapping && number_ == 1 && offset_ > 0 && cursor_.empty();
    }
    [[nodiscard]] bool follow(const std::string& next_cursor);
    void end_walk(bool came_to_the_end);

    /// The state of one walk.
    struct Walk {
        std::optional<std::size_t> total{};  // on its first page
        bool moved = false;                  // another page had a different total
        std::size_t met = 0;                 // number of different ids
        std::size_t pages = 0;
        std::size_t barren = 0;  // pages in a row without new rows
        std::string last{};      // id of the last row
        IdTable cursors{};
    };

    std::string what_;
    Pages pages_;
    int walks_left_;
    std::uint8_t number_ = 1;  // of the walk
    Walk walk_{};
    std::size_t offset_ = 0;
    std::string cursor_{};
    IdTable ids_{};                         // seen in any walk
    std::vector<std::uint8_t> last_met_{};  // by number of the id: the last walk that saw it
    std::vector<std::uint64_t>
        contents_{};  // by number of the id: the hash of the row when it was emitted
    bool complete_ = false;
};

}  // namespace paging
