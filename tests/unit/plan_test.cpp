// The plan, looked at as scim-apply and people see it: in its lines.

#include "plan.hpp"

#include "catch.hpp"
#include "expect.hpp"
#include "people.hpp"
#include "plan_lines.hpp"
#include "plan_stream.hpp"
#include "scim.hpp"
#include "ssh_blob.hpp"
#include "ssh_key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using identity::Directory;
using identity::Group;
using identity::Policy;
using identity::User;
using nlohmann::json;
using nlohmann::ordered_json;
using people::inactive;
using people::there;

namespace {

using Texts = std::vector<std::string>;

constexpr const char* kKeysUrn =
    "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";

// ---- records ----

User ada() {
    User user;
    user.external_id = {"pw-activate:user:ada"};
    user.user_name = "ada@acme.org";
    user.display_name = "Ada Lovelace";
    user.given_name = "Ada";
    user.family_name = "Lovelace";
    user.email = "ada@acme.org";
    user.ssh_keys = Texts{ssh_blob::valid_line(1)};
    return user;
}

/// Somebody else, like ada() in everything but who they are.
User person(const std::string& name) {
    auto user = ada();
    user.external_id = {"pw-activate:user:" + name};
    user.user_name = name + "@acme.org";
    user.email = user.user_name;
    user.display_name = name;
    user.given_name = name;
    user.family_name.reset();
    user.ssh_keys = Texts{};
    return user;
}

Group hpc(const Texts& members) {
    Group group;
    group.external_id = {"pw-activate:group:hpc"};
    group.display_name = "hpc";
    group.members.emplace();
    for (const auto& name : members) {
        group.members->push_back({"pw-activate:user:" + name});
    }
    return group;
}

// ---- plans ----

Policy without_rails(Policy policy = {}) {
    policy.limits = {{}, {}, {}, {}};
    return policy;
}

struct Planned {
    std::vector<ordered_json> lines{};
    ordered_json seal{};

    [[nodiscard]] std::vector<ordered_json> of_type(const std::string& type) const {
        std::vector<ordered_json> found;
        std::copy_if(lines.begin(), lines.end(), std::back_inserter(found), [&](const auto& line) {
            return line.at("type") == type;
        });
        return found;
    }
    [[nodiscard]] std::vector<ordered_json> changes() const { return of_type("change"); }

    /// The change of that record, which has to have one and only one.
    [[nodiscard]] ordered_json change(const std::string& external_id) const {
        std::vector<ordered_json> found;
        for (const auto& line : changes()) {
            if (line.at("externalId") == external_id) {
                found.push_back(line);
            }
        }
        REQUIRE(found.size() == 1);
        return found.front();
    }

    [[nodiscard]] std::string text() const {
        std::string all;
        for (const auto& line : lines) {
            all += line.dump() + "\n";
        }
        return all + seal.dump();
    }
};

Planned planned(const Directory& desired,
                const Directory& current,
                const Policy& policy = without_rails()) {
    Planned result;
    const auto plan = identity::make_plan(desired, current, policy);
    result.seal = identity::write_plan(
        plan, current, {true}, [&](const ordered_json& line) { result.lines.push_back(line); });
    return result;
}

/// The only line there is.
ordered_json only_line(const Planned& plan) {
    INFO(plan.text());
    REQUIRE(plan.lines.size() == 1);
    return plan.lines.front();
}

Texts paths_of(const ordered_json& change) {
    Texts paths;
    for (const auto& operation : change.at("data").at("Operations")) {
        paths.push_back(operation.at("op").get<std::string>() + " " +
                        operation.at("path").get<std::string>());
    }
    return paths;
}

std::string value_at(const ordered_json& change, const std::string& path) {
    for (const auto& operation : change.at("data").at("Operations")) {
        if (operation.at("path") == path) {
            return operation.at("value").dump();
        }
    }
    return "nothing at " + path;
}

bool says(const ordered_json& change, std::string_view words) {
    return contains(change.at("why").dump(), words);
}

/// The first line in which two plans differ, of both; empty when they are the same.
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

std::string quoted(const std::string& word) {
    return "\"" + word + "\"";
}

// ---- a model of a server, from RFC 7644 ----

class Server {
  public:
    explicit Server(const Directory& directory) {
        for (const auto& user : directory.users) {
            users_[user.id.value] = resource_of(user);
        }
        for (const auto& group : directory.groups) {
            json resource{{"id", group.id.value},
                          {"externalId", group.external_id.value},
                          {"displayName", group.display_name},
                          {"members", json::array()}};
            for (const auto& member : *group.members) {
                for (const auto& user : directory.users) {
                    if (user.external_id == member) {
                        resource["members"].push_back({{"value", user.id.value}});
                    }
                }
            }
            for (const auto& member : group.foreign_members) {
                resource["members"].push_back({{"value", member.value}});
            }
            groups_[group.id.value] = std::move(resource);
        }
    }

