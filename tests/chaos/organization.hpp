// Makes both sides of a seed, ACTIVATE and SCIM, and changes that people make in ACTIVATE later.
// Runs can remove every difference between the sides.
#pragma once

#include "laws/dice.hpp"
#include "sandbox/fixture.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace chaos {

using laws::Dice;
using sandbox::Json;

/// Names, ids and keys that were never used before.
class Makings {
  public:
    explicit Makings(std::uint64_t seed) : dice_(seed) {}

    /// A user of ACTIVATE with some keys.
    [[nodiscard]] Json new_user();
    [[nodiscard]] std::string new_key();
    [[nodiscard]] std::string new_group_name();
    [[nodiscard]] std::string new_id();

  private:
    Dice dice_;
    std::size_t users_ = 0;
    unsigned keys_ = 0;
    std::size_t groups_ = 0;
};

/// A fixture of the sandbox: some 3 to 40 users, few groups, and unmanaged records. One user always
/// stays: the first user, whose credential is used.
[[nodiscard]] Json make_organization(Dice& dice, Makings& makings);

/// One change in ACTIVATE: a user joins, leaves, returns, or changes name or keys; a group is
/// created, removed, renamed, or has other members.
void change_activate(Dice& dice, Makings& makings, sandbox::ActivateState& activate);

}  // namespace chaos
