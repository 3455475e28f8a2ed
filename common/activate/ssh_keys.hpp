// The source of SSH keys: ACTIVATE's REST API, the `pw` program, or nowhere.
#pragma once

#include "activate/rest_source.hpp"
#include "activate/users_and_groups.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace activate {

/// A person's keys, normalised; nullopt when they are unknown: then they are left as they are.
using Keys = std::optional<std::vector<std::string>>;

/// Reads the keys of many people, batch by batch: while one is waited for, the next has begun. What
/// could not be read is logged: 20 of each kind at length, then a count. The caller counts it.
class KeySource {
  public:
    using Done = std::function<void(std::vector<Keys>)>;

    KeySource() = default;
    KeySource(const KeySource&) = delete;
    KeySource& operator=(const KeySource&) = delete;
    virtual ~KeySource() = default;

    /// Begins with these people. `done` gets one entry a person, in their order: in this call, a
    /// later one or finish(), batch after batch.
    void read(const std::vector<Person>& people, Done done);
    /// Waits for all that was begun.
    void finish();
    /// Both at once.
    [[nodiscard]] std::vector<Keys> read(const std::vector<Person>& people);
    /// After finish(): of how many people the service has no keys (404, 410) although it lists
    /// them. A later run gets the same answer.
    [[nodiscard]] std::size_t not_found() const { return not_found_in_all_; }

  protected:
    using Answer = std::function<void(Keys)>;

    /// Waits for room, begins with one person, and calls `answer` when it is done; that may be at
    /// once.
    virtual void begin(const Person& person, Answer answer) = 0;
    virtual void drain() = 0;

    void warn_unread(const Person& person, const std::string& why);
    void warn_not_found(const Person& person, const std::string& why);

  private:
    struct KeyBatch {
        std::vector<Keys> keys{};
        std::size_t left = 0;  ///< without an answer yet
        Done done{};
    };

    void deliver();

    std::deque<KeyBatch> batches_{};  // references into it last until their batch is delivered
    std::size_t unread_ = 0;
    std::size_t not_found_ = 0;
    std::size_t not_found_in_all_ = 0;
};

/// GET /api/users/{username}/ssh-public-keys.
[[nodiscard]] std::unique_ptr<KeySource> rest_keys(RestSource& service, bool keep_comments);

struct PwSettings {
    std::string token{};  ///< reaches pw by its environment, never by its arguments
    std::string host_url{};
    std::size_t jobs = 16;
    std::chrono::seconds time_limit{20};
    bool keep_comments = false;
    /// If no user has a key, pw may not be what it seems: then the keys of all are unknown.
    bool distrusts_no_keys = false;
};

/// True if the program `pw` on PATH is the command line of ACTIVATE, as far as `pw version` shows:
/// it succeeds and prints a version number. Other programs have this name, too.
[[nodiscard]] bool is_pw_of_activate(std::chrono::milliseconds time_limit);

/// `pw ssh-public-keys <username>`, one process a person, with a private folder for its
/// credentials.
[[nodiscard]] std::unique_ptr<KeySource> pw_keys(PwSettings settings);

}  // namespace activate
