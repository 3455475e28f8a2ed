// Lists whose pages are asked for by offset: complete, or the run ends with retry_later.

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

TEST_CASE("a list that stands still is walked once, with pages of any size") {
    const auto size = GENERATE(std::size_t{1}, std::size_t{3}, std::size_t{7}, std::size_t{100});
    const auto all = numbered(7);
    const auto walked = walk([&](std::size_t offset, std::size_t) {
        return Page{slice(all, offset, size), all.size(), offset};
    });
    CHECK(walked.ids == all);
    CHECK(walked.pages == (all.size() + size - 1) / size);
}

TEST_CASE("the next page begins after what was received, not after what was asked for") {
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
    // Between the pages the first row moves to the end, and "id-3" to where no request looks any
    // more.
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

TEST_CASE("a list that shrank after what was read is complete with who is left") {
    const auto all = numbered(6);
    const auto walked = walk([&](std::size_t offset, std::size_t page) {
        const auto now = page == 0 ? all : slice(all, 0, 4);
        return Page{slice(now, offset, 3), now.size(), offset};
    });
    CHECK(walked.ids == slice(all, 0, 4));
}

TEST_CASE("numbers that agree are not believed when a user vanished from a page already read") {
    // Page one is 0 1 2 of six. 0 is deleted, 3 moves up to where no request looks, page two is 4 5
    // of five: five met, five there.
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

TEST_CASE("a server that serves the first page for ever is left, with any total") {
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

TEST_CASE("a page that is the first page again past the end adds no user twice") {
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
    SECTION("and when that passes, the list is complete") {
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

TEST_CASE("the ids of a complete list are numbered in the order in which they came") {
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
