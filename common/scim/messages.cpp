#include "scim/messages.hpp"

#include "base/error.hpp"
#include "base/parse_number.hpp"
#include "base/text.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

namespace scim {

using nlohmann::json;

namespace {

constexpr std::string_view kErrorSchema = "urn:ietf:params:scim:api:messages:2.0:Error";

constexpr std::string_view kListSchema = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

constexpr double kMostExact = 1e15;  // below 2^53, a double is exactly one integer

std::string filter(std::string_view attribute, std::string_view op, std::string_view value) {
    return std::string(attribute) + " " + std::string(op) + " " + json(value).dump();
}

// The rest of the list depends on such a field.
[[noreturn]] void throw_odd_field(std::string_view name,
                                  const json& value,
                                  const std::string& expected) {
    throw Error(ExitStatus::unavailable,
                "the SCIM server's list has \"" + std::string(name) +
                    "\": " + record::shown_value(value) + ", which is not " + expected +
                    "; report this to the operator of that service");
}

// A count. Some services send it as a string, or with a decimal point: JSON has one type of number.
std::optional<std::size_t> count_attribute(const json& object, std::string_view name) {
    const auto* value = record::attribute(object, name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->is_number_unsigned()) {
        return value->get<std::size_t>();
    }
    if (const auto number = value->is_number_float() ? value->get<double>() : -1;
        number >= 0 && number < kMostExact && number == std::floor(number)) {
        return static_cast<std::size_t>(number);
    }
    if (value->is_string()) {
        if (const auto count = parse_number<std::size_t>(value->get_ref<const std::string&>())) {
            return count;
        }
    }
    throw_odd_field(name, *value, "a number of records");
}

bool is_message(const json& body, std::string_view schema) {
    const auto* schemas = record::attribute(body, "schemas");
    return schemas != nullptr && schemas->is_array() &&
           std::find(schemas->begin(), schemas->end(), schema) != schemas->end();
}

}  // namespace

std::string filter_starts_with(std::string_view attribute, std::string_view value) {
    return filter(attribute, "sw", value);
}

std::string filter_equals(std::string_view attribute, std::string_view value) {
    return filter(attribute, "eq", value);
}

std::optional<int> error_status(const json& body) {
    const bool is_error = is_message(body, kErrorSchema);
    if (!is_error && record::attribute(body, "schemas") != nullptr) {
        return std::nullopt;  // a resource may have an attribute of that name
    }
    const auto* status = record::attribute(body, "status");
    int number = 0;
    if (status != nullptr && status->is_number_integer()) {
        number = status->get<int>();
    } else if (const auto digits = record::optional_text_attribute(body, "status")) {
        (void)std::from_chars(digits->data(), digits->data() + digits->size(), number);
    }
    const bool is_failure = number >= 400 && number < 600;
    return is_failure ? std::optional(number)
           : is_error ? std::optional(400)
                      : std::nullopt;  // this is an error in any case
}

std::string scim_type(const json& body) {
    return text::fold(record::text_attribute(body, "scimType"));
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): the rows are moved out of it
ListResponse list_from_json(json body, bool by_cursor) {
    ListResponse list;
    if (const auto* cursor = record::attribute(body, "nextCursor")) {
        if (!cursor->is_string()) {
            throw_odd_field("nextCursor", *cursor, "a string");
        }
        list.next_cursor = cursor->get<std::string>();
        if (list.next_cursor.size() > kLongestCursor) {
            throw Error(ExitStatus::unavailable,
                        "the SCIM server's answer has a \"nextCursor\" of " +
                            std::to_string(list.next_cursor.size()) + " bytes, of which at most " +
                            std::to_string(kLongestCursor) +
                            " fit into a URL; report this to the operator of that service");
        }
    }
    list.total_results = count_attribute(body, "totalResults");
    list.start_index = count_attribute(body, "startIndex");
    if (const auto* items = record::attribute(body, "itemsPerPage");
        items != nullptr && items->is_number_unsigned()) {
        list.items_per_page = items->get<std::size_t>();
    }
    // A list that fits into one page of a service with cursors has no cursor and may have no total,
    // but then it has no startIndex either.
    const bool has_cursors = by_cursor || !list.next_cursor.empty() ||
                             (!list.start_index && is_message(body, kListSchema));
    if (!list.total_results && !has_cursors) {
        record::throw_unexpected_answer("a list without \"totalResults\"");
    }
    const auto* resources = record::attribute(body, "Resources");
    const bool may_be_bare =
        !list.next_cursor.empty() || (by_cursor && is_message(body, kListSchema));
    if (!list.total_results && resources == nullptr &&
        !may_be_bare) {  // an error with status 200, or a page of a gateway, is not the end of a
                         // list
        record::throw_unexpected_answer("a list with neither \"totalResults\" nor \"Resources\"");
    }
    if (resources != nullptr) {
        if (!resources->is_array()) {
            record::throw_unexpected_answer("\"Resources\" is not a list");
        }
        auto& rows = const_cast<json&>(*resources);  // moved from our own body, because a page of
                                                     // large groups should not be in memory twice
        list.resources.assign(std::make_move_iterator(rows.begin()),
                              std::make_move_iterator(rows.end()));
    }
    return list;
}

}  // namespace scim
