// SSH keys of many users, over REST and by pw: in their order, unknown if they could not be read.

#include "activate/ssh_keys.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/scripted_activate.hpp"
#include "support/ssh_blob.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using activate::Person;

namespace {

using Texts = std::vector<std::string>;

const std::string kOne = ssh_blob::valid_line(1);

/// A program with the name pw in its own directory, first on PATH during its lifetime.
class FakePw {
  public:
    explicit FakePw(const std::string& script) : before_(std::getenv("PATH")) {
        const auto pw = folder_.file("pw", "#!/bin/sh\n" + script);
        std::filesystem::permissions(pw, std::filesystem::perms::owner_all);
        setenv("PATH", (folder_.path("") + ":" + before_).c_str(), 1);
    }
    FakePw(const FakePw&) = delete;
    FakePw& operator=(const FakePw&) = delete;
    ~FakePw() { setenv("PATH", before_.c_str(), 1); }

    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(folder_.path(name));
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }

  private:
    TemporaryFolder folder_{};
    std::string before_;
};

Person named(const std::string& username) {
    return {.id = username, .username = username};
}

}  // namespace

TEST_CASE("only an answer with status 200 has the keys of a user") {
    CapturedLog log;
    const int status = GENERATE(201, 202, 204, 206);
    Api api([&](const http::Request&) {
        return Scripted{
            answer(status, status == 204 ? "" : kOne, {{"content-type", "text/plain"}})};
    });
    CHECK_FALSE(
        activate::rest_keys(api.service, false)->read({{.id = "1", .username = "ada"}}).front());
}

TEST_CASE("keys over REST are in the order of the users, unknown if they could not be read") {
    CapturedLog log;
    Api api([](const http::Request& request) -> Scripted {
        if (contains(request.url, "/ada/")) {
            return {answer(200, kOne + " ada\n", {{"content-type", "text/plain"}}),
                    std::chrono::milliseconds(90)};
        }
        if (contains(request.url, "/b%2Fn/")) {
            return {answer(200, "", {{"content-type", "text/plain"}})};
        }
        if (contains(request.url, "/cyd/")) {
            return {answer(200, "<html>Sign in</html>", {{"content-type", "text/html"}})};
        }
        return json_answer(404, "{}");
    });
    const auto source = activate::rest_keys(api.service, false);
    const auto keys = source->read({{.id = "1", .username = "ada"},
                                    {.id = "2", .username = "b/n"},
                                    {.id = "3", .username = "cyd"},
                                    {.id = "4", .username = "dan"}});
    REQUIRE(keys.size() == 4);
    CHECK(keys[0] == Texts{kOne});
    CHECK(keys[1] == Texts{});
    CHECK_FALSE(keys[2]);
    CHECK_FALSE(keys[3]);
    CHECK(contains(log.text(), "SSH keys of cyd could not be read"));
    CHECK(contains(log.text(), "SSH keys of dan (id 4): keys-not-found: ACTIVATE lists"));
    CHECK(source->unresolved() == 1);
}

TEST_CASE("a private key is neither exported nor logged, and one message has the remedy") {
    CapturedLog log;
    Api api([](const http::Request&) {
        return Scripted{answer(200,
                               kOne + "\n-----BEGIN PRIVATE KEY-----\nsecret\nhidden\n"
                                      "-----END PRIVATE KEY-----\n",
                               {{"content-type", "text/plain"}})};
    });
    const auto keys =
        activate::rest_keys(api.service, false)->read({{.id = "1", .username = "ada"}});
    CHECK(keys.front() == Texts{kOne});
    const auto text = log.text();
    CHECK(contains(text, "SSH keys of ada (id 1): ACTIVATE has a private key among them"));
    CHECK(contains(text, "must delete it in ACTIVATE, make a new pair"));
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
    CHECK_FALSE(contains(text, "secret"));
}

TEST_CASE("an error in the place of keys is named, and a word alone is not shown") {
    CapturedLog log;
    const auto [line, shown] = GENERATE(table<std::string, std::string>({
        {"error: upstream timed out", "the line \"error: upstream ...\" is not a key, so keys"},
        {"secret", "the line of 6 bytes is not a key, so keys may be missing"},
    }));
    Api api([&, line = line](const http::Request&) {
        return Scripted{answer(200, kOne + "\n" + line + "\n", {{"content-type", "text/plain"}})};
    });
    const auto source = activate::rest_keys(api.service, false);
    CHECK_FALSE(source->read({{.id = "1", .username = "ada"}}).front());
    CHECK(source->unresolved() == 0);
    CHECK(contains(log.text(), "SSH keys of ada could not be read; they are left unchanged: "));
    CHECK(contains(log.text(), shown));
    CHECK(contains(log.text(), "the user must delete that line in ACTIVATE"));
    CHECK_FALSE(contains(log.text(), "secret"));
}

TEST_CASE("keys in another form are unknown, and no later run can read them") {
    CapturedLog log;
    const auto blob = kOne.substr(kOne.find(' ') + 1);
    const auto text = GENERATE_COPY(
        as<std::string>{},
        "SSH-ED25519 " + blob,
        "ssh-ed25519\xc2\xa0" + blob + "\n",
        "rsa-sha2-512 " + blob,
        "---- BEGIN SSH2 PUBLIC KEY ----\n" + blob + "\n---- END SSH2 PUBLIC KEY ----",
        "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n");
    Api api([&](const http::Request&) {
        return Scripted{answer(200, text, {{"content-type", "text/plain"}})};
    });
    const auto source = activate::rest_keys(api.service, false);
    CHECK_FALSE(source->read({{.id = "1", .username = "ada"}}).front());
    CHECK(source->unresolved() == 1);
    CHECK(source->unreadable() == 1);
    CHECK(contains(log.text(), "SSH keys of ada (id 1): keys-unreadable: "));
    CHECK(contains(log.text(), "must upload the line of the .pub file again"));
}

