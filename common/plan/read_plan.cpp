#include "plan/read_plan.hpp"

#include "base/error.hpp"
#include "base/id_table.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "plan/held_changes.hpp"
#include "plan/line_check.hpp"
#include "plan/take_seal.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

namespace plan {

using nlohmann::json;

namespace {

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ExitStatus::bad_input, what);
}

std::string needed(const json& line, const char* field) {
    auto value = text::of(line, field);
    if (value.empty()) {
        refuse(std::string("\"") + field + "\" is missing");
    }
    return value;
}

record::Kind kind_from(const std::string& resource) {
    if (resource != "User" && resource != "Group") {
        refuse("\"resource\" is \"" + resource + "\"; it must be User or Group");
    }
    return resource == "User" ? record::Kind::user : record::Kind::group;
}

// One segment after the endpoint, percent-encoded: no query, and no path out of the collection.
bool is_resource_path(const std::string& path, record::Kind kind) {
    const auto prefix = record::endpoint(kind) + "/";
    const auto segment = path.substr(std::min(prefix.size(), path.size()));
    return !segment.empty() && segment != "." && segment != ".." && path.starts_with(prefix) &&
           std::all_of(segment.begin(), segment.end(), [](char c) {
               return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                      std::string_view("-._~%").find(c) != std::string_view::npos;
           });
}

// scim-diff does not write such values, but a plan may be edited later.
void refuse_control_characters(const std::string& text) {
    if (!unicode::is_plain(text)) {
        refuse("\"data\" holds a control character in a string");
    }
}

void refuse_control_characters(const json& value) {
    if (value.is_string()) {
        refuse_control_characters(value.get_ref<const std::string&>());
    }
    if (value.is_array()) {
        for (const auto& element : value) {
            refuse_control_characters(element);
        }
    }
    if (value.is_object()) {
        for (const auto& [key, element] : value.get_ref<const json::object_t&>()) {
            refuse_control_characters(key);
            refuse_control_characters(element);
        }
    }
}

// The attributes that scim-diff writes for a record of that kind: those of a create, and the paths
// of a PATCH.
bool is_planned(std::string_view attribute, record::Kind kind) {
    if (attribute == "externalId") {
        return true;
    }
    const auto* row = record::user_attribute(attribute);
    return kind == record::Kind::user ? row != nullptr && row->rule != record::Rule::keys
                                      : attribute == "displayName" || attribute == "members";
}

void refuse_unplanned_attributes(const json& resource, record::Kind kind) {
    for (const auto& [name, value] : resource.get_ref<const json::object_t&>()) {
        const bool keys = kind == record::Kind::user && name == record::kKeysSchema;
        if (name != "schemas" && !keys && !is_planned(name, kind)) {
            refuse("\"data\" sets \"" + name + "\", which no plan of scim-diff does");
        }
        if (keys && !(value.is_object() && value.size() == 1 &&
                      value.contains(std::string(record::kKeysAttribute)))) {
            refuse("\"data\" sets more of " + name + " than the SSH keys");
        }
    }
}

// Only an adoption changes the externalId, by which all other code identifies a record.
void refuse_unplanned_operations(const json& patch, const PlannedChange& change) {
    const auto operations = patch.find("Operations");
    if (operations == patch.end() || !operations->is_array()) {
        refuse("\"data\" has no list of \"Operations\"");
    }
    for (const auto& operation : *operations) {
        const auto op = text::of(operation, "op");
        const auto path = text::of(operation, "path");
        const bool keys = change.kind == record::Kind::user && path == record::kKeysPath;
        if ((op != "replace" && op != "remove") || !(keys || is_planned(path, change.kind))) {
            refuse("\"data\" holds the operation \"" + op + "\" of \"" + path +
                   "\", which no plan of scim-diff does");
        }
        if (path == "active" && !operation.value("value", json()).is_boolean()) {
            refuse("\"data\" sets \"active\" to something else than true or false");
        }
        if (path == "externalId" && (change.action != "adopt" || op != "replace" ||
                                     text::of(operation, "value") != change.external_id.value)) {
            refuse(
                "\"data\" makes the record another's: only an adopt sets \"externalId\", and to "
                "that of the line");
        }
    }
}

// `check` reveals a removed, added or changed field of a line. A line may be dropped.
void refuse_edited(const json& line, bool may_lack_check) {
    const auto check = text::of(line, "check");
    if (check.empty() && !line.contains("check")) {
        if (may_lack_check) {
            return;
        }
        refuse(
            "\"check\" is missing: the line was edited, or written by a version before 0.2; make "
            "the plan again with scim-diff");
    }
    if (check != check_of(line)) {
        refuse("the line was edited: \"check\" is not that of change " + text::of(line, "id") +
               " of " + text::of(line, "externalId") +
               "; lines of a plan may be dropped, not edited: make the plan again with scim-diff");
    }
}

// The action that the data of a PATCH has.
std::string action_of(const json& data, record::Kind kind) {
    std::string action = "update";
    for (const auto& operation : data["Operations"]) {
        const auto path = text::of(operation, "path");
        if (path == "externalId") {
            return "adopt";
        }
        if (kind == record::Kind::user && path == "active") {
            action = operation.value("value", json()) == true ? "reactivate" : "deactivate";
        }
    }
    return action;
}

}  // namespace

