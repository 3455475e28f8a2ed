#include "apply/compare_resource.hpp"

#include "apply/access_change.hpp"
#include "apply/attribute_values.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string_view>

namespace apply {

using nlohmann::json;

namespace {

std::size_t missing(const Texts& from, const Texts& in) {
    return static_cast<std::size_t>(std::count_if(
        from.begin(), from.end(), [&](const auto& value) { return !in.contains(value); }));
}

// Of a path, or of a sub-attribute.
bool is_name(std::string_view word) {
    const auto& rows = record::kUserAttributes;
    return std::any_of(rows.begin(), rows.end(), [&](const record::Attribute& row) {
        return record::is_name(row) && word == (row.part.empty() ? row.path : row.part);
    });
}

bool is_same(const std::string& path, const json& sent, const json& found) {
    if (sent.is_boolean()) {
        return record::truth(found) == sent.get<bool>();
    }
    if (sent.is_array()) {
        return values_of(path, sent) == values_of(path, found);
    }
    if (sent.is_object()) {
        const auto parts = sent.items();
        return std::all_of(parts.begin(), parts.end(), [&](const auto& part) {
            const auto* shown = record::attribute(found, part.key());
            return shown != nullptr && is_same(part.key(), part.value(), *shown);
        });
    }
    if (path == "userName") {
        return text::fold(text_in(sent)) == text::fold(text_in(found));
    }
    return sent == found ||
           (sent.is_string() && found.is_string() && is_name(path) &&
            unicode::comparable_name(text_in(sent)) == unicode::comparable_name(text_in(found)));
}

// The meaning of an attribute that is not shown: no values. `active` is optional by RFC 7643
// §4.1.1.
bool is_unset(const std::string& path, const json& value) {
    return value.is_null() || (value.is_array() && value.empty()) ||
           (path == "active" && value == true);
}

/// Compares the resource with one attribute after another.
class Comparison {
  public:
    explicit Comparison(const json& resource) : resource_(resource) {}

    void set(const std::string& path, const json& sent) {
        const auto* found = at_path(resource_, path);
        if (found == nullptr) {
            if (!is_unset(path, sent)) {
                differ(path, "", true);
            }
        } else if (!is_same(path, sent, *found)) {
            differ(path,
                   sent.is_array() ? counts(values_of(path, sent), values_of(path, *found)) : "",
                   false);
        }
    }
    void added(const std::string& path, const json& sent) {
        hold(path, missing(values_of(path, sent), shown(path)), " missing");
    }
    void removed(const std::string& path, const Texts& gone) {
        const auto there = shown(path);
        hold(path, gone.size() - missing(gone, there), " too many");
    }
    void unset(const std::string& path) {
        const auto* found = at_path(resource_, path);
        if (found != nullptr && !found->empty()) {
            differ(path, "", false);
        }
    }

    [[nodiscard]] std::vector<Difference> take() { return std::move(found_); }

  private:
    [[nodiscard]] Texts shown(const std::string& path) const {
        const auto* found = at_path(resource_, path);
        return found == nullptr ? Texts{} : values_of(path, *found);
    }

    void hold(const std::string& path, std::size_t wrong, const char* how) {
        if (wrong > 0) {
            differ(path, std::to_string(wrong) + how, at_path(resource_, path) == nullptr);
        }
    }

    static std::string counts(const Texts& sent, const Texts& found) {
        const auto more = missing(found, sent);
        const auto less = missing(sent, found);
        const auto part = [](std::size_t count, const char* how) {
            return count == 0 ? std::string() : std::to_string(count) + how;
        };
        return part(more, " too many") + (more > 0 && less > 0 ? ", " : "") +
               part(less, " missing");
    }

    void differ(const std::string& path, const std::string& how, bool absent) {
        const auto name = is_keys(path) ? std::string(record::kKeysAttribute) : path;
        found_.push_back({.what = name + (absent        ? " (not there)"
                                          : how.empty() ? ""
                                                        : " (" + how + ")"),
                          .path = path,
                          .absent = absent});
    }

    const json& resource_;
    std::vector<Difference> found_{};
};

// It may be missing in an edited line.
const json& value_of(const json& operation) {
    static const json kNone;
    const auto found = operation.find("value");
    return found == operation.end() ? kNone : *found;
}

void compare_operations(const json& operations, Comparison& comparison) {
    Texts gone;
    std::set<std::string> settled;  // RFC 7644 §3.5.2: operations are sequential, so the last
                                    // operation on an attribute counts
    for (auto operation = operations.rbegin(); operation != operations.rend(); ++operation) {
        const auto path = text::of(*operation, "path");
        const auto op = text::of(*operation, "op");
        if (const auto member = member_in(path); member && op == "remove") {
            gone.insert(*member);
        } else if (op == "add") {
            comparison.added(path, value_of(*operation));
        } else if (settled.insert(path).second) {
            op == "remove" ? comparison.unset(path) : comparison.set(path, value_of(*operation));
        }
    }
    comparison.removed("members", gone);
}

// The service may arrange the addresses of a create: scim-diff only reports them, so they would not
// be patched again. A create without keys or members means that there are none: a service that
// restores a deleted record may have restored them, too.
void compare_create(const json& sent, Comparison& comparison) {
    const bool user = sent.contains("userName");
    const auto keys = sent.find(record::kKeysSchema);
    if (user &&
        (keys == sent.end() || !keys->is_object() || !keys->contains(record::kKeysAttribute))) {
        comparison.set(std::string(record::kKeysPath), json::array());
    }
    if (!user && sent.contains("displayName") && !sent.contains("members")) {
        comparison.set("members", json::array());
    }
    for (const auto& [name, value] : sent.items()) {
        if (name == record::kKeysSchema && value.is_object() &&
            value.contains(record::kKeysAttribute)) {
            comparison.set(std::string(record::kKeysPath),
                           value[std::string(record::kKeysAttribute)]);
        } else if (name != record::kKeysSchema && name != "schemas" && name != "emails") {
            comparison.set(name, value);
        }
    }
}

}  // namespace

std::vector<Difference> differences(const json& sent, const json& resource) {
    Comparison comparison(resource);
    const auto operations = sent.find("Operations");
    if (operations != sent.end() && operations->is_array()) {
        compare_operations(*operations, comparison);
    } else {
        compare_create(sent, comparison);
    }
    return comparison.take();
}

bool agrees(const json& sent, const json& answer) {
    // If an answer shows the name of a record, it shows the record.
    const bool whole = record::attribute(answer, "userName") != nullptr ||
                       record::attribute(answer, "displayName") != nullptr;
    const auto found = differences(sent, answer);
    return std::none_of(found.begin(), found.end(), [&](const auto& difference) {
        return whole || !difference.absent;
    });
}

bool shows_all(const json& sent, const json& resource) {
    return differences(sent, resource).empty() && shows_removals(sent, resource);
}

bool are_user_names(record::Kind kind, const std::vector<Difference>& differences) {
    return kind == record::Kind::user &&
           std::all_of(differences.begin(), differences.end(), [&](const auto& difference) {
               const auto* attribute = record::user_attribute(difference.path);
               return attribute != nullptr && !attribute->is_access;
           });
}

std::string describe(const std::vector<Difference>& differences) {
    std::string all;
    for (const auto& difference : differences) {
        all += (all.empty() ? "" : ", ") + difference.what;
    }
    return all;
}

}  // namespace apply
