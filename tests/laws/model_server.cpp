#include "model_server.hpp"

#include "model_patch.hpp"
#include "model_schema.hpp"
#include "record/scim_resource.hpp"
#include "stream_text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace laws {

using nlohmann::json;
using nlohmann::ordered_json;
using record::Kind;

namespace {

// RFC 3986 §2.1.
std::string percent_decoded(std::string_view text) {
    std::string decoded;
    while (!text.empty()) {
        unsigned value = 0;
        if (text.front() == '%' && text.size() > 2 &&
            std::from_chars(text.data() + 1, text.data() + 3, value, 16).ptr == text.data() + 3) {
            decoded += static_cast<char>(value);
            text.remove_prefix(3);
        } else {
            decoded += text.front();
            text.remove_prefix(1);
        }
    }
    return decoded;
}

// The resource of a POST (RFC 7644 §3.3): every attribute of a schema that `schemas` lists,
// read-only ones ignored.
json resource_from(Kind kind, const json& body) {
    const auto schemas = body.value("schemas", json::array());
    const auto lists = [&](std::string_view urn) {
        return std::any_of(schemas.begin(), schemas.end(), [&](const json& one) {
            return one.is_string() && same_name(one.get_ref<const std::string&>(), urn);
        });
    };
    if (!lists(core_schema(kind))) {
        throw ScimError{400, "invalidSyntax: schemas lacks the core schema"};
    }
    json resource{{"schemas", schemas}};
    for (const auto& [name, value] : body.items()) {
        if (kind == Kind::user && same_name(name, kExtension)) {
            if (!lists(kExtension)) {
                throw ScimError{400, "invalidSyntax: the extension is not in schemas"};
            }
            for (const auto& [inner, keys] : value.items()) {
                const auto& attribute = attribute_named(kind, kExtension, inner);
                if (auto kept = checked(attribute, keys); !kept.is_null()) {
                    resource[std::string(kExtension)][std::string(attribute.name)] =
                        std::move(kept);
                }
            }
            continue;
        }
        const auto& attribute = attribute_named(kind, {}, name);
        if (auto kept = checked(attribute, value); !kept.is_null() && !attribute.read_only) {
            resource[std::string(attribute.name)] = std::move(kept);
        }
    }
    return resource;
}

constexpr std::string_view kReference = "bulkId:";

// RFC 7644 §3.7.2: replaces a reference by the id. Returns false if a reference cannot be resolved
// and is not left out.
bool resolve(json& value, const std::map<std::string, std::string>& created, bool leave_out) {
    if (value.is_object()) {
        return std::all_of(value.begin(), value.end(), [&](json& part) {
            return resolve(part, created, leave_out);
        });
    }
    if (!value.is_array()) {
        return true;
    }
    auto resolved = json::array();
    for (auto& element : value) {
        const auto text =
            element.is_object() && element.contains("value") && element["value"].is_string()
                ? element["value"].get<std::string>()
                : std::string();
        if (!text.starts_with(kReference)) {
            if (!resolve(element, created, leave_out)) {
                return false;
            }
        } else if (const auto known = created.find(text.substr(kReference.size()));
                   known != created.end()) {
            element["value"] = known->second;
        } else if (leave_out) {
            continue;
        } else {
            return false;
        }
        resolved.push_back(std::move(element));
    }
    value = std::move(resolved);
    return true;
}

}  // namespace

std::string ModelServer::put(Kind kind, json resource) {
    const auto id = resource.contains("id") ? resource["id"].get<std::string>()
                                            : "id-" + std::to_string(next_id_++);
    resource.erase("id");
    resource["schemas"].push_back(core_schema(kind));
    if (resource.contains(kExtension)) {
        resource["schemas"].push_back(kExtension);
    }
    keep(kind, id, resource_from(kind, resource));
    return id;
}

// The conditions for every resource before it is stored.
void ModelServer::judge(Kind kind, const std::string& id, const json& resource) const {
    const char* name = kind == Kind::user ? "userName" : "displayName";
    if (!resource.contains(name) || resource[name].get_ref<const std::string&>().empty()) {
        throw ScimError{400, std::string("invalidValue: ") + name + " is required"};
    }
    if (kind == Kind::user) {
        // RFC 7643 §4.1.1: userName is unique, and case does not matter.
        for (const auto& [other, user] : users_) {
            if (other != id && same_name(user["userName"].get_ref<const std::string&>(),
                                         resource[name].get_ref<const std::string&>())) {
                throw ScimError{409, "uniqueness: " + user["userName"].dump()};
            }
        }
        return;
    }
    for (const auto& member : resource.value("members", json::array())) {
        const auto value = member.value("value", std::string());
        if (!users_.contains(value) && !groups_.contains(value)) {
            throw ScimError{400, "invalidValue: no resource " + value};
        }
    }
}

void ModelServer::keep(Kind kind, const std::string& id, json resource) {
    resource["id"] = id;
    if (etags_) {
        resource["meta"] = {{"version", "W/\"" + std::to_string(next_version_++) + "\""}};
    }
    resources(kind)[id] = std::move(resource);
}

