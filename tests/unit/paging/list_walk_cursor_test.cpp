// Lists whose pages follow by cursors (RFC 9865).

#include "paging/list_walk.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/walked_list.hpp"

#include <functional>
#include <string>

using namespace walked_list;

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

/// Requests pages by cursor only; `spoil` may change each page before it is taken.
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

TEST_CASE("cursors that were not requested are followed to their end") {
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

TEST_CASE("startIndex is ignored once there are cursors") {
    const auto walked =
        walk_cursors({numbered(5)}, [](Page& page, std::size_t) { page.begins_at = 0; });
    CHECK(walked.ids == numbered(5));
}

TEST_CASE("a chain of cursors that ends before the total is not accepted") {
    const auto error = caught([] {
        (void)walk_cursors({numbered(7)}, [](Page& page, std::size_t number) {
            if (number % 2 == 1) {
                page.next_cursor.clear();
            }
        });
    });
    CHECK(error.status == ExitStatus::retry_later);
    CHECK(error.says("totalResults is 7"));
}

TEST_CASE("a cursor that is returned a second time ends the walk") {
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

TEST_CASE("a cursor after the last page does no harm if the total is known") {
    const auto walked = walk_cursors({numbered(4)}, [](Page& page, std::size_t number) {
        page.next_cursor = "c" + std::to_string(2 * (number + 1));
    });
    CHECK(walked.ids == numbered(4));
    CHECK(walked.pages <= 4);
}

TEST_CASE("empty pages between full ones are skipped") {
    const auto walked = walk_cursors({numbered(6), 2, false}, [](Page& page, std::size_t number) {
        if (number == 1) {  // filtered after paging; the rows are on the next page
            page.ids.clear();
            page.next_cursor = "c02";
        }
    });
    CHECK(walked.ids == numbered(6));
}

TEST_CASE("cursors without end, each of them new, end with retry_later") {
    std::size_t pages = 0;
    const auto error = caught([&] {
        (void)walk_cursors({numbered(2), 2, false}, [&](Page& page, std::size_t number) {
            page.next_cursor = std::string(number + 1, '0').insert(0, "c");
            pages = number;
        });
    });
    CHECK(error.status == ExitStatus::retry_later);
    CHECK(error.says("did not terminate"));
    CHECK(pages < 9'000);
}

TEST_CASE(
    "after an expired cursor, the walk begins again at the first page, and each row is emitted "
    "once") {
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

TEST_CASE("cursors that always expire end with retry_later and the server's message") {
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

TEST_CASE("a list has at most 10,000 pages, 1 GiB and 900 s") {
    const auto endless = [](std::size_t bytes, std::chrono::seconds elapsed) {
        return caught([=] {
            ListWalk list("things");
            for (std::size_t page = 0; page < 20'000; ++page) {
                const auto name = std::to_string(page);
                (void)list.take({.ids = {"id-" + name},
                                 .next_cursor = "c-" + name,
                                 .bytes = bytes * page,
                                 .elapsed = elapsed * page});
            }
        });
    };
    const auto pages = endless(0, {});
    CHECK(pages.status == ExitStatus::unavailable);
    CHECK(pages.says("things: the list has no end: 10000 pages were read, and 10001 records came"));
    const auto bytes = endless(std::size_t{1} << 20U, {});
    CHECK(bytes.status == ExitStatus::unavailable);
    CHECK(bytes.says("1024 MiB were read, and 1026 records came"));
    const auto time = endless(0, std::chrono::seconds(100));
    CHECK(time.status == ExitStatus::retry_later);
    CHECK(time.says("not complete after 900 s, and 11 records came"));
}
