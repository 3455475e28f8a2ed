// A record that is recognised by its bytes has the values of its document, and is valid.

#include "cases.hpp"
#include "organization.hpp"
#include "plan/unchanged/record_scanner.hpp"
#include "record/record.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"
#include "stream_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace {

using namespace laws;
using record::Kind;

// Changes one byte, or a few: mostly to bytes that have a meaning in JSON, UTF-8 and our own
// checks.
std::string damaged(Dice& dice, std::string line) {
    constexpr std::string_view kBytes{"\"\\,:{}[] \t\n\r\x00\x01\x7F\x80\xC3\xA9\xFF=/+@azAZ09.",
                                      30};
    for (auto count = dice.below(3); count > 0; --count) {
        const auto at = dice.below(line.size());
        switch (dice.below(4)) {
            case 0:
                line[at] = dice.pick(kBytes);
                break;
            case 1:
                line.insert(at, 1, dice.pick(kBytes));
                break;
            case 2:
                line.erase(at, dice.between(1, 4));
                break;
            default:
                line.insert(dice.below(line.size()), line.substr(at, dice.between(1, 40)));
        }
    }
    return line;
}

void check_user(const std::string& line, bool current, std::size_t& recognised) {
    plan::unchanged::UserTail tail;
    const auto head = plan::unchanged::head_of(line, Kind::user, current);
    if (!head || !plan::unchanged::read_tail(head->tail, tail)) {
        return;
    }
    ++recognised;
    const auto document = nlohmann::json::parse(line);
    const auto user = record::user_from_json(document, current);
    REQUIRE(record::to_json(user).dump() == line);
    REQUIRE(record::to_json(plan::unchanged::user_of(*head, tail)).dump() == line);
    REQUIRE(user.external_id.value == head->external_id);
    REQUIRE(user.id.value == head->id);
    REQUIRE(user.user_name == tail.user_name);
    REQUIRE(user.active == tail.active);
    REQUIRE_FALSE(record::why_not(
        user, record::NamePolicy{.user_name_is_address = record::is_address(tail.user_name)}));
    const auto keys = user.ssh_keys.value_or(std::vector<std::string>{});
    REQUIRE(keys.size() == tail.keys.size());
    for (std::size_t at = 0; at < keys.size(); ++at) {
        REQUIRE_FALSE(record::why_not_ssh_key(keys[at]));
        REQUIRE(record::ssh_key_identity(keys[at]) == tail.keys[at].identity);
    }
}

void check_group(const std::string& line, bool current, std::size_t& recognised) {
    const auto head = plan::unchanged::head_of(line, Kind::group, current);
    const auto tail = head ? plan::unchanged::read_group_tail(head->tail) : std::nullopt;
    if (!tail || !record::is_sendable_name(tail->display_name)) {
        return;
    }
    ++recognised;
    const auto group = record::group_from_json(nlohmann::json::parse(line), current);
    auto same = record::to_json(group);
    if (tail->display_name.empty()) {  // which to_json leaves out
        return;
    }
    REQUIRE(same.dump() == line);
    REQUIRE(record::to_json(plan::unchanged::group_of(*head, *tail)).dump() == line);
    std::vector<std::string> members;
    plan::unchanged::for_each_member(
        tail->members, [&](std::string_view member) { members.emplace_back(member); });
    REQUIRE(members.size() == group.members->size());
    REQUIRE(std::equal(
        members.begin(), members.end(), group.members->begin(), [](const auto& a, const auto& b) {
            return a == b.value;
        }));
}

TEST_CASE("a line that is recognised by its bytes has the values of its document") {
    std::size_t recognised = 0;
    for_each_case([&](Dice& dice) {
        const auto organization = make_organization(dice, any_shape(dice));
        for (const bool current : {false, true}) {
            for (const auto& record :
                 records_of(current ? organization.current() : organization.desired())) {
                if (record["type"] == "user") {
                    const auto line =
                        record::to_json(record::user_from_json(record, current)).dump();
                    check_user(line, current, recognised);
                    check_user(damaged(dice, line), current, recognised);
                } else if (record["type"] == "group") {
                    const auto line =
                        record::to_json(record::group_from_json(record, current)).dump();
                    check_group(line, current, recognised);
                    check_group(damaged(dice, line), current, recognised);
                }
            }
        }
    });
    REQUIRE(recognised > 0);
}

TEST_CASE("a key that the quick check accepts is one that every check accepts") {
    constexpr std::size_t kDigits = 64;
    std::size_t taken = 0;
    for_each_case([&](Dice& dice) {
        const auto letters = [&](std::size_t count) {
            std::string text;
            while (count-- > 0) {
                text +=
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[dice.below(
                        kDigits)];
            }
            return text;
        };
        const std::string rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAA";
        auto key = dice.pick(
            std::vector<std::string>{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + letters(43),
                                     rsa + "BAQ" + letters(342),
                                     rsa + "BgQ" + letters(512) + "=",
                                     rsa + "CAQ" + letters(683) + "=="});
        if (dice.chance(60)) {
            key = damaged(dice, key);
        }
        const bool sendable = record::is_sendable_ssh_key(key);
        taken += sendable ? 1U : 0U;
        REQUIRE(sendable == !record::why_not_ssh_key(key).has_value());
    });
    REQUIRE(taken > 0);
}

}  // namespace
