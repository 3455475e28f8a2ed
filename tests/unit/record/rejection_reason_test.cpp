// The message about a rejected record, or about a rejected key of a record.

#include "record/validation.hpp"

#include "record/name_rules.hpp"
#include "record/ssh_key.hpp"
#include "support/catch.hpp"
#include "support/ssh_blob.hpp"
#include "support/valid_records.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace valid_records;

TEST_CASE("the reason of a rejection has the value, and what to do") {
    const auto check =
        [](std::string_view expected, const auto& record, const record::NamePolicy& policy = {}) {
            const auto refusal = record::why_not(record, policy);
            REQUIRE(refusal);
            CHECK(refusal->reason == expected.substr(0, expected.find(':')));
            CHECK(refusal->detail == expected.substr(expected.find(':') + 2));
        };
    const auto is_sent = [](const auto& record, const record::NamePolicy& policy) {
        return !record::why_not(record, policy);
    };
    record::NamePolicy accounts;
    accounts.user_name_is_address = false;
    auto ada = user();
    ada.user_name.clear();
    check("no-user-name: ACTIVATE has no e-mail address for this user; give them one there",
          ada,
          {.user_name_is_address = true});
    check("no-user-name: ACTIVATE has no username for this user", ada, accounts);
    ada.user_name = "ada lovelace";
    check(
        "bad-user-name: userName \"ada lovelace\" is not one plain e-mail address; correct it in "
        "ACTIVATE",
        ada,
        {.user_name_is_address = true});
    check(
        "bad-user-name: userName \"ada lovelace\" is not one plain e-mail address, nor letters, "
        "digits, . - _ alone; correct it in ACTIVATE",
        ada,
        accounts);
    ada.user_name = "ada.lovelace-1_";
    CHECK(is_sent(ada, accounts));
    ada.user_name = "Root@acme.org";
    check(
        "reserved-user-name: userName \"Root@acme.org\" would become the POSIX user \"root\", a "
        "name of the system; correct it in ACTIVATE, or set SYNC_ALLOW_USERS=Root@acme.org "
        "(--allow-user)",
        ada);
    CHECK(is_sent(ada, {.users = {"root"}}));
    CHECK(is_sent(ada, {.users = {"root@acme.org"}}));
    ada = user();
    ada.email = "ada";
    check("bad-email: e-mail \"ada\" is not one plain address; correct it in ACTIVATE", ada);
    ada.email.reset();
    ada.given_name = std::string(300, 'a');
    const auto refusal = record::why_not(ada, {});
    REQUIRE(refusal);
    CHECK(refusal->reason == "bad-name");
    CHECK(refusal->detail.find(std::string(80, 'a')) == std::string("givenName \"").size());
    CHECK(refusal->detail.find(std::string(81, 'a')) == std::string::npos);
    CHECK(refusal->detail.ends_with("; correct it in ACTIVATE"));
    auto hpc = group();
    hpc.display_name.clear();
    check("no-group-name: ACTIVATE has no name for this group", hpc);
    hpc.display_name = "Docker";
    check(
        "powerful-group: a group named \"Docker\" may give its members rights or root; rename it "
        "in ACTIVATE, or set SYNC_ALLOW_GROUPS=Docker (--allow-group)",
        hpc);
    CHECK(is_sent(hpc, {.groups = {"docker"}}));
}

TEST_CASE("a key that is not sent, or not with its comment, is a warning with the reason") {
    auto ada = user();
    const auto key = ssh_blob::valid_line(1);
    ada.ssh_keys = {key + " ada", ssh_blob::valid_line(2) + " ad\u00e4", "ssh-dss AAAA"};
    std::vector<std::string> warnings;
    const auto keys = record::admitted_keys(ada, warnings);
    CHECK(std::vector<std::string>(keys.begin(), keys.end()) ==
          std::vector<std::string>{key + " ada", ssh_blob::valid_line(2)});
    const auto warning = [](const std::string& line, std::string_view end) {
        std::string text = "ada@acme.org: SSH key ";  // in steps: see ssh_key_fingerprint
        text += record::ssh_key_fingerprint(line);
        return text += end;
    };
    REQUIRE(warnings.size() == 2);
    CHECK(warnings[0] == warning(ssh_blob::valid_line(2),
                                 " is sent without its comment: the line holds a control "
                                 "character, a second line, or a byte that is not ASCII"));
    CHECK(warnings[1] ==
          warning("ssh-dss AAAA", " is not sent: keys of type ssh-dss are not accepted"));
}
