#include "base/side_by_side.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

TEST_CASE("pieces of work run at the same time, each once") {
    constexpr std::size_t kPieces = 3;
    std::latch all_have_begun(kPieces);
    std::vector<int> calls(kPieces);
    side_by_side(kPieces, kPieces, [&](std::size_t at) {
        all_have_begun.arrive_and_wait();
        ++calls[at];
    });
    CHECK(calls == std::vector<int>{1, 1, 1});
}

TEST_CASE("with one thread, work is done in order, in the calling thread, up to the first error") {
    std::vector<std::size_t> order;
    const auto caller = std::this_thread::get_id();
    const auto error = caught([&] {
        side_by_side(4, 1, [&](std::size_t at) {
            CHECK(std::this_thread::get_id() == caller);
            order.push_back(at);
            if (at == 2) {
                throw Error(ExitStatus::bad_input, "the third");
            }
        });
    });
    CHECK(order == std::vector<std::size_t>{0, 1, 2});
    CHECK(error.says("the third"));
}

TEST_CASE("the error of the first piece that failed is rethrown, whichever failed earlier") {
    std::atomic<int> calls = 0;
    std::latch second_has_failed(1);
    const auto error = caught([&] {
        side_by_side(4, 2, [&](std::size_t at) {
            ++calls;
            if (at == 0) {
                second_has_failed.wait();
                throw Error(ExitStatus::bad_input, "the first");
            }
            if (at == 1) {
                second_has_failed.count_down();
                throw Error(ExitStatus::io_error, "the second");
            }
        });
    });
    CHECK(error.says("the first"));
    CHECK(calls == 4);
}

TEST_CASE("without work nothing is called") {
    const auto threads = GENERATE(0U, 1U, 2U);
    CHECK_NOTHROW(side_by_side(0, threads, [](std::size_t) { FAIL(); }));
}
