// scim-export: what CoreWeave's SCIM service says about the users and groups that are ours, one record a line; or, as the other
// side, what ACTIVATE's own SCIM service says.

#include "activate_check.hpp"
#include "activate_config.hpp"
#include "activate_scim.hpp"
#include "cli.hpp"
#include "confirm.hpp"
#include "connection.hpp"
#include "error.hpp"
#include "findings.hpp"
#include "jsonl.hpp"
#include "logging.hpp"
#include "scim_check.hpp"
#include "scim_client.hpp"
#include "scim_config.hpp"
#include "scim_export.hpp"

#include <array>
#include <iostream>

namespace {

constexpr std::array kOwnOptions{
    cli::Option{"side", "SIDE", "", "current", "current: CoreWeave; desired: ACTIVATE's own SCIM service"},
    cli::Option{"unmanaged", "", "", "", "list records that are not ours, too, marked \"managed\":false"},
};
constexpr auto kSources = http::joined(scim::kOptions, http::joined(scim::kActivateOptions, activate::kExportOptions));
constexpr auto kOptions = http::joined(kOwnOptions, http::joined(kSources, http::kConnectionOptions));

constexpr cli::Tool kTool{
    .name = "scim-export",
    .synopsis = "[OPTION]... | --side=desired --confirm FILE...",
    .purpose = "Prints the users and groups of a CoreWeave organization that carry one of our external ids, as the current side.",
    .example = "scim-export > current.jsonl",
    .options = kOptions,
    .takes_operands = true,
};

ExitStatus export_current(const cli::Options& options) {
    if (options.flag("confirm")) {
        throw Error(ExitStatus::usage, "--confirm asks ACTIVATE; it goes with --side=desired");
    }
    const auto config = scim::config_from(options);
    http::Connection connection(options, kTool.name, "SCIM", config.headers);
    scim::Service service(connection.client(), config.base_url, config.page_size);
    if (options.flag("check")) {
        Findings findings(std::cout);
        scim::check_current_side(service, findings);
        return findings.end();
    }
    jsonl::Writer out(std::cout);
    scim::Export(service, {options.flag("unmanaged"), options.flag("ssh-key-comments")}, out)
        .run({.kind = "directory",
              .side = "current",
              .source = "scim",
              .producer = cli::product(kTool.name, ' '),
              .at = cli::timestamp()});
    return ExitStatus::ok;
}

// The base URL names the organization.
std::string organization(const cli::Options& options, const scim::Config& config) {
    const auto& expected = options.value("org-name");
    const auto named = activate::organization_of(config.base_url);
    if (!expected.empty() && !named.empty() && expected != named) {
        throw Error(
            ExitStatus::bad_config,
            "ACTIVATE_ORG_NAME is \"" + expected + "\", but ACTIVATE_SCIM_BASE_URL is of \"" + named + "\"; correct one of them");
    }
    return named.empty() ? expected : named;
}

ExitStatus export_desired(const cli::Options& options) {
    if (options.flag("unmanaged")) {
        throw Error(ExitStatus::usage, "--unmanaged is about CoreWeave's records; it does not go with --side=desired");
    }
    const auto config = scim::activate_config_from(options);
    const auto settings = activate::export_settings(options);
    const auto org = organization(options, config);
    http::Connection connection(options, kTool.name, "ACTIVATE SCIM", config.headers);
    scim::Service service(connection.client(), config.base_url, config.page_size, "ACTIVATE SCIM", activate::kScimTokenHint, identity::Pages::overlapping);
    activate::ScimSource source(service, options.flag("ssh-key-comments"));
    const auto keys = activate::carried_keys();
    if (options.flag("confirm")) {
        return activate::confirm(options.operands(), settings.naming, kTool.name, source, [] {});
    }
    if (options.flag("check")) {
        logging::set_level(logging::Level::error);  // warnings name people
        Findings findings(std::cout);
        if (scim::check_access(service, findings)) {
            activate::check_desired_side(source, keys.get(), "SCIM", settings, findings);
        }
        return findings.end();
    }
    jsonl::Writer out(std::cout);
    return activate::Export(source, keys.get(), settings, out).run(activate::export_header(settings, org, kTool.name));
}

ExitStatus run(const cli::Options& options) {
    if (!options.flag("confirm") && !options.operands().empty()) {
        throw Error(ExitStatus::usage, "unexpected operand \"" + options.operands().front() + "\"; only --confirm reads files");
    }
    return options.choice("side", {"current", "desired"}) == "current" ? export_current(options) : export_desired(options);
}

}  // namespace

int main(int argc, char* argv[]) { return cli::run(kTool, argc, argv, run); }
