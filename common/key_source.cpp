#include "key_source.hpp"

#include "cli.hpp"
#include "error.hpp"
#include "logging.hpp"
#include "subprocess.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

namespace activate {

namespace {

void warn_unread(const Person& person, const std::string& why) {
    logging::warning("SSH keys of " + person.username + " could not be read; they are left as they are: " + why);
}

class RestKeys final : public KeySource {
 public:
    RestKeys(Service& service, bool keep_comments) : service_(service), keep_comments_(keep_comments) {}

    std::vector<Keys> read(const std::vector<Person>& people) override {
        std::vector<Keys> all(people.size());
        auto& client = service_.client();
        for (std::size_t i = 0; i < people.size(); ++i) {
            client.wait_for_room();
            auto request = service_.request("/api/users/" + http::percent_encode(people[i].username) + "/ssh-public-keys");
            request.headers = {{"Accept", "application/json, text/plain"}};
            client.send(std::move(request), http::Repeat::harmless, [&, i](const http::Result& result) {
                all[i] = keys_of(people[i], result);
            });
        }
        client.drain();
        return all;
    }

 private:
    [[nodiscard]] Keys keys_of(const Person& person, const http::Result& result) const {
        const int status = http::status_of(result);
        if (status == 401 || status == 403) {
            http::throw_failure("ACTIVATE: SSH keys of " + person.username, result, kKeyHint);
        }
        if (!http::is_success(result)) {
            warn_unread(person, http::describe(result));
            return std::nullopt;
        }
        const auto& response = std::get<http::Response>(result);
        auto keys = keys_from_body(response.header("content-type"), response.body, keep_comments_);
        if (!keys) {
            warn_unread(person, http::describe(result) + ": the answer holds no key in a form we know");
        }
        return keys;
    }

    Service& service_;
    bool keep_comments_;
};

// A folder that nobody else can read, gone with us.
class PrivateFolder {
 public:
    PrivateFolder() {
        path_ = (std::filesystem::temp_directory_path() / "pw-credentials.XXXXXX").string();
        if (mkdtemp(path_.data()) == nullptr) {
            throw Error(ExitStatus::io_error, "cannot make a folder " + path_ + ": " + std::strerror(errno) + "; set TMPDIR to one that can be written");
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
    explicit PwKeys(PwSettings settings) : settings_(std::move(settings)), environment_(make_environment()) {}

    std::vector<Keys> read(const std::vector<Person>& people) override {
        std::vector<Keys> all(people.size());
        subprocess::Pool pool(settings_.jobs);
        for (std::size_t i = 0; i < people.size(); ++i) {
            if (people[i].username.starts_with('-')) {
                warn_unread(people[i], "pw would read the name as an option");
                continue;
            }
            pool.run({{"pw", "ssh-public-keys", people[i].username}, environment_, settings_.time_limit},
                     [&, i](const subprocess::Ending& ending) { all[i] = keys_of(people[i], ending); });
        }
        pool.drain();
        return all;
    }

 private:
    [[nodiscard]] Keys keys_of(const Person& person, const subprocess::Ending& ending) const {
        if (!ending.ok()) {
            warn_unread(person, "pw ssh-public-keys: " + ending.why);
            return std::nullopt;
        }
        auto keys = keys_from_text(ending.out, settings_.keep_comments);
        if (!keys) {
            warn_unread(person, "pw ssh-public-keys printed no key in a form we know");
        }
        return keys;
    }

    // What pw needs and nothing else: our other credentials are none of its business.
    [[nodiscard]] std::vector<std::string> make_environment() const {
        std::vector<std::string> environment{"PW_API_KEY=" + settings_.token,
                                             "PW_PLATFORM_HOST=" + settings_.host_url,
                                             "PW_CREDENTIALS_DIR=" + folder_.path(),
                                             "HOME=" + folder_.path(),
                                             "LC_ALL=C"};
        for (const auto* name : {"PATH", "TMPDIR", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"}) {
            if (const auto value = cli::environment(name)) {
                environment.push_back(std::string(name) + "=" + *value);
            }
        }
        return environment;
    }

    PwSettings settings_;
    PrivateFolder folder_{};
    std::vector<std::string> environment_;
};

}  // namespace

std::unique_ptr<KeySource> rest_keys(Service& service, bool keep_comments) {
    return std::make_unique<RestKeys>(service, keep_comments);
}

std::unique_ptr<KeySource> pw_keys(PwSettings settings) { return std::make_unique<PwKeys>(std::move(settings)); }

bool is_on_path(const std::string& program) {
    std::istringstream folders(cli::environment("PATH").value_or(""));
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (!folder.empty() && access((folder + "/" + program).c_str(), X_OK) == 0) {
            return true;
        }
    }
    return false;
}

}  // namespace activate
