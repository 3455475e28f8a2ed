#include "activate/rest_source.hpp"

#include "activate/refusals.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/keyed_hash.hpp"
#include "base/logging.hpp"
#include "base/text.hpp"
#include "cli/shown_value.hpp"
#include "http/describe_response.hpp"
#include "http/retry.hpp"
#include "paging/list_walk.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace activate {

using nlohmann::json;

namespace {

constexpr std::size_t kPageSize = 500;     // the maximum of the API
constexpr std::chrono::seconds kFresh{5};  // an older page of users is requested again: a user may
                                           // have been disabled meanwhile

json body_of(const std::string& what, const http::Result& result) {
    if (!http::is_success(result)) {
        http::throw_failure(what, result, kKeyHint);
    }
    if (const int status = http::status_of(result); status != 200) {
        throw Error(ExitStatus::unavailable,
                    what + ": HTTP " + std::to_string(status) +
                        ", but only 200 means that the list is complete");
    }
    auto body = http::json_body(std::get<http::Response>(result));
    if (!body) {
        throw Error(ExitStatus::unavailable,
                    what + ": " +
                        http::no_json(std::get<http::Response>(result),
                                      "is ACTIVATE_API_URL the right host?"));
    }
    return *std::move(body);
}

// The form of the request, without the requester and the time.
bool is_refused(const http::Result& result) {
    const int status = http::status_of(result);
    return status >= 400 && status < 500 && status != 401 && status != 403 &&
           !http::is_retryable(result, true);
}

MemberList members_in(Team& team, const http::Result& result) {
    const bool is_whole = http::status_of(result) == 200;
    const auto body = is_whole ? http::json_body(std::get<http::Response>(result)) : std::nullopt;
    MemberList members;
    std::string fault =
        is_whole ? "not JSON but " + http::describe_body(std::get<http::Response>(result))
                 : http::describe(result) + (http::status_of(result) == 403 ? kOneForbidden : "");
    if (body) {
        try {
            members = members_from_json(*body);
        } catch (const Error& error) {
            fault = error.what();
            team.unread = ExitStatus::partial;
        }
    } else if (http::status_of(result) == 403) {
        team.unread = ExitStatus::denied;
    }
    if (!members) {
        logging::warning("members of group " + team.name +
                         " could not be read; they are left unchanged: " + fault);
    } else if (members->empty() && team.counted.value_or(0) > 0) {
        logging::warning("group " + team.name + " comes without members, and ACTIVATE counts " +
                         std::to_string(*team.counted) +
                         "; they are left unchanged; if ACTIVATE's own page shows none "
                         "either, show its support this");
        members.reset();
    }
    return members;
}

Found found_in(const UsersPage& page, const record::ExternalId& id, const Naming& naming) {
    const auto person = std::find_if(page.people.begin(), page.people.end(), [&](const Person& p) {
        return external_id(p, naming) == id;
    });
    if (person != page.people.end()) {
        return person->fault.empty() ? Found{*person, {}} : Found{{}, person->fault};
    }
    return {};  // or on a later page: the list of all users decides
}

}  // namespace

http::Request RestSource::request(const std::string& path) const {
    return {.method = "GET", .url = base_url_ + path, .headers = {{"Accept", "application/json"}}};
}

json RestSource::get(const std::string& path) {
    return body_of("ACTIVATE " + path, client_.fetch(request(path)));
}

std::string RestSource::organization_path() const {
    return "/api/organizations/" + encoding::percent_encode(organization_);
}

