// Reading of lines and streams.

#include "stream/jsonl.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/lines.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace {

/// The Error that reading `text` line by line to its end gives.
Caught refusal(const std::string& text, stream::LineLimits limits = {}) {
    return caught([&] {
        Lines lines(text, limits);
        while (lines.reader.next()) {
        }
    });
}

/// The Error that reading `text` as streams to its end gives.
Caught stream_refusal(const std::string& text) {
    return caught([&] {
        Lines lines(text);
        stream::StreamReader streams(lines.reader);
        while (streams.open()) {
            while (streams.next()) {
            }
            streams.check_count("users", streams.count("user"));
        }
    });
}

const std::string kHead = R"({"type":"stream","format":1,"kind":"directory","side":"desired"})"
                          "\n";
const std::string kUser = R"({"type":"user"})"
                          "\n";
const std::string kSealOfOne = R"({"type":"end","users":1})"
                               "\n";

}  // namespace

TEST_CASE("an empty input has no lines and no streams") {
    Lines lines("");
    CHECK_FALSE(lines.reader.next());
    CHECK_FALSE(lines.reader.next());
    stream::StreamReader streams(lines.reader);
    CHECK_FALSE(streams.open());
}

TEST_CASE("each line is one object with a known place") {
    Lines lines("{\"a\":1}\n{\"a\":2}\r\n");
    CHECK(lines.reader.next()->at("a").get<int>() == 1);
    CHECK(lines.reader.place() == "t:1");
    CHECK(lines.reader.next()->at("a").get<int>() == 2);
    CHECK(lines.reader.place() == "t:2");
    CHECK_FALSE(lines.reader.next());
}

TEST_CASE("a last line without its newline is rejected, because it may be cut off") {
    const auto error = refusal("{}\n{\"whole\":true}");
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("t:2: "));
    CHECK(error.says("newline"));
}

TEST_CASE("an empty line is refused") {
    const auto blank = GENERATE(as<std::string>{}, "\n", "\r\n", "{}\n\n{}\n");
    const auto error = refusal(blank);
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("empty line"));
}

TEST_CASE("a line that is not one JSON object is rejected with its place") {
    const auto line = GENERATE(as<std::string>{},
                               "[]",
                               "3",
                               "\"text\"",
                               "null",
                               "true",
                               "   ",
                               "{} {}",
                               "{}x",
                               "{\"a\":}",
                               "{\"a\":1",
                               "{'a':1}",
                               "{\"a\":NaN}",
                               "{\"a\":1e999}",
                               "user,ada",
                               "<html></html>");
    const auto error = refusal("{}\n" + std::string(line) + "\n");
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("t:2: not "));
}

TEST_CASE("bytes that are not UTF-8 are refused") {
    const auto bytes =
        GENERATE(as<std::string>{}, "\xC3", "\xE2\x82", "\xC0\x80", "\xED\xA0\x80", "\xFF");
    const auto error = refusal("{\"name\":\"" + std::string(bytes) + "\"}\n");
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("t:1: not JSON"));
}

TEST_CASE("a NUL byte is rejected at any position: no text after it is skipped without an error") {
    const std::string nul(1, '\0');
    const auto line = GENERATE_COPY(as<std::string>{},
                                    nul,
                                    nul + "{}",
                                    "{\"a\":\"" + nul + "\"}",
                                    "{" + nul + "}",
                                    "{}" + nul,
                                    "{\"type\":\"end\"}" + nul + "{\"type\":\"user\"}");
    CHECK(refusal(line + "\n").status == ExitStatus::bad_input);
}

TEST_CASE("100,000 brackets are rejected before they become a document") {
    const auto open = GENERATE(as<std::string>{}, "[", "{\"a\":");
    std::string line = "{\"a\":";
    for (int i = 0; i < 100'000; ++i) {
        line += open;
    }
    const auto error = refusal(line + "\n");
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("nested deeper than 32"));
}

TEST_CASE("nesting has a limit that is sufficient for all records") {
    const auto nested = [](int levels) {
        return "{\"a\":" + std::string(static_cast<std::size_t>(levels - 1), '[') + "1" +
               std::string(static_cast<std::size_t>(levels - 1), ']') + "}\n";
    };
    Lines within(nested(5), {.depth = 5});
    CHECK(read_all(within.reader) == 1);
    CHECK(refusal(nested(6), {.depth = 5}).says("nested deeper than 5"));
}

TEST_CASE("a line of the longest length is read, also when it ends in CRLF") {
    const auto end = GENERATE(as<std::string>{}, "\n", "\r\n");
    Lines lines("{\"a\":12345}" + std::string(end) + "{}\n", {.line_bytes = 11});
    CHECK(read_all(lines.reader) == 2);
}

TEST_CASE("a line one byte longer than the maximum is rejected") {
    const auto error = refusal("{}\n{\"a\":123456}\n", {.line_bytes = 11});
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("t:2: "));
    CHECK(error.says("longer than 11 bytes"));
}

TEST_CASE("a line far longer than the maximum is rejected, with or without an end") {
    const auto end = GENERATE(as<std::string>{}, "", "\n");
    const auto error = refusal("{\"a\":\"" + std::string(1000, 'x') + end, {.line_bytes = 64});
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("longer than 64 bytes"));
}

