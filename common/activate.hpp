// ACTIVATE's shapes -> our records: credentials, lists, key files. Pure.
#pragma once

#include "record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace activate {

/// How a credential is sent, and what it says about its platform.
struct Credential {
    std::string token{};
    bool basic = false;                 ///< API key: HTTP Basic with an empty password; else Bearer
    std::optional<std::string> url{};   ///< of the host it names, "https://…"
};

/// Reads `pwt_<base64 of host>.<secret>` (API key), `pwut_…` (user token) or a JWT. Throws Error{bad_config} for anything else;
/// the message never shows the text.
[[nodiscard]] Credential parse_credential(const std::string& text);

/// One row of GET /api/organizations/{organization}/users, or a User of ACTIVATE's SCIM service.
struct Person {
    std::string id{};
    std::string username{};
    std::string name{};   ///< full name; there are no first and last names
    std::string email{};
    std::string organization{};  ///< the organization's id
    bool active = true;
    std::optional<std::vector<std::string>> ssh_keys{};  ///< normalised, where they came with the person (SCIM)
};

/// All that is read of them, as one text: the same text is the same row, whenever it was read.
[[nodiscard]] std::string content_of(const Person& person);

struct UsersPage {
    std::vector<Person> people{};
    std::size_t total = 0;  ///< of all pages
};

/// One row of GET /api/organizations/{organization}/groups. The name is both key of the API and display name.
struct Team {
    std::string id{};
    std::string name{};                    ///< empty where the API sends null: its members cannot be asked for
    std::optional<std::size_t> counted{};  ///< how many members it is said to have, where that is said
};

// Each throws Error{unavailable} naming what is wrong with the answer; null arrays are empty ones (Go's nil slices).
[[nodiscard]] UsersPage users_page_from_json(const nlohmann::json& body);
[[nodiscard]] std::vector<Team> teams_from_json(const nlohmann::json& body);
/// The ids of the members.
[[nodiscard]] std::vector<std::string> member_ids_from_json(const nlohmann::json& body);

/// The keys in a text of authorized_keys form: normalised, sorted, unique; comments, blank lines and CRLF are dropped. Nullopt when
/// there are lines and none of them could be a key (an error page is not "no keys").
[[nodiscard]] std::optional<std::vector<std::string>> keys_from_text(std::string_view text, bool keep_comments);

/// The same from the body of GET /api/users/{username}/ssh-public-keys, which comes as raw text, as a JSON string of text, or as a
/// JSON string of base64 of text.
[[nodiscard]] std::optional<std::vector<std::string>> keys_from_body(std::string_view content_type,
                                                                     const std::string& body,
                                                                     bool keep_comments);

/// How people become SCIM users.
struct Naming {
    bool key_is_username = false;        ///< <key> of pw-activate:user:<key>; else the id
    bool user_name_is_username = false;  ///< else the e-mail address
};

[[nodiscard]] identity::ExternalId external_id(const Person& person, const Naming& naming);
/// Without keys. The full name is split at its last blank; a single name has no familyName.
[[nodiscard]] identity::User user_record(const Person& person, const Naming& naming);

}  // namespace activate
