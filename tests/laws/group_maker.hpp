// Makes the groups of a generated organization, with members among its users.
#pragma once

#include "dice.hpp"
#include "organization.hpp"
#include "user_maker.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace laws {

/// Adds groups to an organization whose users are made. `made` and `users` must outlive it.
class GroupMaker {
  public:
    GroupMaker(Dice& dice, const Shape& shape, Organization& made, const UserMaker& users)
        : dice_(dice), shape_(shape), made_(made), users_(users) {}

    /// A group of the desired side, of the current side, or of both.
    void make_group();
    /// A group on the server that is unmanaged; it may have the name of a managed one.
    void make_stray_group();

  private:
    [[nodiscard]] bool odd(std::size_t percent) { return shape_.odd && dice_.chance(percent); }

    std::string group_name();
    void add_desired_group(const std::string& external_id,
                           const std::string& name,
                           std::vector<std::string> members);
    void put_group(const std::string& external_id, const std::string& name, std::size_t share);

    Dice& dice_;
    const Shape& shape_;
    Organization& made_;
    const UserMaker& users_;
    std::vector<std::string> server_groups_{};
    std::vector<std::string> group_names_{};
};

}  // namespace laws
