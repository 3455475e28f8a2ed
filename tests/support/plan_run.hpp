// Records, and plans of them, seen as scim-apply and people see them: as lines.
#pragma once

#include "plan/types.hpp"

#include "plan/make_plan.hpp"
#include "plan/write_plan.hpp"
#include "record/directory.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/free_limits.hpp"
#include "support/people.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace plan_run {

using nlohmann::json;
using nlohmann::ordered_json;
using people::inactive;
using people::kKeysUrn;
using people::there;
using plan::Policy;
using record::Directory;
using record::Group;
using record::User;

using Texts = std::vector<std::string>;

// ---- records ----

inline User ada() {
    User user;
    user.external_id = {"pw-activate:user:ada"};
    user.user_name = "ada@acme.org";
    user.display_name = "Ada Lovelace";
    user.given_name = "Ada";
    user.family_name = "Lovelace";
    user.email = "ada@acme.org";
    user.ssh_keys = Texts{ssh_blob::valid_line(1)};
    return user;
}

/// Another user, like ada() except for the identity.
inline User person(const std::string& name) {
    auto user = ada();
    user.external_id = {"pw-activate:user:" + name};
    user.user_name = name + "@acme.org";
    user.email = user.user_name;
    user.display_name = name;
    user.given_name = name;
    user.family_name.reset();
    user.ssh_keys = Texts{};
    return user;
}

inline Group hpc(const Texts& members) {
    Group group;
    group.external_id = {"pw-activate:group:hpc"};
    group.display_name = "hpc";
    group.members.emplace();
    for (const auto& name : members) {
        group.members->push_back({"pw-activate:user:" + name});
    }
    return group;
}

inline Group group(const std::string& key, const std::string& name, const Texts& members = {}) {
    auto one = hpc(members);
    one.external_id = {"pw-activate:group:" + key};
    one.display_name = name;
    return one;
}

// ---- plans ----

inline Policy without_rails(Policy policy = {}) {
    policy.limits = free_limits();
    return policy;
}

struct Planned {
    std::vector<ordered_json> lines{};
    ordered_json seal{};

    [[nodiscard]] std::vector<ordered_json> of_type(const std::string& type) const {
        std::vector<ordered_json> found;
        std::copy_if(lines.begin(), lines.end(), std::back_inserter(found), [&](const auto& line) {
            return line.at("type") == type;
        });
        return found;
    }
    [[nodiscard]] std::vector<ordered_json> changes() const { return of_type("change"); }

    /// The change of that record; there must be exactly one.
    [[nodiscard]] ordered_json change(const std::string& external_id) const {
        std::vector<ordered_json> found;
        for (const auto& line : changes()) {
            if (line.at("externalId") == external_id) {
                found.push_back(line);
            }
        }
        REQUIRE(found.size() == 1);
        return found.front();
    }

    [[nodiscard]] std::string text() const {
        std::string all;
        for (const auto& line : lines) {
            all += line.dump() + "\n";
        }
        return all + seal.dump();
    }
};

inline Planned planned(const Directory& desired,
                       const Directory& current,
                       const Policy& policy = without_rails()) {
    Planned result;
    const auto plan = plan::make_plan(desired, current, policy);
    result.seal = plan::write_plan(plan, current, {true}, [&](std::string_view line) {
        result.lines.push_back(ordered_json::parse(line));
    });
    return result;
}

/// The only line of the plan.
inline ordered_json only_line(const Planned& plan) {
    INFO(plan.text());
    REQUIRE(plan.lines.size() == 1);
    return plan.lines.front();
}

inline Texts paths_of(const ordered_json& change) {
    Texts paths;
    for (const auto& operation : change.at("data").at("Operations")) {
        paths.push_back(operation.at("op").get<std::string>() + " " +
                        operation.at("path").get<std::string>());
    }
    return paths;
}

inline std::string value_at(const ordered_json& change, const std::string& path) {
    for (const auto& operation : change.at("data").at("Operations")) {
        if (operation.at("path") == path) {
            return operation.at("value").dump();
        }
    }
    return "nothing at " + path;
}

inline bool says(const ordered_json& change, std::string_view words) {
    return contains(change.at("why").dump(), words);
}

inline std::string quoted(const std::string& word) {
    return "\"" + word + "\"";
}

}  // namespace plan_run
