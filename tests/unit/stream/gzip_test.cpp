// Gzip data as an input: from files and pipes, complete, damaged and cut off.

#include "stream/gzip.hpp"

#include "stream/jsonl.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/lines.hpp"
#include "support/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cstddef>
#include <string>
#include <thread>

namespace {

std::string gzipped(const std::string& text) {
    std::string packed(compressBound(text.size()) + 64, '\0');
    z_stream state{};
    REQUIRE(deflateInit2(&state, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string input = text;
    state.next_in = reinterpret_cast<Bytef*>(input.data());
    state.avail_in = static_cast<uInt>(input.size());
    state.next_out = reinterpret_cast<Bytef*>(packed.data());
    state.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(deflate(&state, Z_FINISH) == Z_STREAM_END);
    packed.resize(state.total_out);
    deflateEnd(&state);
    return packed;
}

// `count` lines that do not compress to nothing.
std::string lines_of(int count) {
    std::string text;
    for (int n = 0; n < count; ++n) {
        text += "{\"n\":" + std::to_string(n * 7'919 % 10'007) + "}\n";
    }
    return text;
}

// A pipe that `content` comes through, some bytes at a time.
class Pipe {
  public:
    Pipe(std::string content, std::size_t step) {
        REQUIRE(pipe(ends_.data()) == 0);
        writer_ = std::thread([content = std::move(content), step, end = ends_[1]] {
            for (std::size_t at = 0; at < content.size(); at += step) {
                const auto size = std::min(step, content.size() - at);
                if (write(end, content.data() + at, size) < 0) {
                    break;
                }
            }
            close(end);
        });
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        close(ends_[0]);
        writer_.join();
    }

    [[nodiscard]] std::string name() const { return "/dev/fd/" + std::to_string(ends_[0]); }

  private:
    std::array<int, 2> ends_{};
    std::thread writer_{};
};

}  // namespace

TEST_CASE("a gzip file is read as its plain text, twice if that is wanted") {
    const TemporaryFolder folder;
    auto input = stream::open_input(folder.file("lines", gzipped(lines_of(200'000))), true);
    CHECK(read_all(input) == 200'000);
    input.rewind();
    REQUIRE(input.line() == "{\"n\":0}");
    const auto first = input.offset();
    REQUIRE(input.line() == "{\"n\":7919}");
    CHECK(input.again(first) == "{\"n\":0}");
}

TEST_CASE("gzip data of several members is their texts, one after the other") {
    const TemporaryFolder folder;
    auto input = stream::open_input(
        folder.file("lines", gzipped("{\"n\":1}\n") + gzipped("") + gzipped("{\"n\":2}\n")), false);
    REQUIRE(input.line() == "{\"n\":1}");
    REQUIRE(input.line() == "{\"n\":2}");
    CHECK_FALSE(input.line());
}

TEST_CASE("gzip data comes through a pipe, however its bytes arrive, and plain text as before") {
    const auto step = GENERATE(as<std::size_t>{}, 1, 3, 4'096);
    const auto text = lines_of(500);
    {
        const Pipe pipe(gzipped(text), step);
        auto input = stream::open_input(pipe.name(), true);
        CHECK(read_all(input) == 500);
        input.rewind();
        CHECK(read_all(input) == 500);
    }
    {
        const Pipe pipe(text, step);
        auto input = stream::open_input(pipe.name(), false);
        CHECK(read_all(input) == 500);
    }
}

TEST_CASE("gzip data that is cut off anywhere is bad input, also in its last bytes") {
    const TemporaryFolder folder;
    const auto packed = gzipped(lines_of(300));
    for (std::size_t length = 2; length < packed.size(); length += length < 20 ? 1 : 7) {
        auto input = stream::open_input(folder.file("cut", packed.substr(0, length)), false);
        const auto error = caught([&] { (void)read_all(input); });
        REQUIRE(error.status == ExitStatus::bad_input);
        REQUIRE(error.says("the gzip data is cut off"));
        REQUIRE(error.says(folder.path("cut")));
    }
}

TEST_CASE("gzip data with a changed byte, or with other bytes after it, is bad input") {
    const TemporaryFolder folder;
    auto damaged = gzipped(lines_of(300));
    damaged[damaged.size() / 2] ^= 0x55;
    const auto content = GENERATE_COPY(as<std::string>{},
                                       damaged,
                                       gzipped(lines_of(3)) + "{\"n\":1}\n",
                                       gzipped(lines_of(3)) + std::string(20, '\0'),
                                       std::string("\x1f\x8b\x07 another method"));
    auto input = stream::open_input(folder.file("damaged", content), false);
    const auto error = caught([&] { (void)read_all(input); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("the gzip data is damaged"));
}

TEST_CASE(
    "a gzip file with one line that never ends takes at most the memory of the longest line") {
    const TemporaryFolder folder;
    const auto name = folder.file("bomb", gzipped(std::string(3'000'000, '9')));
    stream::Reader input(
        stream::rereadable_file(name, false), name, stream::LineLimits{.line_bytes = 1'000'000});
    const auto error = caught([&] { (void)input.line(); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("longer than 1000000 bytes"));
}

TEST_CASE("an empty file and a file of one byte are not gzip data") {
    const TemporaryFolder folder;
    auto empty = stream::open_input(folder.file("empty", ""), false);
    CHECK_FALSE(empty.line());
    auto one = stream::open_input(folder.file("one", "\x1f"), false);
    CHECK(caught([&] { (void)one.line(); }).says("the last line has no newline"));
}
