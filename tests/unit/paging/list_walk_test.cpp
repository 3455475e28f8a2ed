// Lists with pages by offset: complete, or the run ends with retry_later.

#include "paging/list_walk.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/walked_list.hpp"

#include <utility>
#include <vector>

using namespace walked_list;

TEST_CASE("an empty list is complete after one page") {
    const auto walked = walk([](std::size_t, std::size_t) { return Page{.total = 0}; });
    CHECK(walked.ids.empty());
    CHECK(walked.pages == 1);
}

TEST_CASE("a list that does not change is walked once, with pages of any size") {
    const auto size = GENERATE(std::size_t{1}, std::size_t{3}, std::size_t{7}, std::size_t{100});
    const auto all = numbered(7);
    const auto walked = walk([&](std::size_t offset, std::size_t) {
        return Page{slice(all, offset, size), all.size(), offset};
    });
    CHECK(walked.ids == all);
    CHECK(walked.pages == (all.size() + size - 1) / size);
}

TEST_CASE("the next page begins after the received rows, not after the requested ones") {
    std::vector<std::size_t> offsets;
    const auto all = numbered(10);
    const auto walked = walk([&](std::size_t offset, std::size_t page) {
        offsets.push_back(offset);
        return Page{slice(all, offset, page == 1 ? 1 : 4), all.size(), {}};
    });
    CHECK(walked.ids == all);
    CHECK(offsets == std::vector<std::size_t>{0, 4, 5, 9});
}

TEST_CASE("a row that was skipped between two pages is found in a second walk") {
    // Between the pages the first row moves to the end, and "id-3" to a page that was read already.
    const Texts before = numbered(6);
    Texts after(before.begin() + 1, before.end());
    after.push_back(before.front());
    const auto walked = walk([&](std::size_t offset, std::size_t page) {
        return Page{slice(page == 0 ? before : after, offset, 3), 6, offset};
    });
    CHECK(sorted(walked.ids) == sorted(before));
    CHECK(walked.pages == 4);
}

TEST_CASE("a new row between two pages makes a row appear twice, and a second walk succeeds") {
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

TEST_CASE("each row is new to the caller once, even over several walks") {
    const auto all = numbered(4);
    const auto walked = walk([&](std::size_t offset, std::size_t page) {
        return Page{slice(all, offset, 2), page < 2 ? all.size() + 1 : all.size(), {}};
    });
    CHECK(walked.ids == all);
    CHECK(walked.pages > 2);
}

TEST_CASE(
    "if rows after the current page are deleted, the list is complete with the remaining ones") {
    const auto all = numbered(6);
    const auto walked = walk([&](std::size_t offset, std::size_t page) {
        const auto now = page == 0 ? all : slice(all, 0, 4);
        return Page{slice(now, offset, 3), now.size(), offset};
    });
    CHECK(walked.ids == slice(all, 0, 4));
}

TEST_CASE("equal totals are not accepted if a row was deleted from a page that was read already") {
    // Page one is 0 1 2 of six. 0 is deleted, 3 moves to a page that was read already, page two is
    // 4 5 of five: five were seen, and five exist.
    const auto error = caught([] {
        const auto all = numbered(6);
        (void)walk([&](std::size_t offset, std::size_t page) {
            const auto now = page == 0 ? all : slice(all, 1, 5);
            return Page{slice(now, offset, 3), now.size(), offset};
        });
    });
    CHECK(error.status == ExitStatus::retry_later);
}

TEST_CASE("a list whose total is never reached ends with retry_later and both numbers") {
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

TEST_CASE("a total below the number of rows ends with retry_later") {
    const auto error = caught([] {
        (void)walk([](std::size_t offset, std::size_t) {
            return Page{slice(numbered(5), offset, 5), 3, offset};
        });
    });
    CHECK(error.status == ExitStatus::retry_later);
}

TEST_CASE("a page with rows and a total of zero is rejected") {
    CHECK(caught([] {
              (void)walk([](std::size_t, std::size_t) { return Page{{"a"}, 0, {}}; });
          }).status == ExitStatus::retry_later);
}

TEST_CASE("a total without rows is rejected") {
    CHECK(caught([] {
              (void)walk([](std::size_t, std::size_t) { return Page{{}, 3, {}}; });
          }).status == ExitStatus::retry_later);
}

TEST_CASE("a server that returns the first page for ever is given up, with any total") {
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

TEST_CASE("a page past the end that is the first page again adds no row twice") {
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

TEST_CASE("a list that has one id twice and counts it twice is not accepted") {
    CHECK(caught([] {
              (void)walk([](std::size_t offset, std::size_t) {
                  return Page{offset == 0 ? Texts{"a", "b", "a"} : Texts{}, 3, {}};
              });
          }).status == ExitStatus::retry_later);
}

TEST_CASE("a page that begins elsewhere than requested is not counted") {
    const auto all = numbered(4);
    SECTION("if the next walk is correct, the list is complete") {
        const auto walked = walk([&](std::size_t offset, std::size_t page) {
            return Page{slice(all, offset, 2), all.size(), page == 1 ? 0 : offset};
        });
        CHECK(walked.ids == all);
    }
    SECTION("if it is not, the run ends") {
        CHECK(caught([&] {
                  (void)walk([&](std::size_t offset, std::size_t) {
                      return Page{slice(all, offset, 2), all.size(), std::size_t{0}};
                  });
              }).status == ExitStatus::retry_later);
    }
}

TEST_CASE("the number of walks is the given one") {
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

TEST_CASE("the ids of a complete list are numbered in the order of the rows") {
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
