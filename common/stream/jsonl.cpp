#include "stream/jsonl.hpp"

#include "base/error.hpp"
#include "base/json_parse.hpp"
#include "base/text.hpp"
#include "os/write_failure.hpp"
#include "stream/gzip.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ostream>
#include <utility>

namespace stream {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10U;  // bytes of one read
constexpr std::size_t kOneLine = std::size_t{1}
                                 << 10U;  // bytes of one read while a single line is looked for
constexpr std::size_t kNear = std::size_t{4} << 10U;  // bytes up to a neighbouring line

// nlohmann's own message is "[json.exception.parse_error.101] parse error at line 1, column 5: …":
// its line is always 1 here.
std::string reason_of(const json::parse_error& error) {
    std::string reason = error.what();
    if (const auto at = reason.find("column"); at != std::string::npos) {
        reason.erase(0, at);
    }
    constexpr std::size_t kLongest = 160;
    return reason.size() <= kLongest ? reason : reason.substr(0, kLongest) + "…";
}

}  // namespace

Reader::Reader(std::unique_ptr<RereadableInput> bytes, std::string name, LineLimits limits)
    : bytes_(std::move(bytes)), name_(std::move(name)), limits_(limits) {}

Reader::Reader(std::istream& in, std::string name, LineLimits limits)
    : Reader(rereadable_input_of(in), std::move(name), limits) {}

std::optional<json> Reader::next() {
    const auto text = line();
    if (!text) {
        return std::nullopt;
    }
    return parse(*text);
}

std::optional<std::string_view> Reader::line() {
    auto text = until_newline(kBlock);
    if (!text && filled_ == line_at_) {
        release();
        return std::nullopt;
    }
    ++line_;
    if (!text && filled_ - line_at_ <= limits_.line_bytes + 1) {
        fail(
            "the last line has no newline, so it may be cut off; was the program that wrote this "
            "stopped?");
    }
    if (!text || text->size() > limits_.line_bytes) {
        fail("the line is longer than " + std::to_string(limits_.line_bytes) + " bytes");
    }
    return text;
}

json Reader::parse(std::string_view line) const {
    json object;
    parse(line, object);
    return object;
}

void Reader::parse(std::string_view line, json& object) const {
    if (line.find('\0') != std::string_view::npos) {
        fail("the line holds a NUL byte");  // the parser would read it as the end of the line
    }
    if (line.empty()) {
        fail("empty line; each line must be one JSON object");
    }
    try {
        parse_json(line, limits_.depth, object);
        if (!object.is_object()) {
            fail("not a JSON object");
        }
    } catch (const JsonTooDeep&) {
        fail("nested deeper than " + std::to_string(limits_.depth) + " levels");
    } catch (const json::parse_error& error) {
        fail("not JSON: " + reason_of(error));
    } catch (const json::out_of_range& error) {
        fail(std::string("not JSON: ") + error.what());
    }
}

std::optional<std::string_view> Reader::again(std::uint64_t offset) {
    const bool goes_on = offset >= buffer_at_ && offset < buffer_at_ + filled_ + kNear;
    again_block_ = goes_on ? std::min(2 * again_block_, kBlock) : kOneLine;
    seek(offset);
    return until_newline(again_block_);
}

void Reader::rewind() {
    seek(0);
    line_ = 0;
}

void Reader::seek(std::uint64_t offset) {
    if (offset >= buffer_at_ && offset < buffer_at_ + filled_) {
        next_at_ = static_cast<std::size_t>(offset - buffer_at_);
    } else {
        constexpr std::size_t kKept = std::size_t{1} << 20U;
        if (capacity_ > kKept) {  // for one long line of a large group
            release();
        }
        buffer_at_ = offset;
        filled_ = next_at_ = 0;
    }
    line_at_ = next_at_;
}

// Frees the memory of the window; the position is after the bytes that were read.
void Reader::release() {
    buffer_at_ += filled_;
    filled_ = line_at_ = next_at_ = capacity_ = 0;
    buffer_.reset();
}

