// The planned changes of users.

#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"
#include "support/plan_run.hpp"

#include <optional>
#include <string>

using namespace plan_run;

TEST_CASE("a user absent in SCIM is created, with all known values") {
    const auto line = only_line(planned({{ada()}, {}}, {}));
    CHECK(line.at("type") == "change");
    CHECK(line.at("action") == "create");
    CHECK(line.at("resource") == "User");
    CHECK(line.at("externalId") == "pw-activate:user:ada");
    CHECK(line.at("method") == "POST");
    CHECK(line.at("path") == "/Users");
    CHECK(line.at("bulkId") == "pw-activate:user:ada");
    const auto user = ada();
    CHECK(line.at("data").dump() ==
          record::user_resource(user, record::views_of(user.ssh_keys)).text());
    CHECK(line.at("before").is_null());
    CHECK(line.at("after").at("userName") == "ada@acme.org");
    CHECK(says(line, "absent in SCIM"));
    CHECK_FALSE(line.contains("version"));
}

TEST_CASE("a user who is the same on both sides is unchanged") {
    const auto line = only_line(planned({{ada()}, {}}, {{there(ada(), "1")}, {}}));
    CHECK(line.at("type") == "unchanged");
    CHECK(line.at("externalId") == "pw-activate:user:ada");
}

TEST_CASE("the differences are sent in one PATCH with explicit paths") {
    auto present = there(ada(), "8f");
    present.version = "W/\"3\"";
    SECTION("one attribute") {
        present.display_name = "Ada King";
        const auto line = only_line(planned({{ada()}, {}}, {{present}, {}}));
        CHECK(line.at("action") == "update");
        CHECK(line.at("method") == "PATCH");
        CHECK(line.at("path") == "/Users/8f");
        CHECK(line.at("version") == "W/\"3\"");
        CHECK_FALSE(line.contains("bulkId"));
        CHECK(line.at("data").dump() ==
              R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],)"
              R"("Operations":[{"op":"replace","path":"displayName","value":"Ada Lovelace"}]})");
        CHECK(line.at("before").dump() == R"({"displayName":"Ada King"})");
        CHECK(line.at("after").dump() == R"({"displayName":"Ada Lovelace"})");
        CHECK(says(line, "Ada King"));
    }
    SECTION("all of them") {
        present.display_name = "x";
        present.given_name = "x";
        present.ssh_keys = Texts{ssh_blob::valid_line(2)};
        present.active = false;
        const auto line = only_line(planned({{ada()}, {}}, {{present}, {}}));
        CHECK(line.at("action") == "reactivate");
        auto paths = paths_of(line);
        std::sort(paths.begin(), paths.end());
        CHECK(paths == Texts{"replace active",
                             "replace displayName",
                             "replace name",
                             "replace " + std::string(kKeysUrn) + ":sunkSshKeys"});
        CHECK(value_at(line, "active") == "true");
    }
}

TEST_CASE("an id with characters that a path does not allow is percent-encoded") {
    auto present = there(ada(), "a/b c");
    present.display_name = "x";
    CHECK(only_line(planned({{ada()}, {}}, {{present}, {}})).at("path") == "/Users/a%2Fb%20c");
}

TEST_CASE("a user who returns is reactivated under the same id") {
    const auto line = only_line(planned({{ada()}, {}}, {{there(inactive(ada()), "8f")}, {}}));
    CHECK(line.at("action") == "reactivate");
    CHECK(line.at("path") == "/Users/8f");
}

TEST_CASE("a user who returns gets the keys of ACTIVATE, also if SCIM shows the same ones") {
    auto wanted = ada();
    wanted.ssh_keys = GENERATE(Texts{}, Texts{ssh_blob::valid_line(1)});
    const auto keys = json(*wanted.ssh_keys);
    auto present = there(inactive(wanted), "8f");
    if (keys.empty() && GENERATE(false, true)) {
        present.ssh_keys.reset();
    }
    const auto line = only_line(planned({{wanted}, {}}, {{present}, {}}));
    CHECK(paths_of(line) == Texts{"replace active", "replace " + std::string(record::kKeysPath)});
    CHECK(line.at("after") == json{{"active", true}, {"sshKeys", keys}});
}

