#include "scim/list_page.hpp"

#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <string>

namespace scim {

using nlohmann::json;

namespace {

// With a filter, WSO2 reports at most a page as the total (product-is issue 7320). A server's own
// limit is a round number.
bool may_be_cut(std::size_t rows, std::size_t asked) {
    constexpr std::size_t kLeastPower = 16;
    return rows > 0 && (rows == asked || rows % 10 == 0 || rows % 25 == 0 ||
                        (rows >= kLeastPower && std::has_single_bit(rows)));
}

// For paging only. A record whose id cannot be part of a path is identified by its complete
// content; a row that is not a resource by its place as well, because several may be null.
std::string id_in_list(const json& resource, std::size_t place) {
    return has_usable_id(resource) ? record::id_of(resource)
           : resource.is_object()  ? resource.dump()
                                   : resource.dump() + " " + std::to_string(place);
}

}  // namespace

bool has_usable_id(const json& resource) {
    return record::is_usable({record::text_attribute(resource, "id")});
}

void require_ids(const std::vector<json>& resources) {
    const auto has_id = [](const json& row) { return !record::text_attribute(row, "id").empty(); };
    if (!resources.empty() && std::none_of(resources.begin(), resources.end(), has_id)) {
        (void)record::id_of(resources.front());  // throws
    }
}

bool may_be_own_limit(const ListResponse& response, std::size_t asked) {
    constexpr std::size_t kLeastLimit = 6;  // a lookup returns fewer rows, and stays one request
    const auto rows = response.resources.size();
    return rows >= kLeastLimit && (asked == 0 || rows < asked) && !response.total_results &&
           response.items_per_page == rows && !may_be_cut(rows, asked);
}

paging::ListPage page_of(const ListResponse& response,
                         std::size_t offset,
                         std::size_t asked,
                         const KeyedHash& hash) {
    paging::ListPage page{.total = response.total_results, .next_cursor = response.next_cursor};
    for (const auto& resource : response.resources) {
        page.ids.push_back(id_in_list(resource, offset + page.ids.size()));
        page.contents.push_back(
            hash.of(resource.is_object() ? record::content_of(resource) : resource.dump()));
    }
    page.may_be_cut = may_be_cut(page.ids.size(), asked) || may_be_own_limit(response, asked);
    if (!page.ids.empty() && response.start_index.value_or(0) > 0) {
        page.begins_at = *response.start_index - 1;
    }
    return page;
}

}  // namespace scim
