#include "base/json_parse.hpp"

#include <simdjson.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

inline namespace base {

using nlohmann::json;

namespace {

json value_of(const simdjson::dom::element& element) {
    using simdjson::dom::element_type;
    switch (element.type()) {
        case element_type::OBJECT: {
            json::object_t object;
            for (const auto [key, value] : simdjson::dom::object(element)) {
                object.insert_or_assign(
                    std::string(key),
                    value_of(value));  // if a key occurs twice, the last one counts, as in nlohmann
            }
            return object;
        }
        case element_type::ARRAY: {
            json::array_t array;
            for (const auto value : simdjson::dom::array(element)) {
                array.push_back(value_of(value));
            }
            return array;
        }
        case element_type::STRING:
            return std::string(std::string_view(element));
        case element_type::INT64: {
            const auto number = std::int64_t(element);
            return number < 0 ? json(number) : json(static_cast<std::uint64_t>(number));
        }
        case element_type::UINT64:
            return std::uint64_t(element);
        case element_type::DOUBLE:
            return double(element);
        case element_type::BOOL:
            return bool(element);
        case element_type::NULL_VALUE:
            break;
    }
    return nullptr;
}

void refill(json& value, const simdjson::dom::element& element);

// False, and some fields are filled: the object has other names than `fields`, a name twice, or
// many.
bool refill_object(json::object_t& object, const simdjson::dom::object& fields) {
    constexpr std::size_t kMost = 32;
    std::array<const json*, kMost> filled{};
    if (fields.size() > kMost || fields.size() != object.size()) {
        return false;
    }
    auto* end = filled.begin();
    for (const auto [key, value] : fields) {
        const auto field = object.find(key);
        if (field == object.end() || std::find(filled.begin(), end, &field->second) != end) {
            return false;
        }
        refill(field->second, value);
        *end++ = &field->second;
    }
    return true;
}

void refill_array(json::array_t& array, const simdjson::dom::array& elements) {
    array.resize(elements.size());
    for (auto at = array.begin(); const auto element : elements) {
        refill(*at++, element);
    }
}

// value = value_of(element), in the memory that `value` has already: the records of a stream are
// similar, and most of the time of value_of() is for the memory.
void refill(json& value, const simdjson::dom::element& element) {
    if (auto* text = value.get_ptr<json::string_t*>(); text != nullptr && element.is_string()) {
        text->assign(std::string_view(element));
        return;
    }
    if (auto* array = value.get_ptr<json::array_t*>(); array != nullptr && element.is_array()) {
        refill_array(*array, simdjson::dom::array(element));
        return;
    }
    if (auto* object = value.get_ptr<json::object_t*>();
        object != nullptr && element.is_object() &&
        refill_object(*object, simdjson::dom::object(element))) {
        return;
    }
    value = value_of(element);
}

constexpr std::size_t kShort = std::size_t{256} << 10U;  // bytes of a short text

// Nullopt: simdjson rejects the text.
std::optional<simdjson::dom::element> read_quickly(simdjson::dom::parser& parser,
                                                   std::string_view text,
                                                   int most_depth) {
    simdjson::dom::element root;
    if (parser.allocate(std::max(kShort, text.size()), static_cast<std::size_t>(most_depth)) !=
            simdjson::SUCCESS ||
        parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return root;
}

// Not a long text: a document of it and one of nlohmann together take much memory.
std::optional<simdjson::dom::element> read_quickly(std::string_view text, int most_depth) {
    thread_local simdjson::dom::parser parser;
    return text.size() <= kShort ? read_quickly(parser, text, most_depth) : std::nullopt;
}

// False: a value of a type that no field has.
bool read_field(const simdjson::dom::element& value, FlatObject::Field& field) {
    using simdjson::dom::element_type;
    switch (value.type()) {
        case element_type::STRING:
            field.type = FlatObject::Type::text;
            field.text = std::string_view(value);
            return true;
        case element_type::BOOL:
            field.type = FlatObject::Type::boolean;
            field.boolean = bool(value);
            return true;
        case element_type::NULL_VALUE:
            field.type = FlatObject::Type::null;
            return true;
        case element_type::ARRAY:
            field.type = FlatObject::Type::texts;
            field.texts.clear();
            for (const auto text : simdjson::dom::array(value)) {
                if (!text.is_string()) {
                    return false;
                }
                field.texts.emplace_back(std::string_view(text));
            }
            return true;
        default:
            return false;
    }
}

// Whether arrays and objects are nested deeper than `most_depth`, if `text` is JSON.
bool is_too_deep(std::string_view text, int most_depth) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (in_string) {
            at += c == '\\' ? 1U : 0U;  // the escaped character may be a quote
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > most_depth) {
                return true;
            }
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

// simdjson reads -0 as 0.
void without_negative_zero(json& value) {
    if (value.is_structured()) {
        for (auto& inner : value) {
            without_negative_zero(inner);
        }
    } else if (value.is_number_integer() && value == 0) {
        value = 0U;
    }
}

// In linear time: nlohmann's parser with a callback visits all elements of an array each time one
// of them ends.
json parse_with_care(std::string_view text, int most_depth, bool may_throw) {
    if (is_too_deep(text, most_depth)) {
        throw JsonTooDeep{};
    }
    // nlohmann takes a NUL byte for the end of the text. Another control character is an error.
    std::string visible;
    if (text.find('\0') != std::string_view::npos) {
        visible = text;
        std::replace(visible.begin(), visible.end(), '\0', '\x01');
        text = visible;
    }
    auto value = json::parse(text.begin(), text.end(), nullptr, may_throw);
    without_negative_zero(value);
    return value;
}

}  // namespace

json parse_json(std::string_view text, int most_depth) {
    json value;
    parse_json(text, most_depth, value);
    return value;
}

void parse_json(std::string_view text, int most_depth, json& into) {
    if (const auto root = read_quickly(text, most_depth)) {
        refill(into, *root);
        return;
    }
    into = nullptr;  // frees the memory of a long text first
    into = parse_with_care(text, most_depth, true);
}

struct FlatObject::Parser {
    simdjson::dom::parser usual{};
    simdjson::dom::parser large{};  // has up to 13 times the memory of its text
};

FlatObject::FlatObject() : parser_(std::make_unique<Parser>()) {}
FlatObject::~FlatObject() = default;

bool FlatObject::read(std::string_view text) {
    constexpr int kDepth = 3;  // the object, a list, and the texts in it
    size_ = 0;
    parser_->large = simdjson::dom::parser{};
    const auto root =
        text.size() > kLongest
            ? std::nullopt
            : read_quickly(text.size() <= kShort ? parser_->usual : parser_->large, text, kDepth);
    if (!root || !root->is_object()) {
        return false;
    }
    for (const auto [name, value] : simdjson::dom::object(*root)) {
        if (size_ == fields_.size()) {
            fields_.emplace_back();
        }
        auto& field = fields_[size_];
        field.name = name;
        if (!read_field(value, field)) {
            return false;
        }
        ++size_;
    }
    return true;
}

const FlatObject::Field* FlatObject::find(std::string_view name) const {
    for (auto at = size_; at > 0; --at) {
        if (fields_[at - 1].name == name) {
            return &fields_[at - 1];
        }
    }
    return nullptr;
}

std::optional<json> try_parse_json(std::string_view text, int most_depth) {
    if (const auto root = read_quickly(text, most_depth)) {
        return value_of(*root);
    }
    try {
        auto value = parse_with_care(text, most_depth, false);
        return value.is_discarded() ? std::nullopt : std::optional(std::move(value));
    } catch (const JsonTooDeep&) {
        return std::nullopt;
    }
}

}  // namespace base
