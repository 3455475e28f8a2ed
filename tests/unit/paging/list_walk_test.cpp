#include "paging/list_walk.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

using paging::ListWalk;
using Page = paging::ListPage;  // what a server answers for one page

namespace {

using Texts = std::vector<std::string>;

/// Walks a list to its end and counts the pages. Throws what the walk throws; fails when there is
/// no end.
struct Walked {
    Texts ids{};
    std::size_t pages = 0;
};

Walked walk(const std::function<Page(std::size_t offset, std::size_t page)>& server,
            ListWalk list = ListWalk("things")) {
    Walked walked;
    while (!list.complete()) {
        REQUIRE(walked.pages < 1000);
        const auto page = server(list.offset(), walked.pages);
        ++walked.pages;
        for (const auto place : list.take(page)) {
            walked.ids.push_back(page.ids.at(place));
        }
    }
    return walked;
}

/// `size` rows of `all` behind `offset`.
Texts slice(const Texts& all, std::size_t offset, std::size_t size) {
    const auto begin = std::min(offset, all.size());
    const auto end = std::min(begin + size, all.size());
    return {all.begin() + static_cast<std::ptrdiff_t>(begin),
            all.begin() + static_cast<std::ptrdiff_t>(end)};
}

Texts numbered(std::size_t count) {
    Texts ids;
    for (std::size_t i = 0; i < count; ++i) {
        ids.push_back("id-" + std::to_string(i));
    }
    return ids;
}

Texts sorted(Texts ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
}

}  // namespace

TEST_CASE("an empty list is complete after one page") {
    const auto walked = walk([](std::size_t, std::size_t) { return Page{.total = 0}; });
    CHECK(walked.ids.empty());
    CHECK(walked.pages == 1);
}

TEST_CASE("a list that stands still is walked once, whatever the size of its pages") {
    const auto size = GENERATE(std::size_t{1}, std::size_t{3}, std::size_t{7}, std::size_t{100});
    const auto all = numbered(7);
    const auto walked = walk([&](std::size_t offset, std::size_t) {
        return Page{slice(all, offset, size), all.size(), offset};
    });
    CHECK(walked.ids == all);
    CHECK(walked.pages == (all.size() + size - 1) / size);
}

TEST_CASE("the next page begins behind what was received, not behind what was asked for") {
    std::vector<std::size_t> offsets;
    const auto all = numbered(10);
    const auto walked = walk([&](std::size_t offset, std::size_t page) {
        offsets.push_back(offset);
        return Page{slice(all, offset, page == 1 ? 1 : 4), all.size(), {}};
    });
    CHECK(walked.ids == all);
    CHECK(offsets == std::vector<std::size_t>{0, 4, 5, 9});
}

TEST_CASE("a row that slipped between two pages is found in a second walk") {
    // Between the pages the first row moves to the end, and "id-3" to where nobody looks any more.
    const Texts before = numbered(6);
    Texts after(before.begin() + 1, before.end());
    after.push_back(before.front());
    const auto walked = walk([&](std::size_t offset, std::size_t page) {
        return Page{slice(page == 0 ? before : after, offset, 3), 6, offset};
    });
    CHECK(sorted(walked.ids) == sorted(before));
    CHECK(walked.pages == 4);
}

TEST_CASE("a newcomer between two pages shifts a row into view again, and a second walk adds up") {
    const Texts before = numbered(5);
    Texts after{"new"};
    after.insert(after.end(), before.begin(), before.end());
    const auto walked = walk([&](std::size_t offset, std::size_t page) {
        const auto& now = page == 0 ? before : after;
        return Page{slice(now, offset, 3), now.size(), offset};
    });
    CHECK(sorted(walked.ids) == sorted(after));
    CHECK(walked.ids.size() == after.size());
}

TEST_CASE("each row is new to the caller once, also over several walks") {
    const auto all = numbered(4);
    const auto walked = walk([&](std::size_t offset, std::size_t page) {
        return Page{slice(all, offset, 2), page < 2 ? all.size() + 1 : all.size(), {}};
    });
    CHECK(walked.ids == all);
    CHECK(walked.pages > 2);
}

TEST_CASE("a list that shrank behind what was read is complete with who is left") {
    const auto all = numbered(6);
    const auto walked = walk([&](std::size_t offset, std::size_t page) {
        const auto now = page == 0 ? all : slice(all, 0, 4);
        return Page{slice(now, offset, 3), now.size(), offset};
    });
    CHECK(walked.ids == slice(all, 0, 4));
}

TEST_CASE("numbers that agree are not believed when somebody vanished from a page already read") {
    // Page one is 0 1 2 of six. 0 is deleted, 3 moves up to where nobody looks, page two is 4 5 of
    // five: five met, five there.
    const auto error = caught([] {
        const auto all = numbered(6);
        (void)walk([&](std::size_t offset, std::size_t page) {
            const auto now = page == 0 ? all : slice(all, 1, 5);
            return Page{slice(now, offset, 3), now.size(), offset};
        });
    });
    CHECK(error.status == ExitStatus::retry_later);
}

