#include "activate_config.hpp"

#include "confirm.hpp"
#include "directory.hpp"
#include "error.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace activate {

ExportSettings export_settings(const cli::Options& options) {
    ExportSettings settings;
    settings.naming.key_is_username = options.choice("user-key", {"id", "username"}) == "username";
    settings.naming.user_name_is_username = options.choice("user-name", {"email", "username"}) == "username";
    settings.scope = options.list("groups");
    if (settings.scope.empty() && !options.value("groups").empty()) {
        options.refuse("groups", "is \"" + options.value("groups") + "\" and names no group; name one, or leave it out for everybody");
    }
    return settings;
}

jsonl::Header export_header(const ExportSettings& settings, const std::string& organization, std::string_view tool) {
    return {.kind = "directory",
            .side = "desired",
            .source = "activate",
            .scope = settings.scope,
            .org = organization,
            .user_name = settings.naming.user_name_is_username ? "username" : "email",
            .producer = cli::product(tool, ' '),
            .at = cli::timestamp()};
}

ExitStatus confirm(const std::vector<std::string>& inputs,
                   const Naming& naming,
                   std::string_view tool,
                   Source& source,
                   const std::function<void()>& prepare) {
    identity::Sides sides;
    jsonl::for_each_input(inputs, [&](jsonl::Reader& lines) { identity::read_directories(lines, sides); });
    if (!sides.desired || !sides.current) {
        throw Error(ExitStatus::bad_input,
                    "--confirm compares two exports; give it a stream of the desired side and one of the current side");
    }
    const auto absent = absent_users(*sides.desired, *sides.current);
    jsonl::Writer out(std::cout);
    out.header({.kind = "confirmations",
                .source = "activate",
                .scope = sides.desired_header.scope,
                .org = sides.desired_header.org,
                .producer = cli::product(tool, ' '),
                .at = cli::timestamp()});
    if (!absent.empty()) {
        prepare();
        confirm_absence(absent, sides.desired_header.scope, naming, source, out);
    }
    const auto& traffic = source.client().traffic();
    out.seal({{"confirmations", absent.size()}, {"requests", traffic.requests}, {"retries", traffic.retries}});
    return ExitStatus::ok;
}

}  // namespace activate
