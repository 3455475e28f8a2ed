#include "scim_list.hpp"

#include "scim_error.hpp"
#include "scim_filter.hpp"

#include <algorithm>
#include <optional>

namespace sandbox {

namespace {

constexpr std::size_t kFalseItemsPerPage =
    1000;  // of the surprise items-per-page-lies; larger than any page

long long integer_parameter(const Call& call, const std::string& name, long long by_default) {
    const auto text = call.parameter(name);
    if (!text) {
        return by_default;
    }
    const auto number = to_integer(*text);
    if (!number) {
        throw ScimError(400, "invalidValue", "'" + name + "' must be a number");
    }
    return *number;
}

/// A negative count means 0, and 0 asks for the total alone (RFC 7644 §3.4.2.4).
std::size_t asked_count(const Call& call, const PageLimits& limits) {
    const auto asked = integer_parameter(call, "count", static_cast<long long>(limits.by_default));
    return std::min(static_cast<std::size_t>(std::max(0LL, asked)), limits.cap);
}

std::vector<Row> selected(const Call& call, const std::vector<Row>& all) {
    const auto text = call.parameter("filter");
    if (!text || call.surprised("filter-ignored")) {
        return all;
    }
    const auto filter = parse_filter(*text);
    if (call.surprised("sw-unsupported") && uses_operator(filter, "sw")) {
        throw ScimError(400, "invalidFilter", "the operator 'sw' is not supported");
    }
    std::vector<Row> rows;
    std::copy_if(all.begin(), all.end(), std::back_inserter(rows), [&](const Row& row) {
        return matches(filter, *row.second);
    });
    return rows;
}

/// The error of RFC 9865 §2.1 for a server that no longer knows a list.
void give_up(const Call& call) {
    const bool goes_on = !call.parameter("cursor").value_or("").empty();
    if (goes_on && call.surprised("cursor-expired")) {
        throw ScimError(400, "expiredCursor", "this cursor has expired");
    }
    if (goes_on && call.surprised("cursor-invalid")) {
        throw ScimError(400, "invalidCursor", "this cursor is not valid");
    }
    if (call.surprised("count-refused") && call.parameter("count")) {
        throw ScimError(400, "invalidCount", "this count is not possible");
    }
}

/// The first row that a cursor has not passed. A cursor is the number of the next row, so a
/// deletion shifts no row.
std::size_t start_of_cursor(const std::vector<Row>& rows, const std::string& cursor) {
    if (cursor.empty()) {
        return 0;
    }
    const auto number = to_integer(std::string_view(cursor).substr(1));
    if (cursor.front() != 'c' || !number || *number < 0) {
        throw ScimError(400, "invalidCursor", "this cursor was not given out here");
    }
    const auto next = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
        return row.first >= static_cast<std::uint64_t>(*number);
    });
    return static_cast<std::size_t>(next - rows.begin());
}

