// The redacted streams of a capture: one after the other, with the names of united rows.

#include "record/redaction.hpp"

#include "stream/jsonl.hpp"
#include "support/catch.hpp"
#include "support/redaction_inputs.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace redaction_inputs;

namespace {

/// The records of one kind that are written, without their fields that only a record of SCIM has.
std::vector<nlohmann::json> written(record::Sides sides, const std::string& type) {
    std::ostringstream out;
    stream::Writer writer(out);
    record::write_redacted(std::move(sides), kSecret, writer);
    std::istringstream lines(out.str());
    std::vector<nlohmann::json> all;
    for (std::string line; std::getline(lines, line);) {
        auto one = nlohmann::json::parse(line);
        if (one.at("type") == type) {
            all.push_back(std::move(one));
        }
    }
    return all;
}

}  // namespace

TEST_CASE("rows of ACTIVATE with one externalId have one set of names, the first in their order") {
    const auto row = [](const std::string& key, const std::string& name) {
        auto one = user(key, "");
        one.user_name = name + "@acme.org";
        one.display_name = name;
        return one;
    };
    record::Group hpc;
    hpc.external_id.value = record::group_prefix() + "hpc";
    hpc.display_name = "hpc";
    auto other = hpc;
    other.display_name = "hpc-2";
    record::Sides sides;
    sides.desired.emplace();
    sides.desired->users = {row("ada", "zoe"), row("ben", "ben"), row("ada", "ann")};
    sides.desired->groups = {other, hpc};
    sides.current = sides.desired;
    const auto names = [](const std::vector<nlohmann::json>& records, std::size_t first) {
        std::vector<std::string> all;
        for (std::size_t at = first; at < first + records.size() / 2; ++at) {
            all.push_back(records[at].value("userName", "") +
                          records[at].at("displayName").get<std::string>());
        }
        return all;
    };
    const auto users = written(sides, "user");
    REQUIRE(users.size() == 6);
    const auto desired = names(users, 0);
    const auto current = names(users, 3);  // where each record has its own names
    CHECK(desired == std::vector{current[2], current[1], current[2]});
    CHECK(current[0] != current[2]);
    const auto groups = written(sides, "group");
    REQUIRE(groups.size() == 4);
    CHECK(names(groups, 0) == std::vector{names(groups, 2)[1], names(groups, 2)[1]});
}

TEST_CASE("confirmations are written with the externalIds of the exports") {
    auto sides = sides_with({user("ada", "1"), user("ben", "2")});
    sides.confirmations.emplace();
    sides.confirmations->emplace(record::user_prefix() + "ada", "gone");
    const auto answers = written(sides, "confirmation");
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].at("answer") == "gone");
    CHECK(answers[0].at("externalId") == written(sides, "user").at(0).at("externalId"));
}

TEST_CASE("a side that is absent is not written") {
    std::ostringstream out;
    stream::Writer writer(out);
    record::write_redacted(sides_with({user("ada", "1")}), kSecret, writer);
    CHECK(out.str().find("desired") == std::string::npos);
    CHECK(out.str().find("pw-activate:user:") != std::string::npos);
    CHECK(out.str().find("ada") == std::string::npos);
}