TEST_CASE("keys of a user whose name a URL leaves out are unknown, and not asked for") {
    CapturedLog log;
    Api api([](const http::Request&) {
        return Scripted{answer(200, kOne, {{"content-type", "text/plain"}})};
    });
    const auto name = GENERATE(as<std::string>(), ".", "..");
    const auto keys =
        activate::rest_keys(api.service, false)->read({{.id = "1", .username = name}});
    CHECK_FALSE(keys.front());
    CHECK(api.transport.calls().empty());
    CHECK(contains(log.text(), "the username cannot be part of a path; rename the user"));
}

TEST_CASE("keys of pw are in the order of the users, unknown if it failed") {
    CapturedLog log;
    const FakePw pw(
        "case $2 in\n"
        "ada) echo '" +
        kOne +
        " ada' ;;\n"
        "none) ;;\n"
        "page) echo '<html>Sign in</html>' ;;\n"
        "*) echo \"no such user: $2\" >&2; exit 3 ;;\nesac\n");
    const auto source =
        activate::pw_keys({.token = "t", .host_url = "https://pw.example", .jobs = 2});
    const auto keys =
        source->read({named("ada"), named("none"), named("page"), named("x; echo y"), named("-v")});
    REQUIRE(keys.size() == 5);
    CHECK(keys[0] == Texts{kOne});
    CHECK(keys[1] == Texts{});
    CHECK_FALSE(keys[2]);
    CHECK_FALSE(keys[3]);
    CHECK_FALSE(keys[4]);
    CHECK(contains(log.text(), "exit status 3: no such user: x; echo y"));
    CHECK(contains(log.text(), "pw would read the name as an option"));
}

TEST_CASE("pw gets the credential in its environment, and no other secret") {
    REQUIRE(setenv("CW_SCIM_BEARER_TOKEN", "other-secret", 1) == 0);
    std::string arguments;
    std::string environment;
    {
        const FakePw pw("echo \"$@\" > \"${0%/*}/arguments\"\nenv > \"${0%/*}/environment\"\n");
        const auto source =
            activate::pw_keys({.token = "pw-secret", .host_url = "https://pw.example"});
        CHECK(source->read({named("ada")}).front() == Texts{});
        arguments = pw.read("arguments");
        environment = pw.read("environment");
    }
    unsetenv("CW_SCIM_BEARER_TOKEN");
    CHECK(arguments == "ssh-public-keys ada\n");
    CHECK(contains(environment, "PW_API_KEY=pw-secret\n"));
    CHECK(contains(environment, "PW_PLATFORM_HOST=https://pw.example\n"));
    CHECK_FALSE(contains(environment, "other-secret"));
    const auto at =
        environment.find("PW_CREDENTIALS_DIR=") + std::string("PW_CREDENTIALS_DIR=").size();
    const auto folder = environment.substr(at, environment.find('\n', at) - at);
    CHECK(contains(environment, "HOME=" + folder + "\n"));
    CHECK_FALSE(std::filesystem::exists(folder));  // removed together with the source
}

TEST_CASE("batches of keys keep their order, and the next one begins while one is waiting") {
    // Ada's keys arrive only after Ben's were requested: a source that ends one batch before the
    // next begins would time out.
    const FakePw pw(
        "case $2 in\nada) until [ -e \"${0%/*}/ben\" ]; do sleep 0.05; done ;;\nben) : > "
        "\"${0%/*}/ben\" ;;\nesac\necho '" +
        kOne + "'\n");
    const auto source = activate::pw_keys({.token = "t",
                                           .host_url = "https://pw.example",
                                           .jobs = 2,
                                           .time_limit = std::chrono::seconds(60)});
    Texts came;
    const auto note = [&](const char* who) {
        return [&came, who](const std::vector<activate::Keys>& keys) {
            came.push_back(who + std::to_string(keys.size()) +
                           (keys.empty() || keys[0] ? "" : " unknown"));
        };
    };
    source->read({named("ada")}, note("first "));
    source->read({}, note("nobody "));
    source->read({named("ben")}, note("last "));
    source->finish();
    CHECK(came == Texts{"first 1", "nobody 0", "last 1"});
}

TEST_CASE("if keys fail for every user, 20 warnings and a count are logged") {
    CapturedLog log;
    const FakePw pw("echo 'session expired' >&2; exit 1\n");
    const auto source =
        activate::pw_keys({.token = "t", .host_url = "https://pw.example", .jobs = 4});
    std::vector<activate::Person> people;
    for (int i = 0; i < 25; ++i) {
        people.push_back(named("u" + std::to_string(i)));
    }
    const auto keys = source->read(people);
    CHECK(std::count(keys.begin(), keys.end(), std::nullopt) == 25);
    const auto text = log.text();
    CHECK(std::count(text.begin(), text.end(), '\n') == 21);
    CHECK(contains(text, "session expired"));
    CHECK(contains(text, "SSH keys of 5 more users could not be read"));
}
