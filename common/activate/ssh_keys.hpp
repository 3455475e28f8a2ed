// The source of SSH keys: ACTIVATE's REST API, the `pw` program, or nowhere.
#pragma once

#include "activate/key_text.hpp"
#include "activate/rest_source.hpp"
#include "activate/users_and_groups.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace activate {

/// A user's keys, normalised; nullopt if they are unknown: then they stay unchanged.
using Keys = std::optional<std::vector<std::string>>;

/// Reads the keys of many users in batches: while one batch waits for answers, the next is sent.
/// Keys that could not be read are logged: 20 failures of each kind in full, then a count. The
/// caller counts them, too.
class KeySource {
  public:
    using Done = std::function<void(std::vector<Keys>)>;

    KeySource() = default;
    KeySource(const KeySource&) = delete;
    KeySource& operator=(const KeySource&) = delete;
    virtual ~KeySource() = default;

    /// Begins a batch. `done` gets one entry for each user, in their order. It is called in this
    /// call, a later one or finish(), batch after batch.
    void read(const std::vector<Person>& people, Done done);
    /// Waits for all batches.
    void finish();
    /// read() and finish() in one call.
    [[nodiscard]] std::vector<Keys> read(const std::vector<Person>& people);
    /// After finish(): the number of users whose keys no later run can read, because the service
    /// does not find them (404, 410) or has them in another form; and the number of the latter.
    [[nodiscard]] std::size_t unresolved() const {
        return count(KeyFault::not_found) + count(KeyFault::unreadable);
    }
    [[nodiscard]] std::size_t unreadable() const { return count(KeyFault::unreadable); }

  protected:
    using Answer = std::function<void(Keys)>;

    /// Waits until a request is allowed, begins with one user, and calls `answer` when it is known,
    /// possibly at once.
    virtual void begin(const Person& person, Answer answer) = 0;
    virtual void drain() = 0;

    /// The keys that `source` answered for a user. Logs a private key, and keys that are unknown.
    [[nodiscard]] Keys take_text(const Person& person, KeyText text, const std::string& source);
    void warn_unread(const Person& person, const std::string& why);
    void warn_not_found(const Person& person, const std::string& why);

  private:
    struct KeyBatch {
        std::vector<Keys> keys{};
        std::size_t left = 0;  ///< number of users without an answer
        Done done{};
    };

    enum class KeyFault { unread, not_found, unreadable };

    void deliver();
    void warn(KeyFault fault, const std::string& message);
    [[nodiscard]] std::size_t count(KeyFault fault) const {
        return counts_[static_cast<std::size_t>(fault)];
    }

    std::deque<KeyBatch>
        batches_{};  // references into it stay valid until their batch is delivered
    std::array<std::size_t, 3> counts_{};  // of users, by KeyFault
};

/// GET /api/users/{username}/ssh-public-keys.
[[nodiscard]] std::unique_ptr<KeySource> rest_keys(RestSource& service, bool keep_comments);

struct PwSettings {
    std::string token{};  ///< passed to pw in its environment, never in its arguments
    std::string host_url{};
    std::size_t jobs = 16;
    std::chrono::seconds time_limit{20};
    bool keep_comments = false;
    /// If no user has a key, the program may not be the pw of ACTIVATE: then the keys of all users
    /// are unknown.
    bool distrusts_no_keys = false;
};

/// True if the program `pw` on PATH seems to be the command line of ACTIVATE: `pw version` succeeds
/// and prints a version number. Other programs have this name, too.
[[nodiscard]] bool is_pw_of_activate(std::chrono::milliseconds time_limit);

/// `pw ssh-public-keys <username>`, one process for each user, with a private directory for its
/// credentials.
[[nodiscard]] std::unique_ptr<KeySource> pw_keys(PwSettings settings);

}  // namespace activate
