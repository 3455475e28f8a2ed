#include "activate/users_and_groups.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <unordered_set>
#include <utility>

namespace activate {

using nlohmann::json;

namespace {

[[noreturn]] void odd_answer(const std::string& what) {
    throw Error(
        ExitStatus::unavailable,
        "unexpected response from ACTIVATE: " + what + "; check the host, or update this tool");
}

// The elements of an array that may be null.
const json& rows_of(const json& value, const char* what) {
    static const json kNone = json::array();
    if (value.is_null()) {
        return kNone;
    }
    if (!value.is_array()) {
        odd_answer(std::string(what) + " is not a list");
    }
    return value;
}

bool is_text_or_missing(const json& row, std::string_view name) {
    const auto value = row.find(name);
    return value == row.end() || value->is_null() || value->is_string();
}

// The name and the address of a disabled user are not needed: they must not prevent a deactivation.
Person person_from_json(const json& row) {
    const auto active = row.find("active");
    const bool has_state = active != row.end() && active->is_boolean();
    Person person{.id = text::of(row, "id"),
                  .username = text::of(row, "username"),
                  .name = std::string(text::trim(text::of(row, "name"))),
                  .email = std::string(text::trim(text::of(row, "email"))),
                  .organization = text::of(row, "organization"),
                  .active = has_state && active->get<bool>()};
    person.fault = person.id.empty()         ? "\"id\" is missing, empty or not a string"
                   : person.username.empty() ? "\"username\" is missing, empty or not a string"
                   : !has_state              ? "\"active\" is missing, or neither true nor false"
                   : !person.active          ? ""
                   : !is_text_or_missing(row, "email") ? "\"email\" is not a string"
                   : !is_text_or_missing(row, "name")  ? "\"name\" is not a string"
                                                       : "";
    return person;
}

}  // namespace

std::string content_of(const Person& person) {
    return json{person.username, person.name, person.email, person.organization, person.active}
        .dump();
}

UsersPage users_page_from_json(const json& body) {
    const auto total = body.is_object() ? body.find("total") : body.end();
    if (!body.is_object() || !body.contains("users") || total == body.end()) {
        odd_answer("the list of users has no \"users\" or no \"total\"");
    }
    if (body.value("error", json()) == true) {  // ACTIVATE's form of an error
        odd_answer("the list of users has \"error\": true and may be a part");
    }
    if (!total->is_number_unsigned()) {
        throw Error(ExitStatus::unavailable,
                    "ACTIVATE's list of users has \"total\": " + record::shown_value(*total) +
                        ", which is not a number of users; report this to ACTIVATE's support");
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
        auto& team =
            teams.emplace_back(Team{.id = text::of(row, "id"), .name = text::of(row, "name")});
        if (const auto counted = row.find("members");
            counted != row.end() && counted->is_number_unsigned()) {
            team.counted = counted->get<std::size_t>();
        }
    }
    return teams;
}

std::vector<Member> members_from_json(const json& body) {
    std::vector<Member> members;
    std::unordered_set<std::string> known;
    for (const auto& row : rows_of(body, "the list of members")) {
        Member member{.id = text::of(row, "id"),
                      .username = text::of(row, "username"),
                      .email = text::of(row, "email")};
        if (member.id.empty()) {
            odd_answer("a member without \"id\"");
        }
        if (known.insert(member.id).second) {
            members.push_back(std::move(member));
        }
    }
    return members;
}

std::string comparable_id(std::string_view id) {
    return text::fold(text::trim(id));
}

bool can_be_in_path(const std::string& name) {
    return !name.empty() && name != "." && name != "..";
}

}  // namespace activate
