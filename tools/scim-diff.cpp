// scim-diff: the plan of the changes that bring SCIM in sync with ACTIVATE.

#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/side_by_side.hpp"
#include "base/text.hpp"
#include "cli/name_lists.hpp"
#include "cli/options.hpp"
#include "cli/producer.hpp"
#include "cli/run.hpp"
#include "cli/secret.hpp"
#include "cli/shown_value.hpp"
#include "os/heap.hpp"
#include "plan/approval_and_restore.hpp"
#include "plan/hold.hpp"
#include "plan/migrate_namespace.hpp"
#include "plan/only.hpp"
#include "plan/shard.hpp"
#include "plan/unchanged/filter.hpp"
#include "plan/withheld.hpp"
#include "plan/write_plan.hpp"
#include "record/found_records.hpp"
#include "record/list_keys.hpp"
#include "record/read_exports.hpp"
#include "record/redaction.hpp"
#include "record/validation.hpp"
#include "tools/diff_options.hpp"
#include "tools/namespace_option.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

constexpr cli::Tool kTool{
    .name = "scim-diff",
    .synopsis = "[OPTION]... [FILE]...",
    .purpose =
        "Compares two exports and prints the plan that brings the current side (SCIM) in sync with "
        "the desired side (ACTIVATE). Reads the files, or standard input; the header of each "
        "stream identifies its side. Opens no socket. A LIMIT is N, P% or P%,N (the smaller); a "
        "percentage is of managed records and allows at least 1.",
    .example = "scim-diff desired.jsonl current.jsonl > plan.jsonl",
    .options = tools::kDiffOptions,
    .takes_operands = true,
    .reads_stdin = true,
};

// Both sides, the records that the filter keeps, and the inputs, of which some lines are read
// again.
struct Input {
    record::Sides sides{};
    plan::unchanged::Filter filter{};
    std::deque<std::optional<stream::Reader>> files{};
};

bool are_regular_files(const std::vector<std::string>& names) {
    return std::all_of(names.begin(), names.end(), [](const std::string& name) {
        std::error_code fault;
        return name != "-" && std::filesystem::is_regular_file(name, fault);
    });
}

std::size_t threads_from(const cli::Options& options) {
    constexpr std::int64_t kMostThreads = 64;
    return static_cast<std::size_t>(options.number("threads", 1, kMostThreads));
}

// Regular files are read at the same time. A pipe can wait for another program without end, so the
// files before it are read first, and most of their errors end the run at once.
void read(const cli::Options& options,
          const std::vector<std::string>& files,
          bool sift,
          Input& input) {
    const std::vector<std::string> standard_input{"-"};
    const auto& names = files.empty() ? standard_input : files;
    std::vector<record::LineFilter*> filters;
    std::vector<record::Sides> sides(names.size());
    input.files.resize(names.size());
    for (std::size_t at = 0; at < names.size(); ++at) {
        filters.push_back(sift ? &input.filter.add_input() : nullptr);
    }
    side_by_side(
        names.size(), are_regular_files(names) ? threads_from(options) : 1, [&](std::size_t at) {
            auto& lines = input.files[at].emplace(stream::open_input(names[at], sift));
            record::read_directories(lines, sides[at], filters[at]);
        });
    for (auto& streams : sides) {
        record::add_streams(input.sides, std::move(streams));
    }
}

// Returns their number.
std::size_t warn(const std::vector<std::string>& sentences) {
    for (const auto& sentence : sentences) {
        logging::warning(sentence);
    }
    return sentences.size();
}

void log_withheld(plan::Plan& plan) {
    for (const auto& sentence : plan::describe_withheld(plan)) {
        sentence.asks_for_action ? logging::error(sentence.text) : logging::warning(sentence.text);
    }
    if (const auto sentence = record::describe_incomplete(plan.exports); !sentence.empty()) {
        logging::error(sentence);
    }
}

// Checks that `captured`, read from the file of --restore, is a capture of the service in `sides`,
// the input.
void require_capture(const cli::Options& options,
                     const record::Sides& captured,
                     const record::Sides& sides) {
    if (!captured.current || captured.desired) {
        throw Error(
            ExitStatus::bad_input,
            options.value("restore") +
                ": a capture to restore is one stream of the current side, written by scim-export");
    }
    if (!sides.current) {
        throw Error(ExitStatus::bad_input,
                    "there is no stream of the current side in the input; scim-export writes it");
    }
    const auto& then = captured.current_header.target;
    const auto& now = sides.current_header.target;
    if (!then.empty() && !now.empty() && then != now) {
        throw Error(ExitStatus::bad_input,
                    options.value("restore") + ": this capture is of " + then +
                        ", and the current side is of " + now +
                        "; restore a capture of the same SCIM service");
    }
    if (!sides.desired) {
        return;
    }
    if (options.flag("restore-leavers")) {
        throw Error(ExitStatus::bad_input,
                    "with --restore-leavers every user gets access back, whether in ACTIVATE or "
                    "not; leave activate-export's stream out");
    }
    if (sides.desired->users.empty() && !options.flag("allow-empty")) {
        throw Error(ExitStatus::refused,
                    "the desired side contains no users, so no user would get access back; check "
                    "the output of activate-export, or give --restore-leavers");
    }
}

