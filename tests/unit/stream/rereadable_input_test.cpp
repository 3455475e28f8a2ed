// Inputs by name: files and pipes, read once and again.

#include "stream/jsonl.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/lines.hpp"
#include "support/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

TEST_CASE("any line can be read again by its place, long lines and those around them") {
    std::vector<std::string> lines;
    for (const std::size_t size :
         {10U, 300U, 5'000U, 3'000'000U, 700U, 1'500'000U, 20U, 4'096U, 4'095U}) {
        lines.push_back("{\"a\":\"" + std::string(size, static_cast<char>('a' + lines.size())) +
                        "\"}");
    }
    std::string text;
    for (const auto& line : lines) {
        text += line + "\n";
    }
    const TemporaryFolder folder;
    auto reader = stream::open_input(folder.file("lines", text), true);
    std::vector<std::uint64_t> places;
    for (const auto& line : lines) {
        REQUIRE(reader.line() == line);
        places.push_back(reader.offset());
    }
    REQUIRE_FALSE(reader.line());
    for (std::size_t from = 0; from < lines.size(); ++from) {
        for (std::size_t to = 0; to < lines.size(); ++to) {
            REQUIRE(reader.again(places[from]) == lines[from]);
            REQUIRE(reader.again(places[to]) == lines[to]);
        }
    }
}

TEST_CASE("inputs are read in the order of the names, each under its name") {
    const TemporaryFolder folder;
    const auto one = folder.file("one", "{\"n\":1}\n");
    const auto two = folder.file("two", "{\"n\":2}\n");
    std::string seen;
    stream::for_each_input({two, one}, [&](stream::Reader& lines) {
        while (const auto line = lines.next()) {
            seen += line->dump() + " at " + lines.place() + "; ";
        }
    });
    CHECK(seen == "{\"n\":2} at " + two + ":1; {\"n\":1} at " + one + ":1; ");
}

TEST_CASE("an input that cannot be opened or read is named") {
    const TemporaryFolder folder;
    const auto name = GENERATE_REF(as<std::string>{}, folder.path("absent"), folder.path("."));
    const auto error = caught(
        [&] { stream::for_each_input({name}, [](stream::Reader& lines) { read_all(lines); }); });
    CHECK(error.status == ExitStatus::io_error);
    CHECK(error.says(name));
}

TEST_CASE("a file is read twice from the same bytes, even if another one replaces it") {
    const TemporaryFolder folder;
    const auto name = folder.file("plan", "{\"n\":1}\n{\"n\":1}\n");
    auto input = stream::open_input(name, true);
    CHECK(read_all(input) == 2);
    std::filesystem::rename(folder.file("other", "{\"n\":2}\n"), name);
    input.rewind();
    CHECK(read_all(input) == 2);
}

TEST_CASE("a change of a file is found by line(), and after again() by require_unchanged()") {
    const TemporaryFolder folder;
    std::string text;
    constexpr std::size_t kLines = 100'000;  // more than a reader keeps in memory
    for (std::size_t line = 0; line < kLines; ++line) {
        text += "{\"n\":1}\n";
    }
    const auto name = folder.file("plan", text);
    auto input = stream::open_input(name, true);
    CHECK(read_all(input) == kLines);
    CHECK_NOTHROW(input.require_unchanged());
    if (GENERATE(true, false)) {
        std::ofstream(name, std::ios::app) << "\n";
    }
    std::filesystem::last_write_time(
        name, std::filesystem::last_write_time(name) + std::chrono::hours(1));
    CHECK(input.again(0) == "{\"n\":1}");
    for (const auto& error : {caught([&] { input.require_unchanged(); }), caught([&] {
                                  input.rewind();
                                  read_all(input);
                              })}) {
        CHECK(error.status == ExitStatus::io_error);
        CHECK(error.says(name + ": the file changed while it was read"));
    }
}

TEST_CASE("a pipe is read twice, too, by means of a file without a name") {
    const TemporaryFolder folder;
    const char* before = std::getenv("TMPDIR");
    const std::string kept = before == nullptr ? "" : before;
    REQUIRE(setenv("TMPDIR", folder.path("").c_str(), 1) == 0);
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const std::string content = "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n";
    REQUIRE(write(ends[1], content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    close(ends[1]);
    {
        auto input = stream::open_input("/dev/fd/" + std::to_string(ends[0]), true);
        CHECK(std::filesystem::is_empty(folder.path("")));
        CHECK(read_all(input) == 3);
        input.rewind();
        CHECK(read_all(input) == 3);
    }
    close(ends[0]);
    before == nullptr ? unsetenv("TMPDIR") : setenv("TMPDIR", kept.c_str(), 1);
}

TEST_CASE("a missing file is an error") {
    const auto error = caught([] { (void)stream::open_input("/nonexistent/plan", true); });
    CHECK(error.status == ExitStatus::io_error);
    CHECK(error.says("/nonexistent/plan"));
}