const std::string& RestSource::find_organization(const std::string& expected) {
    constexpr const char* kPath = "/api/auth/whoami/organization";
    const auto result = client_.fetch(request(kPath));
    if (!http::is_success(result)) {
        http::throw_failure(std::string("ACTIVATE ") + kPath, result, kKeyHint);
    }
    // A JSON string by the specification. A similar call was seen to return raw text.
    const auto& response = std::get<http::Response>(result);
    const auto body = http::json_body(response);
    const bool raw = !body && response.header("content-type").starts_with("text/plain");
    organization_ = body && body->is_string() ? body->get<std::string>()
                    : raw                     ? std::string(text::trim(response.body))
                                              : "";
    if (organization_.empty()) {
        throw Error(ExitStatus::unavailable,
                    std::string("ACTIVATE ") + kPath + ": no organization name but " +
                        http::describe_body(response) + "; is ACTIVATE_API_URL the right host?");
    }
    if (!expected.empty() && expected != organization_) {
        throw Error(ExitStatus::bad_config,
                    "ACTIVATE_ORG_NAME is " + cli::shown_value(expected) +
                        ", but the credential belongs to \"" + organization_ +
                        "\"; correct the name, or use a key of that organization");
    }
    return organization_;
}

// The list has no total, and it is not documented whether it is cut off. It has ended when a page
// has no new group. Other clients rely on one plain call for the complete list, so this list is
// accepted if the service refuses all other forms.
std::vector<Team> RestSource::teams() {
    paging::ListWalk walk("ACTIVATE groups", paging::Pages::overlapping);
    const KeyedHash hash;
    const auto began = client_.now();
    const auto bytes_before = client_.traffic().bytes;
    std::vector<Team> all;
    const auto path = organization_path() + "/groups";
    std::vector<std::string> forms{
        "?skip=", "?limit=" + std::to_string(kPageSize) + "&skip="};  // the last is tried first
    bool pages = false;
    while (!walk.complete()) {
        const bool is_first = walk.offset() == 0 && all.empty();
        const auto result = client_.fetch(
            request(is_first ? path : path + forms.back() + std::to_string(walk.offset())));
        if (!is_first && !pages && is_refused(result)) {
            forms.pop_back();
            if (!forms.empty()) {
                continue;
            }
            logging::warning(
                "ACTIVATE groups: groups after the first " + std::to_string(all.size()) +
                " cannot be requested (" + http::describe(result) +
                "); these are treated as all groups; compare with ACTIVATE's own pages");
            return all;
        }
        pages = !is_first;
        const auto page = teams_from_json(body_of("ACTIVATE " + path, result));
        paging::ListPage met{
            .may_be_cut = !page.empty(),
            .bytes = client_.traffic().bytes - bytes_before,
            .elapsed = std::chrono::duration_cast<std::chrono::seconds>(client_.now() - began)};
        for (const auto& team : page) {
            // A row without an id is known by its name: a service that ignores `skip` repeats it.
            met.ids.push_back(team.id.empty() ? "no id: " + team.name : team.id);
            met.contents.push_back(hash.of(team.name));
        }
        for (const auto place : walk.take(met)) {
            all.push_back(page[place]);
        }
    }
    return all;
}

void RestSource::groups(
    const std::function<bool(const Team&)>& wanted,
    const std::function<void(const Team& team, const MemberList& members)>& each) {
    Refusals refusals("members of groups");
    std::vector<Team> refused;
    text::Some short_of_members;
    for (const auto& team : teams()) {
        if (!wanted(team)) {
            continue;
        }
        if (!can_be_in_path(team.name)) {
            logging::warning("group " + team.id + " has " +
                             (team.name.empty() ? "no name" : "the name \"" + team.name + "\"") +
                             ", so its members cannot be asked for; it is left unchanged");
            each(team, std::nullopt);
            continue;
        }
        ask_members(team, [&, team = team](const http::Result& result) mutable {
            refusals.see("members of group " + team.name, result);
            const auto members = members_in(team, result);
            if (http::status_of(result) == 403) {
                refused.push_back(team);
                return;
            }
            if (members && members->size() < team.counted.value_or(0)) {
                short_of_members.add(team.name + " (" + std::to_string(members->size()) + " of " +
                                     std::to_string(*team.counted) + ")");
            }
            each(team, members);
        });
    }
    client_.drain();
    refusals.check();
    for (const auto& team : refused) {
        each(team, std::nullopt);
    }
    if (short_of_members.count() > 0) {
        logging::warning(
            "groups with fewer members than ACTIVATE counts for them: " +
            short_of_members.joined() +
            "; those listed are taken for all there are; compare with ACTIVATE's own pages");
    }
}

