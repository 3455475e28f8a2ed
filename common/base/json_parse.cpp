#include "base/json_parse.hpp"

#include <simdjson.h>
#include <nlohmann/json.hpp>

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
                    value_of(
                        value));  // of a key that is there twice the last counts, as for nlohmann
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

// Keeps its memory for the next text.
class Parser {
  public:
    std::optional<json> parse(std::string_view text, int most_depth) {
        constexpr std::size_t kLongest = std::size_t{256}
                                         << 10U;  // up to 13 times as much is held while it is read
        if (text.size() > kLongest) {
            return std::nullopt;
        }
        simdjson::dom::element root;
        if (parser_.allocate(kLongest, static_cast<std::size_t>(most_depth)) != simdjson::SUCCESS ||
            parser_.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
            return std::nullopt;
        }
        return value_of(root);
    }

  private:
    simdjson::dom::parser parser_{};
};

std::optional<json> parse_quickly(std::string_view text, int most_depth) {
    static Parser parser;
    return parser.parse(text, most_depth);
}

json parse_with_care(std::string_view text, int most_depth, bool may_throw) {
    const auto bounded =
        [&](int depth, json::parse_event_t event, json& value) {  // depth is of what is around
            const bool opens = event == json::parse_event_t::object_start ||
                               event == json::parse_event_t::array_start;
            if (opens && depth >= most_depth) {
                throw JsonTooDeep{};
            }
            if (event == json::parse_event_t::value && value.is_number_integer() && value == 0) {
                value = 0U;  // -0, of which simdjson makes 0
            }
            return true;
        };
    return json::parse(text.begin(), text.end(), bounded, may_throw);
}

}  // namespace

json parse_json(std::string_view text, int most_depth) {
    auto value = parse_quickly(text, most_depth);
    return value ? *std::move(value) : parse_with_care(text, most_depth, true);
}

std::optional<json> try_parse_json(std::string_view text, int most_depth) {
    auto value = parse_quickly(text, most_depth);
    if (value) {
        return value;
    }
    try {
        value = parse_with_care(text, most_depth, false);
    } catch (const JsonTooDeep&) {
        return std::nullopt;
    }
    return value->is_discarded() ? std::nullopt : std::move(value);
}

}  // namespace base
