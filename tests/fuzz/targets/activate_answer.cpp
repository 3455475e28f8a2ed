// ACTIVATE's answers: users, groups, members and SSH keys.
//
// Input: one body.

#include "activate/key_text.hpp"
#include "activate/source.hpp"
#include "activate/users_and_groups.hpp"
#include "base/error.hpp"
#include "base/json_parse.hpp"
#include "fuzz_target.hpp"
#include "record/ssh_key.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace fuzz::activate_answer {

using nlohmann::json;

void judge_body(const std::function<void()>& read) {
    try {
        read();
    } catch (const Error& error) {
        require(error.status() == ExitStatus::unavailable,
                "what ACTIVATE answers wrongly is its fault");
    }
}

void judge_lists(const json& body) {
    judge_body([&] {
        for (const auto& person : activate::users_page_from_json(body).people) {
            require(!person.fault.empty() || (!person.id.empty() && !person.username.empty()),
                    "a user has an id and a name, or a fault");
            (void)activate::content_of(person);
        }
    });
    judge_body([&] {
        activate::Scope everything({});
        for (const auto& team : activate::teams_from_json(body)) {
            require(!everything.takes(team) || !team.id.empty(), "a group that is taken has an id");
        }
    });
    judge_body([&] {
        for (const auto& member : activate::members_from_json(body)) {
            require(!member.id.empty(), "a member has an id");
        }
    });
}

void judge_keys(const std::string& text) {
    for (const auto* type : {"text/plain", "application/json", "text/html", ""}) {
        const auto keys = activate::keys_from_body(type, text, false).keys;
        if (!keys) {
            continue;
        }
        require(std::string(type) != "text/html", "a web page holds no keys");
        for (const auto& key : *keys) {
            require(key.find('\n') == std::string::npos, "a key is one line");
            require(!key.empty(), "an empty line is not a key");
            (void)record::why_not_ssh_key(key);
        }
    }
}

void judge(std::string_view input) {
    constexpr int kMostDepth = 32;
    if (const auto body = try_parse_json(input, kMostDepth)) {
        judge_lists(*body);
    }
    judge_keys(std::string(input));
}

const Registration kTarget{"activate_answer", judge};

}  // namespace fuzz::activate_answer
