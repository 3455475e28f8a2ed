// Lists of servers that answer at random: each walk ends, and no list is short.

#include "paging/list_walk.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/walked_list.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>

using namespace walked_list;

TEST_CASE("after any answers of a server, a walk ends: complete, or with retry_later") {
    const auto seed = GENERATE(range(1U, 501U));
    std::mt19937 dice(seed);
    INFO("seed " << seed);
    std::set<std::string> served;
    std::set<std::size_t> totals;
    bool page_without_total = false;
    std::optional<Walked> walked;
    const auto pages = dice() % 2 == 0 ? paging::Pages::overlapping : paging::Pages::end_to_end;
    const auto error = caught([&] {
        const auto answer = [&](std::size_t offset, std::size_t) {
            Page page;
            for (auto rows = dice() % 4; rows > 0; --rows) {
                page.ids.push_back("id-" + std::to_string(dice() % 6));
                served.insert(page.ids.back());
            }
            page.contents.assign(dice() % 2 == 0 ? page.ids.size() : 0, 7);
            page.may_be_cut = dice() % 4 == 0;
            page_without_total = page_without_total || dice() % 8 == 0;
            if (!page_without_total) {
                page.total = *totals.insert(dice() % 6).first;
            }
            if (dice() % 4 == 0) {
                page.begins_at = dice() % 2 == 0 ? offset : dice() % 6;
            }
            if (dice() % 4 == 0) {
                page.next_cursor = "c" + std::to_string(dice() % 6);
            }
            return page;
        };
        walked = walk(answer, ListWalk("things", pages));
    });
    CHECK((error.status == ExitStatus::ok || error.status == ExitStatus::retry_later));
    if (walked) {
        const std::set<std::string> unique(walked->ids.begin(), walked->ids.end());
        CHECK(unique.size() == walked->ids.size());
        CHECK((totals.empty() || page_without_total || totals.contains(unique.size())));
    }
}

TEST_CASE(
    "a list that changes: if overlapping pages are accepted, no record that stayed is missing") {
    const auto seed = GENERATE(range(1U, 1001U));
    std::mt19937 dice(seed);
    INFO("seed " << seed);
    Texts now = numbered(3 + dice() % 10);
    std::set<std::string> all_the_time(now.begin(), now.end());
    const std::size_t cap = 2 + dice() % 4;
    const bool names_total = dice() % 4 != 0;
    const auto move = [&] {
        for (auto changes = dice() % 3; changes > 0; --changes) {
            if (dice() % 2 == 0 && !now.empty()) {
                const auto gone = now.begin() + static_cast<std::ptrdiff_t>(dice() % now.size());
                all_the_time.erase(*gone);
                now.erase(gone);
            } else {
                now.push_back("new-" + std::to_string(dice()));
            }
        }
    };
    std::optional<Walked> walked;
    (void)caught([&] {
        const auto answer = [&](std::size_t offset, std::size_t page) {
            if (page > 0 && dice() % 2 == 0) {
                move();
            }
            Page answered{.ids = slice(now, offset, cap)};
            answered.total = names_total ? std::optional(now.size()) : std::nullopt;
            answered.may_be_cut = !names_total || answered.ids.size() == cap;
            return answered;
        };
        walked = walk(answer, ListWalk("things", paging::Pages::overlapping, 1));
    });
    if (walked) {
        for (const auto& id : all_the_time) {
            CHECK(std::count(walked->ids.begin(), walked->ids.end(), id) == 1);
        }
    }
}
