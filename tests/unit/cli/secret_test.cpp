// Secrets: from a file or a variable, trimmed, and masked in logs.

#include "cli/secret.hpp"

#include "base/logging.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/option_table.hpp"
#include "support/temporary_folder.hpp"

#include <cstdlib>

using namespace option_table;

TEST_CASE("a secret is read from its file, trimmed, and masked from then on") {
    const TemporaryFolder folder;
    const auto file = folder.file("token", " \n cli-test-secret-1 \n\r\n");
    const auto options = parse({"--token-file", file});
    CHECK(cli::secret(options, "token-file", "CLI_TEST_TOKEN") == "cli-test-secret-1");
    CapturedLog log;
    logging::error("it was cli-test-secret-1");
    CHECK(log.text() == "test: it was ***\n");
}

TEST_CASE("a secret's file overrides its variable; both are trimmed and masked") {
    const TemporaryFolder folder;
    REQUIRE(setenv("CLI_TEST_TOKEN", "cli-test-secret-2\n", 1) == 0);
    CHECK(cli::secret(parse({}), "token-file", "CLI_TEST_TOKEN") == "cli-test-secret-2");
    const auto file = folder.file("token", "cli-test-secret-3");
    CHECK(cli::secret(parse({}, {{"CLI_TEST_TOKEN_FILE", file}}), "token-file", "CLI_TEST_TOKEN") ==
          "cli-test-secret-3");
    CapturedLog log;
    logging::error("cli-test-secret-2");
    CHECK(log.text() == "test: ***\n");
    unsetenv("CLI_TEST_TOKEN");
}

TEST_CASE("a missing or empty secret is not set; a secret's file without a secret is rejected") {
    const TemporaryFolder folder;
    unsetenv("CLI_TEST_TOKEN");
    CHECK_FALSE(cli::secret(parse({}), "token-file", "CLI_TEST_TOKEN"));
    const auto empty = caught([&] {
        (void)cli::secret(
            parse({"--token-file", folder.file("blank", " \n")}), "token-file", "CLI_TEST_TOKEN");
    });
    CHECK(empty.status == ExitStatus::usage);  // the option was given, and the file is empty
    CHECK(empty.says("holds nothing"));
    REQUIRE(setenv("CLI_TEST_TOKEN", " \n", 1) == 0);
    CHECK_FALSE(cli::secret(parse({}), "token-file", "CLI_TEST_TOKEN"));
    unsetenv("CLI_TEST_TOKEN");
}

TEST_CASE("an error about a secret's file names the option or variable that gave it") {
    const auto by_option = caught([] {
        (void)cli::secret(parse({"--token-file=/nonexistent/t"}), "token-file", "CLI_TEST_TOKEN");
    });
    CHECK(by_option.status == ExitStatus::usage);
    CHECK(by_option.says("--token-file names /nonexistent/t"));
    const auto by_variable = caught([] {
        (void)cli::secret(
            parse({}, {{"CLI_TEST_TOKEN_FILE", "/nonexistent/t"}}), "token-file", "CLI_TEST_TOKEN");
    });
    CHECK(by_variable.status == ExitStatus::bad_config);
    CHECK(by_variable.says("CLI_TEST_TOKEN_FILE names /nonexistent/t"));
}
