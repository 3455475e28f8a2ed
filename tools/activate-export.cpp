// activate-export: the users, groups and SSH keys of ACTIVATE, one record a line.

#include "activate/check.hpp"
#include "activate/confirm_absence.hpp"
#include "activate/credential.hpp"
#include "activate/export.hpp"
#include "activate/options.hpp"
#include "activate/rest_source.hpp"
#include "activate/ssh_keys.hpp"
#include "base/error.hpp"
#include "base/logging.hpp"
#include "cli/check_report.hpp"
#include "cli/http_options.hpp"
#include "cli/options.hpp"
#include "cli/producer.hpp"
#include "cli/run.hpp"
#include "cli/secret.hpp"
#include "http/base_url.hpp"
#include "os/signals.hpp"
#include "os/subprocess.hpp"
#include "stream/jsonl.hpp"
#include "tools/namespace_option.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr std::array kOwnOptions{
    cli::Option{.name = "api-key-file",
                .value = "FILE",
                .env = "ACTIVATE_API_KEY_FILE",
                .help = "read the API key or token from this file, instead of $ACTIVATE_API_KEY"},
    cli::Option{.name = "url",
                .value = "URL",
                .env = "ACTIVATE_API_URL",
                .help = "use this host of ACTIVATE (default: the host in the key)"},
    cli::Option{
        .name = "ssh-keys",
        .value = "auto|pw|rest|none",
        .env = "ACTIVATE_SSH_KEYS",
        .fallback = "auto",
        .help = "read SSH keys with pw, rest, none, or auto: pw if it is on PATH, otherwise rest"},
    cli::Option{
        .name = "ssh-keys-of",
        .value = "USERNAMES",
        .help =
            "print the SSH keys of the users with these usernames in ACTIVATE, and nothing else",
        .letter = '\0',
        .list = true},
    cli::Option{.name = "jobs",
                .value = "N",
                .env = "SYNC_JOBS",
                .fallback = "16",
                .help = "run at most this many pw programs at the same time"},
    cli::Option{.name = "pw-timeout",
                .value = "SECONDS",
                .fallback = "20",
                .help = "stop a pw program after this time"},
};
constexpr auto kOptions = cli::joined(
    kOwnOptions,
    cli::joined(activate::kExportOptions, cli::joined(tools::kNamespaceOption, cli::kHttpOptions)));

constexpr cli::Tool kTool{
    .name = "activate-export",
    .synopsis = "[OPTION]... | --confirm FILE...",
    .purpose =
        "Prints the users, groups and SSH public keys of an ACTIVATE organization as the desired "
        "side.",
    .example = "activate-export | jq -r 'select(.type == \"user\") | .userName'",
    .options = kOptions,
    .takes_operands = true,
};

constexpr const char* kDefaultUrl = "https://activate.parallel.works";

/// All settings of the command line and the environment, validated before the first request.
struct Config {
    activate::Credential credential{};
    std::string url{};
    activate::DesiredExportSettings settings{};
    std::string key_source{};
    bool is_pw_found = false;  ///< chosen by auto, not by the operator
};

std::chrono::seconds pw_timeout(const cli::Options& options) {
    return std::chrono::seconds(options.number("pw-timeout", 1, 3600));
}

Config config_from(const cli::Options& options) {
    const auto text = cli::secret(options, "api-key-file", "ACTIVATE_API_KEY");
    if (!text) {
        throw Error(ExitStatus::bad_config,
                    "missing configuration: ACTIVATE_API_KEY or ACTIVATE_API_KEY_FILE (made in "
                    "ACTIVATE: Username > Account > Authentication > API Keys); set it in the "
                    "environment, or in the .env of "
                    "pw-activate-scim-sync (see env.example)");
    }
    Config config;
    config.credential = activate::parse_credential(*text);
    const auto& url = options.value("url");
    config.url = http::checked_base_url(
        url.empty() ? config.credential.url.value_or(kDefaultUrl) : url,
        [&](const std::string& sentence) {
            if (url.empty()) {
                throw Error(ExitStatus::bad_config,
                            "the host that ACTIVATE_API_KEY names " + sentence);
            }
            options.refuse("url", sentence);
        });
    config.settings = activate::export_settings(options);
    (void)options.number("jobs", 1, 256);  // also if it is not needed: the operator has set it
    (void)options.number("pw-timeout", 1, 3600);
    config.key_source = options.choice("ssh-keys", {"auto", "pw", "rest", "none"});
    if (config.key_source == "auto" && !options.list("ssh-keys-of").empty()) {
        config.key_source = "rest";  // a single user may have no keys
    } else if (config.key_source == "auto") {
        const bool is_there = os::subprocess::find_program("pw").has_value();
        config.is_pw_found = is_there && activate::is_pw_of_activate(pw_timeout(options));
        config.key_source = config.is_pw_found ? "pw" : "rest";
        if (is_there && !config.is_pw_found) {
            logging::warning(
                "the program pw on PATH is not that of ACTIVATE (pw version prints no version); "
                "SSH "
                "keys are read by REST. Set ACTIVATE_SSH_KEYS to pw or rest");
        }
    } else if (config.key_source == "pw" && !os::subprocess::find_program("pw")) {
        throw Error(ExitStatus::bad_config,
                    "ACTIVATE_SSH_KEYS is pw, but there is no pw program on PATH; install it, or "
                    "use rest or auto");
    }
    return config;
}