Json by_cursor(const Call& call,
               const std::vector<Row>& rows,
               const std::vector<Row>& page,
               std::size_t next) {
    Json out = {{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
                {"totalResults", rows.size()},
                {"itemsPerPage", page.size()}};
    if (next < rows.size()) {
        std::string cursor("c");
        cursor += std::to_string(rows[next].first);
        out["nextCursor"] = cursor;
    }
    if (call.surprised("cursor-repeated")) {
        out["nextCursor"] = "c1";
    }
    return out;
}

/// Where the page begins, from 0.
std::size_t start_of_index(const Call& call, std::size_t start_index, std::size_t total) {
    const bool first_again = call.surprised("first-page-past-end") && start_index > total;
    if (call.surprised("start-index-ignored") || first_again) {
        return 0;
    }
    return std::min(start_index - 1, total);
}

Json by_index(const Call& call,
              const std::vector<Row>& rows,
              const std::vector<Row>& page,
              std::size_t start_index) {
    Json out = {{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
                {"totalResults", rows.size()},
                {"startIndex", call.surprised("start-index-ignored") ? 1 : start_index},
                {"itemsPerPage", page.size()}};
    if (call.surprised("items-per-page-lies")) {
        out["itemsPerPage"] = kFalseItemsPerPage;
    }
    return out;
}

void put_rows(const Call& call,
              const std::vector<Row>& page,
              const std::function<Json(const Json&)>& render,
              Json& out) {
    if (call.surprised("total-as-string")) {
        out["totalResults"] = std::to_string(out["totalResults"].get<std::size_t>());
    }
    if (call.surprised("total-missing")) {
        out.erase("totalResults");
    }
    if (page.empty() && call.surprised("resources-missing")) {
        return;
    }
    auto& resources = out["Resources"] = Json::array();
    for (const auto& row : page) {
        resources.push_back(chosen_attributes(call, render(*row.second)));
    }
    if (page.empty() && call.surprised("resources-null")) {
        resources = nullptr;
    }
}

/// Attribute names of a comma-separated list, without the core schema's URN: extension attributes
/// keep theirs.
std::vector<AttributePath> attribute_list(const std::string& text) {
    std::vector<AttributePath> paths;
    for (const auto& name : split(text, ',')) {
        auto path = split_path(name);
        if (same_folded(path.urn.substr(0, path.urn.rfind(':')),
                        "urn:ietf:params:scim:schemas:core:2.0")) {
            path.urn.clear();
        }
        paths.push_back(std::move(path));
    }
    return paths;
}

/// Whether a path refers to this member: completely, or to one of its parts, which then go to
/// `parts`. An extension is given by its URN, which split_path splits into URN and attribute, or by
/// its attributes.
bool names_member(const std::vector<AttributePath>& paths,
                  const std::string& member,
                  std::vector<std::string>& parts) {
    bool named = false;
    for (const auto& path : paths) {
        if (path.urn.empty() && same_folded(path.name, member)) {
            named = true;
            if (!path.part.empty()) {
                parts.push_back(path.part);
            }
        } else if (!path.urn.empty() && same_folded(path.urn, member)) {
            named = true;
            parts.push_back(path.name);
        } else if (!path.urn.empty() && same_folded(path.urn + ":" + path.name, member)) {
            named = true;
        }
    }
    return named;
}

/// Keeps, or drops, the given parts; of an array in each of its values.
void filter_parts(Json& value, const std::vector<std::string>& parts, bool keep) {
    if (value.is_array()) {
        for (auto& each : value) {
            filter_parts(each, parts, keep);
        }
        return;
    }
    if (!value.is_object()) {
        return;
    }
    Json out = Json::object();
    for (const auto& [name, each] : value.items()) {
        const bool named =
            std::any_of(parts.begin(), parts.end(), [&, &key = name](const auto& part) {
                return same_folded(part, key);
            });
        if (named == keep) {
            out[name] = each;
        }
    }
    value = std::move(out);
}

}  // namespace

std::vector<Row> page_of(const Call& call,
                         const std::vector<Row>& rows,
                         std::size_t start,
                         std::size_t count) {
    if (const auto rule = call.surprises.find("page-short");
        rule != call.surprises.end() && count > 1) {
        count = std::min(count, rule->second.value("size", count / 2));
    }
    const auto begin = std::min(start, rows.size());
    const auto end = begin + std::min(count, rows.size() - begin);
    std::vector<Row> page;
    if (begin > 0 && call.surprised("list-moves")) {
        // The first row has moved to the end of the list since its page was read.
        for (auto i = begin; i < end; ++i) {
            page.push_back(rows[(i + 1) % rows.size()]);
        }
        return page;
    }
    if (begin < end && call.surprised("row-repeated")) {
        page.push_back(rows[begin == 0 ? 0 : begin - 1]);
    }
    for (auto i = call.surprised("row-missing") ? begin + 1 : begin; i < end; ++i) {
        page.push_back(rows[i]);
    }
    if (page.size() > count) {
        page.pop_back();
    }
    return page;
}

Json list_response(const Call& call,
                   const std::vector<Row>& all,
                   const PageLimits& limits,
                   const std::function<Json(const Json&)>& render) {
    give_up(call);
    const auto rows = selected(call, all);
    const auto count = asked_count(call, limits);
    const auto cursor = call.parameter("cursor");
    if (cursor || call.surprised("cursor-forced")) {
        const auto start = start_of_cursor(rows, cursor.value_or(""));
        const auto page = page_of(call, rows, start, count);
        auto out = by_cursor(call, rows, page, start + page.size());
        put_rows(call, page, render, out);
        return out;
    }
    const auto start_index =
        static_cast<std::size_t>(std::max(1LL, integer_parameter(call, "startIndex", 1)));
    const auto page = page_of(call, rows, start_of_index(call, start_index, rows.size()), count);
    auto out = by_index(call, rows, page, start_index);
    put_rows(call, page, render, out);
    return out;
}

Json chosen_attributes(const Call& call, Json resource) {
    const auto wanted = call.parameter("attributes");
    const auto unwanted = call.parameter("excludedAttributes");
    if (!wanted && !unwanted) {
        return resource;
    }
    const auto paths = attribute_list(wanted ? *wanted : *unwanted);
    Json out = Json::object();
    for (auto& [name, value] : resource.items()) {
        std::vector<std::string> parts;
        const bool named = names_member(paths, name, parts);
        const bool always = name == "id" || name == "schemas";
        const bool in_parts = named && !parts.empty() && !always;
        if (!always && !in_parts && named != wanted.has_value()) {
            continue;
        }
        if (in_parts) {
            filter_parts(value, parts, wanted.has_value());
        }
        out[name] = std::move(value);
    }
    return out;
}

}  // namespace sandbox
