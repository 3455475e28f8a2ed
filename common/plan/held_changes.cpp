#include "plan/held_changes.hpp"

#include "base/encoding.hpp"
#include "base/json_text.hpp"
#include "base/sort_unique.hpp"
#include "base/text.hpp"
#include "plan/types.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <set>

namespace plan {

using nlohmann::json;

namespace {

// As a JSON string: with any characters in ids, different lists of removals have different texts.
std::string quoted(const std::string& id) {
    std::string text;
    append_json_string(text, id);
    return text;
}

std::string member(const std::string& group_path, const std::string& id) {
    return "member " + group_path + " " + quoted(id);
}
std::string foreign(const std::string& group_path, const std::string& id) {
    return "foreign " + group_path + " " + quoted(id);
}

std::set<std::string> texts(const json& line, const char* when, const char* field) {
    std::set<std::string> all;
    const json::json_pointer place(std::string("/") + when + "/" + field);
    if (line.contains(place)) {
        for (const auto& text : line.at(place)) {
            all.insert(text.is_string() ? text.get<std::string>() : text.dump());
        }
    }
    return all;
}

// The elements of `before` that are not in `after`.
std::vector<std::string> lost(const json& line, const char* field) {
    const auto before = texts(line, "before", field);
    const auto after = texts(line, "after", field);
    std::vector<std::string> gone;
    std::set_difference(
        before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(gone));
    return gone;
}

std::string key_of(const std::string& user_path, std::string_view key) {
    return "key " + user_path + " " + quoted(std::string(record::ssh_key_identity(key)));
}

std::string rename(const std::string& group_path,
                   const std::string& old_name,
                   const std::string& new_name) {
    return "rename " + group_path + " " + quoted(old_name) + " " + quoted(new_name);
}

std::vector<std::string> of_user(const json& line, const std::string& path) {
    const auto held = text::of(line, "held");
    if (held == kMaxKeyRemovals) {
        std::set<std::string> after;
        for (const auto& key : texts(line, "after", "sshKeys")) {
            after.insert(std::string(record::ssh_key_identity(key)));
        }
        std::vector<std::string> words;
        for (const auto& key : texts(line, "before", "sshKeys")) {
            if (!after.contains(std::string(record::ssh_key_identity(key)))) {
                words.push_back(key_of(path, key));
            }
        }
        return words;
    }
    return {(held == kMaxDeactivations || held == kMissingGroup ? "deactivate "
             : held == kMaxReactivations                        ? "reactivate "
                                                                : "last-key ") +
            path};
}

// Nothing for a line without both ids: it cannot be approved.
std::vector<std::string> takeover(const json& line) {
    const auto before = text::of(line.value("before", json::object()), "externalId");
    const auto after = text::of(line, "externalId");
    if (before.empty() || after.empty()) {
        return {};
    }
    return {held_takeover({before}, {after})};
}

}  // namespace

std::string held_deactivation(const record::ResourceId& user) {
    return "deactivate " + record::resource_path(record::Kind::user, user);
}
std::string held_last_key(const record::ResourceId& user) {
    return "last-key " + record::resource_path(record::Kind::user, user);
}

std::string held_reactivation(const record::ResourceId& user) {
    return "reactivate " + record::resource_path(record::Kind::user, user);
}
std::string held_key(const record::ResourceId& user, std::string_view key) {
    return key_of(record::resource_path(record::Kind::user, user), key);
}
std::string held_rename(const record::ResourceId& group,
                        const std::string& old_name,
                        const std::string& new_name) {
    return rename(record::resource_path(record::Kind::group, group), old_name, new_name);
}

std::string held_member(const record::ResourceId& group, const record::ExternalId& user) {
    return member(record::resource_path(record::Kind::group, group), user.value);
}
std::string held_foreign(const record::ResourceId& group, const record::ResourceId& id) {
    return foreign(record::resource_path(record::Kind::group, group), id.value);
}

std::string held_takeover(const record::ExternalId& old_id, const record::ExternalId& new_id) {
    return "takeover " + quoted(old_id.value) + " " + quoted(new_id.value);
}

std::vector<std::string> held_removals(const json& line) {
    const auto path = text::of(line, "path");
    if (text::of(line, "held") == kMaxTakeovers) {
        return takeover(line);
    }
    if (text::of(line, "resource") == record::resource_name(record::Kind::user)) {
        return of_user(line, path);
    }
    std::vector<std::string> removals;
    for (const auto& id : lost(line, "members")) {
        removals.push_back(member(path, id));
    }
    for (const auto& id : lost(line, "foreignMembers")) {
        removals.push_back(foreign(path, id));
    }
    const auto old_name = text::of(line.value("before", json::object()), "displayName");
    const auto new_name = text::of(line.value("after", json::object()), "displayName");
    if (old_name != new_name) {
        removals.push_back(rename(path, old_name, new_name));
    }
    return removals;
}

std::map<std::string, std::string> held_digests(const HeldChanges& held) {
    std::map<std::string, std::vector<std::string>> words;
    for (const auto& change : held.changes) {
        words[std::string(change.limit)].push_back(change.words);
    }
    std::map<std::string, std::string> digests;
    std::vector<std::string> all;
    for (auto& [limit, list] : words) {
        digests.emplace(limit, held_digest(list));
        std::move(list.begin(), list.end(), std::back_inserter(all));
    }
    if (!all.empty()) {
        digests.emplace("", digests.size() == 1 ? digests.begin()->second : held_digest(all));
    }
    return digests;
}

std::string held_digest(const std::vector<std::string>& removals) {
    if (removals.empty()) {
        return {};
    }
    std::vector<std::string_view> sorted(removals.begin(), removals.end());
    sort_unique(sorted);
    std::string joined;
    for (const auto& removal : sorted) {
        joined.append(removal) += '\n';
    }
    constexpr std::size_t kBytes = 16;
    return encoding::sha256_hex(joined, kBytes);
}

}  // namespace plan
