#include "scim_patch.hpp"

#include "scim_error.hpp"
#include "scim_filter.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace sandbox {

namespace {

enum class Op { add, replace, remove };

/// The target of a path: an attribute of the resource or of its extension, all of its values or
/// some, and all of their parts or one.
struct Target {
    bool extension = false;
    const Attribute* attribute = nullptr;  ///< nullptr: the complete extension
    std::optional<Filter> filter{};
    const Attribute* part = nullptr;
};

[[noreturn]] void bad_path(std::string_view path, const std::string& why) {
    throw ScimError(400, "invalidPath", "'" + std::string(path) + "' " + why);
}

/// The position after a URN at the beginning of the path; 0 if the path does not begin with one.
std::size_t behind_urn(std::string_view path, std::string_view urn) {
    if (!same_folded(path.substr(0, urn.size()), urn)) {
        return 0;
    }
    const bool whole = path.size() == urn.size() || path[urn.size()] == ':';
    return whole ? std::min(urn.size() + 1, path.size()) : 0;
}

/// Removes `[filter]` from the beginning of `rest`.
Filter take_value_filter(std::string_view path,
                         std::string_view& rest,
                         const Attribute& attribute) {
    const auto close = rest.rfind(']');
    if (close == std::string_view::npos) {
        bad_path(path, "has no closing bracket");
    }
    auto filter = parse_filter(rest.substr(1, close - 1), attribute.name);
    rest.remove_prefix(close + 1);
    return filter;
}

Target parse_path(const ResourceType& type, std::string_view path) {
    Target target;
    auto rest = path;
    if (const auto end = behind_urn(path, type.extension.urn); end > 0) {
        target.extension = true;
        rest.remove_prefix(end);
        if (rest.empty()) {
            return target;
        }
    } else {
        rest.remove_prefix(behind_urn(path, type.core.urn));
    }
    const auto& schema = target.extension ? type.extension : type.core;
    const auto name = rest.substr(0, rest.find_first_of(".["));
    if (same_folded(name, "id") || same_folded(name, "meta")) {
        throw ScimError(400, "mutability", "'" + std::string(name) + "' is read-only");
    }
    target.attribute = find_attribute(schema.attributes, name);
    if (target.attribute == nullptr) {
        bad_path(path, "is no attribute known here");
    }
    rest.remove_prefix(name.size());
    if (rest.starts_with('[')) {
        target.filter = take_value_filter(path, rest, *target.attribute);
    }
    if (rest.empty()) {
        return target;
    }
    target.part = find_attribute(target.attribute->parts, rest.substr(1));
    if (rest.front() != '.' || target.part == nullptr) {
        bad_path(path, "is no attribute known here");
    }
    return target;
}

/// Two values of a multi-valued attribute are equal if their `value` is, or all their parts (RFC
/// 7644 §3.5.2.1).
bool same_value(const Json& a, const Json& b) {
    const bool keyed = a.is_object() && b.is_object() && a.contains("value") && b.contains("value");
    return keyed ? a.at("value") == b.at("value") : a == b;
}

void add_values(Json& values, const Json& more) {
    for (const auto& each : more) {
        const auto found = std::find_if(
            values.begin(), values.end(), [&](const Json& old) { return same_value(old, each); });
        if (found == values.end()) {
            values.push_back(each);
        }
    }
}

template <typename Gone>
void remove_values(Json& values, const Gone& gone) {
    Json kept = Json::array();
    for (auto& each : values) {
        if (!gone(each)) {
            kept.push_back(std::move(each));
        }
    }
    values = std::move(kept);
}

class Patcher {
  public:
    Patcher(const ResourceType& type, Json& resource, bool replace_adds)
        : type_(type), resource_(resource), replace_adds_(replace_adds) {}

    void apply(const Json& operation) {
        if (!operation.is_object()) {
            throw ScimError(400, "invalidSyntax", "an operation is no object");
        }
        const auto op = op_of(operation);
        const auto* path = find_member(operation, "path");
        const auto* value = find_member(operation, "value");
        if (value == nullptr && op != Op::remove) {
            throw ScimError(400, "invalidValue", "an operation has no value");
        }
        if (path != nullptr && !path->is_string()) {
            bad_path(path->dump(), "is no string");
        }
        if (path != nullptr) {
            at_path(op, path->get_ref<const std::string&>(), value);
        } else {
            without_path(op, value);
        }
        settle_schemas(type_, resource_);
    }

  private:
    static Op op_of(const Json& operation) {
        const auto* op = find_member(operation, "op");
        const auto word = op != nullptr && op->is_string() ? fold(op->get<std::string>()) : "";
        if (word == "add") {
            return Op::add;
        }
        if (word == "replace") {
            return Op::replace;
        }
        if (word == "remove") {
            return Op::remove;
        }
        throw ScimError(400, "invalidSyntax", "'op' must be add, replace or remove");
    }

    /// RFC 7644 §3.5.2.1 and .3: the value is an object of attributes; Okta and Entra write paths
    /// as its names.
    void without_path(Op op, const Json* value) {
        if (op == Op::remove) {
            throw ScimError(400, "noTarget", "remove needs a path");
        }
        if (!value->is_object()) {
            throw ScimError(400, "invalidValue", "without a path the value must be an object");
        }
        for (const auto& [name, each] : value->items()) {
            if (is_known(name)) {
                at_path(op, name, &each);
            }
        }
    }

