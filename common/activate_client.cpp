#include "activate_client.hpp"

#include "codec.hpp"
#include "error.hpp"
#include "list_walk.hpp"
#include "logging.hpp"
#include "text.hpp"

#include <nlohmann/json.hpp>

namespace activate {

using nlohmann::json;

namespace {

constexpr std::size_t kPageSize = 500;  // the most the API gives

json body_of(const std::string& what, const http::Result& result) {
    if (!http::is_success(result)) {
        http::throw_failure(what, result, kKeyHint);
    }
    auto body = http::json_body(std::get<http::Response>(result));
    if (!body) {
        throw Error(ExitStatus::unavailable,
                    what + ": not JSON but " + http::describe_body(std::get<http::Response>(result)) + "; is ACTIVATE_API_URL the right host?");
    }
    return *std::move(body);
}

}  // namespace

http::Request Service::request(const std::string& path) const {
    return {"GET", base_url_ + path, {{"Accept", "application/json"}}, {}};
}

http::Request Service::search(const std::string& text) const {
    return request(organization_path() + "/users?limit=" + std::to_string(kPageSize) + "&search=" + http::percent_encode(text));
}

json Service::get(const std::string& path) {
    return body_of("ACTIVATE " + path.substr(0, path.find('?')), client_.fetch(request(path)));
}

std::string Service::organization_path() const { return "/api/organizations/" + http::percent_encode(organization_); }

const std::string& Service::find_organization(const std::string& expected) {
    constexpr const char* kPath = "/api/auth/whoami/organization";
    const auto result = client_.fetch(request(kPath));
    if (!http::is_success(result)) {
        http::throw_failure(std::string("ACTIVATE ") + kPath, result, kKeyHint);
    }
    // A JSON string by the specification; raw text has been seen from its sibling.
    const auto& response = std::get<http::Response>(result);
    const auto body = http::json_body(response);
    const bool raw = !body && response.header("content-type").starts_with("text/plain");
    organization_ = body && body->is_string() ? body->get<std::string>() : raw ? std::string(text::trim(response.body)) : "";
    if (organization_.empty()) {
        throw Error(ExitStatus::unavailable,
                    std::string("ACTIVATE ") + kPath + ": no organization name but " + http::describe_body(response) +
                        "; is ACTIVATE_API_URL the right host?");
    }
    if (!expected.empty() && expected != organization_) {
        throw Error(ExitStatus::bad_config,
                    "ACTIVATE_ORG_NAME is \"" + expected + "\", but the credential belongs to \"" + organization_ +
                        "\"; correct the name, or use a key of that organization");
    }
    return organization_;
}

std::vector<Team> Service::teams() { return teams_from_json(get(organization_path() + "/groups")); }

std::vector<std::optional<std::vector<std::string>>> Service::members(const std::vector<Team>& teams) {
    std::vector<std::optional<std::vector<std::string>>> all(teams.size());
    for (std::size_t i = 0; i < teams.size(); ++i) {
        if (teams[i].name.empty()) {
            logging::warning("group " + teams[i].id + " has no name, so its members cannot be asked for; it is left as it is");
            continue;
        }
        client_.wait_for_room();
        const auto path = organization_path() + "/groups/" + http::percent_encode(teams[i].name) + "/members";
        client_.send(request(path), http::Repeat::harmless, [&, i](const http::Result& result) {
            const int status = http::status_of(result);
            if (status == 401 || status == 403) {
                http::throw_failure("ACTIVATE: members of group " + teams[i].name, result, kKeyHint);
            }
            const auto body = http::is_success(result) ? http::json_body(std::get<http::Response>(result)) : std::nullopt;
            if (!body) {
                logging::warning("members of group " + teams[i].name + " could not be read; they are left as they are: " +
                                 http::describe(result));
                return;
            }
            all[i] = member_ids_from_json(*body);
        });
    }
    client_.drain();
    return all;
}

void Service::users(const std::function<void(const std::vector<Person>& page)>& each) {
    identity::ListWalk walk("ACTIVATE users");
    while (!walk.complete()) {
        // createdAt is the one order in which newcomers do not move the others.
        const auto page = users_page_from_json(get(organization_path() + "/users?limit=" + std::to_string(kPageSize) +
                                                   "&skip=" + std::to_string(walk.offset()) + "&sortBy=createdAt&sortDir=asc&active=all"));
        std::vector<std::string> ids;
        for (const auto& person : page.people) {
            ids.push_back(person.id);
        }
        std::vector<Person> fresh;
        for (const auto place : walk.take(ids, page.total)) {
            fresh.push_back(page.people[place]);
        }
        each(fresh);
    }
}

std::vector<std::pair<std::string, std::string>> authorization(const Credential& credential) {
    const auto value = credential.basic ? "Basic " + codec::to_base64(credential.token + ":") : "Bearer " + credential.token;
    logging::mask(value);
    return {{"Authorization", value}};
}

}  // namespace activate