// The capture becomes the desired side; the input is the current state. A desired side in the input
// is the present state of ACTIVATE, and shows which users have left since then.
// Returns the number of managed records that only a lookup found.
std::size_t take_capture(const cli::Options& options, record::Sides& sides, plan::Policy& policy) {
    Input capture;
    read(options, {options.value("restore")}, false, capture);
    require_capture(options, capture.sides, sides);
    record::check_confirmations(sides);
    if (!sides.desired && !options.flag("restore-leavers")) {
        logging::warning(
            "users who have left ACTIVATE since the capture get their access back, because the "
            "input has no stream of the desired side; add that of activate-export, or give "
            "--restore-leavers");
    }
    record::check_confirmations(capture.sides);
    warn(record::add_found(capture.sides, "the list of SCIM in the capture"));
    const auto unlisted = warn(record::add_found(sides));
    sides.found.reset();
    auto restore = plan::restore_to(*std::move(capture.sides.current), sides);
    warn(restore.warnings);
    policy.not_given_back = std::move(restore.not_given_back);
    if (capture.sides.current_header.target.empty()) {
        sides.current_header.target.clear();  // so that scim-apply asks for --target=any
    }
    return unlisted;
}

void require_both(const record::Sides& sides) {
    if (!sides.desired || !sides.current) {
        const std::string missing = sides.desired ? "current" : "desired";
        throw Error(ExitStatus::bad_input,
                    "there is no stream of the " + missing + " side in the input; " +
                        (sides.desired ? "scim-export" : "activate-export") + " writes it");
    }
}

// The time of the older export, if it is before that of the plan. In a restore, the headers are
// those of the present sides, and not that of the capture.
std::string time_of_exports(const record::Sides& sides, const std::string& now) {
    auto oldest = now;
    for (const auto* header : {&sides.desired_header, &sides.current_header}) {
        oldest = header->at.empty() ? oldest : std::min(oldest, header->at);
    }
    return oldest == now ? "" : oldest;
}

void write(const plan::Plan& plan,
           const record::Sides& sides,
           const plan::LineOptions& options,
           const plan::IndependentRecords& independent = {}) {
    stream::Writer out(std::cout);
    const auto now = cli::timestamp();
    out.header({.kind = "plan",
                .source = "scim-diff",
                .scope = sides.desired_header.scope,
                .org = sides.desired_header.org,
                .target = sides.current_header.target,
                .name_space = record::own_namespace(),
                .producer = cli::product(kTool.name, ' '),
                .at = now,
                .exported_at = time_of_exports(sides, now)});
    // In blocks: the standard library passes each text of more than 1 KiB to the kernel at once.
    constexpr std::size_t kBlock = std::size_t{64} << 10U;
    std::string lines;
    const auto pass_on = [&] {
        if (!lines.empty()) {
            out.text(lines);
            lines.clear();
        }
    };
    const auto each = [&](std::string_view line) {
        if (lines.size() + line.size() > kBlock) {
            pass_on();
        }
        if (line.size() > kBlock) {  // a large group: no copy of it
            out.text(line);
            return;
        }
        lines.append(lines.empty() ? "" : "\n").append(line);
    };
    const auto seal = plan::write_plan(plan, *sides.current, options, each, independent);
    pass_on();
    out.seal(seal);
}

// The status for the parts that the plan or an export leaves out.
ExitStatus status_of_rest(const plan::Plan& plan) {
    const auto counts = plan::count_withheld(plan);
    return counts.unresolved + plan.exports.unresolved > 0 ? ExitStatus::unresolved
           : counts.partial + plan.exports.partial > 0     ? ExitStatus::partial
                                                           : ExitStatus::ok;
}

// --migrate-namespace: the current side alone, whose records have no namespace yet.
ExitStatus migrate(const cli::Options& options) {
    const auto& name = options.value("migrate-namespace");
    if (!record::is_namespace(name)) {
        options.refuse("migrate-namespace", "is \"" + name + "\", which cannot be a namespace");
    }
    record::use_namespace("");
    Input input;
    read(options, options.operands(), false, input);
    if (!input.sides.current || input.sides.desired) {
        throw Error(ExitStatus::bad_input,
                    "--migrate-namespace reads one stream of the current side, which scim-export "
                    "writes without SYNC_NAMESPACE");
    }
    auto plan = plan::plan_migration(*input.sides.current, name);
    record::use_namespace(name);
    plan.exports = input.sides.current->incomplete;
    log_withheld(plan);
    write(plan, input.sides, {.exactly = true});
    return status_of_rest(plan);
}

