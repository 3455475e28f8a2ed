#include "organization.hpp"

#include "support/ssh_blob.hpp"

#include <array>
#include <utility>

namespace chaos {

namespace {

const std::string kExtension =
    "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";
const std::string kCore = "urn:ietf:params:scim:schemas:core:2.0:";

Json some_keys(Dice& dice, Makings& makings) {
    Json keys = Json::array();
    for (auto left = dice.below(4); left > 0; --left) {
        keys.push_back(makings.new_key() + (dice.chance(50) ? " laptop" : ""));
    }
    return keys;
}

/// A record with the values of this user in ACTIVATE.
Json record_of(const Json& user, const std::string& id) {
    const auto name = user["name"].get<std::string>();
    const auto blank = name.rfind(' ');
    Json keys = Json::array();
    for (const auto& line : user["sshKeys"]) {
        const auto words = sandbox::split(line.get<std::string>(), ' ');
        keys.push_back(words[0] + " " + words[1]);
    }
    return {
        {"schemas", {kCore + "User", kExtension}},
        {"id", id},
        {"externalId", "pw-activate:user:" + user["id"].get<std::string>()},
        {"userName", user["email"]},
        {"displayName", name},
        {"name", {{"givenName", name.substr(0, blank)}, {"familyName", name.substr(blank + 1)}}},
        {"emails", Json::array({{{"value", user["email"]}, {"type", "work"}, {"primary", true}}})},
        {"active", user["active"]},
        {kExtension, {{"sunkSshKeys", keys}}}};
}

bool is_of(const Json& record, const Json& user) {
    return record["userName"] == user["email"];
}

Json unmanaged_user(Dice& dice, std::size_t number) {
    const auto name = "console" + std::to_string(number);
    Json user = {{"schemas", {kCore + "User"}},
                 {"id", name},
                 {"userName", name + "@elsewhere.example"},
                 {"displayName", "From The Console"},
                 {"active", dice.chance(80)}};
    if (dice.chance(40)) {
        user["externalId"] = "okta:" + name;
    }
    return user;
}

class Maker {
  public:
    Maker(Dice& dice, Makings& makings)
        : dice_(dice), makings_(makings), first_load_(dice.chance(25)) {}

    Json fixture() {
        make_users();
        make_unmanaged_users();
        make_groups();
        return {{"credentials",
                 {{"activateApiKeySecret", "chaos-api-key-secret-4711"},
                  {"activateApiKeyUser", users_.front()["username"]},
                  {"activateJwts", Json::object()},
                  {"activateScimToken", "chaos-activate-scim-token"},
                  {"scimToken", "chaos-coreweave-scim-token"}}},
                {"settings", {{"sshKeyBody", dice_.pick(kKeyBodies)}}},
                {"activate",
                 {{"organization", {{"id", makings_.new_id()}, {"name", "acme"}}},
                  {"users", users_},
                  {"groups", groups_}}},
                {"scim", {{"Users", records_}, {"Groups", group_records_}}}};
    }

  private:
    static constexpr std::array<const char*, 3> kKeyBodies{"text", "json", "base64"};

    void make_users() {
        const auto count = dice_.chance(80) ? dice_.between(3, 15) : dice_.between(16, 40);
        for (std::size_t i = 0; i < count; ++i) {
            auto user = makings_.new_user();
            const bool first = users_.empty();
            user["active"] = first || !dice_.chance(10);
            const bool leaver = !first && dice_.chance(12);
            if (!first_load_ && (leaver || dice_.chance(75))) {
                auto record = record_of(user, "record-" + std::to_string(i));
                if (leaver || dice_.chance(40)) {
                    alter(record);
                }
                records_.push_back(std::move(record));
            }
            if (!leaver) {
                if (!first && dice_.chance(5) &&
                    (records_.empty() || !is_of(records_.back(), user))) {
                    user.erase("email");  // not admitted
                }
                users_.push_back(std::move(user));
            } else if (dice_.chance(15)) {
                return_with_new_account(std::move(user));
            }
        }
    }

    void alter(Json& record) {
        switch (dice_.below(4)) {
            case 0:
                record["displayName"] = "Of Old";
                break;
            case 1:
                record["active"] = !record["active"].get<bool>();
                break;
            case 2:
                record[kExtension]["sunkSshKeys"].push_back(makings_.new_key());
                break;
            default:
                record[kExtension]["sunkSshKeys"] = Json::array({makings_.new_key()});
        }
    }

    void return_with_new_account(Json user) {
        user["id"] = makings_.new_id();
        user["username"] = user["username"].get<std::string>() + "-again";
        users_.push_back(std::move(user));
    }

    void make_unmanaged_users() {
        for (auto left = dice_.below(4); left > 0; --left) {
            auto user = unmanaged_user(dice_, left);
            records_.insert(
                records_.begin() + static_cast<std::ptrdiff_t>(dice_.below(records_.size() + 1)),
                std::move(user));
        }
        if (dice_.chance(50) && !records_.empty()) {
            group_records_.push_back({{"schemas", {kCore + "Group"}},
                                      {"id", "console-group"},
                                      {"displayName", "Console Group"},
                                      {"members", some_members(30)}});
        }
    }

