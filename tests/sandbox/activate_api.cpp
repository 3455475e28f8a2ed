#include "activate_api.hpp"

#include "activate_scim.hpp"
#include "activate_views.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace sandbox {

namespace {

struct Request {
    const World& world;
    const Call& call;
    const Json& me;  ///< the owner of the credential
};

std::string code_of(int status) {
    switch (status) {
        case 401:
            return "unauthenticated";
        case 403:
            return "forbidden";
        case 404:
            return "not_found";
        case 409:
            return "conflict";
        case 429:
            return "rate_limited";
        case 503:
            return "unavailable";
        default:
            return status < 500 ? "invalid_request" : "internal";
    }
}

Answer session(const Request& request) {
    return json_answer(200, session_of(request.world, request.me));
}

Answer text_answer(const std::string& text) {
    Answer answer;
    answer.type = "text/plain; charset=utf-8";
    answer.body = text;
    return answer;
}

/// Described like the SSH keys, as raw bytes, so the setting for raw keys applies here, too.
Answer whoami(const Request& request) {
    const auto subject = "user:" + request.me.at("username").get<std::string>();
    if (request.world.settings.ssh_key_body != "text") {
        return json_answer(200, subject);
    }
    return text_answer(subject);
}

Answer whoami_organization(const Request& request) {
    return json_answer(200, request.world.activate.organization().at("name"));
}

std::size_t number_parameter(const Call& call,
                             const std::string& name,
                             std::size_t by_default,
                             std::size_t least,
                             std::size_t most) {
    const auto text = call.parameter(name);
    if (!text) {
        return by_default;
    }
    const auto number = to_integer(*text);
    if (!number || *number < 0 || static_cast<std::size_t>(*number) < least ||
        static_cast<std::size_t>(*number) > most) {
        throw ActivateError(422, "expected " + name + " to be a number in its range", name);
    }
    return static_cast<std::size_t>(*number);
}

std::string choice_parameter(const Call& call,
                             const std::string& name,
                             std::span<const char* const> choices) {
    const auto text = call.parameter(name);
    if (!text) {
        return choices.front();
    }
    if (std::find(choices.begin(), choices.end(), *text) == choices.end()) {
        throw ActivateError(422, "expected " + name + " to be one of its values", name);
    }
    return *text;
}

bool is_listed(const Call& call, const Json& user) {
    constexpr std::array kChoices{"all", "true", "false"};
    const auto active = choice_parameter(call, "active", kChoices);
    if (active != "all" && user.value("active", true) != (active == "true")) {
        return false;
    }
    const auto search = fold(call.parameter("search").value_or(""));
    constexpr std::array kSearched{"username", "email", "name"};
    return std::any_of(kSearched.begin(), kSearched.end(), [&](const char* field) {
        return fold(user.value(field, "")).find(search) != std::string::npos;
    });
}

void sort_rows(const Call& call, std::vector<Row>& rows) {
    constexpr std::array kFields{"", "username", "email", "lastLogin", "createdAt"};
    constexpr std::array kDirections{"asc", "desc"};
    const auto field = choice_parameter(call, "sortBy", kFields);
    const bool descending = choice_parameter(call, "sortDir", kDirections) == "desc";
    if (field.empty()) {
        return;
    }
    std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
        const auto left = a.second->value(field, "");
        const auto right = b.second->value(field, "");
        return descending ? right < left : left < right;
    });
}

Answer users(const Request& request) {
    const auto& call = request.call;
    const auto cap = request.world.settings.users_cap;
    const auto limit = number_parameter(call, "limit", std::min<std::size_t>(50, cap), 1, cap);
    const auto skip = number_parameter(call, "skip", 0, 0, SIZE_MAX);
    std::vector<Row> rows;
    for (const auto& user : request.world.activate.users()) {
        if (is_listed(call, user)) {
            rows.emplace_back(rows.size(), &user);
        }
    }
    sort_rows(call, rows);
    Json shown = Json::array();
    for (const auto& [number, user] : page_of(call, rows, skip, limit)) {
        shown.push_back(org_user(request.world, *user));
    }
    return json_answer(200, {{"users", go_list(std::move(shown))}, {"total", rows.size()}});
}

Answer groups(const Request& request) {
    const auto limit = number_parameter(request.call, "limit", SIZE_MAX, 0, SIZE_MAX);
    const auto skip = number_parameter(request.call, "skip", 0, 0, SIZE_MAX);
    std::vector<Row> rows;
    for (const auto& group : request.world.activate.groups()) {
        rows.emplace_back(rows.size(), &group);
    }
    Json shown = Json::array();
    for (const auto& [number, group] : page_of(request.call, rows, skip, limit)) {
        shown.push_back(group_row(request.world, *group));
    }
    return json_answer(200, go_list(std::move(shown)));
}

const Json& group_of(const Request& request) {
    const auto* group = request.world.activate.group(request.call.path[4]);
    if (group == nullptr) {
        throw ActivateError(404, "group not found");
    }
    return *group;
}

