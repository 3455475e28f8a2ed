// What the sieve keeps of two exports, and that it believes a file only as long as nobody writes to it. That a plan is the same bytes with
// the sieve and without is a law (tests/laws).

#include "sieve.hpp"

#include "catch.hpp"
#include "directory.hpp"
#include "expect.hpp"
#include "temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <string>

using identity::Sides;
using identity::Sieve;

namespace {

constexpr int kPeople = 4'000;  // more than a reader keeps in memory
constexpr int kChanged = 7;

/// A stream of people; of the current side one has another name.
std::string stream(bool current) {
    std::string text = std::string(R"({"type":"stream","format":1,"kind":"directory","side":")") + (current ? "current" : "desired") + "\"}\n";
    for (int n = 0; n < kPeople; ++n) {
        const auto number = std::to_string(10'000 + n);
        text += R"({"type":"user","externalId":"pw-activate:user:)" + number + "\"," + (current ? R"("id":"u)" + number + "\"," : "") +
                R"("userName":"a)" + number + R"(@acme.org","displayName":")" + (current && n == kChanged ? "Ada" : "Bob") +
                " of a house by the sea with a name that takes some room in a line\",\"active\":true,\"sshKeys\":[]}\n";
    }
    return text + R"({"type":"end","users":)" + std::to_string(kPeople) + ",\"groups\":0}\n";
}

struct Read {
    explicit Read(const TemporaryFolder& folder)
        : desired(jsonl::open_input(folder.file("desired", stream(false)), true)),
          current(jsonl::open_input(folder.file("current", stream(true)), true)) {
        identity::read_directories(desired, sides, &sieve);
        identity::read_directories(current, sides, &sieve);
    }

    jsonl::Reader desired;
    jsonl::Reader current;
    Sides sides{};
    Sieve sieve{};
};

}  // namespace

TEST_CASE("of two exports that say the same only who differs is left") {
    const TemporaryFolder folder;
    Read read(folder);
    CHECK(read.sides.desired->users.empty());
    read.sieve.release_users(*read.sides.desired, *read.sides.current, {});
    REQUIRE(read.sides.desired->users.size() == 1);
    CHECK(read.sides.desired->users[0].display_name->starts_with("Bob"));
    CHECK(read.sides.current->users[0].display_name->starts_with("Ada"));
    CHECK(read.sides.current->settled.users == kPeople - 1);
}

TEST_CASE("whoever the policy names, by userName or external id, is left, too") {
    const TemporaryFolder folder;
    Read read(folder);
    identity::Policy policy;
    policy.protected_users = {"a10100@acme.org", "pw-activate:user:10200", "nobody@acme.org", "pw-activate:user:nobody"};
    read.sieve.release_users(*read.sides.desired, *read.sides.current, policy);
    CHECK(read.sides.desired->users.size() == 3);
    CHECK(read.sides.current->users.size() == 3);
}

TEST_CASE("a file that changes while it is read is an error, and no other record") {
    const TemporaryFolder folder;
    Read read(folder);
    {
        std::fstream file(folder.path("current"), std::ios::in | std::ios::out | std::ios::binary);
        const auto at = stream(true).find("Ada of");
        file.seekp(static_cast<std::streamoff>(at));
        file << "Eve";
    }
    const auto error = caught([&] { read.sieve.release_users(*read.sides.desired, *read.sides.current, {}); });
    CHECK(error.status == ExitStatus::io_error);
    CHECK(error.says("changed while it was read"));
}
