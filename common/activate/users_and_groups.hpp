// Parses ACTIVATE's users, groups and members. Pure.
#pragma once

#include "base/exit_status.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace activate {

/// One row of GET /api/organizations/{organization}/users, or a User of ACTIVATE's SCIM service.
struct Person {
    /// The reason why the row cannot be used; empty: it can. Otherwise the id or the username may
    /// be empty, and the other members say nothing.
    std::string fault{};
    std::string id{};
    std::string username{};
    std::string name{};  ///< full name; the API has no first and last names
    std::string email{};
    std::string organization{};  ///< the organization's id
    bool active = true;
    std::optional<std::vector<std::string>>
        ssh_keys{};  ///< normalised, if the answer contains them (SCIM)
};

/// All fields as one text, to see whether a row has changed between two reads.
[[nodiscard]] std::string content_of(const Person& person);

struct UsersPage {
    std::vector<Person> people{};
    std::size_t total = 0;  ///< of all pages
};

/// One row of GET /api/organizations/{organization}/groups. The name is both the key in the API and
/// the display name.
struct Team {
    std::string id{};    ///< empty: the row is malformed, and its group is unknown
    std::string name{};  ///< empty if the API sends null: its members cannot be read
    std::optional<std::size_t> counted{};  ///< the reported number of members, if there is one
    /// If its members are unknown: the exit status of an export that needs them, `retry_later`,
    /// `denied` (403), or `partial` (malformed: all other groups are exported).
    ExitStatus unread = ExitStatus::retry_later;
};

/// One row of GET /api/organizations/{organization}/groups/{group}/members.
struct Member {
    std::string id{};
    std::string username{};  ///< empty if the row has none
    std::string email{};     ///< empty if the row has none
};

// Each throws Error{unavailable} with the fault of the answer. A null array is empty (Go's nil
// slices).
[[nodiscard]] UsersPage users_page_from_json(const nlohmann::json& body);
[[nodiscard]] std::vector<Team> teams_from_json(const nlohmann::json& body);
/// The members, each once: a row that is listed twice stands in the place of another.
[[nodiscard]] std::vector<Member> members_from_json(const nlohmann::json& body);

/// The form in which two ids are alike: in small letters, without white space at both ends.
[[nodiscard]] std::string comparable_id(std::string_view id);

/// Whether the name can be a segment of a path. "." and ".." are removed from a URL (RFC 3986
/// §5.2.4), so that the request would be another one.
[[nodiscard]] bool can_be_in_path(const std::string& name);

}  // namespace activate