std::unique_ptr<activate::KeySource> key_source(const Config& config,
                                                const cli::Options& options,
                                                activate::RestSource& service) {
    const bool keep_comments = options.flag("ssh-key-comments");
    if (config.key_source == "none") {
        return nullptr;
    }
    if (config.key_source == "rest") {
        return activate::rest_keys(service, keep_comments);
    }
    return activate::pw_keys({.token = config.credential.token,
                              .host_url = config.url,
                              .jobs = static_cast<std::size_t>(options.number("jobs", 1, 256)),
                              .time_limit = pw_timeout(options),
                              .keep_comments = keep_comments,
                              .distrusts_no_keys = config.is_pw_found});
}

ExitStatus check(const Config& config,
                 const cli::Options& options,
                 activate::RestSource& service,
                 activate::KeySource* keys) {
    logging::set_level(logging::Level::error);  // warnings contain names of users
    cli::CheckReport findings(std::cout);
    if (activate::check_session(service, options.value("org-name"), findings)) {
        activate::check_desired_side(service, keys, config.key_source, config.settings, findings);
    }
    return findings.end();
}

// --ssh-keys-of: one request for each user, and no list.
ExitStatus print_keys(const std::vector<std::string>& usernames,
                      const std::string& organization,
                      activate::RestSource& service,
                      activate::KeySource& keys) {
    std::vector<activate::Person> people;
    people.reserve(usernames.size());
    for (const auto& username : usernames) {
        people.push_back({.username = username});
    }
    const auto all = keys.read(people);
    stream::Writer out(std::cout);
    out.header({.kind = "ssh-keys",
                .source = "activate",
                .org = organization,
                .producer = cli::product(kTool.name, ' '),
                .at = cli::timestamp()});
    bool is_complete = true;
    for (std::size_t i = 0; i < people.size(); ++i) {
        nlohmann::ordered_json record{{"type", "ssh-keys"}, {"username", people[i].username}};
        if (all[i]) {
            record["sshKeys"] = *all[i];
        }
        is_complete = is_complete && all[i];
        out.record(record);
    }
    const auto& traffic = service.client().traffic();
    out.seal(
        {{"users", people.size()}, {"requests", traffic.requests}, {"retries", traffic.retries}});
    return is_complete ? ExitStatus::ok : ExitStatus::partial;
}

ExitStatus export_or_confirm(const cli::Options& options) {
    const auto config = config_from(options);
    if (!options.flag("confirm") && !options.operands().empty()) {
        throw Error(ExitStatus::usage,
                    "unexpected operand \"" + options.operands().front() +
                        "\"; only --confirm reads files");
    }
    cli::ServiceConnection connection(
        options, kTool.name, "ACTIVATE", activate::authorization(config.credential));
    activate::RestSource service(connection.client(), config.url);
    if (options.flag("confirm")) {
        return activate::confirm(
            options.operands(), config.settings.naming, kTool.name, service, [&] {
                (void)service.find_organization(options.value("org-name"));
            });
    }
    if (options.flag("organization")) {
        activate::print_organization(service.find_organization(options.value("org-name")),
                                     kTool.name);
        return ExitStatus::ok;
    }
    const auto keys = key_source(config, options, service);
    if (options.flag("check")) {
        return check(config, options, service, keys.get());
    }
    const auto& organization = service.find_organization(options.value("org-name"));
    if (const auto usernames = options.list("ssh-keys-of"); !usernames.empty()) {
        if (keys == nullptr) {
            options.refuse("ssh-keys-of", "does not go with --ssh-keys=none, which reads no key");
        }
        return print_keys(usernames, organization, service, *keys);
    }
    stream::Writer out(std::cout);
    return activate::DesiredExport(service, keys.get(), config.settings, out)
        .run(activate::export_header(config.settings, organization, kTool.name));
}

ExitStatus run(const cli::Options& options) {
    tools::settle_namespace(options);
    try {
        return export_or_confirm(options);
    } catch (const os::signals::Interrupted&) {
        logging::error("stopped by a signal; the export is not complete");
        os::signals::die_of(os::signals::noted());
    }
}

}  // namespace

int main(int argc, char* argv[]) {
    return cli::run(kTool, argc, argv, run);
}
