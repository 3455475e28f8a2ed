#include "organization.hpp"

#include "base/text.hpp"
#include "model_schema.hpp"
#include "settings.hpp"
#include "support/ssh_blob.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace laws {

using nlohmann::json;
using nlohmann::ordered_json;
using record::Kind;

namespace {

constexpr std::array<std::string_view, 8> kGivenNames{
    "Ada", "Søren", "Jean-Luc", "小明", "Siobhán", "Łukasz", "Sukarno", "Mária José"};
constexpr std::array<std::string_view, 6> kFamilyNames{
    "Lovelace", "Kjærgaard", "O'Brien", "王", "van der Berg", "Petrović"};
constexpr std::array<std::string_view, 6> kLocalParts{
    "ada.lovelace", "soren", "jl_moreau", "wang+hpc", "S.OBrien", "l-z"};
constexpr std::array<std::string_view, 8> kOddNames{"Eve: root",
                                                    "two\nlines",
                                                    "bell\a",
                                                    "\xE2\x80\xAEnrut",
                                                    "line\xE2\x80\xA8line",
                                                    "\xC2\x85next",
                                                    "del\x7F",
                                                    "tab\there"};
constexpr std::array<std::string_view, 6> kOddKeys{"command=\"sh\" ssh-ed25519 AAAA",
                                                   "ssh-ed25519 AAAA",
                                                   "ssh-dss AAAAB3NzaC1kc3M=",
                                                   "-----BEGIN OPENSSH PRIVATE KEY-----",
                                                   "not a key",
                                                   "ssh-ed25519 AAAA\nssh-ed25519 BBBB"};
constexpr std::array<std::string_view, 6> kPowerfulNames{
    "admin", "Root", "sudo", "WHEEL", "billing_viewer", "metrics"};
constexpr std::array<std::string_view, 5> kOddGroupNames{"two words", "a,b", "a:b", "a\nb", ""};

std::string mixed_case(Dice& dice, std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z' && dice.chance(30)) {
            c = static_cast<char>(c - 'a' + 'A');
        }
    }
    return text;
}

// What both sides start from when they speak of one person.
struct Person {
    std::string external_id{};
    std::string address{};
    std::string given_name{};
    std::string family_name{};
    std::vector<std::string> keys{};
};

class Maker {
  public:
    Maker(Dice& dice, const Shape& shape) : dice_(dice), shape_(shape) {
        made_.server = ModelServer(shape.etags);
        made_.unmanaged = shape.strangers && dice.chance(60);
        made_.confirmed = dice.chance(30);
    }

    Organization make() {
        for (std::size_t i = 0; i < shape_.users; ++i) {
            make_person();
        }
        if (shape_.strangers) {
            make_strangers();
        }
        for (std::size_t i = 0; i < shape_.groups; ++i) {
            make_group();
        }
        if (shape_.strangers && dice_.chance(40)) {
            make_stray_group();
        }
        return std::move(made_);
    }

  private:
    [[nodiscard]] bool odd(std::size_t percent) { return shape_.odd && dice_.chance(percent); }

    std::string new_key() { return key_of(++keys_made_); }

    std::string hexadecimal() {
        std::string id;
        for (int i = 0; i < 24; ++i) {
            id += "0123456789abcdef"[dice_.below(16)];
        }
        return id;
    }

    // Mostly as servers make them; some with what a path must encode.
    std::string resource_id() {
        constexpr std::array<std::string_view, 4> kTails{"/x", " y", "%41", "é"};
        return hexadecimal() + (dice_.chance(5) ? std::string(dice_.pick(kTails)) : "");
    }

    std::string new_address() {
        if (odd(6) && !addresses_.empty()) {  // one address, or one POSIX name, of two people
            const auto other = dice_.pick(addresses_);
            return dice_.chance(40) ? mixed_case(dice_, other)
                                    : other.substr(0, other.find('@')) + "@lab.example";
        }
        auto address = std::string(dice_.pick(kLocalParts)) + std::to_string(++addresses_made_) +
                       (dice_.chance(80) ? "@acme.org" : "@lab.example");
        addresses_.push_back(address);
        return address;
    }

    Person new_person() {
        Person person{"pw-activate:user:" + hexadecimal(),
                      new_address(),
                      std::string(dice_.pick(kGivenNames)),
                      std::string(dice_.pick(kFamilyNames)),
                      {}};
        for (auto count = dice_.chance(60) ? 1 : dice_.below(4); count > 0; --count) {
            person.keys.push_back(new_key());
        }
        return person;
    }

