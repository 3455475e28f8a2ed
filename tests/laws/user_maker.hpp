// Makes the users of a generated organization: of ACTIVATE, of SCIM, of both, and unmanaged ones.
#pragma once

#include "dice.hpp"
#include "organization.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace laws {

/// Adds users to an organization. `made` must outlive it.
class UserMaker {
  public:
    UserMaker(Dice& dice, const Shape& shape, Organization& made)
        : dice_(dice), shape_(shape), made_(made) {}

    /// A user of the desired side, of the current side, or of both.
    void make_person();
    /// Users on the server that are unmanaged; some have names of users who are to be created.
    void make_strangers();

    /// External ids of users, of either side.
    [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }
    /// External ids of users of the desired side.
    [[nodiscard]] const std::vector<std::string>& wanted_ids() const { return wanted_ids_; }
    /// Ids of managed users on the server.
    [[nodiscard]] const std::vector<std::string>& server_ids() const { return server_ids_; }
    /// Ids of users on the server that are unmanaged.
    [[nodiscard]] const std::vector<std::string>& strangers() const { return strangers_; }

  private:
    // The common values of both records of one user.
    struct Person {
        std::string external_id{};
        std::string address{};
        std::string given_name{};
        std::string family_name{};
        std::vector<std::string> keys{};
    };

    [[nodiscard]] bool odd(std::size_t percent) { return shape_.odd && dice_.chance(percent); }
    std::string new_key() { return key_of(++keys_made_); }

    std::string new_address();
    Person new_person();
    void confirm(const std::string& external_id);
    void add_desired(const Person& person);
    std::vector<std::string> desired_keys(const Person& person);
    void put_user(const Person& person, bool differs);
    nlohmann::json name_of(const Person& person);
    std::vector<std::string> keys_now(const Person& person);
    std::string unused(std::string name);

    Dice& dice_;
    const Shape& shape_;
    Organization& made_;
    std::vector<std::string> addresses_{};
    std::size_t addresses_made_ = 0;
    std::size_t keys_made_ = 0;
    std::vector<std::string> ids_{};
    std::vector<std::string> wanted_ids_{};
    std::vector<std::string> orphans_{};  // userNames of the current side only
    std::vector<std::string> joiners_{};  // userNames of the desired side only
    std::vector<std::string> server_ids_{};
    std::vector<std::string> strangers_{};
    std::set<std::string> server_names_{};
};

}  // namespace laws
