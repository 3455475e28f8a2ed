#include "base/json_text.hpp"

#include "base/unicode.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

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

std::uint64_t beginning_of(std::string_view name) {
    std::uint64_t number = 0;
    for (std::size_t at = 0; at < sizeof number; ++at) {
        number = number << 8U | (at < name.size() ? static_cast<unsigned char>(name[at]) : 0U);
    }
    return number;
}

bool is_plain_utf8(std::string_view text) {
    return std::none_of(text.begin(),
                        text.end(),
                        [](char c) {
                            return static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\';
                        }) &&
           unicode::is_valid(text);
}

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

void append_json(std::string& to, const nlohmann::json& value) {
    using nlohmann::json;
    const auto append_list = [&](char open, const auto& list, char close, const auto& append) {
        to += open;
        for (const auto& element : list) {
            append(element);
            to += ',';
        }
        list.empty() ? to.push_back(close) : void(to.back() = close);
    };
    if (value.is_string()) {
        append_json_string(to, value.get_ref<const std::string&>());
    } else if (value.is_array()) {
        append_list('[', value.get_ref<const json::array_t&>(), ']', [&](const json& element) {
            append_json(to, element);
        });
    } else if (value.is_object()) {
        append_list('{', value.get_ref<const json::object_t&>(), '}', [&](const auto& field) {
            append_json_string(to, field.first);
            to += ':';
            append_json(to, field.second);
        });
    } else {
        to += value.dump();
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
    result.text_.clear();
    append_json(result.text_, value);
    return result;
}

JsonText JsonText::with_room(const char* brackets, std::size_t room) {
    JsonText value;
    value.text_.reserve(room);
    value.text_ = brackets;
    return value;
}

std::string_view JsonSorter::of(std::string_view text) {
    text_ = text;
    at_ = 0;
    value();
    return text_;
}

// Each of these sorts what begins at the position, and moves the position to its end. The sorted
// text of an object is as long as before, so that each is sorted at its place.
void JsonSorter::value() {
    const auto ends_value = [](char c) { return c == ',' || c == ']' || c == '}'; };
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

void JsonSorter::string() {
    const auto is_escaped = [&](std::size_t at) {  // an odd number of backslashes comes before
        return (at - text_.find_last_not_of('\\', at - 1)) % 2 == 0;
    };
    do {
        at_ = text_.find('"', at_ + 1);
    } while (text_[at_ - 1] == '\\' && is_escaped(at_));
    ++at_;
}

void JsonSorter::array() {
    for (++at_; text_[at_] != ']'; at_ += text_[at_] == ',' ? 1U : 0U) {
        value();
    }
    ++at_;
}

void JsonSorter::object() {
    const auto first = fields_.size();  // after those of the objects around it
    const auto start = ++at_;
    for (; text_[at_] != '}'; at_ += text_[at_] == ',' ? 1U : 0U) {
        const auto begin = at_;
        string();
        const auto name = std::string_view(text_).substr(begin + 1, at_ - begin - 2);
        ++at_;  // the colon
        value();
        fields_.push_back({.beginning = beginning_of(name),
                           .name = name,
                           .text = std::string_view(text_).substr(begin, at_ - begin)});
    }
    sort(first, start);
    fields_.resize(first);
    ++at_;
}

void JsonSorter::sort(std::size_t first, std::size_t start) {
    const auto begin = fields_.begin() + static_cast<std::ptrdiff_t>(first);
    if (std::is_sorted(begin, fields_.end())) {
        return;
    }
    std::sort(begin, fields_.end());
    sorted_.clear();
    std::for_each(begin, fields_.end(), [&](const Field& field) {
        sorted_.append(sorted_.empty() ? "" : ",").append(field.text);
    });
    std::copy(sorted_.begin(), sorted_.end(), text_.begin() + static_cast<std::ptrdiff_t>(start));
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
    if (empty()) {
        object_.text_.pop_back();
    } else {
        object_.text_.back() = ',';
    }
}

void JsonObject::begin_field(std::string_view name) {
    begin_next();
    object_.text_.append(1, '"').append(name).append("\":", 2);
}

}  // namespace base
