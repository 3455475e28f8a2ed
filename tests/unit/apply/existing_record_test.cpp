// The record that is found after a POST conflicted or its answer was lost.

#include "apply/existing_record.hpp"

#include "record/attributes.hpp"
#include "record/scim_resource.hpp"
#include "support/catch.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using nlohmann::json;
using record::Kind;
using Who = apply::ExistingRecord::Who;

namespace {

const record::ExternalId kAda{"pw-activate:user:ada"};

json user(const std::string& id, const std::string& external_id, const std::string& name) {
    return {{"id", id}, {"externalId", external_id}, {"userName", name}};
}

apply::ExistingRecord found(const std::vector<json>& resources, std::size_t total) {
    scim::ListResponse list;
    list.resources = resources;
    list.total_results = total;
    return apply::find_existing_record(list, Kind::user, kAda, "ada@acme.org");
}

json with_keys(const json& keys) {
    return {{std::string(record::kKeysSchema), {{std::string(record::kKeysAttribute), keys}}}};
}

json group(const std::vector<std::string>& ids) {
    auto members = json::array();
    for (const auto& id : ids) {
        members.push_back({{"value", id}});
    }
    return {{"displayName", "hpc"}, {"members", members}};
}

const auto kFirst = ssh_blob::valid_line(1);
const auto kSecond = ssh_blob::valid_line(2);

}  // namespace

TEST_CASE("one record with the externalId is ours, with any name") {
    const auto one = found({user("1", "okta|1", "ada@acme.org"), user("2", kAda.value, "x")}, 2);
    CHECK(one.who == Who::ours);
    CHECK(one.id.value == "2");
    CHECK(one.record.at("id") == "2");
    CHECK(found({user("2", kAda.value, "x"), user("2", kAda.value, "x")}, 2).who == Who::ours);
    CHECK(found({user("2", kAda.value, "x"), user("3", kAda.value, "x")}, 2).who == Who::several);
}

TEST_CASE("a record with the name alone is unmanaged, and none at all needs a complete list") {
    CHECK(found({user("1", "okta|1", "ADA@acme.org")}, 1).who == Who::stranger);
    CHECK(found({user("1", "okta|1", "ben@acme.org")}, 1).who == Who::nobody);
    CHECK(found({user("1", "okta|1", "ben@acme.org")}, 2).who == Who::unclear);
    CHECK(found({}, 0).who == Who::nobody);
    CHECK(found({{{"id", "1"}, {"userName", 7}}}, 1).who == Who::nobody);
    scim::ListResponse more;
    more.next_cursor = "c";
    CHECK(apply::find_existing_record(more, Kind::user, kAda, "").who == Who::unclear);
}

TEST_CASE("a record is inactive if a create would make it active") {
    CHECK(apply::is_inactive_beside({{"active", true}}, {{"active", false}}));
    CHECK_FALSE(apply::is_inactive_beside({{"active", true}}, {{"active", "True"}}));
    CHECK_FALSE(apply::is_inactive_beside(json::object(), {{"active", false}}));
}

TEST_CASE("a record has other keys unless they are the same, and an unfinished one may lack some") {
    const auto create = with_keys({kFirst, kSecond});
    CHECK_FALSE(apply::has_other_keys(create, with_keys({kSecond, kFirst + " ada"}), false));
    CHECK(apply::has_other_keys(create, with_keys({kFirst}), false));
    CHECK_FALSE(apply::has_other_keys(create, with_keys({kFirst}), true));
    CHECK_FALSE(apply::has_other_keys(create, with_keys(kSecond), true));
    CHECK_FALSE(apply::has_other_keys(create, with_keys({{{"value", kSecond}}}), true));
    CHECK_FALSE(apply::has_other_keys(create, json::object(), true));
    CHECK(apply::has_other_keys(create, json::object(), false));
    CHECK(apply::has_other_keys(create, with_keys({kFirst, "ssh-dss AAAA"}), true));
    CHECK(apply::has_other_keys(create, with_keys({kFirst, 7}), true));
    CHECK(apply::has_other_keys(with_keys(json::array()), with_keys({{{"type", "x"}}}), true));
}

TEST_CASE("a group that was found gains the members that it lacks, in any order of both lists") {
    const auto bodies = apply::updates_of_found(group({"d", "a", "c"}), group({"c", "x", "a"}));
    REQUIRE(bodies.size() == 1);
    CHECK(bodies[0].find(R"("d")") != std::string::npos);
    CHECK(bodies[0].find(R"("a")") == std::string::npos);
    CHECK(bodies[0].find(R"("c")") == std::string::npos);
    CHECK(bodies[0].find(R"("x")") == std::string::npos);
    CHECK(apply::updates_of_found(group({"b", "a"}), group({"b", "a", "c"})).empty());
}

TEST_CASE("a user who was found gets the values that differ, and not the userName") {
    auto create = with_keys({kFirst});
    create["userName"] = "ada@acme.org";
    create["displayName"] = "Ada";
    create["name"] = {{"givenName", "Ada"}, {"familyName", "Lovelace"}};
    create["active"] = true;
    auto record = with_keys({kSecond});
    record["userName"] = "other@acme.org";
    record["displayName"] = "Ada";
    record["name"] = {{"givenName", "Ada"}};
    record["active"] = true;
    const auto bodies = apply::updates_of_found(create, record);
    REQUIRE(bodies.size() == 1);
    std::vector<std::string> paths;
    const auto body = json::parse(bodies[0]);
    for (const auto& operation : body.at("Operations")) {
        paths.push_back(operation.at("path").get<std::string>());
    }
    CHECK(paths == std::vector<std::string>{"name", std::string(record::kKeysPath)});
    CHECK(apply::updates_of_found(create, create).empty());
}