// The next line without its end; nullopt if the input, or the limit, ends before a newline.
std::optional<std::string_view> Reader::until_newline(std::size_t block) {
    line_at_ = next_at_;
    for (std::size_t searched = 0;;) {
        const auto* start = buffer_.get() + line_at_;
        const auto length = filled_ - line_at_;
        if (const void* end = length == searched
                                  ? nullptr
                                  : std::memchr(start + searched, '\n', length - searched)) {
            std::string_view text(start,
                                  static_cast<std::size_t>(static_cast<const char*>(end) - start));
            next_at_ = line_at_ + text.size() + 1;
            return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
        }
        searched = length;
        if (length > limits_.line_bytes + 1 || !fill(block)) {
            next_at_ = filled_;
            return std::nullopt;
        }
        block = std::min(2 * block, kBlock);  // a line that does not fit is a long one
    }
}

// Reads at most one more block; the current line moves to the front first. False at the end of the
// input.
bool Reader::fill(std::size_t block) {
    const auto kept = filled_ - line_at_;
    if (kept + block > capacity_) {
        capacity_ = std::max(kept + block, 2 * kept);
        auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
        std::copy_n(buffer_.get() + line_at_, kept, larger.get());
        buffer_ = std::move(larger);
    } else if (line_at_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + line_at_, kept);
    }
    buffer_at_ += line_at_;
    line_at_ = 0;
    filled_ = kept;
    const auto received = read(buffer_.get() + filled_, block, buffer_at_ + filled_);
    if (block == kBlock) {  // the check takes as long as reading a single line
        require_unchanged();
    }
    filled_ += received;
    return received > 0;
}

std::size_t Reader::read(char* to, std::size_t most, std::uint64_t offset) {
    std::ptrdiff_t received = 0;
    try {
        received = bytes_->read(to, most, offset);
    } catch (const GzipError& error) {
        fail(error.what());
    }
    if (received < 0 && errno == ESTALE) {
        fail_changed();
    }
    if (received < 0) {
        throw Error(ExitStatus::io_error, place() + ": cannot read on: " + std::strerror(errno));
    }
    return static_cast<std::size_t>(received);
}

void Reader::require_unchanged() const {
    if (bytes_->has_changed()) {
        fail_changed();
    }
}

std::string Reader::place() const {
    return line_ == 0 ? name_ : name_ + ":" + std::to_string(line_);
}

void Reader::fail_changed() const {
    throw Error(
        ExitStatus::io_error,
        name_ + ": the file changed while it was read; run this again when nothing writes to it");
}

void Reader::fail(const std::string& what) const {
    throw Error(ExitStatus::bad_input, place() + ": " + what);
}

ordered_json to_json(const Header& header) {
    ordered_json object{{"type", "stream"}, {"format", kFormat}, {"kind", header.kind}};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            object[name] = value;
        }
    };
    add("side", header.side);
    add("source", header.source);
    if (!header.scope.empty()) {
        object["scope"] = header.scope;
    }
    add("org", header.org);
    add("target", header.target);
    add("namespace", header.name_space);
    add("userName", header.user_name);
    add("producer", header.producer);
    add("at", header.at);
    add("exportedAt", header.exported_at);
    return object;
}

StreamReader::StreamReader(Reader& lines) : lines_(lines), record_(std::make_unique<json>()) {}
StreamReader::~StreamReader() = default;