TEST_CASE("a list whose total is never reached ends in retry_later and says both numbers") {
    const auto error = caught([] {
        (void)walk([](std::size_t offset, std::size_t) {
            return Page{slice(numbered(5), offset, 3), 9, offset};
        });
    });
    CHECK(error.status == ExitStatus::retry_later);
    CHECK(error.says("things"));
    CHECK(error.says("9"));
    CHECK(error.says("5"));
}

TEST_CASE("a total below what came ends in retry_later") {
    const auto error = caught([] {
        (void)walk([](std::size_t offset, std::size_t) {
            return Page{slice(numbered(5), offset, 5), 3, offset};
        });
    });
    CHECK(error.status == ExitStatus::retry_later);
}

TEST_CASE("rows and a total of zero do not go together") {
    CHECK(caught([] {
              (void)walk([](std::size_t, std::size_t) { return Page{{"a"}, 0, {}}; });
          }).status == ExitStatus::retry_later);
}

TEST_CASE("a total without rows does not go together either") {
    CHECK(caught([] {
              (void)walk([](std::size_t, std::size_t) { return Page{{}, 3, {}}; });
          }).status == ExitStatus::retry_later);
}

TEST_CASE("a server that serves the first page for ever is left, whatever its total") {
    const auto total = GENERATE(std::size_t{3}, std::size_t{100});
    std::size_t pages = 0;
    const auto error = caught([&] {
        (void)walk([&](std::size_t, std::size_t page) {
            pages = page;
            return Page{numbered(2), total, {}};
        });
    });
    CHECK(error.status == ExitStatus::retry_later);
    CHECK(pages < 10);
}

TEST_CASE("a page that is the first page again past the end adds nobody twice") {
    const auto all = numbered(3);
    const auto walked = walk([&](std::size_t offset, std::size_t) {
        return Page{offset >= all.size() ? all : slice(all, offset, 2), all.size(), {}};
    });
    CHECK(walked.ids == all);
}

TEST_CASE("repeated rows in one page count once") {
    const auto walked = walk([](std::size_t, std::size_t) {
        return Page{{"a", "b", "a", "a"}, 2, {}};
    });
    CHECK(walked.ids == Texts{"a", "b"});
}

TEST_CASE("a list that holds one id twice and counts it twice is not believed") {
    CHECK(caught([] {
              (void)walk([](std::size_t offset, std::size_t) {
                  return Page{offset == 0 ? Texts{"a", "b", "a"} : Texts{}, 3, {}};
              });
          }).status == ExitStatus::retry_later);
}

TEST_CASE("a page that begins elsewhere than asked for is not counted") {
    const auto all = numbered(4);
    SECTION("and when that passes, the list is whole") {
        const auto walked = walk([&](std::size_t offset, std::size_t page) {
            return Page{slice(all, offset, 2), all.size(), page == 1 ? 0 : offset};
        });
        CHECK(walked.ids == all);
    }
    SECTION("and when it does not, the run ends") {
        CHECK(caught([&] {
                  (void)walk([&](std::size_t offset, std::size_t) {
                      return Page{slice(all, offset, 2), all.size(), std::size_t{0}};
                  });
              }).status == ExitStatus::retry_later);
    }
}

TEST_CASE("the number of walks is what was asked for") {
    const int walks = GENERATE(1, 2, 5);
    ListWalk list("things", paging::Pages::end_to_end, walks);
    int taken = 0;
    const auto error = caught([&] {
        while (taken < 100) {
            ++taken;
            (void)list.take({.ids = {"a"}, .total = 2});
            (void)list.take({.total = 2});
        }
    });
    CHECK(error.status == ExitStatus::retry_later);
    CHECK(taken == walks);
}

namespace {

/// A server with cursors: "c4" is the page that begins with the fourth row after the first.
struct Cursors {
    Texts all{};
    std::size_t size = 2;
    bool names_total = true;

