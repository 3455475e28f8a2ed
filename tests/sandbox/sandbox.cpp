// sandbox: ACTIVATE and CoreWeave's SCIM in one small server on loopback, for tests and trials.
//
//     sandbox --env-file sandbox.env &           # prints: ready http://127.0.0.1:PORT
//     set -a; . ./sandbox.env; set +a            # the credentials and the SCIM base URL
//     url=${CW_SCIM_BASE_URL%/scim/v2}
//     curl -u "$ACTIVATE_API_KEY:" "$url/api/organizations/acme/users?limit=2"
//     curl -H "Authorization: Bearer $CW_SCIM_BEARER_TOKEN" "$CW_SCIM_BASE_URL/Users?count=2"
//
// The state comes from a fixture and is kept in memory only. Tests change it without credentials
// (curl -X PATCH -d '{"active":false}' "$url/sandbox/activate/users/ada.lovelace"):
//
//     GET  /sandbox/scim                    all SCIM resources, in the order of their creation
//     GET  /sandbox/activate                all users and groups of ACTIVATE, keys included
//     GET  /sandbox/requests                total, byMethod, writes, activate, scim
//     DELETE /sandbox/requests              sets them to zero
//     GET, PUT, PATCH, DELETE
//          /sandbox/activate/users/NAME     PUT and PATCH may name "groups"; PATCH is a merge
//          patch:
//                                           "active", "sshKeys" (lines), "email", "username", …
//          /sandbox/activate/groups/NAME    "members": user names
//     GET, PATCH /sandbox/settings          sshKeyBody (text, json, base64), keyDelayMs, usersCap,
//                                           pageDefault, pageCap, activatePageDefault,
//                                           activatePageCap
//     GET, POST, DELETE /sandbox/faults     lists the rules, adds one, clears them
//
// Rules (faults.hpp describes them):
//
//     {"match":"PATCH /scim/v2/Users","count":1,"status":503,"headers":{"Retry-After":"1"}}
//     {"match":"POST /scim/v2/Users","count":1,"apply":true,"reset":true}
//     {"match":"/users[?]","skip":2,"count":1,"truncate":100}
//     {"match":"/scim/v2/","rate":50,"burst":10,"status":429,"retryAfter":1}
//     {"match":"/scim/v2/","maxConcurrent":4,"status":503}
//     {"match":"/scim/","skip":20,"count":40,"chance":0.8,"seed":7,"status":503}
//     {"match":"GET /scim/v2/Users","count":1,"truncate":100,"reset":true}
//     {"surprise":"page-short"}

#include "server.hpp"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace {

constexpr int kUsage = 64;  // sysexits.h
constexpr int kFailure = 70;

struct Options {
    int port = 0;
    std::string fixture = SANDBOX_FIXTURE;
    std::string env_file{};
    int key_delay_ms = 0;
};

struct UsageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

int number(const std::string& option, std::string_view text, int most) {
    const auto value = sandbox::to_integer(text);
    if (!value || *value < 0 || *value > most) {
        throw UsageError(option + " needs a number up to " + std::to_string(most));
    }
    return static_cast<int>(*value);
}

/// `--name value` and `--name=value`.
Options parse(int argc, char* argv[]) {
    Options out;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const auto equals = argument.find('=');
        const std::string name(argument.substr(0, equals));
        const bool known = name == "--port" || name == "--fixture" || name == "--env-file" ||
                           name == "--key-delay-ms";
        if (!known) {
            throw UsageError("unknown option " + name);
        }
        if (equals == std::string_view::npos && ++i == argc) {
            throw UsageError(name + " needs a value");
        }
        const auto value = equals == std::string_view::npos ? std::string_view(argv[i])
                                                            : argument.substr(equals + 1);
        if (name == "--port") {
            out.port = number(name, value, 65535);
        }
        if (name == "--fixture") {
            out.fixture = value;
        }
        if (name == "--env-file") {
            out.env_file = value;
        }
        if (name == "--key-delay-ms") {
            out.key_delay_ms = number(name, value, 3600000);
        }
    }
    return out;
}

/// Blocks the signals that end the server, in this thread and in all that it starts; wait_for_end
/// receives them.
sigset_t block_signals() {
    (void)std::signal(SIGPIPE, SIG_IGN);
    sigset_t ending;
    (void)sigemptyset(&ending);
    (void)sigaddset(&ending, SIGTERM);
    (void)sigaddset(&ending, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    return ending;
}

void run(const Options& options, const sigset_t& ending) {
    static sandbox::Server server;  // outlives every connection's thread
    const int port = server.bind(options.port);
    auto& world = server.world();
    sandbox::load_fixture(options.fixture, "http://127.0.0.1:" + std::to_string(port), world);
    if (options.key_delay_ms > 0) {
        world.settings.key_delay_ms = options.key_delay_ms;
    }
    if (!options.env_file.empty()) {
        sandbox::write_environment(options.env_file, world);
    }
    std::thread([] { server.serve(); }).detach();
    std::cout << "ready " << world.base_url << std::endl;
    int signal = 0;
    (void)sigwait(&ending, &signal);
}

}  // namespace

int main(int argc, char* argv[]) {
    const auto ending = block_signals();
    try {
        run(parse(argc, argv), ending);
        // Connections may sleep in a fault. Nothing has to be saved, so they are not waited for.
        std::_Exit(EXIT_SUCCESS);
    } catch (const UsageError& error) {
        std::cerr << "sandbox: " << error.what() << '\n';
        return kUsage;
    } catch (const std::exception& error) {
        std::cerr << "sandbox: " << error.what() << '\n';
        return kFailure;
    }
}
