// Lines read from a text.
#pragma once

#include "stream/jsonl.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <sstream>
#include <string>

/// A reader over a text, with the stream that it reads.
struct Lines {
    explicit Lines(const std::string& text, stream::LineLimits limits = {})
        : in(text), reader(in, "t", limits) {}

    std::istringstream in;
    stream::Reader reader;
};

inline std::size_t read_all(stream::Reader& reader) {
    std::size_t count = 0;
    while (reader.next()) {
        ++count;
    }
    return count;
}
