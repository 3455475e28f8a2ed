#include "activate/scim_source.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/text.hpp"
#include "http/describe_response.hpp"
#include "record/scim_resource.hpp"
#include "scim/list_page.hpp"
#include "scim/messages.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace activate {

using nlohmann::json;
using record::Kind;

namespace {

std::string text_of(const json& object, std::string_view name) {
    return std::string(text::trim(record::text_attribute(object, name)));
}

// The lists come from Go, which writes an empty list as null. If the attribute is missing, its
// value is unknown.
MemberList people_in(const json& group, Team& team) {
    const auto& name = team.name;
    const auto key = std::find_if(group.items().begin(), group.items().end(), [](const auto& item) {
        return text::fold(item.key()) == "members";
    });
    if (key == group.items().end()) {
        logging::warning("group " + name +
                         " comes without members, so they are unknown; they are left unchanged");
        return std::nullopt;
    }
    std::vector<Member> people;
    std::size_t groups = 0;
    for (const auto& member : key.value()) {
        if (text::fold(text_of(member, "type")) == "group") {
            ++groups;
        } else {
            people.push_back({.id = text_of(member, "value")});
        }
    }
    if (!(key.value().is_array() || key.value().is_null()) ||
        std::any_of(people.begin(), people.end(), [](const Member& m) { return m.id.empty(); })) {
        logging::warning("members of group " + name +
                         " could not be read; they are left unchanged: they are not a list of "
                         "members; ask ACTIVATE's support to repair the group");
        team.unread = ExitStatus::partial;
        return std::nullopt;
    }
    if (groups > 0) {
        logging::warning("group " + name + " has " + std::to_string(groups) +
                         " groups as members; these are left out, as CoreWeave's groups are flat");
    }
    return people;
}

std::string usable_id(const json& resource) {
    return scim::has_usable_id(resource) ? record::id_of(resource) : std::string();
}

bool is_text_or_absent(const json& object, std::string_view name) {
    const auto* value = record::attribute(object, name);
    return value == nullptr || value->is_string();
}

// A name or an address in an unknown form does not mean that the user has none.
void require_readable_names(const json& user) {
    const auto* emails = record::attribute(user, "emails");
    const bool has_list =
        emails == nullptr ||
        (emails->is_array() && std::all_of(emails->begin(), emails->end(), [](const json& email) {
             return email.is_object() && is_text_or_absent(email, "value");
         }));
    const auto* name = record::attribute(user, "name");
    const auto fault =
        !has_list                                 ? "\"emails\" is not a list of addresses"
        : !is_text_or_absent(user, "displayName") ? "\"displayName\" is not a string"
        : name != nullptr && !(name->is_object() && is_text_or_absent(*name, "formatted"))
            ? "\"name\" is not an object with texts"
            : nullptr;
    if (fault != nullptr) {
        throw Error(ExitStatus::unavailable, fault);
    }
}

class CarriedKeys final : public KeySource {
    void begin(const Person& person, Answer answer) override { answer(person.ssh_keys); }
    void drain() override {}
};

}  // namespace

Person person_from_resource(const json& resource, bool keep_comments) {
    const auto user = record::user_from_resource(resource, keep_comments);
    Person person;
    person.id = user.id.value;
    if (record::attribute(resource, "active") ==
        nullptr) {  // optional in SCIM; a default of true would give a user access
        throw Error(ExitStatus::unavailable,
                    "ACTIVATE's SCIM service: user " + person.id + " comes without \"active\"");
    }
    person.username = user.user_name;
    person.name = user.display_name.value_or("");
    if (const auto* name = record::attribute(resource, "name");
        name != nullptr && person.name.empty()) {
        person.name = text_of(*name, "formatted");
    }
    person.name = text::trim(person.name);
    person.email = text::trim(user.email.value_or(""));
    person.active = user.active;
    if (person.active) {  // the names of a disabled user are not needed for a deactivation
        require_readable_names(resource);
    }
    if (const auto* extension = record::attribute(resource, record::kKeysSchema);
        extension != nullptr && extension->is_object()) {
        person.ssh_keys = user.ssh_keys;
    }
    return person;
}