    [[nodiscard]] Page page(const std::string& cursor) const {
        const auto begin = cursor.empty() ? 0 : std::stoul(cursor.substr(1));
        Page page{.ids = slice(all, begin, size)};
        if (names_total) {
            page.total = all.size();
        }
        if (begin + size < all.size()) {
            page.next_cursor = "c" + std::to_string(begin + size);
        }
        return page;
    }
};

/// Asks by cursor alone; `spoil` may change each page before it is taken.
Walked walk_cursors(const Cursors& server,
                    const std::function<void(Page& page, std::size_t number)>& spoil = {}) {
    ListWalk list("things");
    Walked walked;
    while (!list.complete()) {
        REQUIRE(walked.pages < 10'000);
        auto page = server.page(list.cursor());
        if (spoil) {
            spoil(page, walked.pages);
        }
        ++walked.pages;
        for (const auto place : list.take(page)) {
            walked.ids.push_back(page.ids.at(place));
        }
    }
    return walked;
}

}  // namespace

TEST_CASE("a server that sends a cursor unasked is followed by its cursors to their end") {
    const auto walked = walk_cursors({numbered(7)});
    CHECK(walked.ids == numbered(7));
    CHECK(walked.pages == 4);
}

TEST_CASE("with cursors the total may be missing: the end of the chain is the end of the list") {
    const auto walked = walk_cursors({numbered(7), 2, false});
    CHECK(walked.ids == numbered(7));
    CHECK(walked.pages == 4);
}

TEST_CASE("with neither a total nor a cursor, the first page is the last") {
    const auto walked = walk_cursors({numbered(2), 2, false});
    CHECK(walked.ids == numbered(2));
    CHECK(walked.pages == 1);
}

TEST_CASE("where a page begins does not matter once there are cursors") {
    const auto walked =
        walk_cursors({numbered(5)}, [](Page& page, std::size_t) { page.begins_at = 0; });
    CHECK(walked.ids == numbered(5));
}

TEST_CASE("a chain of cursors that ends before the total is not believed") {
    const auto error = caught([] {
        (void)walk_cursors({numbered(7)}, [](Page& page, std::size_t number) {
            if (number % 2 == 1) {
                page.next_cursor.clear();
            }
        });
    });
    CHECK(error.status == ExitStatus::retry_later);
    CHECK(error.says("there are 7"));
}

TEST_CASE("a cursor that comes a second time ends the walk") {
    const bool names_total = GENERATE(true, false);
    std::size_t pages = 0;
    const auto error = caught([&] {
        (void)walk_cursors({numbered(7), 2, names_total}, [&](Page& page, std::size_t number) {
            page.next_cursor = "c2";
            pages = number;
        });
    });
    CHECK(error.status == ExitStatus::retry_later);
    CHECK(pages < 10);
}

TEST_CASE("a cursor behind the last page does no harm where the total is known") {
    const auto walked = walk_cursors({numbered(4)}, [](Page& page, std::size_t number) {
        page.next_cursor = "c" + std::to_string(2 * (number + 1));
    });
    CHECK(walked.ids == numbered(4));
    CHECK(walked.pages <= 4);
}

TEST_CASE("empty pages between full ones are passed over") {
    const auto walked = walk_cursors({numbered(6), 2, false}, [](Page& page, std::size_t number) {
        if (number == 1) {  // filtered after paging; the rows come with the next one
            page.ids.clear();
            page.next_cursor = "c02";
        }
    });
    CHECK(walked.ids == numbered(6));
}

TEST_CASE("cursors without end, each new, end with retry_later") {
    std::size_t pages = 0;
    const auto error = caught([&] {
        (void)walk_cursors({numbered(2), 2, false}, [&](Page& page, std::size_t number) {
            page.next_cursor = std::string(number + 1, '0').insert(0, "c");
            pages = number;
        });
    });
    CHECK(error.status == ExitStatus::retry_later);
    CHECK(error.says("came to no end"));
    CHECK(pages < 9'000);
}

TEST_CASE(
    "a walk whose cursor has expired begins again at the first page, and nobody comes twice") {
    const auto all = numbered(6);
    const Cursors server{all};
    ListWalk list("things");
    Texts ids;
    for (int page = 0; !list.complete(); ++page) {
        REQUIRE(page < 20);
        if (page == 2) {
            list.restart("HTTP 400 (expiredCursor)");
            CHECK(list.cursor().empty());
            CHECK(list.offset() == 0);
        }
        const auto now = server.page(list.cursor());
        for (const auto place : list.take(now)) {
            ids.push_back(now.ids.at(place));
        }
    }
    CHECK(ids == all);
}

TEST_CASE("cursors that always expire end with retry_later and the server's words") {
    const auto error = caught([] {
        ListWalk list("things");
        for (int i = 0; i < 10; ++i) {
            (void)list.take({.ids = {"a"}, .total = 3, .next_cursor = "c"});
            list.restart("HTTP 400 (expiredCursor)");
        }
    });
    CHECK(error.status == ExitStatus::retry_later);
    CHECK(error.says("expiredCursor"));
}

TEST_CASE("the ids of a whole list are numbered in the order in which they came") {
    ListWalk list("things");
    (void)list.take({.ids = {"b", "a"}, .total = 3});
    (void)list.take({.ids = {"a", "c"}, .total = 3});
    REQUIRE(list.complete());
    const auto ids = std::move(list).take_ids();
    CHECK(ids.size() == 3);
    CHECK(ids.find("b") == 0U);
    CHECK(ids.find("a") == 1U);
    CHECK(ids.find("c") == 2U);
    CHECK_FALSE(ids.find("d"));
}

TEST_CASE("whatever a server answers, a walk ends: whole, or with retry_later") {
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
    "a list that moves: where overlapping pages are believed, nobody who was there all the time is "
    "missing") {
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
