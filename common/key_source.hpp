// Where SSH keys come from: ACTIVATE's REST API, the `pw` program, or nowhere.
#pragma once

#include "activate.hpp"
#include "activate_client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace activate {

/// A person's keys, normalised; nullopt when they are unknown: then they are left as they are.
using Keys = std::optional<std::vector<std::string>>;

/// Reads the keys of many people at once. What could not be read is logged, and counted by the caller.
class KeySource {
 public:
    KeySource() = default;
    KeySource(const KeySource&) = delete;
    KeySource& operator=(const KeySource&) = delete;
    virtual ~KeySource() = default;

    /// One entry a person, in their order.
    [[nodiscard]] virtual std::vector<Keys> read(const std::vector<Person>& people) = 0;
};

/// GET /api/users/{username}/ssh-public-keys.
[[nodiscard]] std::unique_ptr<KeySource> rest_keys(Service& service, bool keep_comments);

struct PwSettings {
    std::string token{};     ///< reaches pw by its environment, never by its arguments
    std::string host_url{};
    std::size_t jobs = 16;
    std::chrono::seconds time_limit{20};
    bool keep_comments = false;
};

/// `pw ssh-public-keys <username>`, one process a person, with a private folder for its credentials.
[[nodiscard]] std::unique_ptr<KeySource> pw_keys(PwSettings settings);

/// Whether a program of that name is on PATH.
[[nodiscard]] bool is_on_path(const std::string& program);

}  // namespace activate
