#include "record/redaction.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "record/name_rules.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"
#include "support/catch.hpp"
#include "support/redaction_inputs.hpp"
#include "support/ssh_blob.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace redaction_inputs;

namespace {

std::string ed25519_key(char byte) {
    return ssh_blob::line(
        "ssh-ed25519",
        ssh_blob::field("ssh-ed25519") + ssh_blob::field(std::string(31, 'k').append(1, byte)));
}

record::Redaction redaction() {
    return {kSecret, {}};
}

char kind_of(char32_t c) {
    struct Kind {
        char32_t first;
        char32_t last;
        char name;
    };
    for (const auto& kind : {Kind{'a', 'z', 'a'},
                             Kind{'A', 'Z', 'Z'},
                             Kind{'0', '9', '0'},
                             Kind{0xE0, 0xEF, 'e'},
                             Kind{0x4E00, 0x4EFF, '3'},
                             Kind{0x20000, 0x200FF, '4'},
                             Kind{'.', '.', 's'},
                             Kind{0x202E, 0x202E, 's'}}) {
        if (c >= kind.first && c <= kind.last) {
            return kind.name;
        }
    }
    return '?';
}

}  // namespace

TEST_CASE(
    "an address becomes another address, with one substitute for each local part and domain") {
    auto redacted = redaction();
    const auto ada = redacted.address("ada.lovelace@acme.org");
    CHECK(record::is_address(ada));
    CHECK(ada == redacted.address("ada.lovelace@acme.org"));
    CHECK(ada.find("ada") == std::string::npos);
    CHECK(ada.find("acme") == std::string::npos);
    CHECK(record::posix_name(ada) ==
          record::posix_name(redacted.address("ada.lovelace@other.org")));
    const auto ben = redacted.address("ben@acme.org");
    CHECK(ada.substr(ada.find('@')) == ben.substr(ben.find('@')));
    CHECK(ada != redacted.address("ada_lovelace@acme.org"));
}

TEST_CASE("names that differ in case, normal form or white space alone still do") {
    auto redacted = redaction();
    const auto lower = redacted.address("ada@acme.org");
    const auto upper = redacted.address("Ada@ACME.org");
    CHECK(lower != upper);
    CHECK(text::fold(lower) == text::fold(upper));
    CHECK(lower == text::fold(lower));
    const auto composed = redacted.person_name("Ren\u00e9 Dupont");
    const auto decomposed = redacted.person_name("Rene\u0301  Dupont");
    CHECK(composed != decomposed);
    CHECK(unicode::comparable_name(composed) == unicode::comparable_name(decomposed));
    CHECK(composed != redacted.person_name("Rene Dupont"));
    const auto group = redacted.group_name("hpc-users");
    CHECK(group != redacted.group_name("HPC-users"));
    CHECK(text::fold(group) == text::fold(redacted.group_name("HPC-users")));
    CHECK(unicode::comparable_name(redacted.group_name(" hpc-users")) == group);
    CHECK(redacted.person_name("  ") == "  ");
    CHECK(redacted.address("").empty());
}

TEST_CASE("a userName that a rule refuses is refused by the same rule, and no letter of it stays") {
    auto redacted = redaction();
    const auto name = GENERATE(as<std::string>{},
                               ".ada@acme.org",
                               "-ada@acme.org",
                               "a/da@acme.org",
                               "a$da@acme.org",
                               "a..da@acme.org",
                               "4711@acme.org",
                               "ada lovelace@acme.org",
                               "ada@acme..org",
                               "ada@",
                               "@acme.org",
                               "ad\u00e4@acme.org",
                               "a\nda@acme.org",
                               std::string(65, 'a').append("@acme.org"),
                               std::string("ada@").append(255, 'a'));
    const auto other = redacted.address(name);
    CAPTURE(name, other);
    CHECK(record::is_address(other) == record::is_address(name));
    CHECK(record::why_not_posix_name(other, false) == record::why_not_posix_name(name, false));
    CHECK(record::why_not_posix_name(other, true) == record::why_not_posix_name(name, true));
    CHECK(other.find("ada") == std::string::npos);
    CHECK(other.find("acme") == std::string::npos);
}

