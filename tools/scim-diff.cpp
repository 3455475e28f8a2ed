// scim-diff: what must change in SCIM so that it says what ACTIVATE says.

#include "cli.hpp"
#include "directory.hpp"
#include "error.hpp"
#include "guard.hpp"
#include "logging.hpp"
#include "plan_lines.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <iostream>

namespace {

constexpr std::array kOptions{
    cli::Option{"all", "", "", "", "print what is unchanged, too"},
    cli::Option{"exit-code", "", "", "", "exit 1 if anything would change"},
    cli::Option{"rename-users", "", "SYNC_RENAME_USERS", "", "send a changed userName or e-mail"},
    cli::Option{"allow-empty", "", "SYNC_ALLOW_EMPTY", "", "plan even when the desired side has no user"},
};

constexpr cli::Tool kTool{
    .name = "scim-diff",
    .synopsis = "[OPTION]... [FILE]...",
    .purpose = "Compares two exports and prints the plan that makes the current side (SCIM) say what the desired side\n"
               "(ACTIVATE) says. Reads the files, or standard input; each stream says which side it is. Opens no socket.",
    .example = "scim-diff desired.jsonl current.jsonl | jq 'select(.action == \"deactivate\")'",
    .options = kOptions,
    .takes_operands = true,
    .reads_stdin = true,
};

identity::Sides read_sides(const std::vector<std::string>& files) {
    identity::Sides sides;
    jsonl::for_each_input(files, [&](jsonl::Reader& lines) { identity::read_directories(lines, sides); });
    if (!sides.desired || !sides.current) {
        const std::string missing = sides.desired ? "current" : "desired";
        throw Error(ExitStatus::bad_input,
                    "there is no stream of the " + missing + " side in the input; " +
                        (sides.desired ? "scim-export" : "activate-export") + " writes it");
    }
    return sides;
}

void write(const identity::Plan& plan, const identity::Sides& sides, bool all) {
    jsonl::Writer out(std::cout);
    out.header({.kind = "plan",
                .source = "scim-diff",
                .scope = sides.desired_header.scope,
                .org = sides.desired_header.org,
                .producer = cli::product(kTool.name, ' '),
                .at = cli::timestamp()});
    const auto seal = identity::write_plan(plan, *sides.current, all, [&](const auto& line) { out.record(line); });
    out.seal(seal);
}

ExitStatus run(const cli::Options& options) {
    const auto sides = read_sides(options.operands());
    identity::refuse_empty(*sides.desired, options.flag("allow-empty"));
    const auto plan = identity::make_plan(*sides.desired, *sides.current, {.rename_users = options.flag("rename-users")});
    for (const auto& warning : plan.warnings) {
        logging::warning(warning);
    }
    write(plan, sides, options.flag("all"));
    const bool changes = !plan.users.empty() || !plan.groups.empty();
    return options.flag("exit-code") && changes ? ExitStatus::differs : ExitStatus::ok;
}

}  // namespace

int main(int argc, char* argv[]) { return cli::run(kTool, argc, argv, run); }
