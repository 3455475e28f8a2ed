// scim-apply: reads a plan, makes SCIM calls, and writes one outcome a line.

#include "apply/applier.hpp"
#include "apply/approvals.hpp"
#include "apply/summary.hpp"
#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/progress.hpp"
#include "base/text.hpp"
#include "cli/http_options.hpp"
#include "cli/options.hpp"
#include "cli/producer.hpp"
#include "cli/run.hpp"
#include "http/base_url.hpp"
#include "os/signals.hpp"
#include "plan/limits.hpp"
#include "plan/read_plan.hpp"
#include "scim/options.hpp"
#include "tools/name_options.hpp"
#include "tools/namespace_option.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr std::array kOwnOptions{
    cli::Option{.name = "dry-run",
                .env = "DRY_RUN",
                .help = "send nothing and print the changes that would be sent",
                .letter = 'n'},
    cli::Option{.name = "verify-before",
                .env = "SYNC_VERIFY_BEFORE",
                .help = "read every resource before writing it; skip it if it has changed"},
    cli::Option{
        .name = "verify",
        .env = "SYNC_VERIFY",
        .help =
            "re-read every resource after writing it (default: only if the response is ambiguous)"},
    cli::Option{.name = "group-writes",
                .value = "replace|add-remove",
                .env = "SYNC_GROUP_WRITES",
                .fallback = "replace",
                .help = "send members with replace (the list) or add-remove"},
    cli::Option{.name = "bulk",
                .env = "SYNC_BULK",
                .help = "send many changes in one request if the service offers /Bulk"},
    cli::Option{.name = "approve",
                .value = "DIGESTS",
                .env = "SYNC_APPROVE",
                .help = "send held changes that have these digests, of the plan or of a limit"},
    cli::Option{.name = "approved-by",
                .value = "NAME",
                .env = "SYNC_APPROVED_BY",
                .help = "record this name as the approver in the seal of the results"},
    cli::Option{.name = "max-age",
                .value = "SECONDS",
                .env = "SYNC_MAX_PLAN_AGE",
                .help = "reject a plan that is older"},
    cli::Option{.name = "org",
                .value = "NAME",
                .env = "ACTIVATE_ORG_NAME",
                .help = "reject a plan of another organization of ACTIVATE"},
    cli::Option{.name = "target",
                .value = "any",
                .help = "send a plan that does not name its service (only: any)"},
};
constexpr auto kOptions = cli::joined(
    kOwnOptions,
    cli::joined(
        tools::kNameOptions,
        cli::joined(tools::kNamespaceOption, cli::joined(scim::kOptions, cli::kHttpOptions))));

constexpr cli::Tool kTool{
    .name = "scim-apply",
    .synopsis = "[OPTION]... [FILE]",
    .purpose =
        "Carries out a plan of scim-diff: users first, then groups. Prints one outcome for each "
        "change.",
    .example = "scim-apply --dry-run plan.jsonl",
    .options = kOptions,
    .takes_operands = true,
    .reads_stdin = true,
};

/// Limits whose held changes are sent, and the digests that approve them.
struct Approved {
    std::set<std::string, std::less<>> limits{};
    std::vector<std::string> digests{};
};

nlohmann::ordered_json seal_of(const apply::Outcomes& outcomes,
                               const http::Traffic& traffic,
                               bool dry_run) {
    nlohmann::ordered_json seal{{"applied", outcomes.applied},
                                {"failed", outcomes.failed},
                                {"skipped", outcomes.skipped},
                                {"held", outcomes.held},
                                {"unresolved", outcomes.unresolved},
                                {"partial", outcomes.partial}};
    if (dry_run) {
        seal["dryRun"] = true;
        seal["planned"] = outcomes.planned;
    }
    if (outcomes.not_sent > 0) {
        seal["notSent"] = outcomes.not_sent;
    }
    if (outcomes.unknown > 0) {
        seal["unknown"] = outcomes.unknown;
    }
    seal["requests"] = traffic.requests;
    seal["retries"] = traffic.retries;
    return seal;
}

// Seconds since `at`; nullopt if that is not a time. SOURCE_DATE_EPOCH dates streams, and has no
// influence here.
std::optional<std::int64_t> age_of(const std::string& at) {
    std::tm made{};
    if (strptime(at.c_str(), "%Y-%m-%dT%H:%M:%SZ", &made) == nullptr) {
        return std::nullopt;
    }
    return std::time(nullptr) - timegm(&made);
}

