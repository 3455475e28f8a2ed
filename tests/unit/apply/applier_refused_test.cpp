// After a refused PATCH, removals of access are sent again separately, and so are additions unless
// a name was refused with them.

#include "record/scim_resource.hpp"
#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

#include <algorithm>
#include <string>
#include <utility>

using namespace apply_run;

namespace {

const std::string kHpc = "/Groups/hpc";
const std::string kAda = "/Users/ada";
const std::string kKeys = std::string(record::kKeysPath);

json group_record(const Texts& members) {
    return {{"id", "hpc"},
            {"externalId", "pw-activate:group:hpc"},
            {"displayName", "old"},
            {"members", members_of(members)}};
}

json keyed(const Texts& keys, bool active = true) {
    auto record = record_of("ada", active);
    record[std::string(record::kKeysSchema)] = {{std::string(record::kKeysAttribute), keys}};
    return record;
}

/// A rename of the group, with other members: `7f` is removed, `9f` is added.
json rename_group() {
    auto line = update_group("hpc", {"8f", "9f"});
    line["before"] = {{"displayName", "old"}, {"members", {user_id("gone"), user_id("stays")}}};
    line["after"] = {{"displayName", "hpc"}, {"members", {user_id("comes"), user_id("stays")}}};
    return line;
}

json replace(const std::string& path, const json& value) {
    return {{"op", "replace"}, {"path", path}, {"value", value}};
}

json update_user(const std::vector<json>& operations, const json& before, const json& after) {
    auto line = rename_user("ada", "Ada");
    line["data"]["Operations"] = operations;
    line["before"] = before;
    line["after"] = after;
    return line;
}

/// The service, by reference: its state is compared later.
auto by_reference(PatchedRecords& service) {
    return [&service](const Request& request) { return service(request); };
}

Texts members_in(PatchedRecords& service) {
    return values_of(service.records.at(kHpc).at("members"));
}

json keys_in(PatchedRecords& service) {
    return service.records.at(kAda).at(std::string(record::kKeysSchema)).at("sunkSshKeys");
}

}  // namespace

TEST_CASE("after a refused group name, removals are sent, and additions wait for the name") {
    PatchedRecords service{.records = {{kHpc, group_record({"7f", "8f"})}}};
    service.refuse = [](const json& patch) { return sets(patch, "displayName") ? 409 : 0; };
    Run run(by_reference(service));
    run.apply({with(rename_group(), "version", "W/\"1\"")});
    CHECK(run.transport.sent() ==
          Texts{"PATCH /Groups/hpc", "GET /Groups/hpc", "PATCH /Groups/hpc"});
    CHECK(members_in(service) == Texts{"8f"});
    CHECK(run.how("u-hpc") == "failed");
    CHECK(run.reason("u-hpc") == "conflict");
    CHECK(run.outcome("u-hpc").at("exitStatus") == 4);
    CHECK(run.detail("u-hpc") ==
          "HTTP 409: refused; the removals of this change were applied; its additions wait until "
          "the service accepts the name");
    const auto headers = run.writes().back().headers;
    CHECK(std::count(headers.begin(),
                     headers.end(),
                     std::pair<std::string, std::string>("If-Match", "W/\"1\"")) == 1);
}

TEST_CASE("after a refusal without a name, removals and then additions are sent again") {
    PatchedRecords service{
        .records = {
            {kAda,
             keyed({"ssh-ed25519 "
                    "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7",
                    "ssh-ed25519 "
                    "AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E"})}}};
    service.refuse = [](const json& patch) { return sets(patch, "displayName") ? 400 : 0; };
    Run run(by_reference(service));
    run.apply({update_user(
        {replace("displayName", "Ada"),
         replace(
             kKeys,
             {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E",
              "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILjmDpGxaphJ1AKPDHADROv9TfYJhwf96rRcPe7HXrGp"})},
        {{"sshKeys",
          {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7",
           "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E"}}},
        {{"sshKeys",
          {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E",
           "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILjmDpGxaphJ1AKPDHADROv9TfYJhwf96rRcPe7HXrGp"}}})});
    REQUIRE(run.writes().size() == 3);
    CHECK(json::parse(run.writes()[1].body).at("Operations") ==
          json::array(
              {replace(kKeys,
                       {"ssh-ed25519 "
                        "AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E"})}));
    CHECK(keys_in(service) ==
          json{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E",
               "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILjmDpGxaphJ1AKPDHADROv9TfYJhwf96rRcPe7HXrGp"});
    CHECK(run.how("n-ada") == "failed");
    CHECK(run.detail("n-ada") ==
          "HTTP 400: refused; the removals of this change were applied; its additions were "
          "applied");
    // Only the name of a user differs, which does not give access.
    CHECK(run.outcome("n-ada").at("exitStatus") == 0);
}

