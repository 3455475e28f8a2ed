#include "apply/existing_record.hpp"

#include "apply/compare_resource.hpp"
#include "apply/split_members.hpp"
#include "base/text.hpp"
#include "record/patch_message.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace apply {

using nlohmann::json;

namespace {

bool has_name(const json& record, record::Kind kind, const std::string& name) {
    const auto* value = record::attribute(record, name_attribute(kind));
    return value != nullptr && value->is_string() &&
           text::fold(value->get<std::string>()) == text::fold(name);
}

// The identity of each key. A single value stands for a list of one, and the values may be objects.
std::set<std::string> keys_in(const json& record) {
    const auto* extension = record::attribute(record, record::kKeysSchema);
    const auto* keys =
        extension == nullptr ? nullptr : record::attribute(*extension, record::kKeysAttribute);
    std::set<std::string> identities;
    const auto add = [&](const json& key) {
        const auto* value = key.is_object() ? record::attribute(key, "value") : &key;
        identities.insert(value != nullptr && value->is_string()
                              ? record::normalised_ssh_key(value->get<std::string>(), false)
                              : key.dump());
    };
    if (keys != nullptr && keys->is_array()) {
        std::for_each(keys->begin(), keys->end(), add);
    } else if (keys != nullptr) {
        add(*keys);
    }
    return identities;
}

}  // namespace

std::string name_attribute(record::Kind kind) {
    return kind == record::Kind::user ? "userName" : "displayName";
}

ExistingRecord find_existing_record(const scim::ListResponse& list,
                                    record::Kind kind,
                                    const record::ExternalId& external_id,
                                    const std::string& name) {
    using Who = ExistingRecord::Who;
    const json* found = nullptr;
    const json* taken = nullptr;
    for (const auto& record : list.resources) {
        if (record::external_id_of(record) == external_id) {
            if (found != nullptr && record::id_of(*found) != record::id_of(record)) {
                return {Who::several, {}, {}};
            }
            found = &record;
        }
        if (taken == nullptr && has_name(record, kind, name)) {
            taken = &record;
        }
    }
    if (found != nullptr) {
        return {Who::ours, *found, {record::id_of(*found)}};
    }
    if (taken != nullptr) {
        return {Who::stranger, *taken, {}};
    }
    const bool is_part = !list.next_cursor.empty() || list.resources.size() < list.total_results;
    return {is_part ? Who::unclear : Who::nobody, {}, {}};
}

bool is_inactive_beside(const json& create, const json& record) {
    return create.contains("active") &&
           !differences({{"active", create["active"]}}, record).empty();
}

bool has_other_keys(const json& create, const json& record, bool unfinished) {
    const auto listed = keys_in(create);
    const auto present = keys_in(record);
    return unfinished ? !std::includes(listed.begin(), listed.end(), present.begin(), present.end())
                      : listed != present;
}

std::vector<std::string> updates_of_found(const json& create, const json& record) {
    JsonArray operations;
    // userName is not changed: the record was adopted by it.
    const auto set = [&](const std::string& path, const json& value) {
        const json operation{{"op", "replace"}, {"path", path}, {"value", value}};
        if (!differences({{"Operations", json::array({operation})}}, record).empty()) {
            operations.add(JsonText::of(operation));
        }
    };
    for (const auto& attribute : record::kUserAttributes) {
        const auto value = create.find(attribute.path);
        const bool is_first = &attribute == record::user_attribute(attribute.path);
        if (value != create.end() && is_first && attribute.rule != record::Rule::address) {
            set(value.key(), *value);
        }
    }
    if (const auto* extension = record::attribute(create, record::kKeysSchema)) {
        if (const auto* keys = record::attribute(*extension, record::kKeysAttribute)) {
            set(std::string(record::kKeysPath), *keys);
        }
    }
    std::vector<std::string> bodies;
    if (!operations.empty()) {
        bodies.push_back(record::patch_message(operations).text());
    }
    auto wanted = record::member_ids_of(create).value_or(std::vector<std::string>{});
    auto present = record::member_ids_of(record).value_or(std::vector<std::string>{});
    std::sort(wanted.begin(), wanted.end());
    std::sort(present.begin(), present.end());
    std::vector<std::string> missing;
    std::set_difference(
        wanted.begin(), wanted.end(), present.begin(), present.end(), std::back_inserter(missing));
    auto added = additions(missing);
    std::move(added.begin(), added.end(), std::back_inserter(bodies));
    return bodies;
}

}  // namespace apply
