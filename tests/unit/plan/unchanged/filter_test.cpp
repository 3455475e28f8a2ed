// The entries that the filter keeps of two exports. A law (tests/laws) states that a plan has the
// same bytes with the filter and without.

#include "plan/unchanged/filter.hpp"

#include "two_exports.hpp"

#include "base/side_by_side.hpp"
#include "record/read_exports.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace two_exports;
using plan::unchanged::Filter;
using record::Sides;

TEST_CASE("of two equal exports with one difference, only that user remains") {
    const TemporaryFolder folder;
    Read read(folder);
    CHECK(read.sides.desired->users.empty());
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    REQUIRE(read.sides.desired->users.size() == 1);
    CHECK(read.sides.desired->users[0].display_name->starts_with("Bob"));
    CHECK(read.sides.current->users[0].display_name->starts_with("Ada"));
    CHECK(read.sides.current->unchanged.users == kPeople - 1);
}

TEST_CASE("the order of the exports and of their records has no influence") {
    const TemporaryFolder folder;
    auto desired = people(false);
    auto current = people(true);
    const int order = GENERATE(0, 1, 2, 3);
    if (order == 1) {
        std::reverse(current.begin(), current.end());
    } else if (order == 2) {
        std::shuffle(current.begin(), current.end(), std::mt19937(1));
    } else if (order == 3) {  // a long way off, and back
        std::rotate(desired.begin(), desired.begin() + 1'500, desired.end());
    }
    const bool current_first = GENERATE(false, true);
    Read read(folder, stream_of(desired, false), stream_of(current, true), current_first);
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.desired->users.size() == 1);
    CHECK(read.sides.current->users.size() == 1);
    CHECK(read.sides.current->unchanged.users == kPeople - 1);
}

TEST_CASE("of an external id that is twice on a side every record remains") {
    const TemporaryFolder folder;
    auto desired = people(false);
    auto current = people(true);
    constexpr int kTwice = 20;
    const bool same = GENERATE(true, false);
    const bool on_current = GENERATE(true, false);
    const std::size_t where = GENERATE(0U, 21U, 2'000U, 4'000U);
    auto& users = on_current ? current : desired;
    const auto at = users.begin() + static_cast<std::ptrdiff_t>(where);
    users.insert(at, user(kFirst + kTwice, on_current, same ? "Bob" : "Eve"));
    const bool current_first = GENERATE(false, true);
    Read read(folder, stream_of(desired, false), stream_of(current, true), current_first);
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.desired->users.size() == (on_current ? 2 : 3));
    CHECK(read.sides.current->users.size() == (on_current ? 3 : 2));
}

