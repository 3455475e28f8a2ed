// The data of a plan line: attributes that scim-diff does not write are rejected.

#include "plan/read_plan.hpp"

#include "record/attributes.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

using nlohmann::json;

namespace {

const std::string kKeysSchema(record::kKeysSchema);
const std::string kKeysPath(record::kKeysPath);

json create(const std::string& resource, json data) {
    const bool is_user = resource == "User";
    const std::string id = is_user ? "pw-activate:user:a" : "pw-activate:group:g";
    data["externalId"] = id;
    return {{"type", "change"},
            {"id", "c-1"},
            {"action", "create"},
            {"resource", resource},
            {"externalId", id},
            {"method", "POST"},
            {"path", is_user ? "/Users" : "/Groups"},
            {"bulkId", id},
            {"data", std::move(data)}};
}

std::string refusal_of(const json& line) {
    const auto error = caught([&] { (void)plan::change_from_json(line); });
    CHECK(error.status == ExitStatus::bad_input);
    return error.sentence;
}

}  // namespace

TEST_CASE("a create of a user that sets the keys by their path is rejected") {
    CHECK(refusal_of(create("User", {{"userName", "a@x.org"}, {kKeysPath, json::array()}})) ==
          "\"data\" sets \"" + kKeysPath + "\", which no plan of scim-diff does");
}

TEST_CASE("a create of a group that sets more than the name and the members is rejected") {
    const json data{{"displayName", "hpc"}, {"members", json::array()}};
    CHECK_NOTHROW(plan::change_from_json(create("Group", data)));
    for (const std::string name : {"roles", "userName", "active", kKeysSchema.c_str()}) {
        auto more = data;
        more[name] = json::object();
        CHECK(refusal_of(create("Group", more)) ==
              "\"data\" sets \"" + name + "\", which no plan of scim-diff does");
    }
}

TEST_CASE("an extension with more or less than a list of SSH keys is rejected") {
    const auto with_extension = [](const json& extension) {
        return create("User", {{"userName", "a@x.org"}, {kKeysSchema, extension}});
    };
    CHECK_NOTHROW(plan::change_from_json(with_extension({{"sunkSshKeys", json::array()}})));
    const auto extension = GENERATE(values<json>({"root",
                                                  json::array({json::array()}),
                                                  json::object(),
                                                  {{"sunkHome", "/root"}},
                                                  {{"sunkSshKeys", json::array()}, {"x", 1}}}));
    CHECK(refusal_of(with_extension(extension)) ==
          "\"data\" sets more of " + kKeysSchema + " than the SSH keys");
}

TEST_CASE("an update whose Operations are not a list is rejected") {
    auto line = create("Group", json::object());
    line.update({{"action", "update"}, {"method", "PATCH"}, {"path", "/Groups/8f"}});
    for (const auto& operations : {json::object(), json("replace"), json()}) {
        line["data"] = {{"Operations", operations}};
        CHECK(refusal_of(line) == "\"data\" has no list of \"Operations\"");
    }
    line["data"] = {{"Operations", json::array()}};
    CHECK_NOTHROW(plan::change_from_json(line));
}
