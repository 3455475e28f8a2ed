#include "activate.hpp"

#include "codec.hpp"
#include "error.hpp"
#include "ssh_key.hpp"
#include "text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace activate {

using nlohmann::json;

namespace {

[[noreturn]] void not_a_key(const std::string& why) {
    throw Error(ExitStatus::bad_config,
                "ACTIVATE_API_KEY is not an ACTIVATE credential: " + why +
                    "; copy it again from ACTIVATE, Account Settings, Authentication (an API key begins with pwt_)");
}

std::optional<std::string> decoded_host(std::string_view encoded) {
    auto host = codec::from_base64url(encoded);
    if (!host) {
        host = codec::from_base64(encoded);
    }
    const bool clean = host && !host->empty() &&
                       std::all_of(host->begin(), host->end(), [](char c) { return c > ' ' && c < '\x7F'; });
    return clean ? host : std::nullopt;
}

std::string with_scheme(const std::string& host) {
    return host.find("://") == std::string::npos ? "https://" + host : host;
}

// The claim `platform_host` of a JWT; its signature is the server's business.
std::optional<std::string> jwt_host(std::string_view payload) {
    const auto decoded = codec::from_base64url(payload);
    const auto claims = decoded ? json::parse(*decoded, nullptr, false) : json();
    if (!claims.is_object()) {
        not_a_key("it has the three parts of a JWT, but the middle one is not JSON");
    }
    const auto host = claims.find("platform_host");
    return host != claims.end() && host->is_string() ? std::optional<std::string>(host->get<std::string>()) : std::nullopt;
}

[[noreturn]] void odd_answer(const std::string& what) {
    throw Error(ExitStatus::unavailable,
                "ACTIVATE's answer is not what its API promises: " + what + "; is this the right host, and is the tool recent?");
}

std::string needed_text(const json& row, const char* field, const char* what) {
    auto value = text::of(row, field);
    if (value.empty()) {
        odd_answer(std::string(what) + " without \"" + field + "\"");
    }
    return value;
}

// The elements of an array that may be null; each must be an object.
const json& rows_of(const json& value, const char* what) {
    static const json kNone = json::array();
    if (value.is_null()) {
        return kNone;
    }
    if (!value.is_array() || !std::all_of(value.begin(), value.end(), [](const json& row) { return row.is_object(); })) {
        odd_answer(std::string(what) + " is not a list of objects");
    }
    return value;
}

// A key's base64 begins with the name of its type (RFC 4253 §6.6); options may stand before it. What of a key is refused is scim-diff's to say.
bool could_be_key(std::string_view line) {
    constexpr std::array<std::string_view, 4> kTypes{"ssh-", "ecdsa-", "sk-", "webauthn-sk-"};
    constexpr std::size_t kLongestLine = 8192;  // sshd(8)
    line = line.substr(0, kLongestLine);
    for (std::size_t word = 0; word < line.size(); word = std::min(line.find_first_of(" \t", word), line.size() - 1) + 1) {
        const auto rest = line.substr(word);
        const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](std::string_view t) { return rest.starts_with(t); });
        if (type == kTypes.end()) {
            continue;
        }
        const auto blank = rest.find_first_of(" \t");
        const auto blob = blank == std::string_view::npos ? blank : rest.find_first_not_of(" \t", blank);
        if (blob != std::string_view::npos && rest.substr(blob).starts_with("AAAA")) {
            return true;
        }
    }
    return false;
}

Person person_from_json(const json& row) {
    const auto active = row.find("active");
    if (active == row.end() || !active->is_boolean()) {
        odd_answer("a user without \"active\"");
    }
    return {needed_text(row, "id", "a user"),
            needed_text(row, "username", "a user"),
            std::string(text::trim(text::of(row, "name"))),
            std::string(text::trim(text::of(row, "email"))),
            text::of(row, "organization"),
            active->get<bool>(),
            {}};
}

}  // namespace