    /// Carries out one line of a plan.
    void apply(const ordered_json& line) {
        const auto path = line.at("path").get<std::string>();
        auto& resources = path.starts_with("/Users") ? users_ : groups_;
        auto data = json(line.at("data"));
        if (line.at("method") == "POST") {
            const auto id = "new-" + std::to_string(++created_);
            ids_[line.at("bulkId").get<std::string>()] = id;
            data["id"] = id;
            resolve(data);
            resources[id] = std::move(data);
            return;
        }
        auto& resource = resources.at(path.substr(path.rfind('/') + 1));
        for (auto& operation : data.at("Operations")) {
            set(resource, operation);
        }
    }

    [[nodiscard]] Directory directory() const {
        Directory directory;
        std::map<std::string, std::string> external_ids;
        for (const auto& [id, resource] : users_) {
            directory.users.push_back(scim::user_from_resource(resource, false));
            external_ids[id] = directory.users.back().external_id.value;
        }
        for (const auto& [id, resource] : groups_) {
            auto group = scim::group_from_resource(resource);
            std::set<std::string> ours;
            std::set<std::string> foreign;
            const auto members = scim::member_ids_of(resource).value();
            for (const auto& member : members) {
                const auto known = external_ids.find(member);
                (known != external_ids.end() ? ours : foreign)
                    .insert(known != external_ids.end() ? known->second : member);
            }
            group.members.emplace();
            for (const auto& member : ours) {
                group.members->push_back({member});
            }
            for (const auto& member : foreign) {
                group.foreign_members.push_back({member});
            }
            directory.groups.push_back(std::move(group));
        }
        return directory;
    }

  private:
    static json resource_of(const User& user) {
        json resource{{"id", user.id.value},
                      {"externalId", user.external_id.value},
                      {"userName", user.user_name},
                      {"active", user.active},
                      {"name", json::object()}};
        if (user.display_name) {
            resource["displayName"] = *user.display_name;
        }
        if (user.given_name) {
            resource["name"]["givenName"] = *user.given_name;
        }
        if (user.family_name) {
            resource["name"]["familyName"] = *user.family_name;
        }
        if (user.email) {
            resource["emails"] = {{{"value", *user.email}}};
        }
        if (user.ssh_keys) {
            resource[kKeysUrn]["sunkSshKeys"] = *user.ssh_keys;
        }
        return resource;
    }

    void resolve(json& data) const {
        if (!data.contains("members")) {
            return;
        }
        for (auto& member : data["members"]) {
            const auto value = member.at("value").get<std::string>();
            if (value.starts_with("bulkId:")) {
                member["value"] = ids_.at(value.substr(7));
            }
        }
    }

    // RFC 7644 §3.5.2.3: replace of an attribute; §3.10: an extension's behind its URN.
    void set(json& resource, json& operation) const {
        const auto path = operation.at("path").get<std::string>();
        auto* place = &resource[path];
        if (path.starts_with(std::string(kKeysUrn) + ":")) {
            resource.erase(path);
            place = &resource[kKeysUrn][path.substr(std::string(kKeysUrn).size() + 1)];
        }
        if (operation.at("op") == "remove") {
            *place = nullptr;
            return;
        }
        json holder{{path, operation.at("value")}};
        resolve(holder);
        if (place->is_object() && holder.at(path).is_object()) {
            place->update(holder.at(path));  // sub-attributes that are not named stay
        } else {
            *place = holder.at(path);
        }
    }

