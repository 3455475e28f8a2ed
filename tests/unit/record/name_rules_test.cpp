// Names of every kind, each with its verdict, from names.tsv.
#include "record/name_rules.hpp"
#include "record/validation.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>
#include <string>

namespace {

record::User user_named(const std::string& user_name) {
    return {.external_id = {"pw-activate:user:x"}, .user_name = user_name};
}

record::Group group_named(const std::string& name) {
    return {.external_id = {"pw-activate:group:x"}, .display_name = name};
}

std::optional<record::Refusal> refusal_of(const std::string& kind,
                                          const std::string& name,
                                          record::NamePolicy policy = {}) {
    if (kind == "group") {
        return record::why_not(group_named(name), policy);
    }
    auto user = user_named(kind == "displayName" ? "ada@acme.org" : name);
    if (kind == "displayName") {
        user.display_name = name;
    }
    policy.user_name_is_address = kind != "username";
    return record::why_not(user, policy);
}

}  // namespace

TEST_CASE("each name of the table has the verdict of its row") {
    std::ifstream table(TEST_DATA "/record/names.tsv");
    std::size_t names = 0;
    for (std::string line; std::getline(table, line);) {
        if (line.starts_with('#')) {
            continue;
        }
        std::istringstream columns(line);
        std::string kind;
        std::string verdict;
        std::string text;
        std::getline(columns, kind, '\t');
        std::getline(columns, verdict, '\t');
        std::getline(columns, text);
        INFO(line);
        const auto name = nlohmann::json::parse(text).get<std::string>();
        const auto refusal = refusal_of(kind, name);
        CHECK((refusal ? refusal->reason : "sent") == verdict);
        if (kind == "address" && verdict == "sent") {
            CHECK(record::is_plain_user_name(name));
        }
        ++names;
    }
    CHECK(names > 200);
}

TEST_CASE("the operator permits system names, powerful names and names without a letter") {
    CHECK_FALSE(refusal_of("address", "Slurm@acme.org", {.users = {"slurm@acme.org"}}));
    CHECK_FALSE(refusal_of("address", "Slurm@acme.org", {.users = {"slurm"}}));
    CHECK(refusal_of("address", "root@acme.org", {.users = {"slurm"}}));
    CHECK_FALSE(refusal_of("address", "42@acme.org", {.permits_digits = true}));
    CHECK(refusal_of("address", "-42@acme.org", {.permits_digits = true}));
    CHECK_FALSE(refusal_of("group", "Docker", {.groups = {"docker"}}));
}

TEST_CASE("a rejection names the character and its effect") {
    CHECK(
        refusal_of("address", "a$b@acme.org")->detail ==
        R"(userName "a$b@acme.org" has "$" before the @: a shell gives it a meaning; correct it in ACTIVATE)");
    CHECK(refusal_of("displayName", "Ada\x1b[0m")->detail ==
          R"(displayName "Ada\u001b[0m" has U+001B, a control character; correct it in ACTIVATE)");
    CHECK(refusal_of("group", "\xC3\xA9quipe")->detail ==
          "displayName \"\xC3\xA9quipe\" begins with \"\xC3\xA9\" (U+00E9); a name is a letter or "
          "digit, then letters, digits, - and _; rename the group in ACTIVATE");
    CHECK(
        refusal_of("group", "hpc users")->detail ==
        R"(displayName "hpc users" has a space; a name is a letter or digit, then letters, digits, - and _; rename the group in ACTIVATE)");
}