PlannedChange change_from_json(const json& line) {
    PlannedChange change{.id = needed(line, "id"),
                         .action = needed(line, "action"),
                         .kind = kind_from(needed(line, "resource")),
                         .external_id = {needed(line, "externalId")},
                         .method = needed(line, "method"),
                         .path = needed(line, "path"),
                         .version = text::of(line, "version"),
                         .held = text::of(line, "held")};
    change.stays_inactive = line.value("inactive", json()) == true;
    change.name = text::of(line, change.kind == record::Kind::user ? "userName" : "displayName");
    if (std::find(kActions.begin(), kActions.end(), change.action) == kActions.end()) {
        refuse("unknown action \"" + change.action + "\"; was this plan made by a newer version?");
    }
    if (!record::is_managed(change.external_id, change.kind)) {
        refuse("\"externalId\" is \"" + change.external_id.value +
               "\", which is unmanaged; only managed records may be changed");
    }
    if (!unicode::is_plain(change.version)) {
        refuse("\"version\" holds a control character");
    }
    const bool create = change.action == "create";
    if (change.method != (create ? "POST" : "PATCH")) {
        refuse("\"method\" is " + change.method + "; " + change.action + " is sent as " +
               (create ? "POST" : "PATCH"));
    }
    if (create ? change.path != record::endpoint(change.kind)
               : !is_resource_path(change.path, change.kind)) {
        refuse("\"path\" is \"" + change.path + "\", which is not where a " +
               std::string(record::resource_name(change.kind)) + " is");
    }
    const auto data = line.find("data");
    if (data == line.end() || !data->is_object()) {
        refuse("\"data\" is missing or no object");
    }
    refuse_control_characters(*data);
    if (create && text::of(*data, "externalId") != change.external_id.value) {
        refuse("\"data\" has another externalId than the line");
    }
    if (create) {
        refuse_unplanned_attributes(*data, change.kind);
        return change;
    }
    refuse_unplanned_operations(*data, change);
    if (const auto action = action_of(*data, change.kind);
        action != "update" && action != change.action) {
        refuse("\"action\" is " + change.action + ", and \"data\" is that of " + action);
    }
    return change;
}

namespace {

// The exit status that a skip or a withheld line asks for. Plans of earlier versions do not have
// it.
void count_exit_status(const json& line, PlanSummary& summary) {
    const auto found = line.find("exitStatus");
    if (found == line.end()) {
        return;
    }
    if (*found == static_cast<int>(ExitStatus::unresolved)) {
        ++summary.unresolved;
    } else if (*found == static_cast<int>(ExitStatus::partial)) {
        ++summary.partial;
    } else if (*found != static_cast<int>(ExitStatus::ok)) {
        refuse("\"exitStatus\" is " + found->dump() + "; it must be 0, 2 or 4");
    }
}

/// The texts of the changes that each limit holds, collected line by line.
class HeldWords {
  public:
    void add(const PlannedChange& change, const json& line, PlanSummary& summary) {
        if (change.held.empty()) {
            return;
        }
        ++summary.held;
        ++summary.held_by[change.held].lines;
        auto words = held_removals(line);
        std::move(words.begin(), words.end(), std::back_inserter(words_[change.held]));
    }
    void digest(PlanSummary& summary) const {
        std::vector<std::string> all;
        for (const auto& [limit, words] : words_) {
            summary.held_by[limit].digest = held_digest(words);
            all.insert(all.end(), words.begin(), words.end());
        }
        summary.held_digest = held_digest(all);
    }

  private:
    std::map<std::string, std::vector<std::string>> words_{};
};

}  // namespace

PlanSummary read_plan(stream::Reader& lines,
                      OldPlans old_plans,
                      const std::function<void(const PlannedChange&, json& line)>& each) {
    stream::StreamReader stream(lines);
    auto header = stream.open();
    if (!header) {
        refuse("the input is empty; a plan is written by scim-diff");
    }
    if (header->kind != "plan") {
        stream.fail("this is a stream of kind \"" + header->kind +
                    "\"; scim-apply reads a plan, written by scim-diff");
    }
    record::require_own_namespace(header->name_space, stream.place());
    ActionCounts actions;
    PlanSummary summary;
    HeldWords held;
    IdTable created;
    const auto take = [&](json& line) {
        if (stream.type() == "change") {
            refuse_edited(line, old_plans == OldPlans::permitted && header->target.empty());
            const auto change = change_from_json(line);
            // SCIM does not require unique groups, and a user that exists would count as created.
            if (change.action == "create" && !created.add(change.external_id.value).is_new) {
                refuse(std::string("a second create of ") +
                       (change.kind == record::Kind::user ? "user " : "group ") + change.name +
                       " (" + change.external_id.value + "); make the plan again with scim-diff");
            }
            ++actions[change.action];
            held.add(change, line, summary);
            count_exit_status(line, summary);
            each(change, line);
        } else if (stream.type() == "skip") {
            count_exit_status(line, summary);
        } else if (stream.type() != "unchanged") {
            refuse("unknown record type \"" + stream.type() +
                   "\"; was this plan made by a newer version?");
        }
    };
    const auto placed = [&](const auto& step) {
        try {
            step();
        } catch (const Error& error) {
            const std::string what = error.what();
            if (error.status() != ExitStatus::bad_input || what.starts_with(stream.place())) {
                throw;
            }
            stream.fail(what);
        }
    };
    while (auto* line = stream.next()) {
        placed([&] { take(*line); });
    }
    placed([&] { take_seal(stream, actions, summary); });
    held.digest(summary);
    summary.header = *std::move(header);
    if (stream.open()) {
        stream.fail("a second stream after the plan; give scim-apply one plan");
    }
    return summary;
}

}  // namespace plan