    std::map<std::string, json> users_{};
    std::map<std::string, json> groups_{};
    std::map<std::string, std::string> ids_{};
    int created_ = 0;
};

// ---- any organization ----

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
    identity::sort_ssh_keys(*other.ssh_keys);
    other.active = !dice.one_in(4);
    return other;
}

std::vector<identity::ExternalId> any_of(const std::vector<User>& users, Dice& dice) {
    std::vector<identity::ExternalId> members;
    for (const auto& user : users) {
        if (dice.one_in(2)) {
            members.push_back(user.external_id);
        }
    }
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    return members;
}

/// Users and groups on one side, the other, or both; some records twice where `twins`.
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

TEST_CASE("a user absent in SCIM is created, with everything that is known of them") {
    const auto line = only_line(planned({{ada()}, {}}, {}));
    CHECK(line.at("type") == "change");
    CHECK(line.at("action") == "create");
    CHECK(line.at("resource") == "User");
    CHECK(line.at("externalId") == "pw-activate:user:ada");
    CHECK(line.at("method") == "POST");
    CHECK(line.at("path") == "/Users");
    CHECK(line.at("bulkId") == "pw-activate:user:ada");
    CHECK(line.at("data").dump() == scim::user_resource(ada()).dump());
    CHECK(line.at("before").is_null());
    CHECK(line.at("after").at("userName") == "ada@acme.org");
    CHECK(says(line, "absent in SCIM"));
    CHECK_FALSE(line.contains("version"));
}

TEST_CASE("a user who is the same on both sides is unchanged") {
    const auto line = only_line(planned({{ada()}, {}}, {{there(ada(), "1")}, {}}));
    CHECK(line.at("type") == "unchanged");
    CHECK(line.at("externalId") == "pw-activate:user:ada");
}

TEST_CASE("what differs goes into one PATCH with explicit paths, and nothing else does") {
    auto present = there(ada(), "8f");
    present.version = "W/\"3\"";
    SECTION("one attribute") {
        present.display_name = "Ada King";
        const auto line = only_line(planned({{ada()}, {}}, {{present}, {}}));
        CHECK(line.at("action") == "update");
        CHECK(line.at("method") == "PATCH");
        CHECK(line.at("path") == "/Users/8f");
        CHECK(line.at("version") == "W/\"3\"");
        CHECK_FALSE(line.contains("bulkId"));
        CHECK(line.at("data").dump() ==
              R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],)"
              R"("Operations":[{"op":"replace","path":"displayName","value":"Ada Lovelace"}]})");
        CHECK(line.at("before").dump() == R"({"displayName":"Ada King"})");
        CHECK(line.at("after").dump() == R"({"displayName":"Ada Lovelace"})");
        CHECK(says(line, "Ada King"));
    }
    SECTION("all of them") {
        present.display_name = "x";
        present.given_name = "x";
        present.ssh_keys = Texts{ssh_blob::valid_line(2)};
        present.active = false;
        const auto line = only_line(planned({{ada()}, {}}, {{present}, {}}));
        CHECK(line.at("action") == "reactivate");
        auto paths = paths_of(line);
        std::sort(paths.begin(), paths.end());
        CHECK(paths == Texts{"replace active",
                             "replace displayName",
                             "replace name",
                             "replace " + std::string(kKeysUrn) + ":sunkSshKeys"});
        CHECK(value_at(line, "active") == "true");
    }
}

TEST_CASE("an id that is not made for a path is encoded in it") {
    auto present = there(ada(), "a/b c");
    present.display_name = "x";
    CHECK(only_line(planned({{ada()}, {}}, {{present}, {}})).at("path") == "/Users/a%2Fb%20c");
}

TEST_CASE("a user who returns is reactivated under the same id") {
    const auto line = only_line(planned({{ada()}, {}}, {{there(inactive(ada()), "8f")}, {}}));
    CHECK(line.at("action") == "reactivate");
    CHECK(line.at("path") == "/Users/8f");
    CHECK(paths_of(line) == Texts{"replace active"});
    CHECK(line.at("before").dump() == R"({"active":false})");
    CHECK(line.at("after").dump() == R"({"active":true})");
}

