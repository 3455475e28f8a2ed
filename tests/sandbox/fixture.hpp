// The complete state of the sandbox, and its initial state from a fixture file.
#pragma once

#include "activate_state.hpp"
#include "call.hpp"
#include "scim_list.hpp"
#include "scim_store.hpp"

#include <map>
#include <string>

namespace sandbox {

/// The settings that PATCH /sandbox/settings can change; the members have the same names there.
struct Settings {
    std::string ssh_key_body =
        "base64";  ///< sshKeyBody: text, json (string of text), base64 (string of base64 of text)
    int key_delay_ms = 0;  ///< keyDelayMs: of each SSH key request
    std::size_t users_cap =
        500;  ///< usersCap: most rows of an ACTIVATE users page; a request for more is 422
    PageLimits scim_pages{};           ///< pageDefault, pageCap: of CoreWeave's SCIM
    PageLimits activate_scim_pages{};  ///< activatePageDefault, activatePageCap: of ACTIVATE's SCIM
};

struct Credentials {
    std::string api_key{};                      ///< pwt_<base64url of the base URL>.<secret>
    std::string api_key_user{};                 ///< its owner
    std::map<std::string, std::string> jwts{};  ///< token -> user
    std::string activate_scim_token{};
    std::string scim_token{};
};

struct World {
    std::string base_url{};  ///< http://127.0.0.1:PORT
    Settings settings{};
    Credentials credentials{};
    ActivateState activate{};
    LogicalClock clock{};
    Collection users{"User", "userName", clock};
    Collection groups{"Group", "displayName", clock};
};

/// Throws if `fixture` is invalid. The collections refer to the clock of the world, which must not
/// be moved.
void fill_world(const Json& fixture, const std::string& base_url, World& world);

/// Throws std::runtime_error with the name of the file if it cannot be read or is invalid.
void load_fixture(const std::string& file, const std::string& base_url, World& world);

/// Applies the given settings; throws std::invalid_argument for an unknown name or a wrong value.
void change_settings(Settings& settings, const Json& changes);

[[nodiscard]] Json settings_json(const Settings& settings);

/// Writes the variables that a pipeline needs to reach both services, a NAME=value a line, mode
/// 0600, in one step. Throws std::runtime_error.
void write_environment(const std::string& file, const World& world);

}  // namespace sandbox
