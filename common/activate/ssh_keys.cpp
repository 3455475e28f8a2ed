#include "activate/ssh_keys.hpp"

#include "activate/refusals.hpp"
#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/text.hpp"
#include "cli/environment.hpp"
#include "http/describe_response.hpp"
#include "os/signals.hpp"
#include "os/subprocess.hpp"
#include "stream/rereadable_input.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace activate {

namespace {

constexpr std::size_t kMostWarnings = 20;
constexpr std::array<const char*, 3> kMoreUsers{
    "could not be read", "were not found", "are not in the form of OpenSSH"};

std::string with_id(const Person& person) {
    return person.username + (person.id.empty() ? "" : " (id " + person.id + ")");
}

// Its first words. A line without a space may be a secret that was uploaded by mistake.
std::string beginning_of(const std::string& line) {
    constexpr std::size_t kMostShown = 20;
    const auto end = line.rfind(' ', kMostShown);
    return end == std::string::npos ? "of " + text::counted(line.size(), "byte", "bytes")
                                    : "\"" + line.substr(0, end) + " ...\"";
}

std::string why_unknown(const KeyText& text) {
    if (text.is_cut_off) {
        return "the last line is not a complete key and has no newline, so the text may be cut "
               "off; if the next run says the same, the user must upload the last key again";
    }
    return text.odd_line.empty()
               ? "no key in a form we know"
               : "after the last key, the line " + beginning_of(text.odd_line) +
                     " is not a key, so keys may be missing; if the next run says the same, the "
                     "user must delete that line in ACTIVATE";
}

class RestKeys final : public KeySource {
  public:
    RestKeys(RestSource& service, bool keep_comments)
        : service_(service), keep_comments_(keep_comments) {}

  private:
    void begin(const Person& person, Answer answer) override {
        auto& client = service_.client();
        client.wait_for_room();
        if (!can_be_in_path(person.username)) {
            warn_unread(person, "the username cannot be part of a path; rename the user");
            answer(std::nullopt);
            return;
        }
        auto request = service_.request("/api/users/" + encoding::percent_encode(person.username) +
                                        "/ssh-public-keys");
        request.headers = {{"Accept", "application/json, text/plain"}};
        client.send(std::move(request),
                    http::Repeat::harmless,
                    [this, person, answer = std::move(answer)](const http::Result& result) {
                        answer(keys_of(person, result));
                    });
    }
    void drain() override {
        service_.client().drain();
        refusals_.check();
    }

    [[nodiscard]] Keys keys_of(const Person& person, const http::Result& result) {
        const int status = http::status_of(result);
        refusals_.see("SSH keys of " + person.username, result);
        if (status == 404 || status == 410) {
            warn_not_found(person, http::describe(result));
            return std::nullopt;
        }
        if (status != 200) {  // accepted, empty or partial: the keys are unknown
            warn_unread(person, http::describe(result) + (status == 403 ? kOneForbidden : ""));
            return std::nullopt;
        }
        const auto& response = std::get<http::Response>(result);
        return take_text(
            person,
            keys_from_body(response.header("content-type"), response.body, keep_comments_),
            http::describe(result));
    }

    RestSource& service_;
    bool keep_comments_;
    Refusals refusals_{"SSH keys"};
};

// A directory that no other user can read, removed at the end.
class PrivateFolder {
  public:
    PrivateFolder() {
        path_ = stream::temporary_folder() + "/pw-credentials.XXXXXX";
        if (mkdtemp(path_.data()) == nullptr) {
            throw Error(ExitStatus::io_error,
                        "cannot create the directory " + path_ + ": " + std::strerror(errno) +
                            "; set TMPDIR to one that can be written");
        }
    }
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;
    ~PrivateFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

class PwKeys final : public KeySource {
  public:
    explicit PwKeys(PwSettings settings)
        : settings_(std::move(settings)), environment_(make_environment()), pool_(settings_.jobs) {}

  private:
    void begin(const Person& person, Answer answer) override {
        if (person.username.starts_with('-')) {
            warn_unread(person, "pw would read the name as an option");
            answer(std::nullopt);
            return;
        }
        pool_.run({.argv = {"pw", "ssh-public-keys", person.username},
                   .environment = environment_,
                   .time_limit = settings_.time_limit},
                  [this, person, answer = std::move(answer)](
                      const os::subprocess::ProgramResult& ending) {
                      take(keys_of(person, ending), answer);
                  });
    }
    void drain() override {
        pool_.drain();
        if (!without_keys_.empty()) {
            logging::warning(
                "pw ssh-public-keys printed no key for any of " +
                text::counted(without_keys_.size(), "user", "users") +
                "; their keys are unknown and left unchanged. If no user has a key, set "
                "ACTIVATE_SSH_KEYS=pw, otherwise rest");
        }
        for (const auto& answer : std::exchange(without_keys_, {})) {
            answer(std::nullopt);
        }
    }

    // No answer is accepted before one user has a key.
    void take(Keys keys, const Answer& answer) {
        if (keys && keys->empty() && settings_.distrusts_no_keys && !any_has_keys_) {
            without_keys_.push_back(answer);
            return;
        }
        if (keys && !keys->empty() && !std::exchange(any_has_keys_, true)) {
            for (const auto& earlier : std::exchange(without_keys_, {})) {
                earlier(std::vector<std::string>{});
            }
        }
        answer(std::move(keys));
    }

    [[nodiscard]] Keys keys_of(const Person& person, const os::subprocess::ProgramResult& ending) {
        if (!ending.ok()) {
            warn_unread(person, "pw ssh-public-keys: " + ending.why);
            return std::nullopt;
        }
        return take_text(
            person, keys_from_text(ending.out, settings_.keep_comments), "pw ssh-public-keys");
    }