TEST_CASE(
    "a user listed twice in ACTIVATE is not equal to a record in SCIM with an unknown field") {
    const TemporaryFolder folder;
    auto desired = people(false);
    desired.push_back(desired[100]);
    auto current = people(true);
    current[100].replace(current[100].find("displayName"), 11, "displayNane");
    Read read(folder, stream_of(desired, false), stream_of(current, true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.desired->users.size() == 3);
    CHECK(read.sides.current->users.size() == 2);
}

TEST_CASE("the current export may have many times more users than the desired one") {
    const TemporaryFolder folder;
    const auto all = people(false);
    Read read(folder, stream_of({all.begin(), all.begin() + 100}, false), stream_of(true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.current->unchanged.users == 99);
    CHECK(read.sides.desired->users.size() == 1);
    CHECK(read.sides.current->users.size() == kPeople - 99);
}

TEST_CASE("a user in the policy, by userName or external id, remains, too") {
    const TemporaryFolder folder;
    Read read(folder);
    plan::Policy policy;
    policy.protected_users = {
        "a10100@acme.org", "pw-activate:user:10200", "nobody@acme.org", "pw-activate:user:nobody"};
    read.filter.emit_users(*read.sides.desired, *read.sides.current, policy);
    CHECK(read.sides.desired->users.size() == 3);
    CHECK(read.sides.current->users.size() == 3);
}

TEST_CASE("a side may have one user, or none, and the other any number") {
    const TemporaryFolder folder;
    const auto count = [](std::size_t number, bool current) {
        auto users = people(current);
        users.resize(number);
        return stream_of(users, current);
    };
    const auto desired = GENERATE(0U, 1U, 2U, 3U, 5U);
    const auto current = GENERATE(0U, 1U, 2U, 3U, 5U);
    Read read(folder, count(desired, false), count(current, true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    const auto common = static_cast<std::size_t>(std::min(desired, current));
    CHECK(read.sides.desired->users.empty());
    CHECK(read.sides.desired->new_users == desired - common);
    CHECK(read.sides.current->users.size() == current - common);
    CHECK(read.sides.current->unchanged.users == common);
}

TEST_CASE("a record with a very long id in SCIM is compared like others") {
    const TemporaryFolder folder;
    auto current = people(true);
    auto& line = current[20];
    line.insert(line.find(R"("id":")") + 6, std::string(70'000, 'i'));
    Read read(folder, stream_of(false), stream_of(current, true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.current->users.size() == 1);
    CHECK(read.sides.current->unchanged.users == kPeople - 1);
}

TEST_CASE("inputs can be read at the same time, with lines that need the JSON parser") {
    auto desired = people(false);
    auto current = people(true);
    for (auto* users : {&desired, &current}) {
        for (std::size_t at = 0; at < users->size(); at += 3) {
            (*users)[at].insert(1, R"("later":{"version":[1,2]},)");
        }
    }
    constexpr std::size_t kInputs = 2;
    std::array<std::istringstream, kInputs> texts{std::istringstream(stream_of(desired, false)),
                                                  std::istringstream(stream_of(current, true))};
    std::array<stream::Reader, kInputs> readers{stream::Reader(texts[0], "desired"),
                                                stream::Reader(texts[1], "current")};
    std::array<Sides, kInputs> sides;
    Filter filter;
    const std::array<record::LineFilter*, kInputs> filters{&filter.add_input(),
                                                           &filter.add_input()};
    side_by_side(kInputs, kInputs, [&](std::size_t at) {
        record::read_directories(readers[at], sides[at], filters[at]);
    });
    record::add_streams(sides[0], std::move(sides[1]));
    const auto parsed = sides[0].current->users.size();
    CHECK(parsed == (kPeople + 2) / 3);
    CHECK(sides[0].desired->users.size() == parsed);
    filter.emit_users(*sides[0].desired, *sides[0].current, {});
    CHECK(sides[0].current->users.size() == parsed + 1);
    CHECK(sides[0].current->unchanged.users == kPeople - parsed - 1);
}

TEST_CASE("a record that the list of SCIM left out and a look-up found opens its pair") {
    const TemporaryFolder folder;
    std::stringstream found(
        R"({"type":"stream","format":1,"kind":"confirmations","side":"current"})"
        "\n" +
        user(kFirst + 20, true, "Bob").insert(1, "\"managed\":true,") +
        R"({"type":"end","asked":1,"users":1,"groups":0})"
        "\n");
    Read read(folder);
    stream::Reader lines(found, "found");
    Sides more;
    record::read_directories(lines, more, &read.filter.add_input());
    REQUIRE(more.found->users.size() == 1);
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.desired->users.size() == 2);
    CHECK(read.sides.current->users.size() == 2);
}

TEST_CASE("users who share a name, a key or an id in SCIM remain, on one side or across both") {
    const TemporaryFolder folder;
    auto desired = people(false);
    auto current = people(true);
    const std::string key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + std::string(42, 'A') + "0";
    const auto give_key = [&](std::string& line) {
        line.replace(line.find("\"sshKeys\":[]"), 12, "\"sshKeys\":[\"" + key + "\"]");
    };
    const int what = GENERATE(0, 1, 2, 3);
    if (what == 0) {  // one key, in both records of two users
        for (auto* users : {&desired, &current}) {
            give_key((*users)[100]);
            give_key((*users)[3'000]);
        }
    } else if (what == 1) {  // a name that only differs in capitals
        for (auto* users : {&desired, &current}) {
            auto& line = (*users)[100];
            line.replace(line.find("a10100@"), 7, "A13000@");
        }
    } else if (what == 2) {  // one id in SCIM
        auto& line = current[100];
        line.replace(line.find("\"u10100\""), 8, "\"u13000\"");
    } else {  // the key of a user in SCIM is that of another user in ACTIVATE
        give_key(desired[100]);
        give_key(current[3'000]);
    }
    Read read(folder, stream_of(desired, false), stream_of(current, true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.desired->users.size() == 3);
    CHECK(read.sides.current->users.size() == 3);
}

TEST_CASE("both exports may come in one pipe, in any order") {
    const bool current_first = GENERATE(false, true);
    std::stringstream both(current_first ? stream_of(true) + stream_of(false)
                                         : stream_of(false) + stream_of(true));
    stream::Reader lines(both, "both");
    Sides sides;
    Filter filter;
    record::read_directories(lines, sides, &filter.add_input());
    filter.emit_users(*sides.desired, *sides.current, {});
    CHECK(sides.desired->users.size() == 1);
    CHECK(sides.current->unchanged.users == kPeople - 1);
}