    void make_person() {
        auto person = new_person();
        const auto place = dice_.below(100);
        const bool desired = place < 85;
        const bool current = place < 70 || place >= 85;
        if (current) {
            put_user(person, desired);
        }
        if (!desired) {
            orphans_.push_back(person.address);
            confirm(person.external_id);
            return;
        }
        if (!current && dice_.chance(20) && !orphans_.empty()) {  // back under another key
            person.address = dice_.pick(orphans_);
        }
        if (!current) {
            joiners_.push_back(person.address);
        }
        add_desired(person);
        if (shape_.duplicates && dice_.chance(2)) {
            person.address = new_address();
            add_desired(person);
        }
    }

    void confirm(const std::string& external_id) {
        constexpr std::array<std::string_view, 6> kAnswers{
            "gone", "gone", "inactive", "out-of-scope", "present", "unknown"};
        if (made_.confirmed && dice_.chance(90)) {
            made_.confirmations.push_back({{"type", "confirmation"},
                                           {"externalId", external_id},
                                           {"answer", dice_.pick(kAnswers)}});
        }
    }

    void add_desired(const Person& person) {
        ordered_json record{{"type", "user"}, {"externalId", person.external_id}};
        record["userName"] = dice_.chance(15) ? mixed_case(dice_, person.address) : person.address;
        if (odd(2)) {
            record["userName"] = dice_.chance(50) ? "no address" : "";
        }
        if (dice_.chance(90)) {
            record["displayName"] = person.given_name + " " + person.family_name;
        }
        if (dice_.chance(90)) {
            record["givenName"] = person.given_name;
        }
        if (dice_.chance(80)) {
            record["familyName"] = person.family_name;
        }
        if (odd(3)) {
            constexpr std::array<const char*, 3> kFields{"displayName", "givenName", "familyName"};
            record[dice_.pick(kFields)] = dice_.pick(kOddNames);
        }
        if (dice_.chance(85)) {
            record["email"] = person.address;
        }
        record["active"] = dice_.chance(90);
        if (!shape_.unknown || dice_.chance(93)) {
            record["sshKeys"] = desired_keys(person);
        }
        made_.users.push_back(std::move(record));
        ids_.push_back(person.external_id);
        wanted_ids_.push_back(person.external_id);
    }

    std::vector<std::string> desired_keys(const Person& person) {
        auto keys = person.keys;
        if (dice_.chance(10)) {
            keys.push_back(new_key());
        }
        if (odd(4)) {
            keys.emplace_back(dice_.pick(kOddKeys));
        }
        if (odd(6) && keys_made_ > 0) {
            keys.push_back(key_of(dice_.between(1, keys_made_)));  // perhaps somebody else's
        }
        if (dice_.chance(5)) {
            keys.clear();
        }
        return keys;
    }

    void put_user(const Person& person, bool differs) {
        json user{{"id", resource_id()}, {"externalId", person.external_id}};
        auto address = person.address;
        if (differs && shape_.renames && dice_.chance(8)) {
            address = "was-" + address;
        }
        user["userName"] = unused(dice_.chance(15) ? mixed_case(dice_, address) : address);
        if (dice_.chance(90)) {
            user["displayName"] =
                dice_.chance(85) ? person.given_name + " " + person.family_name : "Somebody Else";
        }
        if (odd(2)) {
            user["displayName"] = dice_.pick(kOddNames);
        }
        user["name"] = name_of(person);
        if (dice_.chance(85)) {
            const auto mail = shape_.renames && dice_.chance(8) ? "old-" + address : address;
            user["emails"] = json::array({{{"value", mail}, {"type", "work"}, {"primary", true}}});
            if (dice_.chance(10)) {
                user["emails"].push_back({{"value", "home-" + mail}, {"type", "home"}});
            }
        }
        if (dice_.chance(90)) {
            user["active"] = dice_.chance(88);
        }
        user[std::string(kExtension)] = {{"sunkSshKeys", keys_now(person)}};
        server_ids_.push_back(made_.server.put(Kind::user, user));
        ids_.push_back(person.external_id);
        if (shape_.duplicates && dice_.chance(2)) {
            user["id"] = resource_id();
            user["userName"] = unused("twin-" + address);
            server_ids_.push_back(made_.server.put(Kind::user, user));
            orphans_.push_back("twin-" + address);
        }
    }