TEST_CASE("a user absent upstream is deactivated, never deleted, and keeps everything else") {
    const auto line = only_line(planned({}, {{there(ada(), "8f")}, {}}));
    CHECK(line.at("action") == "deactivate");
    CHECK(line.at("method") == "PATCH");
    CHECK(paths_of(line) == Texts{"replace active"});
    CHECK(value_at(line, "active") == "false");
    CHECK(says(line, "absent in ACTIVATE"));
}

TEST_CASE("a user who is inactive upstream is deactivated, and nothing else of them is touched") {
    auto leaver = inactive(ada());
    leaver.display_name = "Another";
    leaver.ssh_keys = Texts{};
    const auto line = only_line(planned({{leaver}, {}}, {{there(ada(), "8f")}, {}}));
    CHECK(line.at("action") == "deactivate");
    CHECK(paths_of(line) == Texts{"replace active"});
    CHECK(says(line, "inactive in ACTIVATE"));
}

TEST_CASE("an inactive user is never created, and who is inactive already stays as they are") {
    const auto gone = there(inactive(ada()), "8f");
    auto changed = inactive(ada());
    changed.display_name = "Another";
    CHECK(only_line(planned({{inactive(ada())}, {}}, {})).at("type") == "unchanged");
    CHECK(only_line(planned({{changed}, {}}, {{gone}, {}})).at("type") == "unchanged");
    CHECK(only_line(planned({}, {{gone}, {}})).at("type") == "unchanged");
}

TEST_CASE("keys that are unknown are left as they are") {
    auto wanted = ada();
    wanted.ssh_keys.reset();
    CHECK(only_line(planned({{wanted}, {}}, {{there(ada(), "1")}, {}})).at("type") == "unchanged");
    wanted.display_name = "Ada King";
    const auto line = only_line(planned({{wanted}, {}}, {{there(ada(), "1")}, {}}));
    CHECK(paths_of(line) == Texts{"replace displayName"});
    const auto create = only_line(planned({{wanted}, {}}, {}));
    CHECK_FALSE(create.at("data").contains(kKeysUrn));
}

TEST_CASE("no keys are no keys: the list is emptied") {
    auto wanted = ada();
    wanted.ssh_keys = Texts{};
    const auto line = only_line(planned({{wanted}, {}}, {{there(ada(), "1")}, {}}));
    CHECK(value_at(line, std::string(kKeysUrn) + ":sunkSshKeys") == "[]");
    CHECK(line.at("after").at("sshKeys").empty());
}

TEST_CASE("keys are replaced as a whole, and why names each by its fingerprint") {
    auto wanted = ada();
    wanted.ssh_keys = Texts{ssh_blob::valid_line(1), ssh_blob::valid_line(2)};
    auto present = there(ada(), "1");
    present.ssh_keys = Texts{ssh_blob::valid_line(1), ssh_blob::valid_line(3)};
    const auto line = only_line(planned({{wanted}, {}}, {{present}, {}}));
    CHECK(value_at(line, std::string(kKeysUrn) + ":sunkSshKeys") == json(*wanted.ssh_keys).dump());
    CHECK(says(line, "sshKeys + " + identity::ssh_key_fingerprint(ssh_blob::valid_line(2))));
    CHECK(says(line, "sshKeys - " + identity::ssh_key_fingerprint(ssh_blob::valid_line(3))));
    CHECK_FALSE(says(line, identity::ssh_key_fingerprint(ssh_blob::valid_line(1))));
}

TEST_CASE("names that are unknown are left as they are") {
    auto wanted = ada();
    wanted.display_name.reset();
    wanted.given_name.reset();
    wanted.family_name.reset();
    wanted.email.reset();
    CHECK(only_line(planned({{wanted}, {}}, {{there(ada(), "1")}, {}})).at("type") == "unchanged");
    wanted.given_name = "Augusta";
    const auto line = only_line(planned({{wanted}, {}}, {{there(ada(), "1")}, {}}));
    CHECK(value_at(line, "name") == R"({"givenName":"Augusta","familyName":"Lovelace"})");
}

