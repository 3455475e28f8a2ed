#include "stream/rereadable_input.hpp"

#include "base/error.hpp"
#include "os/descriptor.hpp"
#include "stream/gzip.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <istream>
#include <string_view>
#include <system_error>
#include <utility>

namespace stream {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw Error(ExitStatus::io_error, what + ": " + std::strerror(errno));
}

template <class Call>
std::ptrdiff_t uninterrupted(Call call) {
    std::ptrdiff_t result = 0;
    do {
        result = call();
    } while (result < 0 && errno == EINTR);
    return result;
}

class FileInput : public RereadableInput {
  public:
    FileInput(os::Descriptor file, const struct stat& about)
        : file_(std::move(file)), start_(lseek(file_.get(), 0, SEEK_CUR)), about_(about) {}

    std::ptrdiff_t read(char* to, std::size_t most, std::uint64_t offset) override {
        return uninterrupted(
            [&] { return pread(file_.get(), to, most, start_ + static_cast<off_t>(offset)); });
    }

    [[nodiscard]] bool has_changed() const override {
        struct stat now {};
        return fstat(file_.get(), &now) != 0 || now.st_size != about_.st_size ||
               now.st_mtim.tv_sec != about_.st_mtim.tv_sec ||
               now.st_mtim.tv_nsec != about_.st_mtim.tv_nsec;
    }

  private:
    os::Descriptor file_;
    off_t start_;        // of a descriptor that another program has read from
    struct stat about_;  // its state when it was opened
};

/// An input that is read in order: a pipe, or gzip data. It is also written into a file without a
/// name, if it may be read again.
class OrderedInput : public RereadableInput {
  public:
    OrderedInput(ReadOn input, bool keep) : input_(std::move(input)) {
        if (!keep) {
            return;
        }
        auto name = temporary_folder() + "/scim-sync.XXXXXX";
        copy_ = os::Descriptor(mkostemp(name.data(), O_CLOEXEC));  // 0600: it holds personal data
        if (copy_.get() < 0) {
            fail("cannot make a temporary file " + name +
                 "; set TMPDIR to a directory with enough space");
        }
        unlink(name.c_str());
    }

    std::ptrdiff_t read(char* to, std::size_t most, std::uint64_t offset) override {
        if (offset < received_) {
            const auto there =
                static_cast<std::size_t>(std::min<std::uint64_t>(most, received_ - offset));
            return uninterrupted(
                [&] { return pread(copy_.get(), to, there, static_cast<off_t>(offset)); });
        }
        const auto length = input_(to, most);
        if (length > 0) {
            keep({to, static_cast<std::size_t>(length)});
        }
        return length;
    }

  private:
    void keep(std::string_view bytes) {
        received_ += bytes.size();
        while (copy_.get() >= 0 && !bytes.empty()) {
            const auto written =
                uninterrupted([&] { return write(copy_.get(), bytes.data(), bytes.size()); });
            if (written < 0) {
                fail("cannot write a temporary file in " + temporary_folder());
            }
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    ReadOn input_;
    os::Descriptor copy_{};
    std::uint64_t received_ = 0;
};

class StreamInput : public RereadableInput {
  public:
    explicit StreamInput(std::istream& in) : in_(in) {}

    std::ptrdiff_t read(char* to, std::size_t most, std::uint64_t offset) override {
        if (offset != at_) {
            in_.clear();
            in_.seekg(static_cast<std::streamoff>(offset));
        }
        in_.read(to, static_cast<std::streamsize>(most));
        at_ = offset + static_cast<std::uint64_t>(in_.gcount());
        return in_.bad() ? -1 : in_.gcount();
    }

  private:
    std::istream& in_;
    std::uint64_t at_ = 0;
};

ReadOn pipe_reader(os::Descriptor input) {
    constexpr int kRoom = 1 << 20;  // what any user may have (pipe(7)): the other side then
                                    // waits for us sixteen times less often
    if (fcntl(input.get(), F_GETPIPE_SZ) < kRoom) {
        (void)fcntl(input.get(), F_SETPIPE_SZ, kRoom);
    }
    return [pipe = std::make_shared<os::Descriptor>(std::move(input))](char* to, std::size_t most) {
        return uninterrupted([&] { return read(pipe->get(), to, most); });
    };
}

ReadOn file_reader(std::unique_ptr<FileInput> file) {
    return [input = std::shared_ptr<FileInput>(std::move(file)), at = std::uint64_t{0}](
               char* to, std::size_t most) mutable {
        const auto length = input->read(to, most, at);
        if (length >= 0 && input->has_changed()) {
            errno = ESTALE;
            return std::ptrdiff_t{-1};
        }
        at += length > 0 ? static_cast<std::uint64_t>(length) : 0;
        return length;
    };
}

std::unique_ptr<RereadableInput> bytes_of(os::Descriptor input, bool keep) {
    struct stat about {};
    if (fstat(input.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
        return std::make_unique<OrderedInput>(decompressed(pipe_reader(std::move(input))), keep);
    }
    auto file = std::make_unique<FileInput>(std::move(input), about);
    std::array<char, 2> beginning{};
    if (file->read(beginning.data(), beginning.size(), 0) == 2 &&
        is_gzip({beginning.data(), beginning.size()})) {
        return std::make_unique<OrderedInput>(decompressed(file_reader(std::move(file))), keep);
    }
    return file;
}

}  // namespace

std::string temporary_folder() {
    std::error_code fault;
    auto folder = std::filesystem::temp_directory_path(fault).string();
    if (fault) {
        const char* named = std::getenv("TMPDIR");
        throw Error(
            ExitStatus::io_error,
            std::string(named != nullptr ? named : "/tmp") +
                " is not a directory for temporary files; set TMPDIR to one with enough space");
    }
    return folder;
}

std::unique_ptr<RereadableInput> rereadable_input_of(std::istream& in) {
    return std::make_unique<StreamInput>(in);
}

std::unique_ptr<RereadableInput> rereadable_file(const std::string& name, bool keep) {
    os::Descriptor file(open(name.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        fail(name + ": cannot open");
    }
    return bytes_of(std::move(file), keep);
}

std::unique_ptr<RereadableInput> rereadable_standard_input(bool keep) {
    return bytes_of(os::Descriptor::borrowed(STDIN_FILENO), keep);
}

}  // namespace stream