TEST_CASE("names of the system stay, and no substitute becomes one") {
    auto redacted = redaction();
    CHECK(redacted.address("root@acme.org").starts_with("root@"));
    CHECK(redacted.group_name("docker") == "docker");
    CHECK(record::has_power(redacted.group_name(" Docker")));
    CHECK_FALSE(record::has_power(redacted.group_name("hpc")));
    const auto bad = redacted.group_name("hpc users");
    CHECK(record::why_not_group_name(bad) == record::why_not_group_name("hpc users"));
    CHECK(redacted.person_name("Ada\u202eLovelace").find("\u202e") != std::string::npos);
}

TEST_CASE("ids keep their kind and their order") {
    const std::vector<record::User> users{user("9", "b"), user("10", "a"), user("x", "c/d")};
    record::Redaction redacted(kSecret, sides_with(users));
    const auto ext = [&](const std::string& id) { return redacted.external_id(id); };
    CHECK(ext("pw-activate:user:10") < ext("pw-activate:user:9"));
    CHECK(ext("pw-activate:user:9") < ext("pw-activate:user:x"));
    CHECK(redacted.resource_id("a") < redacted.resource_id("b"));
    CHECK(redacted.resource_id("b") < redacted.resource_id("c/d"));
    CHECK(record::is_managed({ext("pw-activate:user:9")}, record::Kind::user));
    CHECK_FALSE(record::is_managed({ext("pw-activate:user:a b")}, record::Kind::user));
    CHECK_FALSE(record::is_managed({ext("okta|9")}, record::Kind::user));
    CHECK(ext("okta|9") < ext("pw-activate:user:9"));
    CHECK(ext("pw-activate:user:9") < ext("sailpoint|9"));
    CHECK(ext("pw-activate:acme:user:9").find("acme") == std::string::npos);
    CHECK(ext("").empty());
}

TEST_CASE("a key becomes another key of its type and size, and its comment another word") {
    auto ada = user("ada", "1");
    ada.ssh_keys = {ed25519_key('1'), ed25519_key('2') + " ada@laptop"};
    record::Redaction redacted(kSecret, sides_with({ada}));
    const auto one = redacted.ssh_key(ed25519_key('1'));
    const auto two = redacted.ssh_key(ed25519_key('2') + " ada@laptop");
    CHECK(record::is_sendable_ssh_key(one));
    CHECK(record::is_sendable_ssh_key(two));
    CHECK(one != ed25519_key('1'));
    CHECK(one.size() == ed25519_key('1').size());
    CHECK((one < two) == (ed25519_key('1') < ed25519_key('2')));
    CHECK(two.find("ada") == std::string::npos);
    CHECK(redacted.ssh_key(ed25519_key('2')) == record::ssh_key_identity(two));
    CHECK(two != record::ssh_key_identity(two));
    const auto refused = redacted.ssh_key(ed25519_key('2') + " ad\u00e4@laptop");
    CHECK(record::ssh_key_identity(refused) == record::ssh_key_identity(two));
    CHECK(record::why_not_ssh_key(refused) ==
          record::why_not_ssh_key(ed25519_key('2') + " ad\u00e4@laptop"));
}

TEST_CASE("the keys of one type and size keep their order") {
    auto ada = user("ada", "1");
    ada.ssh_keys.emplace();
    for (char byte = 'a'; byte <= 'z'; ++byte) {
        ada.ssh_keys->push_back(ed25519_key(byte));
    }
    std::sort(ada.ssh_keys->begin(), ada.ssh_keys->end());
    record::Redaction redacted(kSecret, sides_with({ada}));
    std::vector<std::string> substitutes;
    for (const auto& key : *ada.ssh_keys) {
        substitutes.push_back(redacted.ssh_key(key));
    }
    CHECK(std::is_sorted(substitutes.begin(), substitutes.end()));
    CHECK(substitutes.front() != substitutes.back());
}