TEST_CASE("a name that SCIM lacks is set") {
    auto present = there(ada(), "1");
    present.display_name.reset();
    present.given_name.reset();
    const auto line = only_line(planned({{ada()}, {}}, {{present}, {}}));
    CHECK(paths_of(line) == Texts{"replace displayName", "replace name"});
    CHECK(line.at("before").at("displayName").is_null());
}

TEST_CASE("an address that differs in case alone is no difference") {
    auto present = there(ada(), "1");
    present.user_name = "ADA@Acme.ORG";
    present.email = "Ada@ACME.org";
    CHECK(only_line(planned({{ada()}, {}}, {{present}, {}})).at("type") == "unchanged");
    CHECK(only_line(planned({{ada()}, {}}, {{present}, {}}, without_rails({.rename_users = true})))
              .at("type") == "unchanged");
}

TEST_CASE("a changed userName or e-mail is reported, and sent only when that is asked for") {
    auto present = there(ada(), "1");
    present.user_name = "countess@acme.org";
    present.email = "countess@acme.org";
    SECTION("not asked for") {
        const auto line = only_line(planned({{ada()}, {}}, {{present}, {}}));
        CHECK(line.at("type") == "unchanged");
        CHECK(contains(line.at("note").get<std::string>(), "countess@acme.org"));
        CHECK(contains(line.at("note").get<std::string>(), "--rename-users"));
    }
    SECTION("not asked for, beside another change") {
        present.display_name = "x";
        const auto line = only_line(planned({{ada()}, {}}, {{present}, {}}));
        CHECK(paths_of(line) == Texts{"replace displayName"});
        CHECK(says(line, "--rename-users"));
    }
    SECTION("asked for") {
        const auto line = only_line(
            planned({{ada()}, {}}, {{present}, {}}, without_rails({.rename_users = true})));
        CHECK(paths_of(line) == Texts{"replace userName", "replace emails"});
        CHECK(value_at(line, "userName") == quoted("ada@acme.org"));
        CHECK(value_at(line, "emails") ==
              R"([{"value":"ada@acme.org","type":"work","primary":true}])");
        CHECK(line.at("before").at("userName") == "countess@acme.org");
    }
}

TEST_CASE("a user without an address is skipped with a reason, and stays as they are") {
    auto nameless = ada();
    nameless.user_name.clear();
    const auto newcomer = only_line(planned({{nameless}, {}}, {}));
    CHECK(newcomer.at("type") == "skip");
    CHECK(newcomer.at("reason") == "no-user-name");
    const auto known = only_line(planned({{nameless}, {}}, {{there(ada(), "1")}, {}}));
    CHECK(known.at("type") == "skip");
    CHECK(known.at("path") == "/Users/1");
}

TEST_CASE("a group absent in SCIM is created with its members, by id or by reference") {
    const auto plan =
        planned({{ada(), person("ben")}, {hpc({"ada", "ben"})}}, {{there(ada(), "8f")}, {}});
    const auto line = plan.change("pw-activate:group:hpc");
    CHECK(line.at("action") == "create");
    CHECK(line.at("method") == "POST");
    CHECK(line.at("path") == "/Groups");
    CHECK(line.at("bulkId") == "pw-activate:group:hpc");
    CHECK(line.at("data").at("members").dump() ==
          R"([{"value":"8f"},{"value":"bulkId:pw-activate:user:ben"}])");
    CHECK(line.at("after").at("members").dump() ==
          R"(["pw-activate:user:ada","pw-activate:user:ben"])");
}

TEST_CASE("members come and go in one replace of the whole list") {
    const auto plan = planned(
        {{ada(), person("ben"), person("cyd")}, {hpc({"ben", "cyd"})}},
        {{there(ada(), "1"), there(person("ben"), "2")}, {there(hpc({"ada", "ben"}), "9")}});
    const auto line = plan.change("pw-activate:group:hpc");
    CHECK(line.at("action") == "update");
    CHECK(line.at("path") == "/Groups/9");
    CHECK(paths_of(line) == Texts{"replace members"});
    CHECK(value_at(line, "members") ==
          R"([{"value":"2"},{"value":"bulkId:pw-activate:user:cyd"}])");
    CHECK(says(line, "members +1 -1"));
    CHECK(line.at("before").at("members").dump() ==
          R"(["pw-activate:user:ada","pw-activate:user:ben"])");
}