    bool is_known(const std::string& path) const {
        try {
            (void)parse_path(type_, path);
            return true;
        } catch (const ScimError&) {
            return false;
        }
    }

    void at_path(Op op, const std::string& path, const Json* value) {
        const auto target = parse_path(type_, path);
        if (target.attribute == nullptr) {
            whole_extension(op, value);
        } else if (target.filter) {
            chosen_values(op, target, value);
        } else if (target.part != nullptr) {
            one_part(op, target, value);
        } else {
            whole_attribute(op, target, value);
        }
    }

    /// The object that contains the target; the extension is created if it is missing.
    Json& holder(const Target& target) {
        return target.extension ? resource_[std::string(type_.extension.urn)] : resource_;
    }

    void whole_extension(Op op, const Json* value) {
        const std::string urn(type_.extension.urn);
        if (op == Op::remove) {
            resource_.erase(urn);
            return;
        }
        if (!value->is_object()) {
            throw ScimError(400, "invalidValue", "the extension is an object");
        }
        for (const auto& [name, each] : value->items()) {
            if (is_known(urn + ":" + name)) {
                at_path(op, urn + ":" + name, &each);
            }
        }
    }

    void whole_attribute(Op op, const Target& target, const Json* value) {
        const auto& attribute = *target.attribute;
        const std::string name(attribute.name);
        auto& object = holder(target);
        if (op == Op::remove && attribute.many && value != nullptr && object.contains(name)) {
            const auto gone = checked_value(attribute, *value);
            remove_values(object[name], [&](const Json& each) {
                return std::any_of(gone.begin(), gone.end(), [&](const Json& other) {
                    return same_value(each, other);
                });
            });
            return;
        }
        const auto checked = op == Op::remove ? Json() : new_value(attribute, *value);
        if (checked.is_null()) {
            object.erase(name);
        } else if (attribute.many && (op == Op::add || (replace_adds_ && name == "members"))) {
            if (!object.contains(name)) {
                object[name] = Json::array();
            }
            add_values(object[name], checked);
        } else if (attribute.kind == Kind::complex && !attribute.many) {
            merge(attribute, object[name], *value);
        } else {
            object[name] = checked;
        }
    }

    /// One value may replace an array of one when values are added (RFC 7644 §3.5.2.1 shows both).
    static Json new_value(const Attribute& attribute, const Json& value) {
        const bool single = attribute.many && value.is_object();
        return checked_value(attribute, single ? Json::array({value}) : value);
    }

    static void merge(const Attribute& attribute, Json& object, const Json& value) {
        if (!value.is_object()) {
            throw ScimError(400, "invalidValue", std::string(attribute.name) + " is an object");
        }
        if (!object.is_object()) {
            object = Json::object();
        }
        for (const auto& [name, each] : value.items()) {
            const auto* part = find_attribute(attribute.parts, name);
            if (part != nullptr) {
                set_part(*part, object, each);
            }
        }
    }

    static void set_part(const Attribute& part, Json& object, const Json& value) {
        const std::string name(part.name);
        auto checked = checked_value(part, value);
        if (checked.is_null()) {
            object.erase(name);
        } else {
            object[name] = std::move(checked);
        }
    }

    void one_part(Op op, const Target& target, const Json* value) {
        const std::string name(target.attribute->name);
        auto& object = holder(target);
        if (!target.attribute->many && !object.contains(name)) {
            object[name] = Json::object();
        }
        if (!object.contains(name)) {
            if (op == Op::remove) {
                return;
            }
            throw ScimError(400, "noTarget", "'" + name + "' has no values");
        }
        std::vector<Json*> values{&object[name]};
        if (target.attribute->many) {
            values.clear();
            for (auto& each : object[name]) {
                values.push_back(&each);
            }
        }
        for (Json* each : values) {
            set_part(*target.part, *each, op == Op::remove ? Json() : *value);
        }
        if (object[name].empty()) {
            object.erase(name);
        }
    }

    /// attribute[filter] and attribute[filter].part
    void chosen_values(Op op, const Target& target, const Json* value) {
        const std::string name(target.attribute->name);
        auto& object = holder(target);
        const auto chosen = [&](const Json& each) { return matches(*target.filter, each); };
        if (op == Op::remove && target.part == nullptr) {
            if (object.contains(name)) {
                remove_values(object[name], chosen);
            }
            return;
        }
        bool hit = false;
        if (!object.contains(name)) {
            object[name] = Json::array();
        }
        for (auto& each : object[name]) {
            if (!chosen(each)) {
                continue;
            }
            hit = true;
            if (target.part != nullptr) {
                set_part(*target.part, each, op == Op::remove ? Json() : *value);
            } else {
                merge(*target.attribute, each, *value);
            }
        }
        if (!hit && op != Op::remove) {
            throw ScimError(400, "noTarget", "no value of '" + name + "' is meant by the filter");
        }
    }

    const ResourceType& type_;
    Json& resource_;
    bool replace_adds_;
};

}  // namespace

Json patched(const ResourceType& type, Json resource, const Json& request, bool replace_adds) {
    const auto* operations = find_member(request, "Operations");
    if (operations == nullptr || !operations->is_array() || operations->empty()) {
        throw ScimError(400, "invalidSyntax", "there are no Operations");
    }
    Patcher patcher(type, resource, replace_adds);
    for (const auto& operation : *operations) {
        patcher.apply(operation);
    }
    return resource;
}

}  // namespace sandbox
