#include "user_maker.hpp"

#include "base/text.hpp"
#include "model_schema.hpp"
#include "random_text.hpp"

#include <array>
#include <string_view>
#include <utility>

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

}  // namespace

std::string UserMaker::new_address() {
    if (odd(6) && !addresses_.empty()) {  // one address, or one POSIX name, of two users
        const auto other = dice_.pick(addresses_);
        return dice_.chance(40) ? mixed_case(dice_, other)
                                : other.substr(0, other.find('@')) + "@lab.example";
    }
    auto address = std::string(dice_.pick(kLocalParts)) + std::to_string(++addresses_made_) +
                   (dice_.chance(80) ? "@acme.org" : "@lab.example");
    addresses_.push_back(address);
    return address;
}

UserMaker::Person UserMaker::new_person() {
    Person person{"pw-activate:user:" + hexadecimal(dice_),
                  new_address(),
                  std::string(dice_.pick(kGivenNames)),
                  std::string(dice_.pick(kFamilyNames)),
                  {}};
    for (auto count = dice_.chance(60) ? 1 : dice_.below(4); count > 0; --count) {
        person.keys.push_back(new_key());
    }
    return person;
}

void UserMaker::make_person() {
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
    if (!current && dice_.chance(20) && !orphans_.empty()) {  // managed again under another key
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

void UserMaker::confirm(const std::string& external_id) {
    constexpr std::array<std::string_view, 6> kAnswers{
        "gone", "gone", "inactive", "out-of-scope", "present", "unknown"};
    if (made_.confirmed && dice_.chance(90)) {
        made_.confirmations.push_back({{"type", "confirmation"},
                                       {"externalId", external_id},
                                       {"answer", dice_.pick(kAnswers)}});
    }
}

void UserMaker::add_desired(const Person& person) {
    ordered_json record{{"type", "user"}, {"externalId", person.external_id}};
    if (dice_.chance(50)) {
        record["activateUsername"] = person.given_name + ".1";
    }
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

std::vector<std::string> UserMaker::desired_keys(const Person& person) {
    auto keys = person.keys;
    if (dice_.chance(10)) {
        keys.push_back(new_key());
    }
    if (odd(4)) {
        keys.emplace_back(dice_.pick(kOddKeys));
    }
    if (odd(6) && keys_made_ > 0) {
        keys.push_back(key_of(dice_.between(1, keys_made_)));  // perhaps another user's
    }
    if (dice_.chance(5)) {
        keys.clear();
    }
    return keys;
}

void UserMaker::put_user(const Person& person, bool differs) {
    json user{{"id", resource_id(dice_)}, {"externalId", person.external_id}};
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
        user["id"] = resource_id(dice_);
        user["userName"] = unused("twin-" + address);
        server_ids_.push_back(made_.server.put(Kind::user, user));
        orphans_.push_back("twin-" + address);
    }
}

json UserMaker::name_of(const Person& person) {
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

std::vector<std::string> UserMaker::keys_now(const Person& person) {
    auto keys = person.keys;
    if (!keys.empty() && dice_.chance(12)) {  // rotated since then
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
std::string UserMaker::unused(std::string name) {
    while (!server_names_.insert(text::fold(name)).second) {
        name = "x" + name;
    }
    return name;
}

void UserMaker::make_strangers() {
    for (auto count = dice_.below(shape_.users / 5 + 2); count > 0; --count) {
        std::string name = "stranger" + std::to_string(count) + "@acme.org";
        if (!joiners_.empty() && dice_.chance(60)) {
            name = dice_.pick(joiners_);
        } else if (shape_.odd && !addresses_.empty() && dice_.chance(15)) {
            const auto other = dice_.pick(addresses_);
            name = other.substr(0, other.find('@')) + "@elsewhere.example";
        }
        name = unused(name);
        json user{{"id", resource_id(dice_)}, {"userName", name}, {"active", dice_.chance(80)}};
        const auto origin = dice_.below(3);
        if (origin != 0) {
            user["externalId"] = origin == 1 ? "okta:" + hexadecimal(dice_) : "x";
        }
        if (dice_.chance(50)) {
            user[std::string(kExtension)] = {{"sunkSshKeys", {new_key()}}};
        }
        strangers_.push_back(made_.server.put(Kind::user, user));
        made_.stray_names.push_back(name);
    }
    made_.stray_names.insert(made_.stray_names.end(), orphans_.begin(), orphans_.end());
}

}  // namespace laws