std::optional<Header> StreamReader::open() {
    auto first = lines_.next();
    if (!first) {
        return std::nullopt;
    }
    if (text::of(*first, "type") != "stream") {
        fail(
            "expected the first line of a stream, {\"type\":\"stream\",…}; was this written by one "
            "of our exports?");
    }
    const auto format = first->find("format");
    if (format == first->end() || !format->is_number_integer()) {
        fail("\"format\" is missing or not an integer");
    }
    if (*format < 1 || *format > kFormat) {
        fail("format " + format->dump() + " is not known to this version, which reads up to " +
             std::to_string(kFormat) + "; use the same version on both ends");
    }
    const auto text_in = [&](const char* field) {
        if (const auto found = first->find(field); found != first->end() && !found->is_string()) {
            fail("\"" + std::string(field) + "\" of the header is not a string");
        }
        return text::of(*first, field);
    };
    Header header{.kind = text_in("kind"),
                  .side = text_in("side"),
                  .source = text_in("source"),
                  .org = text_in("org"),
                  .target = text_in("target"),
                  .name_space = text_in("namespace"),
                  .user_name = text_in("userName"),
                  .producer = text_in("producer"),
                  .at = text_in("at"),
                  .exported_at = text_in("exportedAt"),
                  .place = place()};
    if (const auto scope = first->find("scope"); scope != first->end()) {
        const auto is_string = [](const json& name) { return name.is_string(); };
        if (!scope->is_array() || !std::all_of(scope->begin(), scope->end(), is_string)) {
            fail("\"scope\" of the header is not a list of strings");
        }
        header.scope = scope->get<std::vector<std::string>>();
    }
    counts_.clear();
    seal_.reset();
    return header;
}

json* StreamReader::next(const Take& take) {
    auto line = lines_.line();
    for (; take && line; line = lines_.line()) {
        const auto type = take(*line);
        if (type.empty()) {
            break;
        }
        const auto counted = counts_.find(type);
        ++(counted == counts_.end() ? counts_[std::string(type)] : counted->second);
    }
    if (!line) {
        fail(
            "the stream ends without its seal, {\"type\":\"end\",…}: it is cut off, so nothing can "
            "be concluded from it; "
            "run the program that wrote it again and look at its status");
    }
    lines_.parse(*line, *record_);
    type_ = text::of(*record_, "type");
    if (type_.empty()) {
        fail("\"type\" is missing");
    }
    if (type_ == "stream") {
        fail("a new stream begins before the seal of the one before it: that one is cut off");
    }
    if (type_ == "end") {
        seal_ = std::exchange(record_, std::make_unique<json>());
        return nullptr;
    }
    ++counts_[type_];
    return record_.get();
}

std::uint64_t StreamReader::count(std::string_view type) const {
    const auto found = counts_.find(type);
    return found == counts_.end() ? 0 : found->second;
}

void StreamReader::check_count(const std::string& field, std::uint64_t counted) const {
    const auto found = seal_->find(field);
    if (found == seal_->end() || !found->is_number_unsigned()) {
        fail("the seal has no count \"" + field + "\"");
    }
    if (*found != counted) {
        fail("the seal says " + field + " " + found->dump() + ", but there are " +
             std::to_string(counted) +
             "; lines were lost or edited (scripts/reseal closes a stream that was edited on "
             "purpose)");
    }
}

void Writer::header(const Header& header) {
    line(to_json(header));
}

void Writer::record(const ordered_json& record) {
    line(record);
}

void Writer::seal(const ordered_json& fields) {
    ordered_json end{{"type", "end"}};
    end.update(fields);
    line(end);
    flush();
}

void Writer::flush() {
    errno = 0;
    if (out_.flush()) {
        return;
    }
    os::throw_write_failure(errno);
}

void Writer::line(const ordered_json& object) {
    // Bytes that are not UTF-8 (a key file may contain any) become U+FFFD, which every later check
    // rejects.
    text(object.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

void Writer::text(std::string_view record) {
    errno = 0;
    out_ << record << '\n';
    if (!out_) {  // flush() would not report the reason: a failed stream does not write
        os::throw_write_failure(errno);
    }
}

Reader open_input(const std::string& name, bool keep) {
    const bool standard_input = name == "-";
    return {standard_input ? rereadable_standard_input(keep) : rereadable_file(name, keep),
            standard_input ? "standard input" : name};
}

void for_each_input(const std::vector<std::string>& names,
                    const std::function<void(Reader&)>& each) {
    const std::vector<std::string> standard_input{"-"};
    for (const auto& name : names.empty() ? standard_input : names) {
        auto reader = open_input(name, false);
        each(reader);
    }
}

}  // namespace stream
