// Generated organizations: both sides, ACTIVATE and SCIM.
#pragma once

#include "dice.hpp"
#include "model_server.hpp"
#include "run_diff.hpp"
#include "stream_text.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace laws {

/// The special cases that an organization may contain besides plain differences of users, groups
/// and keys.
struct Shape {
    std::size_t users = 8;
    std::size_t groups = 3;
    bool odd = true;  ///< values that are rejected: names, keys, powerful groups, colliding names,
                      ///< keys of two users
    bool duplicates = true;  ///< two records with one externalId
    bool strangers = true;   ///< records that are unmanaged, as users, groups and members
    bool unknown = true;     ///< keys and members that could not be read
    bool renames = true;     ///< other userNames and addresses
    bool etags = false;
};

/// Mostly small, some of 60 users, few of some hundred; every feature in some.
[[nodiscard]] Shape any_shape(Dice& dice);
/// No value in it is rejected or ambiguous.
[[nodiscard]] Shape tidy(Shape shape);

struct Organization {
    Records users{};   ///< desired
    Records groups{};  ///< desired
    ModelServer server{};
    std::vector<std::string>
        stray_names{};  ///< userNames on the server whose records --adopt may take over
    std::vector<std::string> stray_group_names{};  ///< names of groups that are unmanaged
    bool unmanaged = false;                        ///< scim-export runs with --unmanaged
    Records confirmations{};  ///< ACTIVATE's answers about the absent users in the confirmation
    bool confirmed = false;   ///< `activate-export --confirm` ran

    [[nodiscard]] std::string desired() const { return directory_text("desired", users, groups); }
    [[nodiscard]] std::string current() const { return server.export_current(unmanaged); }
    [[nodiscard]] std::vector<std::string> inputs() const {
        std::vector<std::string> all{desired(), current()};
        if (confirmed) {
            all.push_back(confirmations_text(confirmations));
        }
        return all;
    }
};

[[nodiscard]] Organization make_organization(Dice& dice, const Shape& shape);

/// A valid SSH key; each number has its own key.
[[nodiscard]] std::string key_of(std::size_t number);

}  // namespace laws
