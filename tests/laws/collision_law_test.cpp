// No plan gives two users the same userName, POSIX name or key.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"

#include "base/text.hpp"

#include <map>

namespace {

using namespace laws;
using record::Kind;

using Owners = std::map<std::string, std::set<std::string>>;  // SCIM ids by name or key

// Names and keys of active users.
Owners owners(const ModelServer& server, bool keys) {
    Owners all;
    for (const auto& id : server.ids(Kind::user)) {
        const auto record = server.record(Kind::user, id);
        if (record["active"] == false) {
            continue;
        }
        const auto name = text::fold(record["userName"].get<std::string>());
        if (keys) {
            for (const auto& key : record.value("sshKeys", nlohmann::ordered_json::array())) {
                all[key.get<std::string>()].insert(id);
            }
        } else {
            all["user " + name.substr(0, name.find('@'))].insert(id);
        }
    }
    return all;
}

void check(const Owners& before, const Owners& after) {
    for (const auto& [what, people] : after) {
        const auto was = before.find(what);
        INFO(what);
        REQUIRE(
            (people.size() < 2 || (was != before.end() && was->second.size() >= people.size())));
    }
}

template <class Property>
void check_plans(Dice& dice, const Property& property) {
    auto shape = any_shape(dice);
    shape.odd = true;
    auto organization = make_organization(dice, shape);
    organization.unmanaged = true;
    const auto before = property(organization.server);
    const auto answer = run_diff(organization.inputs(), any_options(dice, organization));
    INFO(answer.plan);
    organization.server.apply(answer.plan);
    check(before, property(organization.server));
}

TEST_CASE("no plan gives two active users one POSIX name") {
    for_each_case([](Dice& dice) {
        check_plans(dice, [](const ModelServer& server) { return owners(server, false); });
    });
}

TEST_CASE("no plan gives two active users one key") {
    for_each_case([](Dice& dice) {
        check_plans(dice, [](const ModelServer& server) { return owners(server, true); });
    });
}

}  // namespace
