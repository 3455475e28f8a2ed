// The lines that the filter reads again: in any spelling, broken, or in a file that changes.

#include "plan/unchanged/filter.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/ssh_blob.hpp"
#include "two_exports.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace two_exports;

// White space, another order of the fields, and escapes.
std::string respelled(const std::string& line) {
    auto record = nlohmann::json::parse(line);  // sorts the fields
    return " " + record.dump(-1, ' ', true).replace(0, 1, "{ \t") + "\r\r\n";
}

TEST_CASE("a line that begins like the other side's, and is cut off there, is not a record") {
    const TemporaryFolder folder;
    auto line = user(kFirst, true, "Bob}");
    line.erase(line.find("Bob}") + 4);
    Read read(folder,
              stream_of({user(kFirst, false, "Bob}")}, false),
              stream_of({user(kFirst + 1, true), line + "\n"}, true));
    const auto error =
        caught([&] { read.filter.emit_users(*read.sides.desired, *read.sides.current, {}); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("current:3: not JSON"));
}

TEST_CASE("a user of the current side whose values need the parser is parsed when read again") {
    const TemporaryFolder folder;
    auto current = people(true);
    auto& line = current[100];
    const auto values = GENERATE(as<std::string>{},
                                 R"("note":{"of":["a","b"]},)",  // a document
                                 R"("displayName":"a\nb",)");
    line.insert(line.find("\"userName\""), values);
    Read read(folder, stream_of(false), stream_of(current, true));
    CHECK(read.sides.current->users.empty());
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.desired->users.size() == 2);
    REQUIRE(read.sides.current->users.size() == 2);
    CHECK(read.sides.current->users[0].id.value == "u10100");
}

TEST_CASE("a user of the desired side whose values need the parser is parsed when read again") {
    const TemporaryFolder folder;
    auto desired = people(false);
    auto& line = desired[101];
    line.insert(line.find("\"userName\""), R"("note":{"of":["a","b"]},)");
    Read read(folder, stream_of(desired, false), stream_of(true));
    CHECK(read.sides.desired->users.empty());
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.current->users.size() == 2);
    REQUIRE(read.sides.desired->users.size() == 2);
    CHECK(std::any_of(read.sides.desired->users.begin(),
                      read.sides.desired->users.end(),
                      [](const auto& user) { return user.user_name == "a10101@acme.org"; }));
}