TEST_CASE("a group that is the same on both sides is unchanged") {
    const auto plan =
        planned({{ada()}, {hpc({"ada"})}}, {{there(ada(), "1")}, {there(hpc({"ada"}), "9")}});
    CHECK(plan.changes().empty());
    CHECK(plan.of_type("unchanged").size() == 2);
}

TEST_CASE("a renamed group keeps its record") {
    auto present = there(hpc({"ada"}), "9");
    present.display_name = "old-name";
    const auto line = planned({{ada()}, {hpc({"ada"})}}, {{there(ada(), "1")}, {present}})
                          .change("pw-activate:group:hpc");
    CHECK(line.at("path") == "/Groups/9");
    CHECK(paths_of(line) == Texts{"replace displayName"});
    CHECK(value_at(line, "displayName") == quoted("hpc"));
}

TEST_CASE("a group absent upstream keeps its record and loses its members") {
    const auto line = planned({{ada()}, {}}, {{there(ada(), "1")}, {there(hpc({"ada"}), "9")}})
                          .change("pw-activate:group:hpc");
    CHECK(line.at("action") == "update");
    CHECK(line.at("method") == "PATCH");
    CHECK(paths_of(line) == Texts{"replace members"});
    CHECK(value_at(line, "members") == "[]");
    const auto empty = planned({{ada()}, {}}, {{there(ada(), "1")}, {there(hpc({}), "9")}});
    CHECK(empty.changes().empty());
}

TEST_CASE("members that are unknown on either side leave the group as it is") {
    auto unknown = hpc({});
    unknown.members.reset();
    const Directory people{{ada()}, {}};
    const auto reason_of = [](const Planned& plan) {
        CHECK(plan.changes().empty());
        REQUIRE(plan.of_type("skip").size() == 1);
        return plan.of_type("skip").front().at("reason").get<std::string>();
    };
    CHECK(reason_of(planned({{ada()}, {unknown}}, {{there(ada(), "1")}, {}})) == "members-unknown");
    CHECK(reason_of(
              planned({{ada()}, {unknown}}, {{there(ada(), "1")}, {there(hpc({"ada"}), "9")}})) ==
          "members-unknown");
    CHECK(reason_of(planned({{ada()}, {hpc({})}}, {{there(ada(), "1")}, {there(unknown, "9")}})) ==
          "members-unknown");
    CHECK(reason_of(planned(people, {{there(ada(), "1")}, {there(unknown, "9")}})) ==
          "members-unknown");
}

TEST_CASE("a group without a name is left as it is") {
    auto nameless = hpc({"ada"});
    nameless.display_name.clear();
    const auto plan = planned({{ada()}, {nameless}}, {{there(ada(), "1")}, {there(hpc({}), "9")}});
    CHECK(plan.changes().empty());
    REQUIRE(plan.of_type("skip").size() == 1);
    CHECK(plan.of_type("skip").front().at("reason") == "no-group-name");
}

TEST_CASE("members that are not managed here are drift: they are removed, and that is said") {
    auto present = there(hpc({"ada"}), "9");
    present.foreign_members = {{"x7"}, {"x8"}};
    const auto line = planned({{ada()}, {hpc({"ada"})}}, {{there(ada(), "1")}, {present}})
                          .change("pw-activate:group:hpc");
    CHECK(value_at(line, "members") == R"([{"value":"1"}])");
    CHECK(line.at("before").at("foreignMembers").dump() == R"(["x7","x8"])");
    CHECK(line.at("after").at("foreignMembers").empty());
    CHECK(says(line, "-2"));
}

TEST_CASE("where a service gives two of ours one id, the order of the records does not show, and no member stands twice") {
    const Texts members = GENERATE(Texts{"abe"}, Texts{"abe", "ben"});
    auto present = there(hpc(members), "9");
    present.foreign_members = {{"1"}};
    const Directory current{{there(person("abe"), "1"), there(person("ben"), "1")}, {present}};
    CHECK(planned({{person("abe"), person("ben")}, {hpc(members)}}, current).changes().empty());
    CHECK(planned({{person("ben"), person("abe")}, {hpc(members)}}, current).changes().empty());
}

