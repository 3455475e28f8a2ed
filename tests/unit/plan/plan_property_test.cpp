// Properties of the plan of any organization; a model of a server carries it out.

#include "plan/read_plan.hpp"
#include "record/ssh_key.hpp"
#include "stream/jsonl.hpp"
#include "support/plan_run.hpp"
#include "support/scim_model.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace plan_run;

namespace {

using scim_model::Server;

/// The first line in which two plans differ, of both; empty if they are equal.
std::string difference(const std::string& one, const std::string& other) {
    std::istringstream left(one);
    std::istringstream right(other);
    std::string a;
    std::string b;
    while (std::getline(left, a) && std::getline(right, b)) {
        if (a != b) {
            return a + "\n" + b;
        }
    }
    return one.size() == other.size() ? "" : "one is longer";
}

struct Organization {
    Directory desired{};
    Directory current{};
};

class Dice {
  public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    unsigned below(unsigned end) { return static_cast<unsigned>(engine_() % end); }
    bool one_in(unsigned n) { return below(n) == 0; }
    template <class Value>
    void shuffle(std::vector<Value>& values) {
        for (auto i = values.size(); i > 1; --i) {
            std::swap(values[i - 1], values[below(static_cast<unsigned>(i))]);
        }
    }

  private:
    std::mt19937 engine_;
};

User any_version_of(const User& user, unsigned number, Dice& dice) {
    auto other = user;
    if (dice.one_in(3)) {
        other.display_name = "Somebody " + std::to_string(dice.below(3));
    }
    if (dice.one_in(4)) {
        other.given_name = "G" + std::to_string(dice.below(3));
        other.family_name = dice.one_in(2) ? std::optional<std::string>("F") : std::nullopt;
    }
    if (dice.one_in(5)) {
        other.user_name = "ADA" + std::to_string(number) + "@acme.org";
    }
    if (dice.one_in(6)) {
        other.user_name = "ada" + std::to_string(number) + "@other.org";
    }
    other.ssh_keys.emplace();
    for (unsigned key = 0; key < 3; ++key) {
        if (dice.one_in(2)) {
            other.ssh_keys->push_back(ssh_blob::valid_line(10 * number + key));
        }
    }
    record::sort_ssh_keys(*other.ssh_keys);
    other.active = !dice.one_in(4);
    return other;
}

std::vector<record::ExternalId> any_of(const std::vector<User>& users, Dice& dice) {
    std::vector<record::ExternalId> members;
    for (const auto& user : users) {
        if (dice.one_in(2)) {
            members.push_back(user.external_id);
        }
    }
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    return members;
}

/// Users and groups on one side, the other, or both; some records twice if `twins`.
Organization any_organization(Dice& dice, bool twins) {
    Organization org;
    const unsigned people = 1 + dice.below(9);
    for (unsigned n = 0; n < people; ++n) {
        auto user = person("ada" + std::to_string(n));
        if (!dice.one_in(4)) {
            auto wanted = any_version_of(user, n, dice);
            if (dice.one_in(6)) {
                wanted.ssh_keys.reset();
            }
            if (dice.one_in(12)) {
                wanted.user_name.clear();
            }
            org.desired.users.push_back(wanted);
            if (twins && dice.one_in(8)) {
                wanted.user_name = "twin" + std::to_string(n) + "@acme.org";
                org.desired.users.push_back(wanted);
            }
        }
        if (!dice.one_in(3)) {
            auto present = there(any_version_of(user, n, dice), "u" + std::to_string(n));
            present.version = dice.one_in(2) ? "W/\"" + std::to_string(n) + "\"" : "";
            org.current.users.push_back(present);
            if (twins && dice.one_in(8)) {
                present.user_name = "twin" + std::to_string(n) + "@acme.org";
                org.current.users.push_back(there(present, "twin-u" + std::to_string(n)));
            }
        }
    }
    for (unsigned n = 0; n < dice.below(5); ++n) {
        Group group;
        group.external_id = {"pw-activate:group:" + std::to_string(n)};
        group.display_name = "group-" + std::to_string(n);
        if (!dice.one_in(4)) {
            auto wanted = group;
            wanted.members = any_of(org.desired.users, dice);
            if (dice.one_in(3)) {
                wanted.members->push_back({"pw-activate:user:nobody"});
            }
            if (dice.one_in(8)) {
                wanted.members.reset();
            }
            if (dice.one_in(5)) {
                wanted.display_name += "-renamed";
            }
            org.desired.groups.push_back(std::move(wanted));
        }
        if (!dice.one_in(3)) {
            auto present = there(group, "g" + std::to_string(n));
            present.members = any_of(org.current.users, dice);
            if (dice.one_in(3)) {
                present.foreign_members.push_back({"stranger-" + std::to_string(n)});
            }
            org.current.groups.push_back(std::move(present));
        }
    }
    return org;
}

}  // namespace

TEST_CASE("the order of the records does not change a byte of the plan") {
    const auto seed = GENERATE(range(1U, 301U));
    Dice dice(seed);
    INFO("seed " << seed);
    auto org = any_organization(dice, true);
    const auto before = planned(org.desired, org.current).text();
    for (auto* side : {&org.desired, &org.current}) {
        dice.shuffle(side->users);
        dice.shuffle(side->groups);
    }
    CHECK(difference(before, planned(org.desired, org.current).text()) == "");
}

