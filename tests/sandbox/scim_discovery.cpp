#include "scim_discovery.hpp"

#include "scim_bulk.hpp"

namespace sandbox {

namespace {

Json bearer_scheme(const char* description) {
    return Json::array({{{"type", "oauthbearertoken"},
                         {"name", "OAuth Bearer Token"},
                         {"description", description},
                         {"primary", true}}});
}

Json supported(bool yes) {
    return {{"supported", yes}};
}

Json bulk_limits(bool yes, std::size_t operations, std::size_t bytes) {
    return {{"supported", yes}, {"maxOperations", operations}, {"maxPayloadSize", bytes}};
}

}  // namespace

Json provider_configuration(const PageLimits& pages) {
    return {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}},
            {"patch", supported(true)},
            {"bulk", bulk_limits(true, kMaxBulkOperations, kMaxBulkPayload)},
            {"filter", {{"supported", true}, {"maxResults", pages.cap}}},
            {"changePassword", supported(false)},
            {"sort", supported(false)},
            {"etag", supported(true)},
            // RFC 9865 §4
            {"pagination",
             {{"cursor", true},
              {"index", true},
              {"defaultPaginationMethod", "index"},
              {"defaultPageSize", pages.by_default},
              {"maxPageSize", pages.cap}}},
            {"authenticationSchemes", bearer_scheme("A token of the SCIM configuration page")}};
}

Json read_only_configuration() {
    return {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}},
            {"patch", supported(false)},
            {"bulk", bulk_limits(false, 0, 0)},
            {"filter", {{"supported", true}, {"maxResults", 200}}},
            {"changePassword", supported(false)},
            {"sort", supported(false)},
            {"etag", supported(false)},
            {"authenticationSchemes", bearer_scheme("A SCIM token of the organization")}};
}

Json definitions_list(const Json& resources) {
    return {{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
            {"totalResults", resources.size()},
            {"startIndex", 1},
            {"itemsPerPage", resources.size()},
            {"Resources", resources}};
}

}  // namespace sandbox