void ScimSource::groups(
    const std::function<bool(const Team&)>& wanted,
    const std::function<void(const Team& team, const MemberList& members)>& each) {
    service_.list(Kind::group, "", [&](const json& resource) {
        Team team{.id = usable_id(resource), .name = text_of(resource, "displayName")};
        if (wanted(team)) {
            const auto members = people_in(resource, team);
            each(team, members);
        }
    });
}

void ScimSource::people(const std::function<void(const std::vector<Person>& page)>& each) {
    const auto person_of = [&](const json& resource) -> Person {
        const auto id = usable_id(resource);
        try {
            return id.empty() ? throw Error(ExitStatus::unavailable,
                                            "\"id\" is missing, or cannot be part of a path")
                              : person_from_resource(resource, keep_comments_);
        } catch (const Error& error) {
            return {.fault = error.what(), .id = id, .username = text_of(resource, "userName")};
        }
    };
    service_.list(Kind::user, "", [&](const json& resource) { each({person_of(resource)}); });
}

void ScimSource::ask(const record::ExternalId& id,
                     const std::string&,
                     const Naming& naming,
                     const std::function<void(const Found&)>& done) {
    const auto key = id.value.substr(record::user_prefix().size());
    const auto path =
        naming.key_is_username
            ? "/Users?filter=" + encoding::percent_encode(scim::filter_equals("userName", key))
            : record::resource_path(Kind::user, {key});
    client().send(service_.request("GET", path),
                  http::Repeat::harmless,
                  [this, key, naming, done](http::Result raw) {
                      const auto result = scim::as_meant(std::move(raw));
                      if (http::status_of(result) == 401) {
                          http::throw_failure(service_.name() + ": asking about one person again",
                                              result,
                                              service_.hint());
                      }
                      try {
                          done(naming.key_is_username ? found_by_name(result, key)
                                                      : found_by_id(result, key));
                      } catch (const Error& error) {
                          done({{}, error.what()});
                      }
                  });
}

// Only an answer of the service itself shows that a user is gone. A 404 of a proxy does not.
Found ScimSource::found_by_id(const http::Result& result, const std::string& id) const {
    const auto* response = std::get_if<http::Response>(&result);
    const auto body = response == nullptr ? std::nullopt : http::json_body(*response);
    if (body && body->is_object() && response->status == 404) {
        return {};
    }
    if (!body || !http::is_success(result)) {
        return {{}, http::describe(result)};
    }
    auto person = person_from_resource(*body, keep_comments_);
    return person.id == id ? Found{std::move(person), {}}
                           : Found{{}, "the answer is about another user"};
}

Found ScimSource::found_by_name(const http::Result& result, const std::string& username) const {
    const auto* response = std::get_if<http::Response>(&result);
    auto body = response == nullptr ? std::nullopt : http::json_body(*response);
    if (!body || !http::is_success(result)) {
        return {{}, http::describe(result)};
    }
    const auto list = scim::list_from_json(*std::move(body));
    for (const auto& resource : list.resources) {
        if (auto person = person_from_resource(resource, keep_comments_);
            person.username == username) {
            return {std::move(person), {}};
        }
    }
    return {};  // or on a later page: the list of all users decides
}

std::unique_ptr<KeySource> carried_keys() {
    return std::make_unique<CarriedKeys>();
}

std::string organization_of(const std::string& base_url) {
    constexpr std::string_view kBefore = "/api/organizations/";
    const auto at = base_url.find(kBefore);
    if (at == std::string::npos) {
        return {};
    }
    const auto rest = base_url.substr(at + kBefore.size());
    return rest.substr(0, rest.find('/'));
}

}  // namespace activate