    // The variables that pw needs. Other credentials are not passed on.
    [[nodiscard]] std::vector<std::string> make_environment() const {
        std::vector<std::string> environment{"PW_API_KEY=" + settings_.token,
                                             "PW_PLATFORM_HOST=" + settings_.host_url,
                                             "PW_CREDENTIALS_DIR=" + folder_.path(),
                                             "HOME=" + folder_.path(),
                                             "LC_ALL=C"};
        for (const auto* name : {"PATH",
                                 "TMPDIR",
                                 "HTTPS_PROXY",
                                 "https_proxy",
                                 "HTTP_PROXY",
                                 "http_proxy",
                                 "NO_PROXY",
                                 "no_proxy",
                                 "SSL_CERT_FILE",
                                 "SSL_CERT_DIR"}) {
            if (const auto value = cli::environment(name)) {
                environment.push_back(std::string(name) + "=" + *value);
            }
        }
        // pw is written in Go, which adds the system's directory of certificates to this file.
        if (const auto file = cli::environment("SYNC_CA_FILE");
            file && !cli::environment("SSL_CERT_FILE")) {
            environment.push_back("SSL_CERT_FILE=" + *file);
        }
        return environment;
    }

    PwSettings settings_;
    bool any_has_keys_ = false;
    std::vector<Answer>
        without_keys_{};  // of users for whom pw printed nothing, until one has a key
    PrivateFolder folder_{};
    std::vector<std::string> environment_;
    os::subprocess::Pool pool_;  // is destroyed before folder_
};

}  // namespace

void KeySource::read(const std::vector<Person>& people, Done done) {
    auto& batch = batches_.emplace_back(
        KeyBatch{std::vector<Keys>(people.size()), people.size(), std::move(done)});
    for (std::size_t i = 0; i < people.size(); ++i) {
        begin(people[i], [this, &batch, i](Keys keys) {
            batch.keys[i] = std::move(keys);
            --batch.left;
            deliver();
        });
    }
    deliver();  // a batch without pending answers is delivered at once
}

void KeySource::deliver() {
    while (!batches_.empty() && batches_.front().left == 0) {
        auto batch = std::move(batches_.front());
        batches_.pop_front();
        batch.done(std::move(batch.keys));
    }
}

void KeySource::finish() {
    drain();
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] > kMostWarnings) {
            logging::warning("SSH keys of " + std::to_string(counts_[i] - kMostWarnings) +
                             " more users " + kMoreUsers[i] + "; they are left unchanged");
        }
    }
}

std::vector<Keys> KeySource::read(const std::vector<Person>& people) {
    std::vector<Keys> all;
    read(people, [&](std::vector<Keys> keys) { all = std::move(keys); });
    finish();
    return all;
}

Keys KeySource::take_text(const Person& person, KeyText text, const std::string& source) {
    if (text.has_private_key) {
        logging::warning("SSH keys of " + with_id(person) +
                         ": ACTIVATE has a private key among them, which is not exported; the "
                         "user must delete it in ACTIVATE, make a new pair of keys, and upload "
                         "only the public key");
    }
    if (text.is_other_form) {
        warn(KeyFault::unreadable,
             with_id(person) +
                 ": keys-unreadable: ACTIVATE has no key in the form of OpenSSH; the keys are left "
                 "unchanged, and a later run will not change that; the user must upload the line "
                 "of the .pub file again");
    } else if (!text.keys) {
        warn_unread(person, source + ": " + why_unknown(text));
    }
    return std::move(text.keys);
}

void KeySource::warn(KeyFault fault, const std::string& message) {
    if (++counts_[static_cast<std::size_t>(fault)] <= kMostWarnings) {
        logging::warning("SSH keys of " + message);
    }
}

void KeySource::warn_unread(const Person& person, const std::string& why) {
    warn(KeyFault::unread, person.username + " could not be read; they are left unchanged: " + why);
}

void KeySource::warn_not_found(const Person& person, const std::string& why) {
    warn(KeyFault::not_found,
         with_id(person) +
             ": keys-not-found: ACTIVATE lists this user; the keys are left unchanged, and a later "
             "run will not change that: " +
             why + "; disable the user in ACTIVATE or ask its support to repair the user");
}

std::unique_ptr<KeySource> rest_keys(RestSource& service, bool keep_comments) {
    return std::make_unique<RestKeys>(service, keep_comments);
}

bool is_pw_of_activate(std::chrono::milliseconds time_limit) {
    os::subprocess::ProgramResult result;
    os::subprocess::Pool pool(1);
    std::vector<std::string> environment{"LC_ALL=C"};
    if (const auto path = cli::environment("PATH")) {
        environment.push_back("PATH=" + *path);
    }
    pool.run({.argv = {"pw", "version"}, .environment = environment, .time_limit = time_limit},
             [&](os::subprocess::ProgramResult ended) { result = std::move(ended); });
    pool.drain();
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto& out = result.out;
    for (auto dot = out.find('.'); result.ok() && dot != std::string::npos;
         dot = out.find('.', dot + 1)) {
        if (dot > 0 && dot + 1 < out.size() && is_digit(out[dot - 1]) && is_digit(out[dot + 1])) {
            return true;
        }
    }
    return false;
}

std::unique_ptr<KeySource> pw_keys(PwSettings settings) {
    os::signals::unwind();  // to remove the directory and end the programs
    return std::make_unique<PwKeys>(std::move(settings));
}

}  // namespace activate