TEST_CASE("a user of the current side who is marked as unmanaged stays one when read again") {
    const TemporaryFolder folder;
    auto current = people(true);
    auto& line = current[100];
    line.insert(
        line.find("\"userName\""),
        GENERATE(
            as<std::string>{}, R"("managed":false,)", R"("managed":false,"note":{"of":["a"]},)"));
    Read read(folder, stream_of(false), stream_of(current, true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    REQUIRE(read.sides.current->unmanaged_users.size() == 1);
    CHECK(read.sides.current->unmanaged_users[0].id.value == "u10100");
    CHECK(read.sides.desired->users.size() == 2);
}

TEST_CASE("a user may have more keys than the filter counts") {
    const TemporaryFolder folder;
    std::string keys;
    for (int key = 10'000; key < 11'100; ++key) {
        keys += (keys.empty() ? "\"" : ",\"") +
                ssh_blob::line("ssh-ed25519",
                               ssh_blob::field("ssh-ed25519") +
                                   ssh_blob::field(std::string(27, 'k') + std::to_string(key))) +
                "\"";
    }
    auto desired = people(false);
    auto current = people(true);
    for (auto* users : {&desired, &current}) {
        auto& line = (*users)[100];
        line.insert(line.find("[]") + 1, keys);
    }
    Read read(folder, stream_of(desired, false), stream_of(current, true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.desired->users.size() == 2);
    REQUIRE(read.sides.current->users.size() == 2);
    CHECK(read.sides.current->users[0].ssh_keys->size() == 1'100);
}

TEST_CASE("a user who left has a name that another user has, so both remain") {
    const TemporaryFolder folder;
    auto current = people(true);
    auto leaver = user(kFirst + kPeople, true);
    leaver.replace(leaver.find("a14000@acme.org"), 15, "A10200@lab.example");
    leaver.replace(leaver.find("true"), 4, "false");
    leaver.insert(leaver.find("\"userName\""),
                  GENERATE(as<std::string>{}, "", R"("note":{"of":["a"]},)"));
    current.push_back(leaver);
    Read read(folder, stream_of(false), stream_of(current, true));
    read.filter.emit_users(*read.sides.desired, *read.sides.current, {});
    CHECK(read.sides.desired->users.size() == 2);
    CHECK(read.sides.current->users.size() == 3);
}

TEST_CASE("an error in a user of the current side has its place") {
    const TemporaryFolder folder;
    auto current = people(true);
    auto& line = current[100];
    const auto [values, says] = GENERATE(table<std::string, std::string>({
        {R"("id":5,)", "current:102: "},
        {R"("type":"group",)", "current:102: a record has two values of \"type\""},
        {R"("externalId":"pw-activate:user:10200",)",
         "current:102: a record has two values of \"externalId\""},
        {R"("type":"group","note":{"of":[["a"]]},)",
         "current:102: a record has two values of \"type\""},
    }));
    line.insert(line.find("\"userName\""), values);
    Read read(folder, stream_of(false), stream_of(current, true));
    const auto error =
        caught([&] { read.filter.emit_users(*read.sides.desired, *read.sides.current, {}); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says(says));
}

TEST_CASE("an error in a user of the desired side has its place") {
    const TemporaryFolder folder;
    auto desired = people(false);
    auto& line = desired[101];
    line.insert(line.find("\"userName\""), R"("type":"group",)");
    Read read(folder, stream_of(desired, false), stream_of(true));
    const auto error =
        caught([&] { read.filter.emit_users(*read.sides.desired, *read.sides.current, {}); });
    CHECK(error.status == ExitStatus::bad_input);
    CHECK(error.says("desired:103: a record has two values of \"type\""));
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

TEST_CASE("a changed external id is an error, even if the time of the file stays the same") {
    const TemporaryFolder folder;
    Read read(folder);
    const auto time = std::filesystem::last_write_time(folder.path("desired"));
    {
        std::fstream file(folder.path("desired"), std::ios::in | std::ios::out | std::ios::binary);
        const std::string id = "user:" + std::to_string(kFirst + kChanged);
        file.seekp(static_cast<std::streamoff>(stream_of(false).find(id) + id.size() - 1));
        file << "x";
    }
    std::filesystem::last_write_time(folder.path("desired"), time);
    const auto error =
        caught([&] { read.filter.emit_users(*read.sides.desired, *read.sides.current, {}); });
    CHECK(error.status == ExitStatus::io_error);
    CHECK(error.says("changed while it was read"));
    CHECK(read.sides.desired->users.empty());
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

TEST_CASE("a user in another spelling is unchanged only if the userName is a valid one") {
    const TemporaryFolder folder;
    const bool is_address = GENERATE(true, false);
    const bool needs_address = GENERATE(true, false);
    auto desired = people(false);
    auto current = people(true);
    current[100].insert(current[100].find(R"("userName")"), " ");
    if (!is_address) {
        for (auto* users : {&desired, &current}) {
            (*users)[100].erase((*users)[100].find("@acme.org"), 9);
        }
    }
    Read read(folder, stream_of(desired, false), stream_of(current, true));
    plan::Policy policy;
    policy.names.user_name_is_address = needs_address;
    read.filter.emit_users(*read.sides.desired, *read.sides.current, policy);
    const std::size_t pending = is_address || !needs_address ? 1 : 2;
    CHECK(read.sides.current->users.size() == pending);
    CHECK(read.sides.current->unchanged.users == kPeople - pending);
}
