// The names of groups in ACTIVATE_SYNC_GROUPS that no group can have.

#include "activate/options.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"

#include <optional>
#include <string>

namespace {

constexpr cli::Tool kTool{.name = "a-tool", .options = activate::kExportOptions};

Caught refusal(const std::string& groups) {
    return caught([&] {
        const auto options = cli::parse(kTool, {"--groups=" + groups}, [](const std::string&) {
            return std::optional<std::string>();
        });
        (void)activate::export_settings(options);
    });
}

}  // namespace

TEST_CASE(
    "a group with an invisible character in the scope is rejected, and the message names it") {
    const auto refused = refusal("all,hpc\u00a0");
    CHECK(refused.status == ExitStatus::usage);
    CHECK(refused.says("has entry 2, \"hpc\u00a0\", which has U+00A0,"));
    CHECK(refusal("\u200bhpc").says("entry 1, \"\u200bhpc\", which has U+200B,"));
    for (const auto* name : {"a\u2003b", "a\u2028b", "a\u00adb", "a\ufeffb", "a\U000E0020"}) {
        CHECK(refusal(name).says("has entry 1, "));
    }
}

TEST_CASE("a group in the scope may have spaces and letters of any script") {
    CHECK(refusal("hpc gpu,gr\u00fcn,\u7d44,e\u0301").status == ExitStatus::ok);
}

TEST_CASE("a group in the scope with a quote or a bracket is rejected") {
    for (const auto* names : {"alpha,'beta'", "[alpha]", "{alpha}", "alpha;beta", "\"alpha\""}) {
        CAPTURE(names);
        const auto refused = refusal(names);
        CHECK(refused.status == ExitStatus::usage);
        CHECK(refused.says("has a quote, a bracket, a semicolon or an end of line"));
    }
}