// A plan is valid for a limited time only, which begins with its exports.
void refuse_by_age(const stream::Header& header, const cli::Options& options) {
    constexpr std::int64_t kMostAhead = 300;  // tolerance for clocks that differ
    if (const auto made = age_of(header.at); made && -*made > kMostAhead) {
        throw Error(ExitStatus::refused,
                    "the plan was made at " + header.at + ", which is " + std::to_string(-*made) +
                        " s in the future; set the clock of this machine, or make the plan again");
    }
    if (options.value("max-age").empty()) {
        return;
    }
    constexpr std::int64_t kYear = 31'622'400;  // 366 days
    const auto most = options.number("max-age", 1, kYear);
    const auto age = age_of(header.exported_at.empty() ? header.at : header.exported_at);
    if (!age || !age_of(header.at)) {
        throw Error(ExitStatus::refused,
                    "the plan does not say when it was made, and --max-age is given; make it again "
                    "with scim-diff");
    }
    if (*age > most) {
        throw Error(ExitStatus::refused,
                    (header.exported_at.empty()
                         ? "the plan was made "
                         : "the exports of the plan were made at " + header.exported_at + ", ") +
                        std::to_string(*age) + " s ago, and --max-age allows " +
                        std::to_string(most) + "; export and plan again");
    }
}

// A plan is for one SCIM service and one organization of ACTIVATE. `base_url` is empty in a dry run
// without configuration.
void refuse_other_target(const stream::Header& header,
                         const std::string& base_url,
                         const cli::Options& options) {
    const bool any_target = options.choice("target", {"", "any"}) == "any";
    const auto target = base_url.empty() ? "" : http::canonical_base_url(base_url);
    if (header.target.empty() && !any_target && !target.empty()) {
        throw Error(ExitStatus::bad_config,
                    "the plan does not say for which SCIM service it is: its current side was not "
                    "written by scim-export of this version; give --target=any if it is for " +
                        target);
    }
    if (!header.target.empty() && !target.empty() && header.target != target) {
        throw Error(ExitStatus::bad_config,
                    "the plan is for " + header.target + ", and the SCIM base URL is " + target +
                        "; set CW_SCIM_BASE_URL, or make a plan for this service");
    }
    const auto& org = options.value("org");
    if (!org.empty() && !header.org.empty() && org != header.org) {
        throw Error(ExitStatus::bad_config,
                    "the plan is for organization " + header.org +
                        " of ACTIVATE, and this run is of " + org + "; use the credentials of " +
                        header.org + ", or make a plan for " + org);
    }
}

// An approver has reviewed the held changes and approved them by digests. A digest approves exactly
// these changes, not edited ones.
Approved approved_limits(const plan::PlanSummary& plan, const cli::Options& options) {
    const auto digests = text::split_list(options.value("approve"));
    if (digests.empty() || plan.held == 0) {
        return {};
    }
    if (plan.resealed && !options.is_from_environment("approve")) {
        throw Error(ExitStatus::refused,
                    "--approve: the plan was edited and sealed again, so it is not known whether "
                    "its " +
                        text::counted(plan.held, "held change is", "held changes are") +
                        " what was approved; make it again with scim-diff");
    }
    const auto is_named = [&](const std::string& digest) {
        return std::find(digests.begin(), digests.end(), digest) != digests.end();
    };
    Approved approved;
    for (const auto& [limit, held] : plan.held_by) {
        if (!plan.resealed && (is_named(plan.held_digest) || is_named(held.digest))) {
            approved.limits.insert(limit);
            approved.digests.push_back(is_named(plan.held_digest) ? plan.held_digest : held.digest);
            continue;
        }
        logging::warning(text::counted(held.lines, "change stays held", "changes stay held") +
                         " by " + limit + ": " +
                         (plan.resealed
                              ? "the plan was edited and sealed again; make it again with scim-diff"
                              : "what was approved is " + options.value("approve") +
                                    ", and the digest of what is held is " + held.digest));
    }
    return approved;
}

apply::ApplySettings settings_from(const cli::Options& options,
                                   std::set<std::string, std::less<>> approved) {
    const bool replace = options.choice("group-writes", {"replace", "add-remove"}) == "replace";
    return {.dry_run = options.flag("dry-run"),
            .verify_before = options.flag("verify-before"),
            .verify = options.flag("verify"),
            .approved = std::move(approved),
            .names = tools::names_from(options),
            .group_writes = replace ? apply::GroupWrites::replace : apply::GroupWrites::add_remove};
}

// A plan leaves the memberships of users unchanged whose reactivation is held, and has none of
// users whose takeover is held.
bool leaves_memberships(const Approved& approved) {
    return approved.limits.contains(plan::kMaxReactivations) ||
           approved.limits.contains(plan::kMaxTakeovers);
}

