// floor FILE...: reads each line with simdjson, and reads every value. A program that parses its
// input cannot be much faster.

#include <simdjson.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

namespace {

std::size_t touch(simdjson::dom::element value) {
    std::size_t seen = 1;
    switch (value.type()) {
        case simdjson::dom::element_type::OBJECT:
            for (const auto field : simdjson::dom::object(value)) {
                seen += field.key.size() + touch(field.value);
            }
            return seen;
        case simdjson::dom::element_type::ARRAY:
            for (const auto element : simdjson::dom::array(value)) {
                seen += touch(element);
            }
            return seen;
        case simdjson::dom::element_type::STRING:
            return seen + std::string_view(value).size();
        default:
            return seen;
    }
}

std::size_t read(const char* name) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name, "r"), &std::fclose);
    if (!file) {
        std::perror(name);
        std::exit(74);
    }
    simdjson::dom::parser parser;
    std::string buffer(std::size_t{1} << 20U, '\0');
    std::size_t seen = 0;
    std::size_t filled = 0;
    while (const auto received = std::fread(buffer.data() + filled,
                                            1,
                                            buffer.size() - filled - simdjson::SIMDJSON_PADDING,
                                            file.get())) {
        filled += received;
        std::size_t at = 0;
        while (const void* end = std::memchr(buffer.data() + at, '\n', filled - at)) {
            const auto length =
                static_cast<std::size_t>(static_cast<const char*>(end) - buffer.data()) - at;
            seen += touch(
                parser.parse(buffer.data() + at, length, false));  // there is room after the line
            at += length + 1;
        }
        filled -= at;
        std::memmove(buffer.data(), buffer.data() + at, filled);
        if (2 * filled > buffer.size()) {
            buffer.resize(2 * buffer.size());
        }
    }
    return seen;
}

}  // namespace

int main(int argc, char* argv[]) {
    std::size_t seen = 0;
    for (int i = 1; i < argc; ++i) {
        seen += read(argv[i]);
    }
    std::printf("%zu\n", seen);
}
