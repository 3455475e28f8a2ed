#include "activate/options.hpp"

#include "base/unicode.hpp"
#include "cli/name_lists.hpp"
#include "cli/producer.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace activate {

DesiredExportSettings export_settings(const cli::Options& options) {
    DesiredExportSettings settings;
    settings.naming.key_is_username = options.choice("user-key", {"id", "username"}) == "username";
    settings.naming.user_name_is_username =
        options.choice("user-name", {"email", "username"}) == "username";
    settings.org_id = options.value("org-id");
    settings.scope = options.list("groups");
    cli::require_entries(
        options, cli::list_entries(options, "groups", ""), [](const std::string& name) {
            // ACTIVATE decides which names are valid: only leftovers of quotes and lists, and
            // invisible characters are rejected.
            for (std::size_t at = 0; at < name.size();) {
                const auto start = at;
                const auto c = unicode::next(name, at);
                if (c && unicode::is_invisible(*c)) {
                    return "has " + unicode::describe_character(name, start) +
                           ", a character that is invisible or looks like a space; write the name "
                           "without it";
                }
            }
            return name.find_first_of("\"'[]{};\n") == std::string::npos
                       ? std::string()
                       : "has a quote, a bracket, a semicolon or an end of line; separate groups "
                         "by commas";
        });
    return settings;
}

stream::Header export_header(const DesiredExportSettings& settings,
                             const std::string& organization,
                             std::string_view tool) {
    return {.kind = "directory",
            .side = "desired",
            .source = "activate",
            .scope = settings.scope,
            .org = organization,
            .name_space = record::own_namespace(),
            .user_name = settings.naming.user_name_is_username ? "username" : "email",
            .producer = cli::product(tool, ' '),
            .at = cli::timestamp()};
}

void print_organization(const std::string& organization, std::string_view tool) {
    stream::Writer out(std::cout);
    out.header({.kind = "organization",
                .source = "activate",
                .org = organization,
                .producer = cli::product(tool, ' '),
                .at = cli::timestamp()});
    out.seal(nlohmann::ordered_json::object());
}

}  // namespace activate
