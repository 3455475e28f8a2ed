// Writing of lines and streams.

#include "stream/jsonl.hpp"

#include "support/another_process.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/lines.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>

TEST_CASE("a writer puts one object a line, keys in the given order, type first") {
    std::ostringstream out;
    stream::Writer writer(out);
    writer.header({.kind = "plan",
                   .source = "scim-diff",
                   .scope = {"b", "a"},
                   .at = "t",
                   .exported_at = "s"});
    writer.record({{"type", "z"}, {"b", 1}, {"a", "\u00E9\n"}});
    writer.seal({{"users", 2}, {"groups", 0}});
    CHECK(out.str() ==
          "{\"type\":\"stream\",\"format\":1,\"kind\":\"plan\",\"source\":\"scim-diff\","
          "\"scope\":[\"b\",\"a\"],\"at\":\"t\",\"exportedAt\":\"s\"}\n"
          "{\"type\":\"z\",\"b\":1,\"a\":\"\u00E9\\n\"}\n"
          "{\"type\":\"end\",\"users\":2,\"groups\":0}\n");
}

TEST_CASE("a reader reads the output of a writer") {
    const stream::Header header{
        "directory", "current", "scim", {"a", "b,c"}, "acme \"x\"", "email", "p 1", "2026"};
    std::ostringstream out;
    stream::Writer writer(out);
    writer.header(header);
    writer.record({{"type", "user"}, {"name", "tab\t, \xF0\x9F\x98\x80, \u2028, \\ and \""}});
    writer.seal({{"users", 1}});

    Lines lines(out.str());
    stream::StreamReader stream(lines.reader);
    const auto read = stream.open();
    REQUIRE(read);
    CHECK(stream::to_json(*read).dump() == stream::to_json(header).dump());
    const auto record = stream.next();
    REQUIRE(record);
    CHECK(record->at("name").get<std::string>() == "tab\t, \xF0\x9F\x98\x80, \u2028, \\ and \"");
    CHECK_FALSE(stream.next());
    CHECK_NOTHROW(stream.check_count("users", 1));
}

TEST_CASE("a writer replaces bytes that are not UTF-8 by U+FFFD, so that readers can continue") {
    std::ostringstream out;
    stream::Writer writer(out);
    writer.record({{"type", "user"}, {"key", "a\xFFz"}});
    CHECK(out.str() == "{\"type\":\"user\",\"key\":\"a\xEF\xBF\xBDz\"}\n");
}

TEST_CASE("a full disk is an error at the seal at the latest") {
    std::ofstream full("/dev/full");
    REQUIRE(full);
    stream::Writer writer(full);
    const auto error = caught([&] {
        writer.header({.kind = "plan"});
        writer.seal({{"create", 0}});
    });
    CHECK(error.status == ExitStatus::io_error);
    CHECK(error.says("No space left"));
}

TEST_CASE("a full disk ends a long stream before its seal") {
    std::ofstream full("/dev/full");
    stream::Writer writer(full);
    const auto error = caught([&] {
        for (int i = 0; i < 100'000; ++i) {
            writer.record({{"type", "user"}, {"name", std::string(100, 'x')}});
        }
    });
    CHECK(error.status == ExitStatus::io_error);
}

TEST_CASE("a closed pipe ends the writing process quietly, by SIGPIPE, at the seal or before") {
    const int records = GENERATE(0, 1, 10'000);
    const int status = status_of(in_another_process([records] {
        std::signal(SIGPIPE, SIG_IGN);
        try {
            std::array<int, 2> ends{};
            if (pipe(ends.data()) != 0) {
                return 2;
            }
            std::ofstream out("/dev/fd/" + std::to_string(ends[1]));
            close(ends[0]);
            stream::Writer writer(out);
            for (int i = 0; i < records; ++i) {
                writer.record({{"type", "user"}, {"name", std::string(100, 'x')}});
            }
            writer.seal({{"create", 0}});
        } catch (...) {
            return 1;
        }
        return 0;
    }));
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGPIPE);
}
