#include "rereadable.hpp"

#include "error.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>

namespace jsonl {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw Error(ExitStatus::io_error, what + ": " + std::strerror(errno));
}

std::fstream spooled(std::istream& in) {
    auto name = (std::filesystem::temp_directory_path() / "scim-plan.XXXXXX").string();
    const int descriptor = mkstemp(name.data());  // 0600: a plan holds personal data
    if (descriptor < 0) {
        fail("cannot make a temporary file " + name + "; set TMPDIR to a folder with room");
    }
    std::fstream file(name, std::ios::in | std::ios::out | std::ios::binary);
    close(descriptor);
    unlink(name.c_str());
    if (in.peek() != std::istream::traits_type::eof()) {
        file << in.rdbuf();
    }
    if (!file.flush()) {
        fail("cannot write a temporary file in " + std::filesystem::temp_directory_path().string());
    }
    return file;
}

}  // namespace

Rereadable::Rereadable(std::string name) : shown_(name == "-" ? "standard input" : std::move(name)) {
    if (shown_ == "standard input") {
        file_ = spooled(std::cin);
        return;
    }
    file_.open(shown_, std::ios::in | std::ios::binary);
    if (!file_) {
        fail(shown_ + ": cannot open");
    }
    if (file_.seekg(0, std::ios::end); !file_) {  // a named pipe, /dev/stdin
        file_.clear();
        auto pipe = std::move(file_);
        file_ = spooled(pipe);
    }
}

Reader& Rereadable::begin() {
    file_.clear();
    file_.seekg(0);
    return reader_.emplace(file_, shown_);
}

}  // namespace jsonl