// --redact: the exports in the input, for a bug report.
ExitStatus redact(const cli::Options& options) {
    constexpr std::size_t kLeastSecret = 16;
    const auto secret = cli::secret(options, "redact", "").value_or("");
    if (secret.size() < kLeastSecret) {
        options.refuse("redact", "names a file with a secret of fewer than 16 bytes");
    }
    tools::settle_namespace(options);
    Input input;
    read(options, options.operands(), false, input);
    stream::Writer out(std::cout);
    record::write_redacted(std::move(input.sides), secret, out);
    return ExitStatus::ok;
}

// --list-keys: the exports, key by key.
ExitStatus list_keys(const cli::Options& options) {
    tools::settle_namespace(options);
    Input input;
    read(options, options.operands(), false, input);
    stream::Writer out(std::cout);
    out.header({.kind = "ssh-key-check",
                .source = "scim-diff",
                .producer = cli::product(kTool.name, ' '),
                .at = cli::timestamp()});
    record::list_keys(input.sides, out);
    return ExitStatus::ok;
}

// The filter examines the groups meanwhile: neither needs the result of the other.
plan::PlannedUsers plan_users(const cli::Options& options,
                              const plan::Policy& policy,
                              Input& input) {
    std::optional<plan::PlannedUsers> users;
    side_by_side(2, threads_from(options), [&](std::size_t at) {
        if (at == 0) {
            users = plan::plan_all_users(*input.sides.desired, *input.sides.current, policy);
        } else {
            input.filter.examine_groups();
        }
    });
    return *std::move(users);
}

ExitStatus run(const cli::Options& options) {
    tools::refuse_ignored(options);
    if (!options.value("redact").empty()) {
        return redact(options);
    }
    if (options.flag("list-keys")) {
        return list_keys(options);
    }
    if (!options.value("migrate-namespace").empty()) {
        return migrate(options);
    }
    tools::settle_namespace(options);
    auto policy = tools::policy_from(options);
    const auto shard = tools::shard_from(options);
    const auto only = tools::only_from(options);
    os::use_one_heap();
    Input input;
    auto& sides = input.sides;
    const bool needs_records = policy.restore || shard || !only.empty();
    read(options, options.operands(), !needs_records, input);
    std::size_t unlisted = 0;  // managed records that only a lookup found
    if (policy.restore) {
        unlisted = take_capture(options, sides, policy);
    } else {
        record::check_confirmations(sides);
    }
    require_both(sides);
    policy.names.user_name_is_address =
        !policy.restore && sides.desired_header.user_name != "username";
    if (policy.names.user_name_is_address) {
        tools::require_addresses("SYNC_PROTECTED_USERS or SYNC_PROTECT_FILE",
                                 policy.protected_users);
        tools::require_addresses("SYNC_ADOPT_FILE", policy.adopt_users);
    }
    policy.confirmations = sides.confirmations;
    policy.scope = sides.desired_header.scope;
    input.filter.emit_users(*sides.desired, *sides.current, policy, threads_from(options));
    record::add_found_unmanaged(sides);
    unlisted += warn(record::add_found_users(sides));
    if (!only.empty()) {
        policy.only = plan::resolve_only(only, *sides.desired, *sides.current);
    }
    plan::refuse_empty(*sides.desired, options.flag("allow-empty"));

    auto users = plan_users(options, policy, input);
    input.filter.emit_groups(*sides.desired, *sides.current, users.standings);
    unlisted += warn(record::add_found_groups(sides));
    input.filter.name_members(*sides.desired, *sides.current);
    auto plan = plan::plan_with_approval(
        std::move(users), *sides.desired, *sides.current, policy, options.list("approve"));
    const auto complaint =
        plan.held.empty() ? std::string() : plan::describe_held(plan);  // of all shards
    if (shard) {
        plan::keep_shard(*shard, *sides.desired, *sides.current, plan);
    }
    plan.exports = sides.desired->incomplete + sides.current->incomplete;
    warn(plan.account.warnings);
    if (unlisted > 0) {
        logging::error(record::describe_short_list(unlisted));
    }
    log_withheld(plan);
    plan.exports.partial += unlisted;
    const bool held = !plan.held.empty();
    if (held && options.flag("strict")) {
        throw Error(ExitStatus::refused, "no plan is made (--strict): " + complaint);
    }
    const bool all = options.flag("all");
    write(plan,
          sides,
          {.all = all, .exactly = policy.restore, .threads = threads_from(options)},
          input.filter.independent(all));
    if (held) {
        logging::error(complaint);
        return ExitStatus::refused;
    }
    if (const auto rest = status_of_rest(plan); rest != ExitStatus::ok) {
        return rest;
    }
    const bool changes = !plan.users.empty() || plan.new_users > 0 || !plan.groups.empty();
    return options.flag("exit-code") && changes ? ExitStatus::differs : ExitStatus::ok;
}

}  // namespace

int main(int argc, char* argv[]) {
    return cli::run(kTool, argc, argv, run);
}
