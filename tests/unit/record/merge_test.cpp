// Several rows of ACTIVATE with one externalId.

#include "record/merge.hpp"

#include "support/catch.hpp"
#include "support/ssh_blob.hpp"

#include <string>
#include <utility>
#include <vector>

namespace {

using Texts = std::vector<std::string>;

record::User user(const std::string& name, const Texts& keys = {}) {
    record::User user;
    user.user_name = name;
    user.ssh_keys = keys;
    return user;
}

record::Group group(const std::string& name, std::vector<record::ExternalId> members) {
    record::Group group;
    group.display_name = name;
    group.members = std::move(members);
    return group;
}

/// In both orders, which have the same result.
template <class Record>
Record merged(const Record& a, const Record& b) {
    const auto one = record::merged(std::vector{&a, &b});
    const auto other = record::merged(std::vector{&b, &a});
    CHECK(record::to_json(one) == record::to_json(other));
    return one;
}

const auto kFirst = ssh_blob::valid_line(1);
const auto kSecond = ssh_blob::valid_line(2);

}  // namespace

TEST_CASE("a merged user has the keys of all rows, each once, and the first name") {
    const auto both = merged(user("b@x.org", {kFirst, kSecond}), user("a@x.org", {kSecond}));
    CHECK(both.user_name == "a@x.org");
    CHECK(both.ssh_keys == Texts{kFirst, kSecond});
}

TEST_CASE("an active row gives a merged user its names and keys, an inactive row none") {
    auto left = user("a@x.org", {kFirst});
    left.active = false;
    const auto both = merged(left, user("b@x.org", {kSecond}));
    CHECK(both.active);
    CHECK(both.user_name == "b@x.org");
    CHECK(both.ssh_keys == Texts{kSecond});
    auto other = user("b@x.org", {kSecond});
    other.active = false;
    CHECK_FALSE(merged(left, other).active);
    CHECK(merged(left, other).ssh_keys == Texts{kFirst, kSecond});
}

TEST_CASE("of two rows with one userName, the first name of a person is kept") {
    auto first = user("a@x.org");
    auto second = first;
    first.given_name = "Ada";
    second.given_name = "Zoe";
    CHECK(merged(second, first).given_name == "Ada");
}

TEST_CASE("keys or members that are unknown in one row are unknown") {
    auto unknown = user("a@x.org");
    unknown.ssh_keys.reset();
    CHECK_FALSE(merged(unknown, user("b@x.org", {kFirst})).ssh_keys);
    auto group_unknown = group("a", {});
    group_unknown.members.reset();
    CHECK_FALSE(merged(group_unknown, group("b", {{"x"}})).members);
}

TEST_CASE(
    "a merged group has the members of all rows, each once, and the larger number of unlisted "
    "ones") {
    auto one = group("b", {{"z"}, {"x"}});
    one.unlisted = 2;
    const auto both = merged(one, group("a", {{"x"}, {"y"}}));
    CHECK(both.display_name == "a");
    CHECK(both.members == std::vector<record::ExternalId>{{"x"}, {"y"}, {"z"}});
    CHECK(both.unlisted == 2);
}
