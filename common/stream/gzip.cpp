#include "stream/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace stream {

namespace {

constexpr std::size_t kCompressedBlock = std::size_t{64} << 10U;  // of compressed bytes

class Gunzip {
  public:
    Gunzip(ReadOn input, std::string_view beginning)
        : input_(std::move(input)), block_(kCompressedBlock) {
        std::copy(beginning.begin(), beginning.end(), block_.begin());
        set_input(beginning.size());
        constexpr int kGzipOnly = 16;  // added to the bits of the window: no zlib header is taken
        if (inflateInit2(&state_, MAX_WBITS + kGzipOnly) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;
    ~Gunzip() { inflateEnd(&state_); }

    std::ptrdiff_t read(char* to, std::size_t most) {
        most = std::min<std::size_t>(most, std::numeric_limits<uInt>::max());
        state_.next_out = reinterpret_cast<Bytef*>(to);
        state_.avail_out = static_cast<uInt>(most);
        while (state_.avail_out == most) {
            if (state_.avail_in == 0) {
                const auto received = input_(block_.data(), block_.size());
                if (received < 0) {
                    return received;
                }
                if (received == 0 && ended_) {
                    return 0;
                }
                if (received == 0) {
                    throw GzipError("the gzip data is cut off; copy the file again");
                }
                set_input(static_cast<std::size_t>(received));
            }
            inflate_some();
        }
        return static_cast<std::ptrdiff_t>(most - state_.avail_out);
    }

  private:
    void set_input(std::size_t size) {
        state_.next_in = reinterpret_cast<Bytef*>(block_.data());
        state_.avail_in = static_cast<uInt>(size);
    }

    void inflate_some() {
        if (ended_) {  // what follows a member is another member
            inflateReset(&state_);
            ended_ = false;
        }
        const int result = inflate(&state_, Z_NO_FLUSH);
        ended_ = result == Z_STREAM_END;
        if (result == Z_MEM_ERROR) {
            throw std::bad_alloc();
        }
        if (result != Z_OK && !ended_) {
            throw GzipError(std::string("the gzip data is damaged, or other bytes follow it") +
                            (state_.msg != nullptr ? std::string(" (") + state_.msg + ")" : "") +
                            "; copy the file again");
        }
    }

    ReadOn input_;
    std::vector<char> block_;
    z_stream state_{};
    bool ended_ = false;  // the member that was read last is complete
};

// Reads until there are two bytes, or the input ends.
std::ptrdiff_t read_beginning(const ReadOn& input, char* to, std::size_t most) {
    std::ptrdiff_t length = 0;
    while (length < 2) {
        const auto received = input(to + length, most - static_cast<std::size_t>(length));
        if (received < 0) {
            return received;
        }
        if (received == 0) {
            break;
        }
        length += received;
        if (*to != '\x1f') {
            break;
        }
    }
    return length;
}

}  // namespace

bool is_gzip(std::string_view beginning) {
    return beginning.starts_with("\x1f\x8b");
}

ReadOn decompressed(ReadOn input) {
    // A function object is copied, so what it owns is shared.
    auto gunzip = std::make_shared<std::unique_ptr<Gunzip>>();
    return [input = std::move(input), gunzip, begun = false](char* to, std::size_t most) mutable {
        if (*gunzip) {
            return (*gunzip)->read(to, most);
        }
        if (begun || most < 2) {
            return input(to, most);
        }
        begun = true;
        // A first read that is no longer than a block, as it may become the gunzip's first input.
        const auto length = read_beginning(input, to, std::min(most, kCompressedBlock));
        if (length < 2 || !is_gzip({to, static_cast<std::size_t>(length)})) {
            return length;
        }
        *gunzip =
            std::make_unique<Gunzip>(input, std::string_view(to, static_cast<std::size_t>(length)));
        return (*gunzip)->read(to, most);
    };
}

}  // namespace stream
