#include "access.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace chaos {

namespace {

constexpr std::string_view kUser = "pw-activate:user:";
constexpr std::string_view kGroup = "pw-activate:group:";
const std::string kExtension =
    "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";

std::string text(const Json& object, const std::string& name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string external_id(const Json& record) {
    return text(record, "externalId");
}

bool is_managed(const Json& record, std::string_view prefix) {
    return external_id(record).starts_with(prefix);
}

bool is_wanted(const Json& user) {
    return user.value("active", true) && !text(user, "email").empty();
}

/// Type and blob; the rest of a line is a comment.
std::string key_of(const std::string& line) {
    const auto words = sandbox::split(line, ' ');
    return words.size() < 2 ? line : words[0] + " " + words[1];
}

std::string id_of_user(const Json& user) {
    return std::string(kUser) + text(user, "id");
}

Json members_of(const Json& group) {
    return group.value("members", Json::array());
}

/// The external id of each user of SCIM, or the id of an unmanaged one.
std::map<std::string, std::string> users_by_id(const sandbox::World& world) {
    std::map<std::string, std::string> names;
    for (const auto& [number, item] : world.users.items()) {
        const auto id = text(item.body, "id");
        names[id] = is_managed(item.body, kUser) ? external_id(item.body) : "unmanaged " + id;
    }
    return names;
}

void add_missing(const Grants& all,
                 const Grants& from,
                 const std::string& what,
                 std::vector<std::string>& found) {
    for (const auto& fact : all) {
        if (!from.contains(fact)) {
            found.push_back(what + ": " + fact);
        }
    }
}

void add_twice(const std::vector<std::string>& names,
               const std::string& what,
               std::vector<std::string>& found) {
    Texts seen;
    for (const auto& name : names) {
        if (!name.empty() && !seen.insert(name).second) {
            found.push_back(what + " twice: " + name);
        }
    }
}

using Names = std::map<std::string, std::string>;

void compare_names(const Names& wanted,
                   const sandbox::Collection& records,
                   std::vector<std::string>& found) {
    for (const auto& [number, item] : records.items()) {
        const auto name = wanted.find(external_id(item.body));
        const auto shown = text(item.body, "displayName");
        if (name != wanted.end() && name->second != shown) {
            found.push_back(name->first + " is called " + shown + ", not " + name->second);
        }
    }
}

}  // namespace

Grants granted_by_activate(const sandbox::World& world) {
    Grants facts;
    std::map<std::string, std::string> ids;  // by username, of users who may exist
    for (const auto& user : world.activate.users()) {
        if (!is_wanted(user)) {
            continue;
        }
        const auto id = id_of_user(user);
        ids[text(user, "username")] = id;
        facts.insert(id + " is active");
        for (const auto& line : user.value("sshKeys", Json::array())) {
            facts.insert(id + " has " + key_of(line.get<std::string>()));
        }
    }
    for (const auto& group : world.activate.groups()) {
        const auto group_id = std::string(kGroup) + text(group, "id");
        facts.insert(group_id + " exists");
        for (const auto& member : members_of(group)) {
            if (const auto id = ids.find(member.get<std::string>()); id != ids.end()) {
                facts.insert(id->second + " is in " + group_id);
            }
        }
    }
    return facts;
}

Grants granted_by_scim(const sandbox::World& world) {
    Grants facts;
    for (const auto& [number, item] : world.users.items()) {
        const auto& user = item.body;
        if (!is_managed(user, kUser) || !user.value("active", true)) {
            continue;
        }
        facts.insert(external_id(user) + " is active");
        const auto extension = user.value(kExtension, Json::object());
        for (const auto& line : extension.value("sunkSshKeys", Json::array())) {
            facts.insert(external_id(user) + " has " + key_of(line.get<std::string>()));
        }
    }
    const auto names = users_by_id(world);
    for (const auto& [number, item] : world.groups.items()) {
        if (!is_managed(item.body, kGroup)) {
            continue;
        }
        for (const auto& member : members_of(item.body)) {
            const auto name = names.find(text(member, "value"));
            facts.insert((name == names.end() ? "nobody" : name->second) + " is in " +
                         external_id(item.body));
        }
    }
    return facts;
}

Owners owners(const sandbox::World& world) {
    Owners all;
    for (const auto& [number, item] : world.users.items()) {
        if (is_managed(item.body, kUser)) {
            all[text(item.body, "id")] = external_id(item.body);
        }
    }
    return all;
}

std::vector<std::string> duplicates(const sandbox::World& world) {
    std::vector<std::string> ids;
    std::vector<std::string> found;
    for (const auto* records : {&world.users, &world.groups}) {
        std::vector<std::string> names;
        for (const auto& [number, item] : records->items()) {
            names.push_back(sandbox::fold(text(item.body, records->name_attribute())));
            ids.push_back(external_id(item.body));
        }
        add_twice(names, records->name_attribute(), found);
    }
    add_twice(ids, "externalId", found);
    return found;
}

std::vector<std::string> differences(const sandbox::World& world) {
    auto found = duplicates(world);
    auto wanted = granted_by_activate(world);
    const auto present = granted_by_scim(world);
    for (const auto& [number, item] : world.groups.items()) {
        wanted.erase(external_id(item.body) + " exists");
    }
    add_missing(wanted, present, "ACTIVATE grants, and SCIM does not", found);
    add_missing(present, wanted, "SCIM grants, and ACTIVATE does not", found);
    Names names;
    for (const auto& group : world.activate.groups()) {
        names[std::string(kGroup) + text(group, "id")] = text(group, "name");
    }
    compare_names(names, world.groups, found);
    return found;
}

std::vector<std::string> wrong_names(const sandbox::World& world) {
    Names names;
    for (const auto& user : world.activate.users()) {
        if (is_wanted(user)) {
            const auto name = text(user, "name");
            names[id_of_user(user)] = name.empty() ? text(user, "username") : name;
        }
    }
    std::vector<std::string> found;
    compare_names(names, world.users, found);
    return found;
}

Unmanaged unmanaged_records(const sandbox::World& world) {
    Unmanaged records;
    for (const auto* collection : {&world.users, &world.groups}) {
        for (const auto& [number, item] : collection->items()) {
            if (!is_managed(item.body, kUser) && !is_managed(item.body, kGroup)) {
                records[text(item.body, "id")] = item.body;
            }
        }
    }
    return records;
}

}  // namespace chaos