ModelServer::Answer ModelServer::post(Kind kind, const json& body) {
    try {
        auto resource = resource_from(kind, body);
        judge(kind, {}, resource);
        const auto id = "id-" + std::to_string(next_id_++);
        keep(kind, id, std::move(resource));
        return {201, id, {}};
    } catch (const ScimError& error) {
        return {error.status, {}, error.why};
    }
}

ModelServer::Answer ModelServer::patch(Kind kind,
                                       const std::string& id,
                                       const json& body,
                                       const std::string& if_match) {
    const auto found = resources(kind).find(id);
    if (found == resources(kind).end()) {
        return {404, id, "no resource " + id};
    }
    const auto& now = found->second;
    if (etags_ && !if_match.empty() && if_match != now["meta"]["version"]) {
        return {412, id, "another version"};
    }
    try {
        auto changed = now;
        laws::patch(kind, changed, body);
        judge(kind, id, changed);
        if (changed != now) {
            keep(kind, id, std::move(changed));
        }
        return {204, id, {}};
    } catch (const ScimError& error) {
        return {error.status, id, error.why};
    }
}

ModelServer::Answer ModelServer::send(const ordered_json& line, const json& data) {
    const auto path = line["path"].get<std::string>();
    const auto kind = path.starts_with("/Users") ? Kind::user : Kind::group;
    if (line["method"] == "POST") {
        return post(kind, data);
    }
    const auto id = percent_decoded(path.substr(path.find('/', 1) + 1));
    return patch(kind, id, data, line.value("version", std::string()));
}

std::vector<Sent> ModelServer::apply(const std::string& plan, Unresolved unresolved) {
    std::vector<Sent> sent;
    std::map<std::string, std::string> created;  // by bulkId
    for (auto& line : records_of(plan)) {
        if (line["type"] != "change") {
            continue;
        }
        if (line.contains("held")) {
            sent.push_back({std::move(line), 0, {}, {}});
            continue;
        }
        auto data = json::parse(line["data"].dump());
        Answer answer{409, {}, "a reference to what was not created"};
        if (resolve(data, created, unresolved == Unresolved::left_out)) {
            answer = send(line, data);
        }
        if (answer.status == 201) {
            created[line["bulkId"].get<std::string>()] = answer.id;
        }
        if (answer.status / 100 == 2 && line["action"] == "adopt" && line["resource"] == "User") {
            created[line["externalId"].get<std::string>()] =
                percent_decoded(std::string_view(line["path"].get_ref<const std::string&>())
                                    .substr(std::string_view("/Users/").size()));
        }
        sent.push_back({std::move(line), answer.status, answer.id, answer.why});
    }
    return sent;
}

// scim-export writes members by SCIM id if several users have one externalId.
bool ModelServer::is_duplicated(const record::ExternalId& external_id) const {
    return std::count_if(users_.begin(), users_.end(), [&](const auto& user) {
               return record::external_id_of(user.second) == external_id;
           }) > 1;
}

ordered_json ModelServer::record(Kind kind, const std::string& id) const {
    const auto found = resources(kind).find(id);
    if (found == resources(kind).end()) {
        return {};
    }
    if (kind == Kind::user) {
        return record::to_json(record::user_from_resource(found->second, false));
    }
    auto group = record::group_from_resource(found->second);
    group.members.emplace();
    for (const auto& member :
         record::member_ids_of(found->second).value_or(std::vector<std::string>{})) {
        const auto user = users_.find(member);
        const auto external_id =
            user == users_.end() ? record::ExternalId{} : record::external_id_of(user->second);
        if (record::is_managed(external_id, Kind::user) && !is_duplicated(external_id)) {
            group.members->push_back(external_id);
        } else {
            group.foreign_members.push_back({member});
        }
    }
    std::sort(group.members->begin(), group.members->end());
    std::sort(group.foreign_members.begin(), group.foreign_members.end());
    return record::to_json(group);
}

std::string ModelServer::export_current(bool unmanaged) const {
    Records users;
    Records groups;
    for (const auto kind : {Kind::user, Kind::group}) {
        for (const auto& [id, resource] : resources(kind)) {
            if (unmanaged || record::is_managed(record::external_id_of(resource), kind)) {
                (kind == Kind::user ? users : groups).push_back(record(kind, id));
            }
        }
    }
    return directory_text("current", users, groups);
}

std::set<std::string> ModelServer::member_ids(const std::string& group) const {
    std::set<std::string> values;
    for (const auto& member : groups_.at(group).value("members", json::array())) {
        values.insert(member["value"].get<std::string>());
    }
    return values;
}

std::vector<std::string> ModelServer::ids(Kind kind) const {
    std::vector<std::string> all;
    for (const auto& [id, resource] : resources(kind)) {
        all.push_back(id);
    }
    return all;
}

}  // namespace laws
