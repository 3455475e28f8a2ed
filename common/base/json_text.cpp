#include "base/json_text.hpp"

#include "base/unicode.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>

inline namespace base {

namespace {

template <class Texts>
std::string list_of(const Texts& values) {
    std::size_t size = 2;
    for (const auto& value : values) {
        size += value.size() + 3;  // `"",`
    }
    std::string text;
    text.reserve(size);
    text += '[';
    for (const auto& value : values) {
        if (text.size() > 1) {
            text += ',';
        }
        append_json_string(text, value);
    }
    text += ']';
    return text;
}

bool is_plain_utf8(std::string_view text) {
    return std::none_of(text.begin(),
                        text.end(),
                        [](char c) {
                            return static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\';
                        }) &&
           unicode::is_valid(text);
}

// Sorts the fields of each object in a text without white space. The sorted text of an object is as
// long as before, so that each is sorted at its place.
class FieldSorter {
  public:
    explicit FieldSorter(std::string& text) : text_(text) {
        constexpr std::size_t kUsual = 32;
        fields_.reserve(kUsual);
        sorted_.reserve(text.size());
    }

    // Each of these sorts what begins at the position, and moves the position to its end.
    void value() {
        switch (text_[at_]) {
            case '{':
                object();
                break;
            case '[':
                array();
                break;
            case '"':
                string();
                break;
            default:
                while (at_ < text_.size() && !ends_value(text_[at_])) {
                    ++at_;
                }
        }
    }

  private:
    struct Field {
        std::string_view name;
        std::string_view text;  // with the name
    };

    static bool ends_value(char c) { return c == ',' || c == ']' || c == '}'; }

    void string() {
        do {
            at_ = text_.find('"', at_ + 1);
        } while (text_[at_ - 1] == '\\' && is_escaped(at_));
        ++at_;
    }

    // Whether an odd number of backslashes comes before.
    [[nodiscard]] bool is_escaped(std::size_t at) const {
        const auto other = text_.find_last_not_of('\\', at - 1);
        return (at - other) % 2 == 0;
    }

    void array() {
        for (++at_; text_[at_] != ']'; at_ += text_[at_] == ',' ? 1U : 0U) {
            value();
        }
        ++at_;
    }

    void object() {
        const auto first = fields_.size();  // after those of the objects around it
        const auto start = ++at_;
        for (; text_[at_] != '}'; at_ += text_[at_] == ',' ? 1U : 0U) {
            const auto begin = at_;
            string();
            const auto name = at_ - begin;
            ++at_;  // the colon
            value();
            const auto field = std::string_view(text_).substr(begin, at_ - begin);
            fields_.push_back({.name = field.substr(1, name - 2), .text = field});
        }
        sort(first, start);
        fields_.resize(first);
        ++at_;
    }

    void sort(std::size_t first, std::size_t start) {
        const auto begin = fields_.begin() + static_cast<std::ptrdiff_t>(first);
        const auto comes_before = [](const Field& a, const Field& b) { return a.name < b.name; };
        if (std::is_sorted(begin, fields_.end(), comes_before)) {
            return;
        }
        std::sort(begin, fields_.end(), comes_before);
        sorted_.clear();
        std::for_each(begin, fields_.end(), [&](const Field& field) {
            sorted_.append(sorted_.empty() ? "" : ",").append(field.text);
        });
        std::copy(
            sorted_.begin(), sorted_.end(), text_.begin() + static_cast<std::ptrdiff_t>(start));
    }

    std::string& text_;
    std::size_t at_ = 0;
    std::vector<Field> fields_{};
    std::string sorted_{};
};

}  // namespace

// The loop has no early return and works on bytes, so that the compiler can vectorize it.
bool is_plain_ascii(std::string_view text) {
    unsigned char strange = 0;
    for (const char c : text) {
        strange = static_cast<unsigned char>(
            strange | static_cast<unsigned char>((c < ' ') | (c > '~') | (c == '"') | (c == '\\')));
    }
    return strange == 0;
}

void append_json_string(std::string& to, std::string_view text) {
    if (is_plain_ascii(text) || is_plain_utf8(text)) {
        to += '"';
        to += text;
        to += '"';
    } else {
        to += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
}

JsonText::JsonText(std::string_view value) {
    text_.clear();
    append_json_string(text_, value);
}

JsonText::JsonText(const std::vector<std::string>& values) : text_(list_of(values)) {}

JsonText::JsonText(const std::vector<std::string_view>& values) : text_(list_of(values)) {}

JsonText JsonText::of(const nlohmann::json& value) {
    JsonText result;
    result.text_ = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return result;
}

JsonText JsonText::with_room(const char* brackets, std::size_t room) {
    JsonText value;
    value.text_.reserve(room);
    value.text_ = brackets;
    return value;
}

std::string JsonText::sorted() const {
    auto text = text_;
    FieldSorter(text).value();
    return text;
}

void JsonArray::add(const JsonText& value) {
    const bool is_first = empty();
    list_.text_.pop_back();
    list_.text_.append(is_first ? "" : ",").append(value.text_) += ']';
}

void JsonObject::set_all(const JsonObject& other) {
    if (!other.empty()) {
        begin_next();
        object_.text_.append(other.object_.text_, 1);
    }
}

// Opens the object again, for another field.
void JsonObject::begin_next() {
    const bool is_first = empty();
    object_.text_.pop_back();
    object_.text_.append(is_first ? "" : ",");
}

void JsonObject::begin_field(std::string_view name) {
    begin_next();
    object_.text_.append(1, '"').append(name).append("\":");
}

}  // namespace base