TEST_CASE("every record has one change, one skip or one unchanged line, and the counts agree") {
    const auto seed = GENERATE(range(1U, 301U));
    Dice dice(seed);
    INFO("seed " << seed);
    const auto org = any_organization(dice, true);
    const auto plan = planned(org.desired, org.current);
    INFO(plan.text());
    const auto count = [&](const char* side) {
        return plan.seal.at(side).at("users").get<std::size_t>() +
               plan.seal.at(side).at("groups").get<std::size_t>();
    };
    CHECK(plan.seal.at("desired").at("users") == org.desired.users.size());
    CHECK(plan.seal.at("current").at("groups") == org.current.groups.size());
    const auto accounted =
        plan.changes().size() + plan.of_type("skip").size() + plan.of_type("unchanged").size();
    CHECK(count("desired") + count("current") - plan.seal.at("matched").get<std::size_t>() ==
          accounted);
    CHECK(plan.seal.at("skipped") == plan.of_type("skip").size());
    CHECK(plan.seal.at("unchanged") == plan.of_type("unchanged").size());

    std::set<std::string> records;
    std::set<std::string> lines;
    for (const auto* side : {&org.desired, &org.current}) {
        for (const auto& user : side->users) {
            records.insert(user.external_id.value);
        }
        for (const auto& group : side->groups) {
            records.insert(group.external_id.value);
        }
    }
    for (const auto& line : plan.lines) {
        lines.insert(line.at("externalId").get<std::string>());
    }
    CHECK(records == lines);
}

TEST_CASE("scim-apply reads the plans that scim-diff writes") {
    const auto seed = GENERATE(range(1U, 101U));
    Dice dice(seed);
    INFO("seed " << seed);
    const auto org = any_organization(dice, true);
    const auto plan = planned(org.desired, org.current, {});  // with the default limits
    std::stringstream stream;
    stream::Writer writer(stream);
    writer.header({.kind = "plan"});
    for (const auto& line : plan.lines) {
        writer.record(line);
    }
    writer.seal(plan.seal);
    stream::Reader reader(stream, "plan");
    std::size_t changes = 0;
    const auto error = caught([&] {
        (void)plan::read_plan(
            reader, plan::OldPlans::refused, [&](const auto&, auto&) { ++changes; });
    });
    INFO(error.sentence);
    CHECK(error.status == ExitStatus::ok);
    CHECK(changes == plan.changes().size());
}

TEST_CASE("after a plan was carried out there is nothing left to do") {
    const auto seed = GENERATE(range(1U, 501U));
    Dice dice(seed);
    INFO("seed " << seed);
    const auto org = any_organization(dice, dice.one_in(3));
    const auto policy = without_rails({.rename_users = dice.one_in(2)});
    const auto plan = planned(org.desired, org.current, policy);
    Server server(org.current);
    for (const auto& line : plan.changes()) {
        server.apply(line);
    }
    const auto again = planned(org.desired, server.directory(), policy);
    INFO(plan.text());
    INFO(again.text());
    CHECK(again.changes().empty());
}

TEST_CASE("after a plan the active users and the members are those of ACTIVATE") {
    const auto seed = GENERATE(range(1U, 301U));
    Dice dice(seed);
    INFO("seed " << seed);
    const auto org = any_organization(dice, false);
    const auto plan = planned(org.desired, org.current);
    Server server(org.current);
    for (const auto& line : plan.changes()) {
        server.apply(line);
    }
    INFO(plan.text());
    const auto now = server.directory();

    std::map<std::string, const User*> wanted;
    std::set<std::string> skipped;
    for (const auto& user : org.desired.users) {
        (user.active && user.user_name.empty())
            ? void(skipped.insert(user.external_id.value))
            : void(wanted.emplace(user.external_id.value, &user));
    }
    for (const auto& line : plan.of_type("skip")) {
        if (line.at("reason") == "membership-stays") {
            skipped.insert(line.at("externalId").get<std::string>());
            wanted.erase(line.at("externalId").get<std::string>());
        }
    }
    std::set<std::string> active;
    for (const auto& user : now.users) {
        const auto& id = user.external_id.value;
        if (skipped.contains(id)) {
            continue;
        }
        const auto found = wanted.find(id);
        CHECK(user.active == (found != wanted.end() && found->second->active));
        if (user.active) {
            active.insert(id);
            CHECK(user.display_name == found->second->display_name);
            if (found->second->ssh_keys) {
                CHECK(user.ssh_keys == found->second->ssh_keys);
            }
        }
    }
    for (const auto& [id, user] : wanted) {
        CHECK(active.contains(id) == user->active);
    }
    std::map<std::string, const Group*> groups;
    for (const auto& group : org.desired.groups) {
        groups.emplace(group.external_id.value, &group);
    }
    for (const auto& group : now.groups) {
        const auto found = groups.find(group.external_id.value);
        if (found != groups.end() && !found->second->members) {
            continue;  // unknown: left unchanged
        }
        CHECK(group.foreign_members.empty());
        for (const auto& member : *group.members) {
            CHECK((skipped.contains(member.value) || active.contains(member.value)));
            CHECK((skipped.contains(member.value) ||
                   (found != groups.end() &&
                    std::binary_search(
                        found->second->members->begin(), found->second->members->end(), member))));
        }
        for (const auto& member :
             found == groups.end() ? std::vector<record::ExternalId>{} : *found->second->members) {
            CHECK((!active.contains(member.value) ||
                   std::binary_search(group.members->begin(), group.members->end(), member)));
        }
    }
}

TEST_CASE("a plan has only POST to an endpoint and PATCH of a managed record") {
    const auto seed = GENERATE(range(1U, 101U));
    Dice dice(seed);
    INFO("seed " << seed);
    const auto org = any_organization(dice, true);
    for (const auto& line : planned(org.desired, org.current).changes()) {
        CHECK_NOTHROW(plan::change_from_json(json(line)));
        CHECK((line.at("method") == "PATCH") == (line.at("action") != "create"));
        CHECK_FALSE(line.at("why").empty());
        CHECK(line.contains("before"));
        CHECK(line.contains("after"));
    }
}
