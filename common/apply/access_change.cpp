#include "apply/access_change.hpp"

#include "apply/attribute_values.hpp"
#include "base/text.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace apply {

using nlohmann::json;

namespace {

// Sorted. Nullopt if it is not a list of texts. Lines of a plan are sorted already, and a group may
// have 200,000 members.
std::optional<std::vector<std::string>> texts_in(const json& side, const std::string& field) {
    const auto found = side.find(field);
    if (found == side.end() || !found->is_array()) {
        return std::nullopt;
    }
    std::vector<std::string> texts;
    texts.reserve(found->size());
    for (const auto& value : *found) {
        const auto text = value.is_string() ? value.get<std::string>() : value.dump();
        texts.push_back(field == "sshKeys" ? record::normalised_ssh_key(text, false) : text);
    }
    if (!std::is_sorted(texts.begin(), texts.end())) {
        std::sort(texts.begin(), texts.end());
    }
    return texts;
}

bool includes(const std::vector<std::string>& all, const std::vector<std::string>& some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

bool is_list(const std::string& path) {
    return path == "members" || is_keys(path);
}

// Each operation with its path, its verb and its value (null if it has none).
template <class Each>
void for_each_operation(const json& patch, const Each& each) {
    const auto operations = patch.find("Operations");
    if (operations == patch.end() || !operations->is_array()) {
        return;
    }
    for (const auto& operation : *operations) {
        const auto value = operation.find("value");
        each(text::of(operation, "path"),
             text::of(operation, "op"),
             value == operation.end() ? json() : *value);
    }
}

}  // namespace

ListChange list_change_of(const json& line) {
    const auto before = line.find("before");
    const auto after = line.find("after");
    if (before == line.end() || after == line.end() || !before->is_object() ||
        !after->is_object()) {
        return {.removes = true, .grants = true};
    }
    ListChange change;
    for (const auto* field : {"members", "foreignMembers", "sshKeys"}) {
        const auto was = texts_in(*before, field);
        const auto becomes = texts_in(*after, field);
        if (was && becomes) {
            change.removes = change.removes || !includes(*becomes, *was);
            change.grants = change.grants || !includes(*was, *becomes);
        } else if (was || becomes) {
            change = {.removes = true, .grants = true};
        }
    }
    return change;
}

Effects effects_of(record::Kind kind, const json& patch, const ListChange& list) {
    Effects effects;
    bool adds_to_list = false;
    for_each_operation(
        patch, [&](const std::string& path, const std::string& op, const json& value) {
            if (path == "active") {
                effects.removes = effects.removes || value == false;
                effects.activates = effects.activates || value != false;
            } else if (is_list(path) && op == "replace") {
                effects.removes = effects.removes || list.removes;
                adds_to_list = adds_to_list || list.grants;
            } else if (is_list(path) && op == "add") {
                adds_to_list = true;
            } else if (is_list(path) || member_in(path)) {
                effects.removes = true;
            } else if (path == "externalId" || path == "userName" || kind == record::Kind::group) {
                effects.names = true;
            }
        });
    effects.adds_keys = adds_to_list && kind == record::Kind::user;
    effects.grants = effects.activates || adds_to_list;
    return effects;
}

Effects effects_of_create(const json& user) {
    const auto* active = at_path(user, "active");
    const auto* keys = at_path(user, std::string(record::kKeysPath));
    Effects effects{.activates = active != nullptr && *active == true,
                    .adds_keys = keys != nullptr && !keys->empty()};
    effects.grants = effects.activates || effects.adds_keys;
    return effects;
}

bool only_removes(record::Kind kind, const json& patch, const ListChange& list) {
    const auto operations = patch.value("Operations", json::array());
    return !operations.empty() &&
           std::all_of(operations.begin(), operations.end(), [&](const json& operation) {
               const auto effects =
                   effects_of(kind, {{"Operations", json::array({operation})}}, list);
               return effects.removes && !effects.grants;
           });
}

bool shows_removals(const json& patch, const json& answer) {
    bool shown = true;
    for_each_operation(
        patch, [&](const std::string& path, const std::string& op, const json& value) {
            const bool list = is_list(path) || member_in(path);
            if ((list && op != "add") || (path == "active" && value == false)) {
                shown =
                    shown && at_path(answer, list && !is_keys(path) ? "members" : path) != nullptr;
            }
        });
    return shown;
}

}  // namespace apply
