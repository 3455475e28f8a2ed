#include "paging/list_walk.hpp"

#include "base/error.hpp"
#include "base/progress.hpp"

#include <algorithm>

namespace paging {

namespace {

// A server that filters after paging sends empty pages between full ones, but not this many.
constexpr std::size_t kMostBarren = 1'000;

}  // namespace

std::vector<std::size_t> ListWalk::take(const ListPage& page) {
    std::vector<std::size_t> fresh;
    const std::size_t met_before = walk_.met;
    // If a record on a page that was already read is deleted, later records shift up by one. The
    // first record of the next page is then skipped, although totalResults may still match.
    const bool says_nothing =
        page.ids.empty() && is_behind_the_last();  // some servers count only the rows of a page
    walk_.moved =
        walk_.moved || (walk_.total && page.total && *walk_.total != *page.total && !says_nothing);
    walk_.total = walk_.total ? walk_.total : page.total;
    if (overlaps() && std::find(page.ids.begin(), page.ids.end(), walk_.last) == page.ids.end()) {
        walk_.moved = true;
    }
    meet(page, fresh);
    progress::set({.step = what_, .done = walk_.met, .total = walk_.total.value_or(0)});
    offset_ = offset() + page.ids.size();
    ++walk_.pages;
    check_bounds(page);
    walk_.last = page.ids.empty() ? walk_.last : page.ids.back();
    walk_.barren = walk_.met == met_before ? walk_.barren + 1 : 0;

    // Some servers send a cursor with every page, even with the empty pages after the last.
    const bool behind_the_end = walk_.barren > 0 && walk_.total == walk_.met;
    if (!page.next_cursor.empty()) {
        if (behind_the_end || !follow(page.next_cursor)) {
            end_walk(false);
        }
    } else if (!cursor_.empty() || walk_.barren > 0 ||
               (offset_ >= walk_.total.value_or(0) && !page.may_be_cut)) {
        // The last page of its chain of cursors, or of the rows. A page without new rows is the
        // first page again, or the list repeats itself: paging would not end.
        end_walk(true);
    }
    return fresh;
}

void ListWalk::check_bounds(const ListPage& page) const {
    const auto fail = [&](ExitStatus status, const std::string& bound) {
        throw Error(status,
                    what_ + ": the list has no end: " + bound + " were read, and " +
                        std::to_string(walk_.met) +
                        " records came; ask for more records a page, or ask the operator of the "
                        "service");
    };
    if (walk_.pages > kMostPages) {
        fail(ExitStatus::unavailable, std::to_string(kMostPages) + " pages");
    }
    if (page.bytes > kMostBytes) {
        fail(ExitStatus::unavailable, std::to_string(kMostBytes >> 20U) + " MiB");
    }
    if (page.elapsed > kMostTime) {
        throw Error(ExitStatus::retry_later,
                    what_ + ": the list is not complete after " +
                        std::to_string(kMostTime.count()) + " s, and " + std::to_string(walk_.met) +
                        " records came; run again later, or ask for more records a page");
    }
}

void ListWalk::meet(const ListPage& page, std::vector<std::size_t>& fresh) {
    if (cursor_.empty() && page.begins_at && *page.begins_at != offset()) {
        return;  // not the requested page
    }
    for (std::size_t i = 0; i < page.ids.size(); ++i) {
        const auto [number, is_new] = ids_.add(page.ids[i]);
        if (is_new) {
            fresh.push_back(i);
            last_met_.push_back(0);
            contents_.push_back(page.contents.empty() ? 0 : page.contents[i]);
        } else {
            meet_again(page, i, number);
        }
        if (last_met_[number] != number_) {
            last_met_[number] = number_;
            ++walk_.met;
        }
    }
}

// Of two records with one id, or two states of one record, the first would be used: a user who was
// disabled meanwhile would keep access.
void ListWalk::meet_again(const ListPage& page, std::size_t place, std::size_t number) const {
    if (!page.contents.empty() && page.contents[place] != contents_[number]) {
        throw Error(ExitStatus::retry_later,
                    what_ + ": the record " + page.ids[place] +
                        " was returned twice with different contents: it changed while the list "
                        "was being read, or two records share this id; try again later");
    }
}

// False if the chain of cursors does not end: a cursor that was used before leads to the same pages
// again.
bool ListWalk::follow(const std::string& next_cursor) {
    cursor_ = next_cursor;
    return walk_.cursors.add(next_cursor).is_new && walk_.barren <= kMostBarren;
}

void ListWalk::end_walk(bool came_to_the_end) {
    const bool all_met = ids_.size() == walk_.met;
    if (!walk_.moved && all_met && (walk_.total ? *walk_.total == walk_.met : came_to_the_end)) {
        complete_ = true;
        return;
    }
    const bool changed = walk_.moved || !all_met;
    const auto came = std::to_string(walk_.met) + " different records came" +
                      (changed ? ", and it changed while it was read" : "");
    restart(walk_.total ? "totalResults is " + std::to_string(*walk_.total) +
                              (changed ? ", " : ", but ") + came
                        : "the server sends no totalResults, and " + came +
                              (came_to_the_end ? "" : "; paging did not terminate"));
}

void ListWalk::restart(const std::string& why) {
    if (--walks_left_ == 0) {
        throw Error(
            ExitStatus::retry_later,
            what_ + ": " + why + ", also when asked again (" + std::to_string(ids_.size()) +
                " in all): the list is moving or its paging does not work; run again later");
    }
    ++number_;
    walk_ = {};
    offset_ = 0;
    cursor_.clear();
}

}  // namespace paging
