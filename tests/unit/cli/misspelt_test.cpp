// Misspelt variables: the names that are rejected, the correct names in the messages, and the names
// of other programs.

#include "cli/misspelt.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"

#include <string>

using cli::intended_variable;

TEST_CASE("a known mistake and a name at most two characters away are misspelt") {
    CHECK(intended_variable("DRYRUN") == "DRY_RUN");
    CHECK(intended_variable("dry_run") == "DRY_RUN");
    CHECK(intended_variable("SYNC_DRY_RUN") == "DRY_RUN");
    CHECK(intended_variable("SYNC_GROUPS") == "ACTIVATE_SYNC_GROUPS");
    CHECK(intended_variable("ACTIVATE_SYNC_GROUP") == "ACTIVATE_SYNC_GROUPS");
    CHECK(intended_variable("SYNC_MAX_DEACTIVATION") == "SYNC_MAX_DEACTIVATIONS");
    CHECK(intended_variable("SYNC_MAX_DAECTIVATIONS") == "SYNC_MAX_DEACTIVATIONS");
    CHECK(intended_variable("CW_SCIM_TOKEN") == "CW_SCIM_BEARER_TOKEN");
    CHECK(intended_variable("ACTIVATE_APIKEY") == "ACTIVATE_API_KEY");
}

TEST_CASE("a name with one of our prefixes, DRY and RUN was meant to be DRY_RUN") {
    for (const auto* name : {"PW_DRY_RUN",
                             "CW_DRY_RUN",
                             "SCIM_DRY_RUN",
                             "SCIM_SYNC_DRY_RUN",
                             "SYNC_DRY_RUN_ENABLED",
                             "ACTIVATE_SYNC_DRY_RUN",
                             "SYNC_FORCE_DRY_RUN",
                             "DRY_RUN_MODE",
                             "DRY_RUN_ONLY",
                             "DRY_MODE"}) {
        INFO(name);
        CHECK(intended_variable(name) == "DRY_RUN");
    }
    CHECK_FALSE(intended_variable("PW_RUN_DRY"));
    CHECK_FALSE(intended_variable("NO_DRY_RUN"));
    CHECK_FALSE(intended_variable("PW_SCIM_SYNC_PROGRESS"));
}

TEST_CASE("a name that a shell cannot set is misspelt, too") {
    CHECK(intended_variable("SYNC-DRY-RUN") == "DRY_RUN");
    CHECK(intended_variable("SYNC.DRY.RUN") == "DRY_RUN");
    CHECK(intended_variable("DRY-MODE") == "DRY_RUN");
    CHECK(intended_variable(" DRY_RUN") == "DRY_RUN");
    CHECK(intended_variable("DRY_RUN\u200b") == "DRY_RUN");
    CHECK(intended_variable("SYNC-GROUPS") == "ACTIVATE_SYNC_GROUPS");
    CHECK(intended_variable("SYNC-JOBS") == "SYNC_JOBS");
}

TEST_CASE("correct names and those of other programs are not misspelt") {
    for (const auto* name : {"DRY_RUN",
                             "SYNC_JOBS",
                             "SYNC_PROTECT_FILE",
                             "ACTIVATE_API_KEY_FILE",
                             "METRICS_PORT",
                             "METRICS_FILES",
                             "LOGLEVEL",
                             "CI_COMMIT_SHA",
                             "SYNC_RATE_PORT",
                             "SYNC_JOB_SERVICE_HOST",
                             "SYNC_SERVICE_PORT_HTTP",
                             "SYNC_GATEWAY_CLUSTER",
                             "ACTIVATE_PYTHON_VENV",
                             "CW_AGENT",
                             "PW_API_KEY",
                             "PATH",
                             ""}) {
        INFO(name);
        CHECK_FALSE(intended_variable(name));
    }
}

TEST_CASE("a misspelt variable ends the run, an empty or ignored one does not") {
    const auto error = caught([] { cli::refuse_misspelt({"HOME=/", "DRYRUN=false"}, ""); });
    CHECK(error.status == ExitStatus::bad_config);
    CHECK(error.says("DRYRUN is not a variable of this program; did you mean DRY_RUN?"));
    CHECK_NOTHROW(cli::refuse_misspelt({"DRYRUN=", "DRYRUN", "=x"}, ""));
    CHECK_NOTHROW(cli::refuse_misspelt({"DRYRUN=1", "SYNC_JOB=1"}, "SYNC_JOB, DRYRUN"));
}