Credential parse_credential(const std::string& text) {
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; })) {
        not_a_key("it holds a blank, a control character or a character that is not ASCII");
    }
    for (const auto* prefix : {"pwt_", "pwut_"}) {
        if (!text.starts_with(prefix)) {
            continue;
        }
        const std::size_t begin = std::string_view(prefix).size();
        const auto dot = text.find('.');
        if (dot == std::string::npos || dot + 1 == text.size()) {
            not_a_key("there is no secret behind a dot; it may be cut off");
        }
        const auto host = decoded_host(std::string_view(text).substr(begin, dot - begin));
        if (!host) {
            not_a_key("the part before the dot names no host; it may be damaged");
        }
        return {text, begin == 4, with_scheme(*host)};
    }
    if (std::count(text.begin(), text.end(), '.') == 2) {
        const auto first = text.find('.');
        const auto host = jwt_host(std::string_view(text).substr(first + 1, text.rfind('.') - first - 1));
        return {text, false, host ? std::optional<std::string>(with_scheme(*host)) : std::nullopt};
    }
    not_a_key("it begins with neither pwt_ nor pwut_, and is no JWT");
}

std::string content_of(const Person& person) {
    return json{person.username, person.name, person.email, person.organization, person.active}.dump();
}

UsersPage users_page_from_json(const json& body) {
    const auto total = body.is_object() ? body.find("total") : body.end();
    if (!body.is_object() || !body.contains("users") || total == body.end() || !total->is_number_unsigned()) {
        odd_answer("the list of users has no \"users\" or no \"total\"");
    }
    UsersPage page;
    page.total = total->get<std::size_t>();
    for (const auto& row : rows_of(body["users"], "\"users\"")) {
        page.people.push_back(person_from_json(row));
    }
    return page;
}

std::vector<Team> teams_from_json(const json& body) {
    std::vector<Team> teams;
    for (const auto& row : rows_of(body, "the list of groups")) {
        auto& team = teams.emplace_back(Team{needed_text(row, "id", "a group"), text::of(row, "name"), {}});
        if (const auto counted = row.find("members"); counted != row.end() && counted->is_number_unsigned()) {
            team.counted = counted->get<std::size_t>();
        }
    }
    return teams;
}

std::vector<std::string> member_ids_from_json(const json& body) {
    std::vector<std::string> ids;
    for (const auto& row : rows_of(body, "the list of members")) {
        ids.push_back(needed_text(row, "id", "a member"));
    }
    return ids;
}

std::optional<std::vector<std::string>> keys_from_text(std::string_view rest, bool keep_comments) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    std::vector<std::string> keys;
    bool any_could_be = false;
    rest.remove_prefix(rest.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
    if (text::trim(rest).starts_with('<')) {
        return std::nullopt;  // a page, whatever words it holds
    }
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = text::trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty() || line.front() == '#') {
            continue;
        }
        any_could_be = any_could_be || could_be_key(line);
        keys.push_back(identity::normalised_ssh_key(line, keep_comments));
    }
    if (!keys.empty() && !any_could_be) {
        return std::nullopt;
    }
    identity::sort_ssh_keys(keys);
    return keys;
}

std::optional<std::vector<std::string>> keys_from_body(std::string_view content_type,
                                                       const std::string& body,
                                                       bool keep_comments) {
    if (content_type.find("html") != std::string_view::npos) {
        return std::nullopt;
    }
    const auto trimmed = text::trim(body);
    const bool quoted = trimmed.starts_with('"');
    if (!quoted && content_type.find("json") == std::string_view::npos) {
        return keys_from_text(trimmed, keep_comments);
    }
    const auto value = json::parse(trimmed, nullptr, false);
    if (value.is_null()) {
        return std::vector<std::string>{};
    }
    if (!value.is_string()) {
        return std::nullopt;
    }
    const auto& content = value.get_ref<const std::string&>();
    // A key line has a blank and base64 has none; so only one of the two readings is possible.
    const auto decoded = codec::from_base64(text::trim(content));
    return keys_from_text(decoded ? *decoded : content, keep_comments);
}

identity::ExternalId external_id(const Person& person, const Naming& naming) {
    return {std::string(identity::kUserPrefix) + (naming.key_is_username ? person.username : person.id)};
}

identity::User user_record(const Person& person, const Naming& naming) {
    identity::User user;
    user.external_id = external_id(person, naming);
    user.user_name = naming.user_name_is_username ? person.username : person.email;
    const auto& full = person.name.empty() ? person.username : person.name;
    const auto blank = full.rfind(' ');
    user.display_name = full;
    user.given_name = std::string(text::trim(full.substr(0, blank)));
    if (blank != std::string::npos) {
        user.family_name = full.substr(blank + 1);
    }
    if (!person.email.empty()) {
        user.email = person.email;
    }
    user.active = person.active;
    return user;
}

}  // namespace activate
