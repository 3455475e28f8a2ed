// activate-export: what ACTIVATE says about people, groups and SSH keys, one record a line.

#include "activate_client.hpp"
#include "activate_export.hpp"
#include "cli.hpp"
#include "confirm.hpp"
#include "connection.hpp"
#include "directory.hpp"
#include "error.hpp"
#include "jsonl.hpp"
#include "key_source.hpp"
#include "logging.hpp"
#include "signals.hpp"
#include "subprocess.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <iostream>

namespace {

constexpr std::array kOwnOptions{
    cli::Option{"api-key-file", "FILE", "ACTIVATE_API_KEY_FILE", "", "API key or token; else $ACTIVATE_API_KEY"},
    cli::Option{"url", "URL", "ACTIVATE_API_URL", "", "ACTIVATE's host; else the one the key names"},
    cli::Option{"org-name", "NAME", "ACTIVATE_ORG_NAME", "", "refuse to run unless the key is of this organization"},
    cli::Option{"org-id", "ID", "ACTIVATE_ORG_ID", "", "refuse to run unless the users are of this organization"},
    cli::Option{"groups", "NAMES", "ACTIVATE_SYNC_GROUPS", "", "only these groups and their members; else all", '\0', true},
    cli::Option{"user-key", "FIELD", "ACTIVATE_USER_KEY", "id", "id or username: <key> of pw-activate:user:<key>"},
    cli::Option{"user-name", "FIELD", "ACTIVATE_USER_NAME", "email", "email or username: what becomes userName"},
    cli::Option{"ssh-keys", "SOURCE", "ACTIVATE_SSH_KEYS", "auto", "pw, rest, none, or auto: pw if it is on PATH, else rest"},
    cli::Option{"ssh-key-comments", "", "SYNC_SSH_KEY_COMMENTS", "", "keep the comments of SSH keys"},
    cli::Option{"jobs", "N", "SYNC_JOBS", "16", "pw programs run at once, at most"},
    cli::Option{"pw-timeout", "SECONDS", "", "20", "for one pw program"},
    cli::Option{"confirm", "", "", "", "read both exports (FILEs) and ask again about who is absent"},
};
constexpr auto kOptions = http::joined(kOwnOptions, http::kConnectionOptions);

constexpr cli::Tool kTool{
    .name = "activate-export",
    .synopsis = "[OPTION]... | --confirm FILE...",
    .purpose = "Prints the users, groups and SSH public keys of an ACTIVATE organization as the desired side.",
    .example = "activate-export | jq -r 'select(.type == \"user\") | .userName'",
    .options = kOptions,
    .takes_operands = true,
};

constexpr const char* kDefaultUrl = "https://activate.parallel.works";

/// Everything that the command line and the environment say, judged before the first request.
struct Config {
    activate::Credential credential{};
    std::string url{};
    activate::Naming naming{};
    std::vector<std::string> scope{};
    std::string key_source{};
};

Config config_from(const cli::Options& options) {
    const auto text = cli::secret(options, "api-key-file", "ACTIVATE_API_KEY");
    if (!text) {
        throw Error(ExitStatus::bad_config,
                    "missing configuration: ACTIVATE_API_KEY or ACTIVATE_API_KEY_FILE (made in ACTIVATE, Account Settings, "
                    "Authentication); set it in the environment or in .env (see env.example)");
    }
    Config config;
    config.credential = activate::parse_credential(*text);
    const auto& url = options.value("url");
    config.url = http::checked_base_url(url.empty() ? config.credential.url.value_or(kDefaultUrl) : url,
                                        url.empty() ? "the host that ACTIVATE_API_KEY names" : "ACTIVATE_API_URL");
    config.naming.key_is_username = options.choice("user-key", {"id", "username"}) == "username";
    config.naming.user_name_is_username = options.choice("user-name", {"email", "username"}) == "username";
    config.scope = options.list("groups");
    config.key_source = options.choice("ssh-keys", {"auto", "pw", "rest", "none"});
    if (config.key_source == "auto") {
        config.key_source = subprocess::find_program("pw") ? "pw" : "rest";
    } else if (config.key_source == "pw" && !subprocess::find_program("pw")) {
        throw Error(ExitStatus::bad_config,
                    "ACTIVATE_SSH_KEYS is pw, but there is no pw program on PATH; install it, or use rest or auto");
    }
    return config;
}

std::unique_ptr<activate::KeySource> key_source(const Config& config, const cli::Options& options, activate::Service& service) {
    const bool keep_comments = options.flag("ssh-key-comments");
    if (config.key_source == "none") {
        return nullptr;
    }
    if (config.key_source == "rest") {
        return activate::rest_keys(service, keep_comments);
    }
    return activate::pw_keys({config.credential.token,
                              config.url,
                              static_cast<std::size_t>(options.number("jobs", 1, 256)),
                              std::chrono::seconds(options.number("pw-timeout", 1, 3600)),
                              keep_comments});
}

// Which of the absent are really gone: asked about one by one, and not at all when nobody is.
ExitStatus confirm(const Config& config, const cli::Options& options, activate::Service& service) {
    identity::Sides sides;
    jsonl::for_each_input(options.operands(), [&](jsonl::Reader& lines) { identity::read_directories(lines, sides); });
    if (!sides.desired || !sides.current) {
        throw Error(ExitStatus::bad_input, "--confirm compares two exports; give it the stream of activate-export and that of scim-export");
    }
    const auto absent = activate::absent_users(*sides.desired, *sides.current);
    jsonl::Writer out(std::cout);
    out.header({.kind = "confirmations",
                .source = "activate",
                .scope = sides.desired_header.scope,
                .org = sides.desired_header.org,
                .producer = cli::product(kTool.name, ' '),
                .at = cli::timestamp()});
    if (!absent.empty()) {
        (void)service.find_organization(options.value("org-name"));
        activate::confirm_absence(absent, sides.desired_header.scope, config.naming, service, out);
    }
    out.seal({{"confirmations", absent.size()}});
    return ExitStatus::ok;
}

ExitStatus export_or_confirm(const cli::Options& options) {
    const auto config = config_from(options);
    if (!options.flag("confirm") && !options.operands().empty()) {
        throw Error(ExitStatus::usage, "unexpected operand \"" + options.operands().front() + "\"; only --confirm reads files");
    }
    http::Connection connection(options, kTool.name, "ACTIVATE", activate::authorization(config.credential));
    activate::Service service(connection.client(), config.url);
    if (options.flag("confirm")) {
        return confirm(config, options, service);
    }
    const auto& organization = service.find_organization(options.value("org-name"));
    const auto keys = key_source(config, options, service);
    jsonl::Writer out(std::cout);
    activate::Export directory(service, keys.get(), {config.naming, config.scope, options.value("org-id")}, out);
    const auto status = directory.run({.kind = "directory",
                                       .side = "desired",
                                       .source = "activate",
                                       .scope = config.scope,
                                       .org = organization,
                                       .user_name = config.naming.user_name_is_username ? "username" : "email",
                                       .producer = cli::product(kTool.name, ' '),
                                       .at = cli::timestamp()});
    logging::info("exported", {{"requests", std::to_string(connection.client().traffic().requests)}});
    return status;
}

ExitStatus run(const cli::Options& options) {
    try {
        return export_or_confirm(options);
    } catch (const signals::Interrupted&) {
        logging::error("stopped by a signal; what is written is no whole export");
        signals::die_of(signals::noted());
    }
}

}  // namespace

int main(int argc, char* argv[]) { return cli::run(kTool, argc, argv, run); }