Answer group(const Request& request) {
    return json_answer(200, group_with_members(request.world, group_of(request)));
}

Answer group_members(const Request& request) {
    return json_answer(200, member_details(request.world, group_of(request)));
}

/// The user in a path after `users`.
const Json& user_of(const Request& request) {
    const auto& path = request.call.path;
    const auto name = std::find(path.begin(), path.end(), "users") + 1;
    const auto* user = request.world.activate.user(*name);
    if (user == nullptr) {
        throw ActivateError(404, "user not found");
    }
    return *user;
}

Answer profile(const Request& request) {
    return json_answer(200, user_profile(request.world, user_of(request)));
}

/// In one of the three forms that real servers use.
Answer ssh_public_keys(const Request& request) {
    const auto text = key_text(user_of(request));
    const auto& form = request.world.settings.ssh_key_body;
    if (form == "json") {
        return json_answer(200, text);
    }
    if (form == "base64") {
        return json_answer(200, to_base64(text));
    }
    return text_answer(text);
}

Answer own_public_keys(const Request& request) {
    return json_answer(200, own_keys(request.me));
}

using Serve = Answer (*)(const Request&);
struct Route {
    const char* path;  ///< '*' matches any one segment
    Serve serve;
};

constexpr std::array kRoutes{
    Route{"api/auth/session", session},
    Route{"api/auth/whoami", whoami},
    Route{"api/auth/whoami/organization", whoami_organization},
    Route{"api/organizations/*/users", users},
    Route{"api/organizations/*/groups", groups},
    Route{"api/organizations/*/groups/*", group},
    Route{"api/organizations/*/groups/*/members", group_members},
    Route{"api/ssh-public-keys", own_public_keys},
    Route{"api/users", users},
    Route{"api/users/*/profile", profile},
    Route{"api/users/*/ssh-public-keys", ssh_public_keys},
    Route{"api/v2/users/*/sshpublickeys", ssh_public_keys},
};

bool fits(const std::vector<std::string>& path, const char* pattern) {
    const auto wanted = split(pattern, '/');
    return std::equal(
        path.begin(), path.end(), wanted.begin(), wanted.end(), [](const auto& a, const auto& b) {
            return b == "*" || a == b;
        });
}

/// An API key is a Basic user name without password; a Bearer token must be a JWT. A disabled
/// user's credentials are rejected.
const Json& authenticated(const World& world, const Call& call) {
    const auto& known = world.credentials;
    const auto given = call.header("authorization");
    std::string username;
    if (given == "Basic " + to_base64(known.api_key + ":")) {
        username = known.api_key_user;
    }
    if (given.starts_with("Bearer ")) {
        const auto jwt = known.jwts.find(given.substr(7));
        if (jwt != known.jwts.end()) {
            username = jwt->second;
        }
    }
    const auto* user = world.activate.user(username);
    if (user == nullptr || !user->value("active", true)) {
        throw ActivateError(401, "authentication required");
    }
    return *user;
}

void check_organization(const World& world, const Call& call) {
    const bool named = call.path.size() > 2 && call.path[1] == "organizations";
    if (named && call.path[2] != world.activate.organization().at("name")) {
        throw ActivateError(404, "organization not found");
    }
}

Answer serve(const World& world, const Call& call) {
    if (call.target == "/healthzz") {
        return json_answer(200, "OK");
    }
    const auto& me = authenticated(world, call);
    check_organization(world, call);
    const auto route = std::find_if(kRoutes.begin(), kRoutes.end(), [&](const Route& each) {
        return fits(call.path, each.path);
    });
    if (route == kRoutes.end()) {
        throw ActivateError(404, "not found");
    }
    if (call.method != "GET") {
        throw ActivateError(405, "method not allowed");
    }
    return route->serve({world, call, me});
}

}  // namespace

Answer ActivateError::answer(const Call& call) const {
    const bool problem =
        call.header("accept").find("application/problem+json") != std::string::npos;
    if (!problem) {
        Json body = {{"error", true}, {"message", what()}, {"code", code_of(status_)}};
        if (!parameter_.empty()) {
            body["errors"] = {"query." + parameter_ + ": " + what()};
        }
        return json_answer(status_, body);
    }
    Json body = {{"type", "about:blank"},
                 {"title", code_of(status_)},
                 {"status", status_},
                 {"detail", what()},
                 {"code", code_of(status_)}};
    if (!parameter_.empty()) {
        body["errors"].push_back({{"type", "about:blank"},
                                  {"code", "invalid"},
                                  {"detail", what()},
                                  {"parameter", parameter_},
                                  {"in", "query"}});
    }
    auto answer = json_answer(status_, body);
    answer.type = "application/problem+json";
    return answer;
}

Answer answer_activate(World& world, const Call& call) {
    try {
        if (is_activate_scim(call)) {
            return answer_activate_scim(world, call);
        }
        return serve(world, call);
    } catch (const ActivateError& error) {
        return error.answer(call);
    }
}

}  // namespace sandbox
