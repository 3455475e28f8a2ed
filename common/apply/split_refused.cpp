#include "apply/split_refused.hpp"

#include "apply/attribute_values.hpp"
#include "base/text.hpp"
#include "record/patch_message.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace apply {

using nlohmann::json;

namespace {

struct Operations {
    JsonArray removals{};
    JsonArray grants{};
};

// If `active` is not shown, the record is active (RFC 7643 §4.1.1 makes it optional).
void split_active(const json& operation, const json& record, Operations& out) {
    const auto* shown = at_path(record, "active");
    const bool is_active = shown == nullptr || record::truth(*shown).value_or(true);
    const bool becomes = operation.value("value", json()) != false;
    if (is_active != becomes) {
        (becomes ? out.grants : out.removals).add(JsonText::of(operation));
    }
}

void split_list(const std::string& path,
                const json& operation,
                const Texts& present,
                Operations& out) {
    const auto target = operation.value("value", json::array());
    auto kept = json::array();
    for (const auto& value : target) {
        if (present.contains(identity_of(path, value))) {
            kept.push_back(value);
        }
    }
    const bool grants = kept.size() < target.size();
    if (values_of(path, kept) != present) {
        out.removals.add(record::replace_operation(path, JsonText::of(kept)));
    }
    if (grants) {
        out.grants.add(JsonText::of(operation));
    }
}

std::string body_of_operations(const JsonArray& operations) {
    return operations.empty() ? "" : record::patch_message(operations).text();
}

}  // namespace

AccessParts split_refused(const json& patch, const json& record) {
    Operations out;
    AccessParts parts;
    const auto present = [&](const std::string& path) {
        const auto* shown = at_path(record, path);
        return shown == nullptr ? Texts{} : values_of(path, *shown);
    };
    for (const auto& operation : patch.value("Operations", json::array())) {
        const auto path = text::of(operation, "path");
        const auto op = text::of(operation, "op");
        if (path == "active") {
            split_active(operation, record, out);
        } else if (path == "members" || is_keys(path)) {
            parts.members_hidden = parts.members_hidden ||
                                   (path == "members" && at_path(record, "members") == nullptr);
            op == "replace" ? split_list(path, operation, present(path), out)
            : op == "add"   ? out.grants.add(JsonText::of(operation))
                            : out.removals.add(JsonText::of(operation));
        } else if (const auto member = member_in(path);
                   member && present("members").contains(*member)) {
            out.removals.add(JsonText::of(operation));
        }
    }
    parts.removals = body_of_operations(out.removals);
    parts.grants = body_of_operations(out.grants);
    return parts;
}

}  // namespace apply