TEST_CASE("a letter becomes a letter of its kind, and a character one of as many bytes") {
    auto redacted = redaction();
    // The direction mark makes a name of a person one that must not be sent.
    const std::string original = "azAZ09\u00e9\u65e5\U00020000\u202e.";
    const std::string_view kinds = "aaZZ00e34ss";
    std::set<std::string::size_type> changed;
    for (std::size_t n = 0; n < 200; ++n) {
        const auto text = std::string(n, 'x') + original;
        const auto other = redacted.person_name(text);
        CAPTURE(other);
        REQUIRE(other.size() == text.size());
        std::string found;
        for (std::size_t at = n; at < other.size();) {
            const auto start = at;
            const auto c = *unicode::next(other, at);
            found += kind_of(c);
            if (other.compare(start, at - start, text, start, at - start) != 0) {
                changed.insert(found.size() - 1);
            }
        }
        CHECK(found == kinds);
    }
    CHECK(changed == std::set<std::string::size_type>{0, 1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE(
    "a version, an organization, a scope and a target are replaced, and stay absent if absent") {
    auto redacted = redaction();
    auto ada = user("ada", "1");
    CHECK(redacted.redacted(ada).version.empty());
    ada.version = "W/\"17\"";
    const auto version = redacted.redacted(ada).version;
    CHECK(version.size() == 8);
    CHECK(version.find("17") == std::string::npos);
    CHECK(redacted.redacted(stream::Header{}).org.empty());
    CHECK(redacted.redacted(stream::Header{}).target.empty());
    const auto header = redacted.redacted(stream::Header{
        .scope = {"hpc"}, .org = "acme", .target = "https://acme.org/scim", .name_space = "acme"});
    CHECK(header.scope == std::vector{redacted.group_name("hpc")});
    CHECK_FALSE(header.org.empty());
    CHECK(header.target.starts_with("https://scim.example/"));
    CHECK_FALSE(header.name_space.empty());
    CHECK((header.org + header.target + header.name_space).find("acme") == std::string::npos);
}

TEST_CASE("members of a group are replaced and sorted again") {
    const std::vector<record::User> users{user("9", "b"), user("10", "a")};
    record::Redaction redacted(kSecret, sides_with(users));
    record::Group group;
    group.external_id.value = record::group_prefix() + "hpc";
    group.members = {users[0].external_id, users[1].external_id, {"okta|1"}};
    group.foreign_members = {{"b"}, {"a"}};
    const auto other = redacted.redacted(group);
    CHECK(std::is_sorted(other.members->begin(), other.members->end()));
    CHECK(std::count(other.members->begin(),
                     other.members->end(),
                     record::ExternalId{redacted.external_id("okta|1")}) == 1);
    CHECK(other.foreign_members[0].value == redacted.resource_id("b"));
    CHECK(other.foreign_members[1].value == redacted.resource_id("a"));
}

TEST_CASE(
    "a line that is not a valid key is refused for the same reason, and nothing of it stays") {
    auto redacted = redaction();
    const auto line = GENERATE(as<std::string>{},
                               "command=\"ada\" ssh-ed25519 AAAA",
                               "-----BEGIN OPENSSH PRIVATE KEY-----adaadaada",
                               "ssh-dss YWRhYWRhYWRh ada",
                               "ssh-ed25519 not*base64ada",
                               "ssh-ed25519  YWRhYWRhYWRh",
                               "ssh-rsa " + encoding::to_base64(ssh_blob::field("adaada")),
                               ssh_blob::line("ssh-ed25519", ssh_blob::ed25519_blob(31)),
                               ssh_blob::line("ssh-rsa",
                                              ssh_blob::rsa_blob(std::string("\x01\x00\x01", 3),
                                                                 ssh_blob::integer_of_bits(1024))),
                               "ssh-ed25519 YWRhYWRhYWRh");
    const auto other = redacted.ssh_key(line);
    CAPTURE(line, other);
    CHECK(record::why_not_ssh_key(other) == record::why_not_ssh_key(line));
    CHECK(other.find("ada") == std::string::npos);
    CHECK(other.find("YWRh") == std::string::npos);
}

TEST_CASE(
    "a digest depends on the secret, the purpose and the text, and has the size that is asked "
    "for") {
    const KeyedDigest digest("one secret");
    CHECK(digest.of("a", "text", 100).size() == 100);
    CHECK(digest.of("a", "text", 8) == digest.of("a", "text", 100).substr(0, 8));
    CHECK(digest.of("a", "text", 8) != digest.of("b", "text", 8));
    CHECK(digest.of("a", "text", 8) != digest.of("a", "texu", 8));
    CHECK(digest.of("a", "text", 8) != KeyedDigest("another").of("a", "text", 8));
}

TEST_CASE("no substitute of a short name is a name of the system") {
    auto redacted = redaction();
    std::size_t reserved = 0;
    for (char a = 'a'; a <= 'z'; ++a) {
        for (char b = 'a'; b <= 'z'; ++b) {
            for (char c = 'a'; c <= 'z'; ++c) {
                const std::string name{'_', a, b, c};
                const bool is_of_system = record::is_reserved_user(name);
                reserved += is_of_system ? 1U : 0U;
                REQUIRE(record::is_reserved_user(redacted.address(name)) == is_of_system);
            }
        }
    }
    CHECK(reserved == 1);
}

TEST_CASE("texts have substitutes of their own, as long as there are enough") {
    auto redacted = redaction();
    std::set<std::string> substitutes;
    constexpr int kLetters = 16;
    for (int n = 0; n < kLetters + 8; ++n) {
        const auto other =
            redacted.person_name(std::string("\xC3") + static_cast<char>(0xA0 + n) + "\u202e");
        REQUIRE(other.size() == 5);
        substitutes.insert(other);
        CHECK(substitutes.size() == static_cast<std::size_t>(std::min(n + 1, kLetters)));
    }
}

TEST_CASE("ids without a key, without a kind or of a namespace keep their form") {
    auto redacted = redaction();
    CHECK(redacted.external_id("pw-activate:user:") == "pw-activate:user:");
    CHECK(redacted.external_id("pw-activate:") == "pw-activate:");
    const auto no_kind = redacted.external_id("pw-activate:x");
    CHECK(no_kind.starts_with("pw-activate:"));
    CHECK_FALSE(no_kind.starts_with("pw-activate:x-"));
    CHECK(redacted.external_id("pw-activate:group:1").starts_with("pw-activate:group:"));
    const auto name_space = redacted.redacted(stream::Header{.name_space = "acme"}).name_space;
    CHECK(redacted.external_id("pw-activate:acme:user:9")
              .starts_with("pw-activate:" + name_space + ":user:"));
    CHECK(redacted.external_id("pw-activate:acme:group:") ==
          "pw-activate:" + name_space + ":group:");
    CHECK(redacted.external_id("pw-activate:user:a:b").starts_with("pw-activate:user:"));
    CHECK(redacted.resource_id("").empty());
    CHECK(redacted.group_name("  ") == "  ");
}

TEST_CASE("a name that must not be sent stays one, for the same reason") {
    auto redacted = redaction();
    for (const char* name :
         {"Ada\xFF", "Ada\u0085L", "Ada\tL", "Ada{[~:", "Ada\u2028L", "Ada\uFFFDL", "Ada:L"}) {
        const auto other = redacted.person_name(name);
        CAPTURE(other);
        CHECK(other.find("Ada") == std::string::npos);
        CHECK_FALSE(record::is_sendable_name(other));
        CHECK(other.size() == std::string(name).size());
    }
}

TEST_CASE("signs next to letters stay, with and without a case") {
    auto redacted = redaction();
    const auto domain = redacted.address("ada@Ac{[~..org");
    CHECK(domain.ends_with(domain.substr(domain.find('{'))));
    CHECK(domain.find("{[~..") != std::string::npos);
    CHECK(redacted.external_id("okta|\x7f").ends_with(" "));
}

TEST_CASE("a line without a refused line like it has a substitute that is not a key") {
    auto redacted = redaction();
    const auto other = redacted.ssh_key("ssh-rsa " + std::string(100'000, 'a'));
    CHECK(other.starts_with("x-"));
    CHECK_FALSE(record::is_sendable_ssh_key(other));
}

TEST_CASE("the substitute of a number has only digits, and does not reveal how many") {
    auto redacted = redaction();
    const auto one = redacted.address("7@acme.org");
    const auto other = redacted.address("4711@acme.org");
    const auto at = one.find('@');
    CHECK(at == other.find('@'));
    CHECK((one + other).substr(0, at).find_first_not_of("0123456789") == std::string::npos);
    CHECK(one.substr(0, at) != other.substr(0, at));
}
