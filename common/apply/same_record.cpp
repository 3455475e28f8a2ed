#include "apply/same_record.hpp"

#include "apply/outcome.hpp"
#include "base/encoding.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

namespace apply {

using nlohmann::json;

std::optional<OtherRecord> other_record_in(const json& resource,
                                           const std::string& path,
                                           const record::ExternalId& external_id) {
    const auto id = record::text_attribute(resource, "id");
    if (!id.empty() && encoding::percent_decode(path.substr(path.rfind('/') + 1)) != id) {
        return OtherRecord{.reason = reason::kNotVerified,
                           .why = "its id is " + record::shown_value(id)};
    }
    const auto shown = record::external_id_of(resource);
    if (external_id.value.empty() || shown == external_id) {
        return std::nullopt;
    }
    if (!shown.value.empty()) {
        return OtherRecord{.reason = reason::kMoved,
                           .why = "its externalId is " + record::shown_value(shown.value)};
    }
    const bool is_complete = !id.empty() && (record::attribute(resource, "userName") != nullptr ||
                                             record::attribute(resource, "displayName") != nullptr);
    return is_complete ? std::optional(OtherRecord{.reason = reason::kMoved,
                                                   .why = "it has no externalId any more"})
                       : std::nullopt;
}

}  // namespace apply
