#include "plan/adoption.hpp"

#include "base/text.hpp"

#include <set>

namespace plan {

namespace {

std::string unknown(const std::string& name, const std::string& record, const std::string& where) {
    return "\"" + name + "\" is to be adopted (" + where + "), and no " + record +
           " of ACTIVATE has that name; is it misspelt, or out of scope?";
}

}  // namespace

std::vector<std::string> unknown_adopted_names(const record::Directory& desired,
                                               const Policy& policy) {
    auto users = policy.adopt_users;
    for (const auto& user : desired.users) {
        users.erase(text::fold(user.user_name));
    }
    std::set<std::string> groups;
    for (const auto& group : desired.groups) {
        groups.insert(text::fold(group.display_name));
    }
    std::vector<std::string> sentences;
    sentences.reserve(users.size());
    for (const auto& name : users) {
        sentences.push_back(unknown(name, "user", "SYNC_ADOPT_FILE, --adopt"));
    }
    for (const auto& name : policy.adopt_groups) {
        if (!groups.contains(text::fold(name))) {
            sentences.push_back(unknown(name, "group", "SYNC_ADOPT_GROUPS, --adopt-group"));
        }
    }
    return sentences;
}

}  // namespace plan