TEST_CASE("a stream is its header, its records and its seal") {
    Lines lines(
        R"({"type":"stream","format":1,"kind":"directory","side":"desired","source":"activate","scope":["hpc"],"org":"acme","userName":"email","producer":"p 1","at":"2026-11-23T18:00:00Z","new":{}})"
        "\n" +
        kUser + kSealOfOne);
    stream::StreamReader stream(lines.reader);
    const auto header = stream.open();
    REQUIRE(header);
    CHECK(header->kind == "directory");
    CHECK(header->side == "desired");
    CHECK(header->source == "activate");
    CHECK(header->scope == std::vector<std::string>{"hpc"});
    CHECK(header->org == "acme");
    CHECK(header->user_name == "email");
    CHECK(header->producer == "p 1");
    CHECK(header->at == "2026-11-23T18:00:00Z");
    REQUIRE(stream.next());
    CHECK(stream.type() == "user");
    CHECK_FALSE(stream.next());
    CHECK(stream.seal().at("users").get<int>() == 1);
    CHECK(stream.count("user") == 1);
    CHECK(stream.count("group") == 0);
    CHECK_NOTHROW(stream.check_count("users", 1));
    CHECK_FALSE(stream.open());
}

TEST_CASE("a stream without its seal is cut off") {
    const auto text = GENERATE_COPY(as<std::string>{}, kHead, kHead + kUser);
    const auto error = stream_refusal(text);
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("without its seal"));
}

TEST_CASE("a stream that begins before the seal of the previous one shows that one as cut off") {
    const auto error = stream_refusal(kHead + kUser + kHead + kUser + kSealOfOne);
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("t:3: "));
    CHECK(error.says("cut off"));
}

TEST_CASE("two streams in one input are read one after the other, each with its own counts") {
    Lines lines(kHead + kUser + kSealOfOne + kHead + R"({"type":"end","users":0})" + "\n");
    stream::StreamReader streams(lines.reader);
    REQUIRE(streams.open());
    REQUIRE(streams.next());
    REQUIRE_FALSE(streams.next());
    CHECK_NOTHROW(streams.check_count("users", streams.count("user")));
    REQUIRE(streams.open());
    REQUIRE_FALSE(streams.next());
    CHECK(streams.count("user") == 0);
    CHECK_NOTHROW(streams.check_count("users", streams.count("user")));
    CHECK_FALSE(streams.open());
}

TEST_CASE("a second stream without a seal is rejected although the first is complete") {
    CHECK(stream_refusal(kHead + kUser + kSealOfOne + kHead + kUser).says("without its seal"));
}

TEST_CASE("a seal with a wrong count is rejected, with both numbers") {
    const auto fewer = stream_refusal(kHead + kUser + kUser + kSealOfOne);
    CHECK(fewer.status == ExitStatus::bad_input);
    CHECK(fewer.says("the seal says users 1, but there are 2"));
    const auto more = stream_refusal(kHead + kSealOfOne);
    CHECK(more.status == ExitStatus::bad_input);
    CHECK(more.says("the seal says users 1, but there are 0"));
}

TEST_CASE("a seal without its count, or with an invalid one, is rejected") {
    const auto seal = GENERATE(as<std::string>{},
                               R"({"type":"end"})",
                               R"({"type":"end","users":"1"})",
                               R"({"type":"end","users":-1})",
                               R"({"type":"end","users":1.0})",
                               R"({"type":"end","users":null})");
    const auto error = stream_refusal(kHead + kUser + seal + "\n");
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("no count \"users\""));
}

TEST_CASE("a record after the seal is rejected") {
    const auto error = stream_refusal(kHead + kUser + kSealOfOne + kUser);
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("t:4: "));
}

TEST_CASE("a record without a type is rejected") {
    const auto record = GENERATE(as<std::string>{}, "{}", R"({"type":""})", R"({"type":3})");
    CHECK(stream_refusal(kHead + record + "\n").says("\"type\" is missing"));
}

TEST_CASE("a higher format is rejected, with the one that this version reads") {
    const auto error = stream_refusal(R"({"type":"stream","format":2,"kind":"directory"})"
                                      "\n");
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("format 2 is not known"));
    CHECK(error.says("up to 1"));
}

TEST_CASE("a first line that is not a header is rejected") {
    const auto first = GENERATE(as<std::string>{},
                                R"({"type":"user"})",
                                R"({"type":"end","users":0})",
                                "{}",
                                R"({"type":"stream"})",
                                R"({"type":"stream","format":"1"})",
                                R"({"type":"stream","format":1.5})",
                                R"({"type":"stream","format":1,"scope":"hpc"})",
                                R"({"type":"stream","format":1,"scope":[1]})",
                                R"({"type":"stream","format":1,"scope":null})",
                                R"({"type":"stream","format":1,"namespace":3})",
                                R"({"type":"stream","format":0})",
                                R"({"type":"stream","format":-1})",
                                R"({"type":"stream","format":99999999999999999999})");
    const auto error = stream_refusal(std::string(first) + "\n");
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("t:1: "));
}

TEST_CASE("no prefix of a stream is a stream, byte by byte") {
    const std::string whole = kHead + kUser + kSealOfOne;
    for (std::size_t length = 1; length < whole.size(); ++length) {
        INFO("the first " << length << " bytes");
        CHECK(stream_refusal(whole.substr(0, length)).status == ExitStatus::bad_input);
    }
}