void RestSource::ask_members(const Team& team,
                             const std::function<void(const http::Result&)>& done) {
    client_.wait_for_room();
    client_.send(request(organization_path() + "/groups/" + encoding::percent_encode(team.name) +
                         "/members"),
                 http::Repeat::harmless,
                 done);
}

// createdAt is the only order in which new users do not shift the others.
http::Request RestSource::users_page(std::size_t offset) const {
    return request(organization_path() + "/users?limit=" + std::to_string(kPageSize) +
                   "&skip=" + std::to_string(offset) + "&sortBy=createdAt&sortDir=asc&active=all");
}

void RestSource::begin_people() {
    first_users_ = client_.begin(users_page(0));
    first_users_begun_ = client_.now();
}

// `each` may take long, because it reads keys: it does not count as time of the list.
void RestSource::people(const std::function<void(const std::vector<Person>& page)>& each) {
    paging::ListWalk walk("ACTIVATE users", paging::Pages::overlapping);
    const KeyedHash hash;
    std::size_t bytes = 0;
    http::Clock::duration waited{};
    auto next = client_.now() - first_users_begun_ < kFresh ? std::exchange(first_users_, nullptr)
                                                            : nullptr;
    while (!walk.complete()) {
        const auto asked = client_.now();
        const auto answer = client_.await(next ? std::exchange(next, nullptr)
                                               : client_.begin(users_page(walk.offset())));
        waited += client_.now() - asked;
        const auto page =
            users_page_from_json(body_of("ACTIVATE " + organization_path() + "/users", answer));
        bytes += std::get<http::Response>(answer).body.size();
        paging::ListPage met{.total = page.total,
                             .may_be_cut = page.people.size() == kPageSize,
                             .bytes = bytes,
                             .elapsed = std::chrono::duration_cast<std::chrono::seconds>(waited)};
        auto row = walk.offset();
        for (const auto& person : page.people) {
            // A row without an id is known by its place.
            met.ids.push_back(person.id.empty() ? "row " + std::to_string(row) : person.id);
            ++row;
            met.contents.push_back(hash.of(content_of(person)));
        }
        std::vector<Person> fresh;
        for (const auto place : walk.take(met)) {
            fresh.push_back(page.people[place]);
        }
        each(fresh);
    }
}

void RestSource::ask(const record::ExternalId& id,
                     const std::string& user_name,
                     const Naming& naming,
                     const std::function<void(const Found&)>& done) {
    const auto text =
        naming.key_is_username ? id.value.substr(record::user_prefix().size()) : user_name;
    if (text.empty()) {
        done({{}, "the row has no username and no address, so it cannot be searched for"});
        return;
    }
    const auto path = organization_path() + "/users?limit=" + std::to_string(kPageSize) +
                      "&search=" + encoding::percent_encode(text);
    client_.send(
        request(path), http::Repeat::harmless, [id, naming, done](const http::Result& result) {
            if (http::status_of(result) == 401) {
                http::throw_failure("ACTIVATE: asking about one person again", result, kKeyHint);
            }
            const auto body = http::is_success(result)
                                  ? http::json_body(std::get<http::Response>(result))
                                  : std::nullopt;
            if (!body) {
                done({{}, http::describe(result)});
                return;
            }
            try {
                done(found_in(users_page_from_json(*body), id, naming));
            } catch (const Error& error) {
                done({{}, error.what()});
            }
        });
}

std::vector<std::pair<std::string, std::string>> authorization(const Credential& credential) {
    const auto value = credential.basic ? "Basic " + encoding::to_base64(credential.token + ":")
                                        : "Bearer " + credential.token;
    logging::mask(value);
    return {{"Authorization", value}};
}

}  // namespace activate
