// The names, keys and ids that records claim in the filter for unchanged records.

#include "base/text.hpp"
#include "plan/unchanged/filter.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace plan::unchanged {

void Filter::claim(const UserTail& user, std::uint32_t owner) {
    claim_name(user.user_name, owner);
    for (const auto& key : user.keys) {
        claim_key(key.identity, owner);
    }
}

void Filter::claim_name(std::string_view user_name, std::uint32_t owner) {
    users_.claims.add(names_.of(record::posix_name(user_name)),
                      owner);  // users with the same userName have the same POSIX name
}

// Equal keys have equal ends. An end is random unless users choose it, and an equal end of
// different keys only means that both are parsed.
void Filter::claim_key(std::string_view key, std::uint32_t owner) {
    constexpr std::size_t kEnd = 48;
    users_.claims.add(keys_.of(key.substr(key.size() - std::min(key.size(), kEnd))), owner);
}

void Filter::mark_pending(Records& records, std::string_view external_id) const {
    records.table.add({.id = ids_.of(external_id), .open = true});
}

void Filter::see(const record::User& user) {
    mark_pending(users_, user.external_id.value);
    claim_name(user.user_name, FilterTable::kNone);
    for (const auto& key : user.ssh_keys.value_or(std::vector<std::string>{})) {
        claim_key(record::ssh_key_identity(key), FilterTable::kNone);
    }
    if (current_ || found_) {
        users_.claims.add(resources_.of(user.id.value), FilterTable::kNone);
    }
}

void Filter::see(const record::Group& group) {
    groups_begun_ = true;
    mark_pending(groups_, group.external_id.value);
    groups_.claims.add(names_.of(text::fold(group.display_name)), FilterTable::kNone);
    for (const auto& member : group.foreign_members) {  // a managed user is not foreign
        users_.claims.add(resources_.of(member.value), FilterTable::kNone);
    }
}

// By userName or external id.
void Filter::ask_for(std::string_view name) {
    if (name.starts_with(record::kPrefix)) {
        mark_pending(users_, name);
    } else {
        claim_name(name, FilterTable::kNone);
    }
}

}  // namespace plan::unchanged