TEST_CASE("a user who returns with unknown keys keeps those of SCIM") {
    auto wanted = ada();
    wanted.ssh_keys.reset();
    const auto line = only_line(planned({{wanted}, {}}, {{there(inactive(ada()), "8f")}, {}}));
    CHECK(paths_of(line) == Texts{"replace active"});
    CHECK(line.at("before").dump() == R"({"active":false})");
    CHECK(line.at("after").dump() == R"({"active":true})");
}

TEST_CASE("an old record that a new user takes over gets the keys of that user, also equal ones") {
    auto old = ada();
    old.external_id = {"pw-activate:user:old"};
    old.ssh_keys = Texts{};
    auto wanted = ada();
    wanted.ssh_keys = Texts{};
    const auto line =
        planned({{wanted}, {}}, {{there(inactive(old), "8f")}, {}}).change("pw-activate:user:ada");
    CHECK(line.at("action") == "adopt");
    CHECK(line.at("after").at("sshKeys") == json::array());
}

TEST_CASE("a user absent in ACTIVATE is deactivated, never deleted, and keeps everything else") {
    const auto line = only_line(planned({}, {{there(ada(), "8f")}, {}}));
    CHECK(line.at("action") == "deactivate");
    CHECK(line.at("method") == "PATCH");
    CHECK(paths_of(line) == Texts{"replace active"});
    CHECK(value_at(line, "active") == "false");
    CHECK(says(line, "absent in ACTIVATE"));
}

TEST_CASE("a user who is inactive in ACTIVATE is deactivated, without any other change") {
    auto leaver = inactive(ada());
    leaver.display_name = "Another";
    leaver.ssh_keys = Texts{};
    const auto line = only_line(planned({{leaver}, {}}, {{there(ada(), "8f")}, {}}));
    CHECK(line.at("action") == "deactivate");
    CHECK(paths_of(line) == Texts{"replace active"});
    CHECK(says(line, "inactive in ACTIVATE"));
}

TEST_CASE("an inactive user is never created, and an inactive record stays unchanged") {
    const auto gone = there(inactive(ada()), "8f");
    auto changed = inactive(ada());
    changed.display_name = "Another";
    CHECK(only_line(planned({{inactive(ada())}, {}}, {})).at("type") == "unchanged");
    CHECK(only_line(planned({{changed}, {}}, {{gone}, {}})).at("type") == "unchanged");
    CHECK(only_line(planned({}, {{gone}, {}})).at("type") == "unchanged");
}

TEST_CASE("unknown keys stay unchanged") {
    auto wanted = ada();
    wanted.ssh_keys.reset();
    CHECK(only_line(planned({{wanted}, {}}, {{there(ada(), "1")}, {}})).at("type") == "unchanged");
    wanted.display_name = "Ada King";
    const auto line = only_line(planned({{wanted}, {}}, {{there(ada(), "1")}, {}}));
    CHECK(paths_of(line) == Texts{"replace displayName"});
    const auto create = only_line(planned({{wanted}, {}}, {}));
    CHECK_FALSE(create.at("data").contains(kKeysUrn));
}

TEST_CASE("an empty list of keys empties the list") {
    auto wanted = ada();
    wanted.ssh_keys = Texts{};
    const auto line = only_line(planned({{wanted}, {}}, {{there(ada(), "1")}, {}}));
    CHECK(value_at(line, std::string(kKeysUrn) + ":sunkSshKeys") == "[]");
    CHECK(line.at("after").at("sshKeys").empty());
}

TEST_CASE("keys are replaced completely, and why has the fingerprint of each") {
    auto wanted = ada();
    wanted.ssh_keys = Texts{ssh_blob::valid_line(1), ssh_blob::valid_line(2)};
    auto present = there(ada(), "1");
    present.ssh_keys = Texts{ssh_blob::valid_line(1), ssh_blob::valid_line(3)};
    const auto line = only_line(planned({{wanted}, {}}, {{present}, {}}));
    CHECK(value_at(line, std::string(kKeysUrn) + ":sunkSshKeys") == json(*wanted.ssh_keys).dump());
    CHECK(says(line, "sshKeys + " + record::ssh_key_fingerprint(ssh_blob::valid_line(2))));
    CHECK(says(line, "sshKeys - " + record::ssh_key_fingerprint(ssh_blob::valid_line(3))));
    CHECK_FALSE(says(line, record::ssh_key_fingerprint(ssh_blob::valid_line(1))));
}

