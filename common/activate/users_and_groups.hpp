// ACTIVATE's users, groups and members, as its lists carry them. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace activate {

/// One row of GET /api/organizations/{organization}/users, or a User of ACTIVATE's SCIM service.
struct Person {
    std::string id{};
    std::string username{};
    std::string name{};  ///< full name; there are no first and last names
    std::string email{};
    std::string organization{};  ///< the organization's id
    bool active = true;
    std::optional<std::vector<std::string>>
        ssh_keys{};  ///< normalised, where they came with the person (SCIM)
};

/// All that is read of them, as one text: the same text is the same row, whenever it was read.
[[nodiscard]] std::string content_of(const Person& person);

struct UsersPage {
    std::vector<Person> people{};
    std::size_t total = 0;  ///< of all pages
};

/// One row of GET /api/organizations/{organization}/groups. The name is both key of the API and
/// display name.
struct Team {
    std::string id{};
    std::string name{};  ///< empty where the API sends null: its members cannot be asked for
    std::optional<std::size_t>
        counted{};  ///< how many members it is told to have, where that is reported
};

// Each throws Error{unavailable} naming what is wrong with the answer; null arrays are empty ones
// (Go's nil slices).
[[nodiscard]] UsersPage users_page_from_json(const nlohmann::json& body);
[[nodiscard]] std::vector<Team> teams_from_json(const nlohmann::json& body);
/// The ids of the members.
[[nodiscard]] std::vector<std::string> member_ids_from_json(const nlohmann::json& body);

}  // namespace activate