TEST_CASE("whoever is not active when the plan is done is in no group") {
    const auto plan =
        planned({{ada(), inactive(person("ben"))}, {hpc({"ada", "ben", "nobody"})}},
                {{there(ada(), "1"), there(person("ben"), "2"), there(person("cyd"), "3")},
                 {there(hpc({"ben", "cyd"}), "9")}});
    const auto line = plan.change("pw-activate:group:hpc");
    CHECK(value_at(line, "members") == R"([{"value":"1"}])");
    CHECK(says(line, "inactive in ACTIVATE"));
    CHECK(says(line, "not among the users of this export"));
}

TEST_CASE("who is skipped keeps their memberships, and who is not created is not referred to") {
    auto known = ada();
    known.user_name.clear();
    auto newcomer = person("ben");
    newcomer.user_name.clear();
    const auto plan = planned({{known, newcomer, person("cyd")}, {hpc({"ada", "ben", "cyd"})}},
                              {{there(ada(), "1")}, {there(hpc({"ada"}), "9")}});
    CHECK(value_at(plan.change("pw-activate:group:hpc"), "members") ==
          R"([{"value":"1"},{"value":"bulkId:pw-activate:user:cyd"}])");
}

TEST_CASE("an inactive user who is skipped joins no group") {
    auto nameless = ada();
    nameless.user_name.clear();
    const auto plan = planned({{nameless, person("ben")}, {hpc({"ada", "ben"})}},
                              {{there(inactive(ada()), "1")}, {there(hpc({}), "9")}});
    CHECK(value_at(plan.change("pw-activate:group:hpc"), "members") ==
          R"([{"value":"bulkId:pw-activate:user:ben"}])");
}

TEST_CASE("who returns is a member again in the same plan") {
    const auto plan =
        planned({{ada()}, {hpc({"ada"})}}, {{there(inactive(ada()), "1")}, {there(hpc({}), "9")}});
    CHECK(plan.change("pw-activate:user:ada").at("action") == "reactivate");
    CHECK(value_at(plan.change("pw-activate:group:hpc"), "members") == R"([{"value":"1"}])");
}

TEST_CASE("two records with one externalId are both named, and neither is touched") {
    const bool upstream = GENERATE(false, true);
    auto twin = ada();
    twin.user_name = "twin@acme.org";
    const auto plan = upstream
                          ? planned({{ada(), twin}, {}}, {{there(ada(), "1")}, {}})
                          : planned({{ada()}, {}}, {{there(ada(), "1"), there(twin, "2")}, {}});
    CHECK(plan.changes().empty());
    CHECK(plan.of_type("skip").size() == 3);
    for (const auto& line : plan.of_type("skip")) {
        CHECK(line.at("reason") == "duplicate-external-id");
    }
}

TEST_CASE("a record that is not ours is never changed, whoever is absent") {
    auto stranger = there(person("stranger"), "5");
    stranger.external_id = {"okta:1"};
    auto nobody = there(person("nobody"), "6");
    nobody.external_id = {};
    auto group = there(hpc({}), "7");
    group.external_id = {};
    group.foreign_members = {{"5"}};
    Directory current;
    current.unmanaged_users = {stranger, nobody};
    current.unmanaged_groups = {group};
    const auto plan = planned({{ada()}, {}}, current);
    REQUIRE(plan.changes().size() == 1);
    CHECK(plan.changes().front().at("action") == "create");
    CHECK(plan.of_type("unchanged").size() == 3);
}

TEST_CASE("users come before groups, deactivations last among users, then by externalId") {
    Directory desired{{person("zoe"), person("eve"), person("ben")}, {}};
    Directory current{{there(person("dan"), "1"), there(person("abe"), "2")}, {}};
    auto second = hpc({});
    second.external_id = {"pw-activate:group:a"};
    second.display_name = "a";
    desired.groups = {hpc({"zoe"}), second};
    const auto plan = planned(desired, current);
    Texts order;
    for (const auto& line : plan.changes()) {
        order.push_back(line.at("action").get<std::string>() + " " +
                        line.at("externalId").get<std::string>());
    }
    CHECK(order == Texts{"create pw-activate:user:ben",
                         "create pw-activate:user:eve",
                         "create pw-activate:user:zoe",
                         "deactivate pw-activate:user:abe",
                         "deactivate pw-activate:user:dan",
                         "create pw-activate:group:a",
                         "create pw-activate:group:hpc"});
}