    json name_of(const Person& person) {
        json name = json::object();
        if (dice_.chance(85)) {
            name["givenName"] = dice_.chance(90) ? person.given_name : "Old";
        }
        if (dice_.chance(80)) {
            name["familyName"] = dice_.chance(90) ? person.family_name : "Name";
        }
        if (odd(3)) {
            name[dice_.chance(50) ? "givenName" : "familyName"] = dice_.pick(kOddNames);
        }
        if (dice_.chance(20)) {
            name["formatted"] = "Dr. " + person.family_name;
        }
        return name.empty() ? json() : name;
    }

    std::vector<std::string> keys_now(const Person& person) {
        auto keys = person.keys;
        if (!keys.empty() && dice_.chance(12)) {  // rotated since
            keys.front() = new_key();
        }
        if (dice_.chance(8)) {
            keys.push_back(new_key());
        }
        if (dice_.chance(8)) {
            keys.clear();
        }
        if (odd(3)) {
            keys.emplace_back(dice_.pick(kOddKeys));
        }
        if (odd(3) && keys_made_ > 0) {
            keys.push_back(key_of(dice_.between(1, keys_made_)));
        }
        return keys;
    }

    // userNames are unique on the server, without case.
    std::string unused(std::string name) {
        while (!server_names_.insert(text::fold(name)).second) {
            name = "x" + name;
        }
        return name;
    }

    void make_strangers() {
        for (auto count = dice_.below(shape_.users / 5 + 2); count > 0; --count) {
            std::string name = "stranger" + std::to_string(count) + "@acme.org";
            if (!joiners_.empty() && dice_.chance(60)) {
                name = dice_.pick(joiners_);
            } else if (shape_.odd && !addresses_.empty() && dice_.chance(15)) {
                const auto other = dice_.pick(addresses_);
                name = other.substr(0, other.find('@')) + "@elsewhere.example";
            }
            name = unused(name);
            json user{{"id", resource_id()}, {"userName", name}, {"active", dice_.chance(80)}};
            const auto origin = dice_.below(3);
            if (origin != 0) {
                user["externalId"] = origin == 1 ? "okta:" + hexadecimal() : "x";
            }
            if (dice_.chance(50)) {
                user[std::string(kExtension)] = {{"sunkSshKeys", {new_key()}}};
            }
            strangers_.push_back(made_.server.put(Kind::user, user));
            made_.stray_names.push_back(name);
        }
        made_.stray_names.insert(made_.stray_names.end(), orphans_.begin(), orphans_.end());
    }

    std::vector<std::string> some_of(const std::vector<std::string>& all, std::size_t percent) {
        std::vector<std::string> some;
        std::copy_if(all.begin(), all.end(), std::back_inserter(some), [&](const auto&) {
            return dice_.chance(percent);
        });
        return some;
    }

    std::string group_name() {
        if (odd(6)) {
            return std::string(dice_.chance(50) ? dice_.pick(kPowerfulNames)
                                                : dice_.pick(kOddGroupNames));
        }
        if (odd(4) && !group_names_.empty()) {
            return mixed_case(dice_, dice_.pick(group_names_));
        }
        group_names_.push_back("team-" + std::to_string(group_names_.size()));
        return group_names_.back();
    }

    void make_group() {
        const auto place = dice_.below(100);
        const auto external_id = "pw-activate:group:" + hexadecimal();
        const auto name = group_name();
        const auto share = dice_.chance(15) ? 0 : dice_.between(10, 90);
        if (place < 80) {
            add_desired_group(external_id, name, some_of(wanted_ids_, share));
        }
        if (place < 60 || place >= 80) {
            put_group(external_id, name.empty() ? "team" : name, share);
        }
    }

    void add_desired_group(const std::string& external_id,
                           const std::string& name,
                           std::vector<std::string> members) {
        if (!ids_.empty() && dice_.chance(20)) {
            members.push_back(dice_.pick(ids_));
        }
        if (dice_.chance(6)) {
            members.push_back("pw-activate:user:" + hexadecimal());  // nobody
        }
        if (odd(4)) {
            members.push_back("pw-activate:group:" + hexadecimal());
        }
        ordered_json record{{"type", "group"}, {"externalId", external_id}, {"displayName", name}};
        if (!shape_.unknown || dice_.chance(94)) {
            record["members"] = members;
        }
        made_.groups.push_back(record);
        if (shape_.duplicates && dice_.chance(2)) {
            record["displayName"] = name + "-again";
            made_.groups.push_back(record);
        }
    }

