#include "base/json_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

inline namespace base {

namespace {

// The text of an object with these fields, in their order. `text_of` gives the text of a value.
template <class Fields, class TextOf>
std::string joined(const Fields& fields, TextOf text_of) {
    std::size_t size = 2;
    for (const auto& field : fields) {
        size += field->first.size() + text_of(field->second).size() + 4;  // `"":,`
    }
    std::string text;
    text.reserve(size);
    text += '{';
    for (const auto& field : fields) {
        if (text.size() > 1) {
            text += ',';
        }
        text += '"';
        text += field->first;
        text += "\":";
        text += text_of(field->second);
    }
    text += '}';
    return text;
}

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
    if (is_plain_ascii(text)) {
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

JsonText JsonArray::open() {
    JsonText value;
    value.text_ = "[";
    return value;
}

void JsonArray::add(const JsonText& value) {
    if (values_.sorted_.empty() && !value.sorted_.empty()) {
        values_.sorted_ = values_.text_;
    }
    const bool is_first = empty();
    if (!values_.sorted_.empty()) {
        values_.sorted_.append(is_first ? "" : ",").append(value.sorted());
    }
    values_.text_.append(is_first ? "" : ",").append(value.text_);
}

JsonText JsonArray::value() const {
    auto value = values_;
    value.text_ += ']';
    if (!value.sorted_.empty()) {
        value.sorted_ += ']';
    }
    return value;
}

void JsonObject::set(std::string_view name, JsonText value) {
    const auto found = std::find_if(
        fields_.begin(), fields_.end(), [&](const Field& field) { return field.first == name; });
    if (found == fields_.end()) {
        if (fields_.empty()) {
            constexpr std::size_t kUsual = 12;
            fields_.reserve(kUsual);
        }
        fields_.emplace_back(name, std::move(value));
    } else {
        found->second = std::move(value);
    }
}

const JsonText* JsonObject::find(std::string_view name) const {
    const auto found = std::find_if(
        fields_.begin(), fields_.end(), [&](const Field& field) { return field.first == name; });
    return found == fields_.end() ? nullptr : &found->second;
}

JsonText JsonObject::value() const {
    std::vector<const Field*> order;
    order.reserve(fields_.size());
    for (const auto& field : fields_) {
        order.push_back(&field);
    }
    JsonText value;
    value.text_ = joined(order, std::mem_fn(&JsonText::text));
    const auto comes_before = [](const Field* a, const Field* b) { return a->first < b->first; };
    const bool is_sorted = std::is_sorted(order.begin(), order.end(), comes_before) &&
                           std::all_of(order.begin(), order.end(), [](const Field* field) {
                               return field->second.sorted_.empty();
                           });
    if (!is_sorted) {
        std::sort(order.begin(), order.end(), comes_before);
        value.sorted_ = joined(order, std::mem_fn(&JsonText::sorted));
    }
    return value;
}

}  // namespace base
