#include "apply/compare_resource.hpp"

#include "base/text.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

namespace apply {

using nlohmann::json;

namespace {

using Texts = std::set<std::string>;

bool is_keys(const std::string& path) {
    return text::fold(path) == text::fold(record::keys_path());
}

const json* at_path(const json& resource, const std::string& path) {
    if (!is_keys(path)) {
        return record::attribute(resource, path);
    }
    const auto* extension = record::attribute(resource, record::kKeysSchema);
    return extension == nullptr ? nullptr : record::attribute(*extension, record::kKeysAttribute);
}

std::string text_in(const json& value) {
    const auto* inner = value.is_object() ? record::attribute(value, "value") : &value;
    return inner != nullptr && inner->is_string() ? inner->get<std::string>() : std::string();
}

// The values of a multi-valued attribute in the spelling that is compared. One value may stand for
// a list of one.
Texts values_of(const std::string& path, const json& list) {
    Texts values;
    const auto add = [&](const json& value) {
        const auto text = text_in(value);
        values.insert(is_keys(path)      ? record::ssh_key_identity(text)
                      : path == "emails" ? text::fold(text)
                                         : text);
    };
    if (list.is_array()) {
        std::for_each(list.begin(), list.end(), add);
    } else if (!list.is_null()) {
        add(list);
    }
    return values;
}

std::size_t missing(const Texts& from, const Texts& in) {
    return static_cast<std::size_t>(std::count_if(
        from.begin(), from.end(), [&](const auto& value) { return !in.contains(value); }));
}

std::optional<bool> truth(const json& value) {
    if (value.is_boolean()) {
        return value.get<bool>();
    }
    const auto word = value.is_string() ? text::fold(value.get<std::string>()) : std::string();
    return word == "true"    ? std::optional(true)
           : word == "false" ? std::optional(false)
                             : std::nullopt;
}

bool is_same(const std::string& path, const json& sent, const json& found) {
    if (sent.is_boolean()) {
        return truth(found) == sent.get<bool>();
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
    return path == "userName" ? text::fold(text_in(sent)) == text::fold(text_in(found))
                              : sent == found;
}

// What an attribute that is not shown means: no values, and RFC 7643 §4.1.1 leaves `active`
// optional.
bool is_unset(const std::string& path, const json& value) {
    return value.is_null() || (value.is_array() && value.empty()) ||
           (path == "active" && value == true);
}

/// Holds the resource against one attribute after another.
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
        found_.push_back({name + (absent        ? " (not there)"
                                  : how.empty() ? ""
                                                : " (" + how + ")"),
                          absent});
    }

    const json& resource_;
    std::vector<Difference> found_{};
};

// The member in `members[value eq "…"]`, as group_writes.cpp writes it; nullopt for any other path.
std::optional<std::string> member_in(const std::string& path) {
    constexpr std::string_view kBegin = "members[value eq ";
    if (!path.starts_with(kBegin) || !path.ends_with(']')) {
        return std::nullopt;
    }
    const auto id =
        json::parse(path.substr(kBegin.size(), path.size() - kBegin.size() - 1), nullptr, false);
    return id.is_string() ? std::optional(id.get<std::string>()) : std::nullopt;
}

// Of a line that was edited it may be missing.
const json& value_of(const json& operation) {
    static const json kNone;
    const auto found = operation.find("value");
    return found == operation.end() ? kNone : *found;
}

void compare_operations(const json& operations, Comparison& comparison) {
    Texts gone;
    std::set<std::string> settled;  // RFC 7644 §3.5.2: operations are sequential, so the last word
                                    // on an attribute counts
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

// Addresses of a create are the service's to arrange: scim-diff only reports them, so nothing would
// be patched again.
void compare_create(const json& sent, Comparison& comparison) {
    for (const auto& [name, value] : sent.items()) {
        if (name == record::kKeysSchema && value.is_object() &&
            value.contains(record::kKeysAttribute)) {
            comparison.set(record::keys_path(), value[std::string(record::kKeysAttribute)]);
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
    // Who shows the name of a record shows the record.
    const bool whole = record::attribute(answer, "userName") != nullptr ||
                       record::attribute(answer, "displayName") != nullptr;
    const auto found = differences(sent, answer);
    return std::none_of(found.begin(), found.end(), [&](const auto& difference) {
        return whole || !difference.absent;
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