TEST_CASE("after a refused userName, keys are removed and none are added") {
    PatchedRecords service{
        .records = {
            {kAda,
             keyed({"ssh-ed25519 "
                    "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7",
                    "ssh-ed25519 "
                    "AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E"})}}};
    service.refuse = [](const json& patch) { return sets(patch, "userName") ? 409 : 0; };
    Run run(by_reference(service));
    run.apply({update_user(
        {replace("userName", "eve@x.org"),
         replace(
             kKeys,
             {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E",
              "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILjmDpGxaphJ1AKPDHADROv9TfYJhwf96rRcPe7HXrGp"})},
        {{"sshKeys",
          {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7",
           "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E"}}},
        {{"sshKeys",
          {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E",
           "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILjmDpGxaphJ1AKPDHADROv9TfYJhwf96rRcPe7HXrGp"}}})});
    CHECK(keys_in(service) ==
          json{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E"});
    CHECK(run.outcome("n-ada").at("exitStatus") == 4);
}

TEST_CASE("a part that would be the refused PATCH again is not sent") {
    struct Row {
        json line;
        std::size_t writes;
        std::size_t reads;
    };
    auto added = update_group("hpc", {"7f", "8f", "9f"});
    added["data"]["Operations"].erase(0);
    added["before"] = {{"members", {"a", "b"}}};
    added["after"] = {{"members", {"a", "b", "c"}}};
    auto named = update_group("hpc", {});
    named["data"]["Operations"].erase(1);
    named["before"] = {{"displayName", "old"}};
    named["after"] = {{"displayName", "hpc"}};
    auto leaver = deactivate_user("ada");
    leaver["data"]["Operations"].push_back(replace(kKeys, json::array()));
    leaver["before"]["sshKeys"] = {
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"};
    leaver["after"]["sshKeys"] = json::array();
    auto returner = with(deactivate_user("eve"), "action", "reactivate");
    returner["data"]["Operations"] = {replace("active", true),
                                      replace(kKeys, leaver["before"]["sshKeys"])};
    std::swap(returner["before"], returner["after"]);
    const auto row = GENERATE_COPY(values<Row>({{deactivate_user("ada"), 1, 0},
                                                {leaver, 1, 1},
                                                {returner, 1, 1},
                                                {rename_user("ada", "Ada"), 1, 0},
                                                {added, 2, 1},  // the new member, alone
                                                {named, 1, 0},
                                                {rename_group(), 3, 2}}));  // its name, alone
    PatchedRecords service{
        .records = {
            {kHpc, group_record({"7f", "8f"})},
            {"/Users/eve", record_of("eve", false)},
            {kAda,
             keyed({"ssh-ed25519 "
                    "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"})}}};
    service.refuse = [](const json&) { return 400; };
    Run run(by_reference(service));
    run.apply({row.line});
    CHECK(run.writes().size() == row.writes);
    CHECK(run.transport.count("GET") == row.reads);
    CHECK(run.applier.outcomes().failed == 1);
    CHECK(run.applier.outcomes().unresolved ==
          (row.line.at("id") == "n-ada" ? 0 : 1));  // the name of a user does not give access
}

TEST_CASE("a list that both adds and removes is still reduced if the addition is refused") {
    PatchedRecords service{.records = {{kHpc, group_record({"7f", "8f"})}}};
    service.refuse = [](const json& patch) { return contains(patch.dump(), "9f") ? 400 : 0; };
    auto line = rename_group();
    line["data"]["Operations"].erase(0);
    Run run(by_reference(service));
    run.apply({line});
    CHECK(run.writes().size() == 3);
    CHECK(members_in(service) == Texts{"8f"});
    CHECK(run.detail("u-hpc") ==
          "HTTP 400: refused; the removals of this change were applied; its additions were "
          "refused; members that were refused: 9f");
    CHECK(run.outcome("u-hpc").at("exitStatus") == 4);
}

TEST_CASE("with add-remove, after a refused or ignored name, members are removed, none added") {
    PatchedRecords service{.records = {{kHpc, group_record({"7f", "8f"})}}};
    const int status = GENERATE(409, 200, 204);
    service.refuse = [=](const json& patch) { return sets(patch, "displayName") ? status : 0; };
    Run run(
        [&](const Request& request) {
            return contains(request.url, "?")
                       ? Scripted{answer(200,
                                         listed({{{"id", "7f"}, {"externalId", user_id("gone")}},
                                                 {{"id", "8f"}, {"externalId", user_id("stays")}}},
                                                2))}
                       : service(request);
        },
        {.group_writes = apply::GroupWrites::add_remove});
    run.apply({rename_group()});
    CHECK(members_in(service) == Texts{"8f"});
    CHECK(run.reason("u-hpc") == (status == 409 ? "conflict" : "did-not-take"));
    CHECK(contains(run.detail("u-hpc"), "the removals of this change were applied"));
    CHECK(contains(run.detail("u-hpc"), "its additions wait"));
}

TEST_CASE("a refused adoption leaves the record unchanged, unless it was managed before") {
    const bool managed = GENERATE(false, true);
    const Texts keys{
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"};
    auto record = keyed(keys, false);
    record["externalId"] = managed ? "pw-activate:user:old" : "okta-7";
    PatchedRecords service{.records = {{kAda, record}}};
    service.refuse = [](const json& patch) { return sets(patch, "externalId") ? 409 : 0; };
    Run run(by_reference(service));
    auto line = update_user(
        {replace("externalId", user_id("ada")),
         replace("active", true),
         replace(
             kKeys,
             {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILjmDpGxaphJ1AKPDHADROv9TfYJhwf96rRcPe7HXrGp"})},
        {{"active", false}, {"sshKeys", keys}},
        {{"active", true},
         {"sshKeys",
          {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILjmDpGxaphJ1AKPDHADROv9TfYJhwf96rRcPe7HXrGp"}}});
    line["action"] = "adopt";
    line["before"]["externalId"] = managed ? "pw-activate:user:old" : "okta-7";
    run.apply({line});
    CHECK(run.how("n-ada") == "failed");
    CHECK(run.outcome("n-ada").at("exitStatus") == 4);
    CHECK(service.records.at(kAda).at("active") == false);
    CHECK(keys_in(service) == (managed ? json::array() : json(keys)));
}

TEST_CASE("with add-remove, too, a refused adoption leaves the members of the record unchanged") {
    const bool readable = GENERATE(false, true);
    auto record = group_record({"7f", "8f"});
    record["externalId"] = "okta-7";
    PatchedRecords service{.records = {{kHpc, record}}};
    service.refuse = [](const json& patch) { return sets(patch, "externalId") ? 409 : 0; };
    bool written = false;
    Run run(
        [&](const Request& request) {
            if (contains(request.url, "?")) {
                return Scripted{
                    answer(200, listed({{{"id", "7f"}, {"externalId", user_id("gone")}}}, 1))};
            }
            written = written || request.method == "PATCH";
            return request.method == "GET" && written && !readable ? Scripted{answer(404)}
                                                                   : service(request);
        },
        {.group_writes = apply::GroupWrites::add_remove});
    auto line = rename_group();
    line["action"] = "adopt";
    line["before"]["externalId"] = "okta-7";
    line["before"]["foreignMembers"] = {"8f"};
    line["data"]["Operations"].push_back(replace("externalId", "pw-activate:group:hpc"));
    line["before"]["members"] = {user_id("gone")};
    run.apply({line});
    CHECK(members_in(service) == Texts{"7f", "8f"});
    CHECK(run.writes().size() == 1);
    CHECK(run.how("u-hpc") == "failed");
}

TEST_CASE("a record that cannot be read after a refusal is reported to keep its access") {
    PatchedRecords service{.records = {{kHpc, group_record({"7f", "8f"})}}};
    service.refuse = [](const json&) { return 409; };
    Run run([&](const Request& request) {
        return request.method == "GET" ? Scripted{answer(404)} : service(request);
    });
    run.apply({rename_group()});
    CHECK(run.writes().size() == 1);
    CHECK(contains(run.detail("u-hpc"),
                   "reading the record to send the removals by themselves failed: HTTP 404"));
    CHECK(run.outcome("u-hpc").at("exitStatus") == 4);
}

TEST_CASE("a removal that is sent again and not stored is not reported as applied") {
    PatchedRecords service{.records = {{kHpc, group_record({"7f", "8f"})}}, .shows = false};
    service.only_adds = true;
    service.refuse = [](const json& patch) { return sets(patch, "displayName") ? 409 : 0; };
    Run run(by_reference(service));
    run.apply({rename_group()});
    CHECK(contains(run.detail("u-hpc"), "members (1 too many)"));
    CHECK_FALSE(contains(run.detail("u-hpc"), "were applied"));
    CHECK(run.outcome("u-hpc").at("exitStatus") == 4);
}

TEST_CASE(
    "a part that is sent again without an answer is reported, and the refusal stays the reason") {
    PatchedRecords service{.records = {{kHpc, group_record({"7f", "8f"})}}};
    const int status = GENERATE(413, 501);
    service.refuse = [&](const json& patch) { return sets(patch, "displayName") ? 409 : status; };
    Run run(by_reference(service));
    run.apply({rename_group()});
    CHECK(run.reason("u-hpc") == "conflict");
    CHECK(contains(run.detail("u-hpc"), "of what was sent again: HTTP " + std::to_string(status)));
    CHECK(run.writes().size() == 2);
}

TEST_CASE("a refusal is reported with the members that were left out before") {
    PatchedRecords service{.records = {{kHpc, group_record({"7f", "8f"})}}};
    service.refuse = [](const json& patch) { return sets(patch, "displayName") ? 400 : 0; };
    Run run(by_reference(service));
    auto line = rename_group();
    line["data"]["Operations"][1]["value"].push_back({{"value", "bulkId:" + user_id("eve")}});
    run.apply({line});
    CHECK(run.detail("u-hpc") ==
          "HTTP 400: refused; the removals of this change were applied; its additions wait until "
          "the service accepts the name; 1 member left out because it was not created: " +
              user_id("eve"));
    CHECK(run.outcome("u-hpc").at("exitStatus") == 4);
}

TEST_CASE("a member that is refused because it is there or gone already counts as applied") {
    struct Row {
        Texts now;
        Texts before;
        Texts becomes;
        std::size_t writes;
    };
    const auto row = GENERATE(values<Row>({{{"8f"}, {"7f", "8f"}, {"8f"}, 1},
                                           {{"8f", "9f"}, {"8f"}, {"8f", "9f"}, 1},
                                           {{"8f", "9f"}, {"8f"}, {"8f", "9f", "af"}, 2}}));
    const int status = GENERATE(400, 404, 409, 422);
    const bool shown = GENERATE(false, true);
    PatchedRecords service{.records = {{kHpc, group_record(row.now)},
                                       {"/Users/7f", record_of("7f")},
                                       {"/Users/8f", record_of("8f")}}};
    service.refuse = [&](const json& patch) {
        return contains(patch.dump(), "7f") || contains(patch.dump(), "9f") ? status : 0;
    };
    Run run(
        [&](const Request& request) {
            if (request.method == "GET" && !contains(request.url, "?") && !shown) {
                return Scripted{answer(200, R"({"id":"hpc"})")};
            }
            return service(request);
        },
        {.group_writes = apply::GroupWrites::add_remove});
    auto line = update_group("hpc", row.becomes);
    line["data"]["Operations"].erase(0);
    line["before"] = {{"members", json::array()}};
    for (const auto& member : row.before) {
        line["before"]["members"].push_back(user_id(member));
    }
    run.apply({line});
    CHECK(run.how("u-hpc") == (shown ? "applied" : "failed"));
    if (shown) {
        CHECK(run.writes().size() == row.writes);
        CHECK(members_in(service) == row.becomes);
    }
}