    Json some_members(std::size_t percent) {
        Json members = Json::array();
        for (const auto& record : records_) {
            if (dice_.chance(percent)) {
                members.push_back({{"value", record["id"]}, {"type", "User"}});
            }
        }
        return members;
    }

    void make_groups() {
        for (auto left = dice_.below(6); left > 0; --left) {
            Json members = Json::array();
            for (const auto& user : users_) {
                if (dice_.chance(40)) {
                    members.push_back(user["username"]);
                }
            }
            Json group = {{"id", makings_.new_id()},
                          {"name", makings_.new_group_name()},
                          {"members", std::move(members)}};
            if (!first_load_ && dice_.chance(70)) {
                group_records_.push_back(
                    {{"schemas", {kCore + "Group"}},
                     {"id", "group-record-" + std::to_string(left)},
                     {"externalId", "pw-activate:group:" + group["id"].get<std::string>()},
                     {"displayName",
                      dice_.chance(85) ? group["name"] : Json("of-old-" + std::to_string(left))},
                     {"members", some_members(40)}});
                if (dice_.chance(15)) {
                    continue;  // gone from ACTIVATE
                }
            }
            groups_.push_back(std::move(group));
        }
    }

    Dice& dice_;
    Makings& makings_;
    bool first_load_;
    std::vector<Json> users_{};
    std::vector<Json> groups_{};
    std::vector<Json> records_{};
    std::vector<Json> group_records_{};
};

// Any user but the first, whose credential is used.
std::string some_username(Dice& dice, const sandbox::ActivateState& activate) {
    const auto& users = activate.users();
    return users.size() < 2
               ? ""
               : users[dice.between(1, users.size() - 1)]["username"].get<std::string>();
}

std::string some_group(Dice& dice, const sandbox::ActivateState& activate) {
    const auto& groups = activate.groups();
    return groups.empty() ? "" : dice.pick(groups)["name"].get<std::string>();
}

void toggle_member(Dice& dice, const std::string& username, sandbox::ActivateState& activate) {
    const auto name = some_group(dice, activate);
    if (name.empty() || username.empty()) {
        return;
    }
    Json members = Json::array();
    bool there = false;
    for (const auto& member : activate.group(name)->at("members")) {
        there = there || member == username;
        if (member != username) {
            members.push_back(member);
        }
    }
    if (!there) {
        members.push_back(username);
    }
    (void)activate.patch_group(name, {{"members", members}});
}

void change_group(Dice& dice, Makings& makings, sandbox::ActivateState& activate) {
    const auto name = some_group(dice, activate);
    switch (dice.below(3)) {
        case 0:
            activate.put_group(makings.new_group_name(), {{"id", makings.new_id()}});
            break;
        case 1:
            (void)activate.remove_group(name);
            break;
        default:
            (void)activate.patch_group(name, {{"name", makings.new_group_name()}});
    }
}

}  // namespace

Json Makings::new_user() {
    const auto number = std::to_string(++users_);
    const auto name = "ada" + number;
    return {{"id", new_id()},
            {"username", name},
            {"name", dice_.chance(10) ? "Ada" : "Ada Lovelace-" + number},
            {"email", name + "@acme.example"},
            {"active", true},
            {"createdAt", "2025-01-01T00:00:00Z"},
            {"sshKeys", some_keys(dice_, *this)}};
}

std::string Makings::new_key() {
    return ssh_blob::valid_line(++keys_);
}

std::string Makings::new_group_name() {
    return "team-" + std::to_string(++groups_);
}

std::string Makings::new_id() {
    std::string id;
    for (int i = 0; i < 24; ++i) {
        id += "0123456789abcdef"[dice_.below(16)];
    }
    return id;
}

Json make_organization(Dice& dice, Makings& makings) {
    return Maker(dice, makings).fixture();
}

void change_activate(Dice& dice, Makings& makings, sandbox::ActivateState& activate) {
    const auto username = some_username(dice, activate);
    switch (dice.below(7)) {
        case 0: {
            auto user = makings.new_user();
            activate.put_user(user["username"].get<std::string>(), user);
            break;
        }
        case 1:
            (void)activate.remove_user(username);
            break;
        case 2:
            (void)activate.patch_user(username, {{"active", dice.chance(50)}});
            break;
        case 3:
            (void)activate.patch_user(username, {{"sshKeys", some_keys(dice, makings)}});
            break;
        case 4:
            (void)activate.patch_user(username, {{"name", "Ada " + makings.new_id()}});
            break;
        case 5:
            toggle_member(dice, username, activate);
            break;
        default:
            change_group(dice, makings, activate);
    }
}

}  // namespace chaos
