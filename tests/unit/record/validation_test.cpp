// Records that are rejected as such. Names are in name_rules_test.cpp, keys in ssh_key_test.cpp.

#include "record/validation.hpp"

#include "record/name_rules.hpp"
#include "support/catch.hpp"
#include "support/valid_records.hpp"

#include <string>
#include <utility>

using namespace valid_records;

namespace {

template <class Record>
std::string reason_of(const Record& record) {
    const auto refusal = record::why_not(record, {});
    return refusal ? refusal->reason : "sent";
}

}  // namespace

TEST_CASE("a record is rejected if its externalId is not one that we make") {
    auto ada = user();
    auto hpc = group();
    CHECK(reason_of(ada) == "sent");
    CHECK(reason_of(hpc) == "sent");
    const std::string key = GENERATE(as<std::string>{}, "a b", "caf\xC3\xA9", "a\tb", "");
    ada.external_id.value = record::user_prefix() + key;
    hpc.external_id.value = record::group_prefix() + key;
    CHECK(reason_of(ada) == "bad-external-id");
    CHECK(reason_of(hpc) == "bad-external-id");
}

TEST_CASE("a user is not a group, and a group is not a user") {
    auto ada = user();
    auto hpc = group();
    std::swap(ada.external_id, hpc.external_id);
    CHECK(reason_of(ada) == "bad-external-id");
    CHECK(reason_of(hpc) == "bad-external-id");
}

TEST_CASE("each attribute that is a name is checked") {
    auto ada = user();
    const auto attribute = GENERATE(
        &record::User::display_name, &record::User::given_name, &record::User::family_name);
    ada.*attribute = "Ada:Lovelace";
    CHECK(reason_of(ada) == "bad-name");
    (ada.*attribute)->at(3) = ' ';
    CHECK(reason_of(ada) == "sent");
}

TEST_CASE("an e-mail that is not one plain address is rejected, and an absent one is not") {
    auto ada = user();
    ada.email = "ada@acme.org, ben@acme.org";
    CHECK(reason_of(ada) == "bad-email");
    ada.email.reset();
    CHECK(reason_of(ada) == "sent");
}

TEST_CASE("a group with one member that is not a user is rejected") {
    auto hpc = group();
    hpc.members = {{record::user_prefix() + "ada"}, {record::group_prefix() + "hpc"}};
    CHECK(reason_of(hpc) == "nested-group");
    hpc.members->pop_back();
    CHECK(reason_of(hpc) == "sent");
}

TEST_CASE("an address has a local part of 1 to 64 bytes, and at most 254 bytes") {
    const auto local = [](std::size_t size) { return std::string(size, 'a') + "@acme.org"; };
    CHECK(record::is_address(local(64)));
    CHECK_FALSE(record::is_address(local(65)));
    CHECK_FALSE(record::is_address(local(0)));
    const auto domain = [](std::size_t size) { return "a@" + std::string(size - 2, 'b'); };
    CHECK(record::is_address(domain(254)));
    CHECK_FALSE(record::is_address(domain(255)));
    CHECK_FALSE(record::is_address(domain(2)));
}

TEST_CASE("a domain has no empty label") {
    CHECK(record::is_address("a@b.c"));
    CHECK_FALSE(record::is_address("a@.b"));
    CHECK_FALSE(record::is_address("a@b."));
    CHECK_FALSE(record::is_address("a@b..c"));
    CHECK_FALSE(record::is_address("a@b@c"));
    CHECK_FALSE(record::is_address("a"));
}

TEST_CASE("a name of 256 bytes is sent, and one of 257 is not") {
    CHECK(record::is_sendable_name(std::string(256, 'a')));
    CHECK_FALSE(record::is_sendable_name(std::string(257, 'a')));
}
