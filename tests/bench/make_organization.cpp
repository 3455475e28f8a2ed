// make_organization USERS FOLDER: writes desired.jsonl and current.jsonl of an organization of that
// size, the same bytes every time.
//
// In the form of the exports. 1.5 % of the users differ: 1.3 % in a name or in their keys, 0.1 %
// have joined, 0.1 % have left, these from a few projects. Each has one to three keys, half of them
// RSA; one name in seven is not ASCII. There is a group for every 500 users, of 5 to 5,000 members,
// and one with a fifth of all users. The current side is in another order than the desired one.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Number = std::uint64_t;

// SplitMix64: callers get random numbers by index, so the order of the calls has no influence.
Number mixed(Number value) {
    value += 0x9E3779B97F4A7C15U;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31U);
}

class Dice {
  public:
    explicit Dice(Number seed) : state_(seed) {}
    Number below(Number sides) { return (state_ = mixed(state_)) % sides; }

  private:
    Number state_;
};

constexpr std::array<std::string_view, 14> kGivenNames{"Ada",
                                                       "Grace",
                                                       "Alan",
                                                       "Edsger",
                                                       "Barbara",
                                                       "Donald",
                                                       "Katherine",
                                                       "Margaret",
                                                       "John",
                                                       "Mary",
                                                       "Søren",
                                                       "Łukasz",
                                                       "Tim",
                                                       "Linus"};
constexpr std::array<std::string_view, 14> kFamilyNames{"Lovelace",
                                                        "Hopper",
                                                        "Turing",
                                                        "Dijkstra",
                                                        "Liskov",
                                                        "Knuth",
                                                        "Johnson",
                                                        "Hamilton",
                                                        "Backus",
                                                        "Shaw",
                                                        "Kjærgaard",
                                                        "O'Brien",
                                                        "Petrović",
                                                        "Chen"};

std::string hexadecimal(Number value, int digits) {
    std::array<char, 24> text{};
    std::snprintf(
        text.data(), text.size(), "%0*llx", digits, static_cast<unsigned long long>(value));
    return std::string(text.data()).substr(0, static_cast<std::size_t>(digits));
}

std::string external_id(Number user) {
    return "pw-activate:user:" + hexadecimal(mixed(user) >> 32U, 8) + hexadecimal(mixed(~user), 16);
}

std::string base64(Dice& dice, std::size_t length) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text(length, 'A');
    for (std::size_t at = 0; at < length;) {
        for (auto bits = dice.below(Number{1} << 60U); at < length && bits != 0; bits >>= 6U) {
            text[at++] = kAlphabet[bits & 63U];
        }
    }
    return text;
}

std::string key(Dice& dice) {
    const auto kind = dice.below(20);
    if (kind < 10) {
        return "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ" + base64(dice, 42);
    }
    const std::string rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAA";
    return kind < 12   ? rsa + "BAQC" + base64(dice, 340) + "x"
           : kind < 19 ? rsa + "BgQC" + base64(dice, 511) + "U="
                       : rsa + "CAQC" + base64(dice, 682) + "w==";
}

std::vector<std::string> keys_of(Number user) {
    Dice dice(mixed(user) ^ 'k');
    std::vector<std::string> keys(dice.below(10) < 6 ? 1 : 2 + dice.below(4) / 3);
    std::generate(keys.begin(), keys.end(), [&] { return key(dice); });
    return keys;
}

void sort_by_blob(std::vector<std::string>& keys) {
    const auto blob = [](const std::string& line) {
        return std::string_view(line).substr(line.find(' ') + 1);
    };
    std::sort(
        keys.begin(), keys.end(), [&](const auto& a, const auto& b) { return blob(a) < blob(b); });
}

class Output {
  public:
    explicit Output(const std::string& path) : file_(std::fopen(path.c_str(), "w"), &std::fclose) {
        if (!file_) {
            std::perror(path.c_str());
            std::exit(74);
        }
    }
    ~Output() {
        if (std::fflush(file_.get()) != 0) {
            std::perror("write");
            std::exit(74);
        }
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    void operator<<(const std::string& text) {
        std::fwrite(text.data(), 1, text.size(), file_.get());
    }

  private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

class Organization {
  public:
    explicit Organization(Number users) : users_(users) {}

    void write(const std::string& path, bool current) const {
        Output out(path);
        out << std::string(R"({"type":"stream","format":1,"kind":"directory","side":")") +
                   (current ? "current" : "desired") + R"(","source":")" +
                   (current ? "scim" : "activate") +
                   R"(","at":"2026-11-23T18:00:00Z"})"
                   "\n";
        Number written = 0;
        for (Number at = 0; at < users_; ++at) {
            const auto user = current ? shuffled(at) : at;
            if (is_there(user, current)) {
                out << user_line(user, current);
                ++written;
            }
        }
        for (Number group = 0; group <= groups(); ++group) {
            out << group_line(group, current);
        }
        out << R"({"type":"end","users":)" + std::to_string(written) + R"(,"groups":)" +
                   std::to_string(groups() + 1) + "}\n";
    }