// The error that ended a run, if there is one. The steps after it are still carried out: answers in
// flight are waited for, and the stream is sealed.
class RunSteps {
  public:
    // After a signal, the program ends by that signal. An error, which the signal may have caused,
    // is reported, and does not decide the end.
    void take(const std::function<void()>& step) {
        try {
            step();
        } catch (const Error& error) {
            if (os::signals::noted() != 0) {
                logging::error(error.what());
            } else if (!failed()) {
                error_.emplace(error);
            }
        } catch (const std::exception&) {
            fault_ = failed() ? fault_ : std::current_exception();
        }
    }
    [[nodiscard]] bool failed() const { return error_ || fault_; }
    [[nodiscard]] const std::optional<Error>& error() const { return error_; }
    [[nodiscard]] const std::exception_ptr& fault() const { return fault_; }

  private:
    std::optional<Error> error_{};
    std::exception_ptr fault_{};  // another exception
};

ExitStatus run(const cli::Options& options) {
    tools::settle_namespace(options);
    const bool dry_run = options.flag("dry-run");
    const auto config =
        dry_run ? scim::ServiceSettings{.base_url = scim::configured_base_url(options)}
                : scim::service_settings_from(options);  // a dry run needs no credential
    if (options.operands().size() > 1) {
        throw Error(ExitStatus::usage,
                    "more than one plan; give one file, or none for standard input");
    }
    auto plan =
        stream::open_input(options.operands().empty() ? "-" : options.operands().front(), true);
    const auto old_plans =
        options.value("target").empty() ? plan::OldPlans::refused : plan::OldPlans::permitted;
    // The complete plan is checked before the first write.
    progress::Work work{.step = "changes"};
    const auto summary =
        plan::read_plan(plan, old_plans, [&](const auto&, auto&) { ++work.total; });
    refuse_other_target(summary.header, config.base_url, options);
    refuse_by_age(summary.header, options);
    auto approved = approved_limits(summary, options);
    auto settings = settings_from(options, approved.limits);
    // Approvals that scim-diff has used belong to this run, too: it did not hold their changes.
    approved.digests.insert(
        approved.digests.end(), summary.approved.begin(), summary.approved.end());
    const auto approvals = apply::record_of_approvals(
        approved.digests, cli::timestamp(), options.value("approved-by"));

    cli::ServiceConnection connection(options, kTool.name, "SCIM", config.headers);
    scim::ScimClient service(connection.client(), config.base_url, config.page_size);
    stream::Writer out(std::cout);
    out.header({.kind = "results",
                .source = "scim-apply",
                .name_space = record::own_namespace(),
                .producer = cli::product(kTool.name, ' '),
                .at = cli::timestamp()});
    out.flush();  // an empty stream reports that nothing was sent
    os::signals::note();
    std::optional<Error> no_answer;
    try {
        if (options.flag("bulk") && !dry_run) {
            settings.bulk = apply::offered_bulk(service);
        }
    } catch (const Error& error) {
        no_answer.emplace(error);
    }
    apply::Applier applier(service, out, settings);
    if (no_answer) {
        applier.end(*no_answer);
    }
    plan.rewind();
    auto unread = work.total;  // the second reading ends early if it fails
    progress::set(std::move(work));
    RunSteps steps;
    steps.take([&] {
        (void)plan::read_plan(plan, old_plans, [&](const auto& change, auto& line) {
            unread -= unread > 0 ? 1U : 0U;
            applier.apply(change, line);
        });
    });
    applier.add_not_sent(unread);
    if (steps.failed()) {
        connection.client().stop();
    }
    steps.take([&] { applier.finish(); });
    applier.log_rest();
    steps.take([&] {
        auto seal = seal_of(applier.outcomes(), connection.client().traffic(), dry_run);
        if (!approvals.empty()) {
            seal["approvals"] = approvals;
        }
        out.seal(seal);
    });

    const auto& outcomes = applier.outcomes();
    if (os::signals::noted() != 0) {
        logging::error("stopped by a signal: " + apply::account_of(outcomes) +
                       "; the next run does the rest");
        os::signals::die_of(os::signals::noted());
    }
    if (steps.fault()) {
        std::rethrow_exception(steps.fault());
    }
    if (const auto& error = steps.error() ? steps.error() : applier.ended_by()) {
        throw Error(error->status(), error->what() + ("; " + apply::account_of(outcomes)));
    }
    const auto status = apply::status_of(outcomes, summary);
    if (status == ExitStatus::ok && !dry_run && leaves_memberships(approved)) {
        logging::error(
            "users whose reactivation or takeover was approved have the groups of before: run "
            "again, so that these are compared with ACTIVATE");
        return ExitStatus::partial;
    }
    if (status != ExitStatus::ok) {
        logging::error(apply::summary_of(outcomes, summary, status));
    } else if (outcomes.failed > 0) {
        logging::warning(apply::summary_of(outcomes, summary, status) +
                         "; only names of users differ, and no access");
    }
    return status;
}

}  // namespace

int main(int argc, char* argv[]) {
    return cli::run(kTool, argc, argv, run);
}
