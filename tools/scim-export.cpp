// scim-export: the managed users and groups of CoreWeave's SCIM service, one record a line; or the
// desired side from ACTIVATE's own SCIM service.

#include "activate/check.hpp"
#include "activate/confirm_absence.hpp"
#include "activate/options.hpp"
#include "activate/scim_source.hpp"
#include "base/error.hpp"
#include "base/logging.hpp"
#include "cli/check_report.hpp"
#include "cli/http_options.hpp"
#include "cli/options.hpp"
#include "cli/producer.hpp"
#include "cli/run.hpp"
#include "cli/shown_value.hpp"
#include "http/base_url.hpp"
#include "scim/check.hpp"
#include "scim/client.hpp"
#include "scim/export.hpp"
#include "scim/find_unlisted.hpp"
#include "scim/options.hpp"
#include "stream/jsonl.hpp"
#include "tools/namespace_option.hpp"
#include "tools/protect_options.hpp"

#include <array>
#include <iostream>
#include <utility>

namespace {

constexpr std::array kOwnOptions{
    cli::Option{
        .name = "side",
        .value = "current|desired",
        .fallback = "current",
        .help = "read this side: current is CoreWeave, desired is ACTIVATE's own SCIM service"},
    cli::Option{.name = "unmanaged",
                .help = "list unmanaged records as well, marked \"managed\":false"},
};
constexpr auto kSources =
    cli::joined(scim::kOptions, cli::joined(scim::kActivateOptions, activate::kExportOptions));
constexpr auto kOptions =
    cli::joined(kOwnOptions,
                cli::joined(kSources,
                            cli::joined(tools::kNamespaceOption,
                                        cli::joined(tools::kProtectOptions, cli::kHttpOptions))));

constexpr cli::Tool kTool{
    .name = "scim-export",
    .synopsis = "[OPTION]... | [--side=desired] --confirm FILE...",
    .purpose =
        "Prints the managed users and groups of a CoreWeave organization as the current side.",
    .example = "scim-export > current.jsonl",
    .options = kOptions,
    .takes_operands = true,
};

ExitStatus export_current(const cli::Options& options) {
    if (options.flag("confirm") && options.flag("unmanaged")) {
        throw Error(ExitStatus::usage,
                    "--unmanaged does not go with --confirm, which finds unmanaged records anyway");
    }
    const auto config = scim::service_settings_from(options);
    cli::ServiceConnection connection(options, kTool.name, "SCIM", config.headers);
    scim::ScimClient service(connection.client(), config.base_url, config.page_size);
    if (options.flag("check")) {
        cli::CheckReport findings(std::cout);
        scim::check_current_side(service, findings);
        return findings.end();
    }
    stream::Header header{.kind = "directory",
                          .side = "current",
                          .source = "scim",
                          .target = http::canonical_base_url(config.base_url),
                          .name_space = record::own_namespace(),
                          .producer = cli::product(kTool.name, ' '),
                          .at = cli::timestamp()};
    const bool keep_comments = options.flag("ssh-key-comments");
    if (options.flag("confirm")) {
        header.kind = "confirmations";
        scim::confirm_new_records(
            options.operands(),
            {.keep_comments = keep_comments, .protected_users = tools::protected_names(options)},
            service,
            std::move(header));
        return ExitStatus::ok;
    }
    stream::Writer out(std::cout);
    scim::export_current(service,
                         {.unmanaged = options.flag("unmanaged"), .keep_comments = keep_comments},
                         header,
                         out);
    return service.left_out() > 0 ? ExitStatus::partial : ExitStatus::ok;
}

// The base URL contains the organization.
std::string organization(const cli::Options& options, const scim::ServiceSettings& config) {
    const auto& expected = options.value("org-name");
    const auto named = activate::organization_of(config.base_url);
    if (!expected.empty() && !named.empty() && expected != named) {
        throw Error(ExitStatus::bad_config,
                    "ACTIVATE_ORG_NAME is " + cli::shown_value(expected) +
                        ", but ACTIVATE_SCIM_BASE_URL is of \"" + named +
                        "\"; correct one of them");
    }
    return named.empty() ? expected : named;
}

ExitStatus export_desired(const cli::Options& options) {
    if (options.flag("unmanaged")) {
        throw Error(ExitStatus::usage,
                    "--unmanaged is about CoreWeave's records; it does not go with --side=desired");
    }
    const auto config = scim::activate_settings_from(options);
    const auto settings = activate::export_settings(options);
    if (!settings.org_id.empty()) {
        options.refuse(
            "org-id",
            "cannot be checked, because ACTIVATE's SCIM service does not show it; remove "
            "it, and set ACTIVATE_ORG_NAME");
    }
    const auto org = organization(options, config);
    if (options.flag("organization")) {
        activate::print_organization(org, kTool.name);
        return ExitStatus::ok;
    }
    cli::ServiceConnection connection(options, kTool.name, "ACTIVATE SCIM", config.headers);
    scim::ScimClient service(connection.client(),
                             config.base_url,
                             config.page_size,
                             "ACTIVATE SCIM",
                             activate::kScimTokenHint,
                             paging::Pages::overlapping);
    service.pass_on_unusable();
    activate::ScimSource source(service, options.flag("ssh-key-comments"));
    const auto keys = activate::carried_keys();
    if (options.flag("confirm")) {
        return activate::confirm(options.operands(), settings.naming, kTool.name, source, [] {});
    }
    if (options.flag("check")) {
        logging::set_level(logging::Level::error);  // warnings contain names of users
        cli::CheckReport findings(std::cout);
        if (scim::check_access(service, findings)) {
            activate::check_desired_side(source, keys.get(), "SCIM", settings, findings);
        }
        return findings.end();
    }
    stream::Writer out(std::cout);
    return activate::DesiredExport(source, keys.get(), settings, out)
        .run(activate::export_header(settings, org, kTool.name));
}

ExitStatus run(const cli::Options& options) {
    if (!options.flag("confirm") && !options.operands().empty()) {
        throw Error(ExitStatus::usage,
                    "unexpected operand \"" + options.operands().front() +
                        "\"; only --confirm reads files");
    }
    tools::settle_namespace(options);
    return options.choice("side", {"current", "desired"}) == "current" ? export_current(options)
                                                                       : export_desired(options);
}

}  // namespace

int main(int argc, char* argv[]) {
    return cli::run(kTool, argc, argv, run);
}
