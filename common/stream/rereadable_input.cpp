#include "stream/rereadable_input.hpp"

#include "base/error.hpp"
#include "os/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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
        const auto length = uninterrupted(
            [&] { return pread(file_.get(), to, most, start_ + static_cast<off_t>(offset)); });
        if (length >= 0 && has_changed()) {
            errno = ESTALE;
            return -1;
        }
        return length;
    }

  private:
    [[nodiscard]] bool has_changed() const {
        struct stat now {};
        return fstat(file_.get(), &now) != 0 || now.st_size != about_.st_size ||
               now.st_mtim.tv_sec != about_.st_mtim.tv_sec ||
               now.st_mtim.tv_nsec != about_.st_mtim.tv_nsec;
    }

    os::Descriptor file_;
    off_t start_;        // of a descriptor that another program has read from
    struct stat about_;  // its state when it was opened
};

/// The input is also written into a file without a name, if it may be read again.
class PipeInput : public RereadableInput {
  public:
    PipeInput(os::Descriptor pipe, bool keep) : pipe_(std::move(pipe)) {
        constexpr int kRoom = 1 << 20;  // the maximum for any user (pipe(7)): the other side then
                                        // waits for us sixteen times less often
        if (fcntl(pipe_.get(), F_GETPIPE_SZ) < kRoom) {
            (void)fcntl(pipe_.get(), F_SETPIPE_SZ, kRoom);
        }
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
        const auto length = uninterrupted([&] { return ::read(pipe_.get(), to, most); });
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

    os::Descriptor pipe_;
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

std::unique_ptr<RereadableInput> bytes_of(os::Descriptor input, bool keep) {
    struct stat about {};
    if (fstat(input.get(), &about) == 0 && S_ISREG(about.st_mode)) {
        return std::make_unique<FileInput>(std::move(input), about);
    }
    return std::make_unique<PipeInput>(std::move(input), keep);
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
