#include "activate/options.hpp"

#include "cli/producer.hpp"

namespace activate {

DesiredExportSettings export_settings(const cli::Options& options) {
    DesiredExportSettings settings;
    settings.naming.key_is_username = options.choice("user-key", {"id", "username"}) == "username";
    settings.naming.user_name_is_username =
        options.choice("user-name", {"email", "username"}) == "username";
    settings.scope = options.list("groups");
    if (settings.scope.empty() && !options.value("groups").empty()) {
        options.refuse("groups",
                       "is \"" + options.value("groups") +
                           "\" and names no group; name one, or leave it out for everybody");
    }
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
            .user_name = settings.naming.user_name_is_username ? "username" : "email",
            .producer = cli::product(tool, ' '),
            .at = cli::timestamp()};
}

}  // namespace activate