  private:
    // Users who have joined or left are at the front, so they are members of the same few groups.
    [[nodiscard]] Number few() const { return std::max<Number>(1, users_ / 1000); }
    [[nodiscard]] bool is_there(Number user, bool current) const {
        return current ? user >= few() : user < few() || user >= 2 * few();
    }
    [[nodiscard]] Number groups() const { return std::max<Number>(2, users_ / 500); }

    // A prime above every size here reaches every user.
    [[nodiscard]] Number shuffled(Number at) const { return at * 1000003 % users_; }

    [[nodiscard]] std::string user_line(Number user, bool current) const {
        Dice dice(mixed(user));
        const auto given = std::string(kGivenNames[dice.below(kGivenNames.size())]);
        const auto family = std::string(kFamilyNames[dice.below(kFamilyNames.size())]);
        const auto address = "user" + std::to_string(user) + "@acme.org";
        const auto change = user < 2 * few() ? 1000 : dice.below(1000);
        auto keys = keys_of(user);
        if (current && change < 6) {
            keys = keys_of(~user);
        }
        sort_by_blob(keys);
        std::string line = R"({"type":"user","externalId":")" + external_id(user) + "\"";
        if (current) {
            const auto id = hexadecimal(mixed(user + users_), 16);
            line += R"(,"id":")" + id.substr(0, 8) + "-" + id.substr(8, 4) + "-4" +
                    id.substr(12, 3) + "-8" + id.substr(15) + "00-" + hexadecimal(user, 12) + "\"";
        }
        line += R"(,"userName":")" + address + R"(","displayName":")" + given + " " + family +
                (current && change >= 6 && change < 13 ? " (old)" : "") + R"(","givenName":")" +
                given + R"(","familyName":")" + family + R"(","email":")" + address +
                R"(","active":true,"sshKeys":[)";
        for (std::size_t at = 0; at < keys.size(); ++at) {
            line += (at == 0 ? "\"" : ",\"") + keys[at] + "\"";
        }
        return line + "]}\n";
    }

    [[nodiscard]] std::string group_line(Number group, bool current) const {
        Dice dice(mixed(group) ^ 'g');
        const bool is_large = group == groups();
        const double share = static_cast<double>(dice.below(1000)) / 1000;
        const auto wanted =
            is_large
                ? users_ / 5
                : std::min(users_ / 4, static_cast<Number>(5 * std::pow(1000.0, share * share)));
        const bool is_touched = group < std::max<Number>(1, groups() / 50);
        std::vector<std::string> members;
        for (Number at = 0; at < wanted; ++at) {
            const auto user = is_touched && at % 20 == 0 ? dice.below(2 * few())
                              : is_large                 ? 2 * few() + at
                                         : 2 * few() + dice.below(users_ - 2 * few());
            if (user < users_ && is_there(user, current)) {
                members.push_back(external_id(user));
            }
        }
        std::sort(members.begin(), members.end());
        members.erase(std::unique(members.begin(), members.end()), members.end());
        const auto number = hexadecimal(mixed(group + 7), 16);
        std::string line = R"({"type":"group","externalId":"pw-activate:group:)" + number + "\"";
        if (current) {
            line += R"(,"id":"g-)" + number + "\"";
        }
        line += R"(,"displayName":"project-)" + std::to_string(group) + R"(","members":[)";
        for (std::size_t at = 0; at < members.size(); ++at) {
            line += (at == 0 ? "\"" : ",\"") + members[at] + "\"";
        }
        return line + "]}\n";
    }

    Number users_;
};

}  // namespace

int main(int argc, char* argv[]) {
    const Number users = argc == 3 ? std::strtoull(argv[1], nullptr, 10) : 0;
    if (users < 10) {
        std::fputs("usage: make_organization USERS FOLDER, with 10 users or more\n", stderr);
        return 64;
    }
    const Organization organization(users);
    organization.write(std::string(argv[2]) + "/desired.jsonl", false);
    organization.write(std::string(argv[2]) + "/current.jsonl", true);
}
