// The entries that the filter keeps of two exports, and a file that changes while it is read. A law
// (tests/laws) states that a plan has the same bytes with the filter and without.

#include "plan/unchanged/filter.hpp"

#include "base/side_by_side.hpp"
#include "record/read_exports.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using plan::unchanged::Filter;
using record::Sides;

namespace {

constexpr int kPeople = 4'000;  // more than a reader keeps in memory
constexpr int kChanged = 7;

constexpr int kFirst = 10'000;

std::string user(int number, bool current, const std::string& name = "Bob") {
    const auto text = std::to_string(number);
    return R"({"type":"user","externalId":"pw-activate:user:)" + text + "\"," +
           (current ? R"("id":"u)" + text + "\"," : R"("activateUsername":"A.)" + text + "\",") +
           R"("userName":"a)" + text + R"(@acme.org","displayName":")" + name +
           " of a house by the sea with a name that takes some room in a "
           "line\",\"active\":true,\"sshKeys\":[]}\n";
}

std::string stream_of(const std::vector<std::string>& users, bool current) {
    std::string text = std::string(R"({"type":"stream","format":1,"kind":"directory","side":")") +
                       (current ? "current" : "desired") + "\"}\n";
    for (const auto& line : users) {
        text += line;
    }
    return text + R"({"type":"end","users":)" + std::to_string(users.size()) + ",\"groups\":0}\n";
}

std::vector<std::string> people(bool current) {
    std::vector<std::string> users;
    for (int n = 0; n < kPeople; ++n) {
        users.push_back(user(kFirst + n, current, current && n == kChanged ? "Ada" : "Bob"));
    }
    return users;
}

/// A stream of users; on the current side one has another name.
std::string stream_of(bool current) {
    return stream_of(people(current), current);
}

struct Read {
    explicit Read(const TemporaryFolder& folder)
        : Read(folder, stream_of(false), stream_of(true)) {}
    Read(const TemporaryFolder& folder,
         const std::string& desired_text,
         const std::string& current_text,
         bool current_first = false)
        : desired(stream::open_input(folder.file("desired", desired_text), true)),
          current(stream::open_input(folder.file("current", current_text), true)) {
        record::read_directories(current_first ? current : desired, sides, &filter.add_input());
        record::read_directories(current_first ? desired : current, sides, &filter.add_input());
    }

    stream::Reader desired;
    stream::Reader current;
    Sides sides{};
    Filter filter{};
};

}  // namespace

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

TEST_CASE("a file that changes while it is read is an error, and not another record") {
    const TemporaryFolder folder;
    Read read(folder);
    std::this_thread::sleep_for(
        std::chrono::milliseconds(50));  // file systems record time in steps
    {
        const auto text = stream_of(true);
        const auto name = text.find("Ada of");
        const std::string id = R"("id":")";
        const bool of_what_it_says = GENERATE(true, false);  // or the owner of its record in SCIM
        std::fstream file(folder.path("current"), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(
            of_what_it_says ? name : text.find(id, name - 200) + id.size()));
        file << (of_what_it_says ? "Eve" : "9");
    }
    const auto error =
        caught([&] { read.filter.emit_users(*read.sides.desired, *read.sides.current, {}); });
    CHECK(error.status == ExitStatus::io_error);
    CHECK(error.says("changed while it was read"));
}

TEST_CASE("a line that begins like the other side's, and is cut off there, is not a record") {
    const TemporaryFolder folder;
    auto line = user(kFirst, true, "Bob}");
    line.erase(line.find("Bob}") + 4);
    const auto error = caught([&] {
        Read(folder,
             stream_of({user(kFirst, false, "Bob}")}, false),
             stream_of({line + "\n"}, true));
    });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("current:2: not JSON"));
}

TEST_CASE("the ends of lines may be CR LF, on either side") {
    const TemporaryFolder folder;
    auto desired = people(false);
    auto current = people(true);
    for (auto& line : GENERATE(true, false) ? desired : current) {
        line.insert(line.size() - 1, "\r");
    }
    Read read(folder, stream_of(desired, false), stream_of(current, true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.current->unchanged.users == kPeople - 1);
}

// White space, another order of the fields, and escapes.
std::string respelled(const std::string& line) {
    auto record = nlohmann::json::parse(line);  // sorts the fields
    return " " + record.dump(-1, ' ', true).replace(0, 1, "{ \t") + "\r\r\n";
}

TEST_CASE("records in another spelling are compared like others, on either side and on both") {
    const TemporaryFolder folder;
    auto desired = people(false);
    auto current = people(true);
    const int sides = GENERATE(1, 2, 3);
    const int every = GENERATE(1, 3);
    for (std::size_t at = 0; at < desired.size(); at += static_cast<std::size_t>(every)) {
        desired[at] = (sides & 1) != 0 ? respelled(desired[at]) : desired[at];
        current[at] = (sides & 2) != 0 ? respelled(current[at]) : current[at];
    }
    const int order = GENERATE(0, 1, 2);
    if (order == 1) {
        std::reverse(current.begin(), current.end());
    } else if (order == 2) {
        std::shuffle(current.begin(), current.end(), std::mt19937(1));
    }
    const bool current_first = GENERATE(false, true);
    Read read(folder, stream_of(desired, false), stream_of(current, true), current_first);
    CHECK(read.sides.desired->users.empty());
    CHECK(read.sides.current->users.empty());
    plan::Policy policy;
    policy.protected_users = {"a10100@acme.org"};
    read.filter.emit_users(*read.sides.desired, *read.sides.current, policy);
    CHECK(read.sides.desired->users.size() == 2);
    CHECK(read.sides.current->users.size() == 2);
    CHECK(read.sides.current->unchanged.users == kPeople - 2);
}

TEST_CASE("a field that no record has, or that comes twice, is left to the JSON parser") {
    const TemporaryFolder folder;
    const auto extra =
        GENERATE(as<std::string>{}, R"("room":"1",)", R"("active":false,)", R"("members":[],)");
    auto current = people(true);
    current[0].insert(1, extra);
    const Read read(folder, stream_of(false), stream_of(current, true));
    CHECK(read.sides.current->users.size() == 1);
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