    void put_group(const std::string& external_id, const std::string& name, std::size_t share) {
        json group{{"id", resource_id()}, {"externalId", external_id}};
        group["displayName"] = dice_.chance(85) ? name : "was-" + name;
        auto members = json::array();
        for (const auto& id : some_of(server_ids_, share)) {
            members.push_back({{"value", id}, {"type", "User"}});
        }
        for (const auto& id : some_of(strangers_, dice_.chance(30) ? 30 : 0)) {
            members.push_back({{"value", id}});
        }
        if (shape_.strangers && !server_groups_.empty() && dice_.chance(10)) {
            members.push_back({{"value", dice_.pick(server_groups_)}, {"type", "Group"}});
        }
        group["members"] = members;
        server_groups_.push_back(made_.server.put(Kind::group, group));
        if (shape_.duplicates && dice_.chance(2)) {
            group["id"] = resource_id();
            server_groups_.push_back(made_.server.put(Kind::group, group));
        }
    }

    void make_stray_group() {
        const auto name = group_names_.empty() || dice_.chance(30) ? std::string("printers")
                                                                   : dice_.pick(group_names_);
        json group{{"id", resource_id()}, {"displayName", name}};
        if (dice_.chance(40)) {
            group["externalId"] = "okta:" + hexadecimal();
        }
        auto members = json::array();
        for (const auto& id : some_of(dice_.chance(50) ? strangers_ : server_ids_, 40)) {
            members.push_back({{"value", id}});
        }
        group["members"] = members;
        made_.server.put(Kind::group, group);
        made_.stray_group_names.push_back(name);
    }

    Dice& dice_;
    const Shape& shape_;
    Organization made_{};
    std::vector<std::string> addresses_{};
    std::size_t addresses_made_ = 0;
    std::size_t keys_made_ = 0;
    std::vector<std::string> ids_{};         // external ids of users, of either side
    std::vector<std::string> wanted_ids_{};  // of the desired side
    std::vector<std::string> orphans_{};     // userNames of the current side alone
    std::vector<std::string> joiners_{};     // userNames of the desired side alone
    std::vector<std::string> server_ids_{};
    std::vector<std::string> server_groups_{};
    std::vector<std::string> strangers_{};
    std::vector<std::string> group_names_{};
    std::set<std::string> server_names_{};
};

plan::Limit any_limit(Dice& dice) {
    plan::Limit limit;
    if (dice.chance(60)) {
        limit.percent = dice.chance(60) ? 10 : dice.below(101);
    }
    if (dice.chance(60) || !limit.percent) {
        limit.count = dice.below(6);
    }
    return limit;
}

}  // namespace

Shape any_shape(Dice& dice) {
    Shape shape;
    const auto size = dice.below(1000);
    shape.users = size < 700   ? dice.below(10)
                  : size < 950 ? dice.between(10, 30)
                  : size < 995 ? 60
                               : dice.between(200, 300);
    shape.users = std::min<std::size_t>(shape.users, setting("LAW_USERS", shape.users));
    shape.groups = dice.below(std::min<std::size_t>(shape.users / 3 + 3, 12));
    shape.odd = dice.chance(50);
    shape.duplicates = dice.chance(40);
    shape.strangers = dice.chance(60);
    shape.unknown = dice.chance(70);
    shape.renames = dice.chance(60);
    shape.etags = dice.chance(40);
    return shape;
}

Shape tidy(Shape shape) {
    shape.odd = false;
    shape.duplicates = false;
    return shape;
}

Organization make_organization(Dice& dice, const Shape& shape) {
    return Maker(dice, shape).make();
}

DiffOptions any_options(Dice& dice, const Organization& organization) {
    DiffOptions options;
    options.allow_empty = true;
    auto& policy = options.policy;
    if (dice.chance(50)) {
        policy.limits = {any_limit(dice), any_limit(dice), any_limit(dice), any_limit(dice)};
    } else if (dice.chance(60)) {
        policy.limits = no_limits();
    }
    policy.rename_users = dice.chance(30);
    for (const auto& record : organization.users) {
        if (dice.chance(4)) {
            policy.protected_users.insert(text::fold(record["userName"].get<std::string>()));
        }
    }
    for (const auto& name : organization.stray_names) {
        if (dice.chance(25)) {
            policy.adopt_users.insert(text::fold(name));
        }
        if (dice.chance(10)) {
            policy.protected_users.insert(text::fold(name));
        }
    }
    for (const auto& name : organization.stray_group_names) {
        if (dice.chance(40)) {
            policy.adopt_groups.insert(name);
        }
    }
    if (dice.chance(20)) {
        policy.allowed_groups = {"admin", "sudo"};
    }
    return options;
}

std::string key_of(std::size_t number) {
    return ssh_blob::valid_line(static_cast<unsigned>(number));
}

}  // namespace laws
