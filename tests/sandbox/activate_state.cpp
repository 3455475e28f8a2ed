#include "activate_state.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sandbox {

namespace {

void leave(Json& group, const std::string& username) {
    Json kept = Json::array();
    for (auto& member : group["members"]) {
        if (member != username) {
            kept.push_back(std::move(member));
        }
    }
    group["members"] = std::move(kept);
}

}  // namespace

void ActivateState::load(const Json& fixture) {
    organization_ = fixture.at("organization");
    users_ = fixture.at("users").get<std::vector<Json>>();
    groups_ = fixture.at("groups").get<std::vector<Json>>();
    index();
}

const Json* ActivateState::user(const std::string& username) const {
    const auto found = by_username_.find(username);
    return found == by_username_.end() ? nullptr : &users_[found->second];
}

const Json* ActivateState::group(std::string_view name) const {
    const auto found = std::find_if(
        groups_.begin(), groups_.end(), [&](const Json& each) { return each.at("name") == name; });
    return found == groups_.end() ? nullptr : &*found;
}

std::vector<const Json*> ActivateState::groups_of(const std::string& username) const {
    std::vector<const Json*> out;
    for (const auto& group : groups_) {
        const auto& members = group.at("members");
        if (std::find(members.begin(), members.end(), username) != members.end()) {
            out.push_back(&group);
        }
    }
    return out;
}

void ActivateState::put_user(const std::string& username, Json user) {
    Json complete = {{"id", made_up_id('u')}, {"username", username}, {"active", true}};
    if (const auto* old = find_user(username)) {
        complete["id"] = old->at("id");
    }
    const auto groups = user.value("groups", Json());
    user.erase("groups");
    complete.update(user);
    complete["username"] = username;
    if (auto* old = find_user(username)) {
        *old = std::move(complete);
    } else {
        users_.push_back(std::move(complete));
    }
    index();
    if (groups.is_array()) {
        set_groups(username, groups);
    }
}

bool ActivateState::patch_user(const std::string& username, const Json& patch) {
    auto* user = find_user(username);
    if (user == nullptr) {
        return false;
    }
    auto changes = patch;
    const auto groups = changes.value("groups", Json());
    changes.erase("groups");
    user->merge_patch(changes);
    const auto name = user->at("username").get<std::string>();
    if (name != username) {
        rename_in_groups(username, name);
    }
    index();
    if (groups.is_array()) {
        set_groups(name, groups);
    }
    return true;
}

bool ActivateState::remove_user(const std::string& username) {
    if (find_user(username) == nullptr) {
        return false;
    }
    users_.erase(users_.begin() + static_cast<std::ptrdiff_t>(by_username_.at(username)));
    for (auto& group : groups_) {
        leave(group, username);
    }
    index();
    return true;
}

void ActivateState::put_group(const std::string& name, Json group) {
    Json complete = {{"id", made_up_id('g')}, {"name", name}, {"members", Json::array()}};
    auto* old = find_group(name);
    if (old != nullptr) {
        complete["id"] = old->at("id");
    }
    complete.update(group);
    complete["name"] = name;
    if (old != nullptr) {
        *old = std::move(complete);
    } else {
        groups_.push_back(std::move(complete));
    }
}

bool ActivateState::patch_group(const std::string& name, const Json& patch) {
    auto* group = find_group(name);
    if (group == nullptr) {
        return false;
    }
    group->merge_patch(patch);
    return true;
}

bool ActivateState::remove_group(const std::string& name) {
    return std::erase_if(groups_, [&](const Json& group) { return group.at("name") == name; }) > 0;
}

Json* ActivateState::find_user(const std::string& username) {
    const auto found = by_username_.find(username);
    return found == by_username_.end() ? nullptr : &users_[found->second];
}

Json* ActivateState::find_group(const std::string& name) {
    const auto found = std::find_if(
        groups_.begin(), groups_.end(), [&](const Json& each) { return each.at("name") == name; });
    return found == groups_.end() ? nullptr : &*found;
}

void ActivateState::set_groups(const std::string& username, const Json& names) {
    for (auto& group : groups_) {
        leave(group, username);
        if (std::find(names.begin(), names.end(), group.at("name")) != names.end()) {
            group["members"].push_back(username);
        }
    }
}

void ActivateState::rename_in_groups(const std::string& from, const std::string& to) {
    for (auto& group : groups_) {
        for (auto& member : group["members"]) {
            if (member == from) {
                member = to;
            }
        }
    }
}

void ActivateState::index() {
    by_username_.clear();
    for (std::size_t i = 0; i < users_.size(); ++i) {
        by_username_[users_[i].at("username").get<std::string>()] = i;
    }
}

/// 24 hexadecimal digits, as the platform's ids are.
std::string ActivateState::made_up_id(char kind) {
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(),
                        text.size(),
                        "%02xffffffffffffff%08x",
                        static_cast<unsigned>(kind),
                        made_up_++);
    return text.data();
}

}  // namespace sandbox
