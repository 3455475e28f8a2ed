// Values of attributes in the form in which they are compared, and versions of records.

#include "apply/attribute_values.hpp"

#include "apply/record_version.hpp"
#include "record/attributes.hpp"
#include "support/catch.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <string>

using nlohmann::json;

namespace {

http::Result answer(const std::string& etag, const std::string& body) {
    http::Response response;
    response.status = 200;
    response.body = body;
    if (!etag.empty()) {
        response.headers = {{"etag", etag}};
    }
    return response;
}

}  // namespace

TEST_CASE("keys are compared without their comment, addresses without case, others exactly") {
    const auto key = ssh_blob::valid_line(1);
    const std::string path(record::kKeysPath);
    CHECK(apply::identity_of(path, key + " ada@laptop") == key);
    CHECK(apply::identity_of(path, {{"value", key}}) != key);  // SUNK's reader takes strings only
    CHECK(apply::identity_of("emails", {{"value", "Ada@X.org"}}) == "ada@x.org");
    CHECK(apply::identity_of("displayName", "Ada") == "Ada");
    CHECK(apply::text_in(json::object()).empty());
    CHECK(apply::text_in(17).empty());
    CHECK(apply::values_of("members", "a") == apply::Texts{"a"});
    CHECK(apply::values_of("members", {"a", {{"value", "b"}}}) == apply::Texts{"a", "b"});
    CHECK(apply::values_of("members", nullptr).empty());
}

TEST_CASE("keys are found in their extension, at a path in any case") {
    const json resource{{std::string(record::kKeysSchema), {{"SUNKSSHKEYS", {"k"}}}}};
    std::string path(record::kKeysPath);
    path.front() = 'U';
    CHECK(apply::is_keys(path));
    REQUIRE(apply::at_path(resource, path) != nullptr);
    CHECK(*apply::at_path(resource, path) == json::array({"k"}));
    CHECK(apply::at_path(json::object(), path) == nullptr);
    CHECK_FALSE(apply::is_keys("members"));
}

TEST_CASE("a member is found in the path of its removal, and in no other path") {
    CHECK(apply::member_in(R"(members[value eq "a\"b"])") == "a\"b");
    const auto path = GENERATE(as<std::string>{},
                               "members",
                               R"(members[value eq "a")",
                               R"(emails[value eq "a"])",
                               "members[value eq a]",
                               "members[value eq 1]",
                               "members[value eq ]");
    CAPTURE(path);
    CHECK_FALSE(apply::member_in(path));
}

TEST_CASE("the version is a strong ETag, otherwise that of the body, otherwise the weak ETag") {
    const auto version_in = [](const http::Result& result) {
        return apply::version_in(apply::Answer(result));
    };
    const std::string body = R"({"meta":{"version":"b"}})";
    CHECK(version_in(answer("\"a\"", body)) == "\"a\"");
    CHECK(version_in(answer("W/\"a\"", body)) == "b");
    CHECK(version_in(answer("W/\"a\"", "{}")) == "W/\"a\"");
    CHECK(version_in(answer("", body)) == "b");
    CHECK(version_in(answer("", "not JSON")).empty());
    CHECK(version_in(http::Failure{}).empty());
}

TEST_CASE("a version that a header cannot hold is not used") {
    CHECK(apply::version_in(json{{"meta", {{"version", std::string(512, '~')}}}}).size() == 512);
    CHECK(apply::version_in(json{{"meta", {{"version", std::string(513, 'a')}}}}).empty());
    CHECK(apply::version_in(json{{"meta", {{"version", "a b"}}}}).empty());
    CHECK(apply::version_in(json{{"meta", {{"version", "a\x7f"}}}}).empty());
    CHECK(apply::is_weak_version("W/\"1\""));
    CHECK_FALSE(apply::is_weak_version("\"W/1\""));
}