TEST_CASE("unknown names stay unchanged") {
    auto wanted = ada();
    wanted.display_name.reset();
    wanted.given_name.reset();
    wanted.family_name.reset();
    wanted.email.reset();
    CHECK(only_line(planned({{wanted}, {}}, {{there(ada(), "1")}, {}})).at("type") == "unchanged");
    wanted.given_name = "Augusta";
    const auto line = only_line(planned({{wanted}, {}}, {{there(ada(), "1")}, {}}));
    CHECK(value_at(line, "name") == R"({"givenName":"Augusta","familyName":"Lovelace"})");
}

TEST_CASE("a name that SCIM lacks is set") {
    auto present = there(ada(), "1");
    present.display_name.reset();
    present.given_name.reset();
    const auto line = only_line(planned({{ada()}, {}}, {{present}, {}}));
    CHECK(paths_of(line) == Texts{"replace displayName", "replace name"});
    CHECK(line.at("before").at("displayName").is_null());
}

TEST_CASE("an address that differs only in case is not a difference") {
    auto present = there(ada(), "1");
    present.user_name = "ADA@Acme.ORG";
    present.email = "Ada@ACME.org";
    CHECK(only_line(planned({{ada()}, {}}, {{present}, {}})).at("type") == "unchanged");
    CHECK(only_line(planned({{ada()}, {}}, {{present}, {}}, without_rails({.rename_users = true})))
              .at("type") == "unchanged");
}

TEST_CASE("a changed userName or e-mail is reported, and sent only if requested") {
    auto present = there(ada(), "1");
    present.user_name = "countess@acme.org";
    present.email = "countess@acme.org";
    SECTION("not requested") {
        const auto line = only_line(planned({{ada()}, {}}, {{present}, {}}));
        CHECK(line.at("type") == "unchanged");
        CHECK(contains(line.at("note").get<std::string>(), "countess@acme.org"));
        CHECK(contains(line.at("note").get<std::string>(), "--rename-users"));
    }
    SECTION("not requested, next to another change") {
        present.display_name = "x";
        const auto line = only_line(planned({{ada()}, {}}, {{present}, {}}));
        CHECK(paths_of(line) == Texts{"replace displayName"});
        CHECK(says(line, "--rename-users"));
    }
    SECTION("requested") {
        const auto line = only_line(
            planned({{ada()}, {}}, {{present}, {}}, without_rails({.rename_users = true})));
        CHECK(paths_of(line) == Texts{"replace userName", "replace emails"});
        CHECK(value_at(line, "userName") == quoted("ada@acme.org"));
        CHECK(value_at(line, "emails") ==
              R"([{"value":"ada@acme.org","type":"work","primary":true}])");
        CHECK(line.at("before").at("userName") == "countess@acme.org");
    }
}

TEST_CASE("a user without an address is skipped with a reason, and stays unchanged") {
    auto nameless = ada();
    nameless.user_name.clear();
    const auto newcomer = only_line(planned({{nameless}, {}}, {}));
    CHECK(newcomer.at("type") == "skip");
    CHECK(newcomer.at("reason") == "no-user-name");
    const auto known = only_line(planned({{nameless}, {}}, {{there(ada(), "1")}, {}}));
    CHECK(known.at("type") == "skip");
    CHECK(known.at("path") == "/Users/1");
}

TEST_CASE("a user who is inactive in ACTIVATE loses both of two records in SCIM") {
    const Directory current{{there(person("ada"), "1"), there(person("ada"), "2")}, {}};
    const auto plan = planned({{inactive(person("ada")), person("ben")}, {}}, current);
    Texts lines;
    for (const auto& line : plan.changes()) {
        lines.push_back(line.at("action").get<std::string>() + " " +
                        line.at("path").get<std::string>());
    }
    CHECK(lines == Texts{"deactivate /Users/1", "deactivate /Users/2", "create /Users"});
}