TEST_CASE("the id of a change is that of its target, before and after, and of nothing around it") {
    auto present = there(ada(), "1");
    present.display_name = "x";
    const auto alone = only_line(planned({{ada()}, {}}, {{present}, {}})).at("id");
    present.version = "W/\"9\"";
    const auto among_others = planned({{person("ben"), ada()}, {hpc({"ada"})}},
                                      {{present, there(person("cyd"), "3")}, {}})
                                  .change("pw-activate:user:ada")
                                  .at("id");
    CHECK(alone == among_others);

    auto elsewhere = present;
    elsewhere.id = {"2"};
    auto from_other = present;
    from_other.display_name = "y";
    auto to_other = ada();
    to_other.display_name = "z";
    std::set<std::string> ids{alone.get<std::string>()};
    ids.insert(only_line(planned({{ada()}, {}}, {{elsewhere}, {}})).at("id").get<std::string>());
    ids.insert(only_line(planned({{ada()}, {}}, {{from_other}, {}})).at("id").get<std::string>());
    ids.insert(only_line(planned({{to_other}, {}}, {{present}, {}})).at("id").get<std::string>());
    CHECK(ids.size() == 4);
    CHECK(alone.get<std::string>().starts_with("c-"));
}

TEST_CASE("the order in which records come does not change a byte of the plan") {
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

TEST_CASE("every record is behind one change, one skip or one unchanged, and the seal adds up") {
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

TEST_CASE("what scim-diff writes scim-apply reads") {
    const auto seed = GENERATE(range(1U, 101U));
    Dice dice(seed);
    INFO("seed " << seed);
    const auto org = any_organization(dice, true);
    const auto plan = planned(org.desired, org.current, {});  // with the rails' defaults
    std::stringstream stream;
    jsonl::Writer writer(stream);
    writer.header({.kind = "plan"});
    for (const auto& line : plan.lines) {
        writer.record(line);
    }
    writer.seal(plan.seal);
    jsonl::Reader reader(stream, "plan");
    std::size_t changes = 0;
    const auto error =
        caught([&] { (void)identity::read_plan(reader, [&](const auto&, auto&) { ++changes; }); });
    INFO(error.sentence);
    CHECK(error.status == ExitStatus::ok);
    CHECK(changes == plan.changes().size());
}

TEST_CASE("when a plan was carried out there is nothing left to do") {
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

TEST_CASE("after a plan the active users and the members are those that upstream names") {
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
            continue;  // unknown: left as it is
        }
        CHECK(group.foreign_members.empty());
        for (const auto& member : *group.members) {
            CHECK((skipped.contains(member.value) || active.contains(member.value)));
            CHECK((skipped.contains(member.value) ||
                   (found != groups.end() &&
                    std::binary_search(
                        found->second->members->begin(), found->second->members->end(), member))));
        }
        for (const auto& member : found == groups.end() ? std::vector<identity::ExternalId>{}
                                                        : *found->second->members) {
            CHECK((!active.contains(member.value) ||
                   std::binary_search(group.members->begin(), group.members->end(), member)));
        }
    }
}

TEST_CASE("no plan holds anything but POST to an endpoint and PATCH of what is ours") {
    const auto seed = GENERATE(range(1U, 101U));
    Dice dice(seed);
    INFO("seed " << seed);
    const auto org = any_organization(dice, true);
    for (const auto& line : planned(org.desired, org.current).changes()) {
        CHECK_NOTHROW(identity::change_from_json(json(line)));
        CHECK((line.at("method") == "PATCH") == (line.at("action") != "create"));
        CHECK_FALSE(line.at("why").empty());
        CHECK(line.contains("before"));
        CHECK(line.contains("after"));
    }
}
