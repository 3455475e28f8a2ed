#include "plan.hpp"

#include "ssh_key.hpp"
#include "text.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

namespace identity {

namespace {

// Both sides of one external id. More than one record on a side is an error to report, not to mend.
template <class Record>
struct Pair {
    std::vector<const Record*> desired{};
    std::vector<const Record*> current{};
};

// Ordered by external id, so that the order in which records came has no influence.
template <class Record>
std::map<std::string_view, Pair<Record>> paired(const std::vector<Record>& desired, const std::vector<Record>& current) {
    std::map<std::string_view, Pair<Record>> pairs;
    for (const auto& record : desired) {
        pairs[record.external_id.value].desired.push_back(&record);
    }
    for (const auto& record : current) {
        pairs[record.external_id.value].current.push_back(&record);
    }
    return pairs;
}

std::string quoted(const std::optional<std::string>& value) { return value ? "\"" + *value + "\"" : "none"; }

std::vector<std::string> key_differences(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    const auto holds = [](const std::vector<std::string>& keys, const std::string& key) {
        return std::any_of(keys.begin(), keys.end(), [&](const std::string& other) { return ssh_key_identity(other) == ssh_key_identity(key); });
    };
    std::vector<std::string> why;
    for (const auto& key : after) {
        if (!holds(before, key)) {
            why.push_back("sshKeys + " + ssh_key_fingerprint(key));
        }
    }
    for (const auto& key : before) {
        if (!holds(after, key)) {
            why.push_back("sshKeys - " + ssh_key_fingerprint(key));
        }
    }
    if (why.empty() && before != after) {
        why.emplace_back("sshKeys: another comment");
    }
    return why;
}

/// Where a user will stand when the plan is done: decides who may be a member.
struct Fate {
    bool member = false;       // may be in groups: active, and there is or will be a record
    std::string left_out{};    // why not, if not
};

class Planner {
 public:
    Planner(const Directory& desired, const Directory& current, const Policy& policy)
        : desired_(desired), current_(current), policy_(policy) {}

    Plan plan() {
        plan_.desired = {desired_.users.size(), desired_.groups.size()};
        plan_.current = {current_.users.size(), current_.groups.size()};
        for (const auto& [id, pair] : paired(desired_.users, current_.users)) {
            if (!skip_duplicates(Kind::user, pair)) {
                decide_user(first(pair.desired), first(pair.current));
            }
        }
        for (const auto& [id, pair] : paired(desired_.groups, current_.groups)) {
            if (!skip_duplicates(Kind::group, pair)) {
                decide_group(first(pair.desired), first(pair.current));
            }
        }
        // Deactivations last; the pairs came by external id, and that order stays within each part.
        std::stable_partition(plan_.users.begin(), plan_.users.end(), [](const UserChange& change) {
            return change.action != Action::deactivate;
        });
        return std::move(plan_);
    }

 private:
    template <class Record>
    static const Record* first(const std::vector<const Record*>& records) {
        return records.empty() ? nullptr : records.front();
    }

    template <class Record>
    bool skip_duplicates(Kind kind, const Pair<Record>& pair) {
        if (pair.desired.size() < 2 && pair.current.size() < 2) {
            return false;
        }
        const auto side = pair.current.size() > 1 ? std::string("in SCIM") : std::string("in ACTIVATE's export");
        const auto count = std::to_string(std::max(pair.desired.size(), pair.current.size()));
        for (const auto* record : pair.desired) {
            skip(kind, *record, "duplicate-external-id", count + " records " + side + " carry this externalId; none is touched");
        }
        for (const auto* record : pair.current) {
            skip(kind, *record, "duplicate-external-id", count + " records " + side + " carry this externalId; none is touched");
        }
        return true;
    }

    template <class Record>
    void skip(Kind kind, const Record& record, std::string reason, std::string detail) {
        if (kind == Kind::user) {
            fates_[record.external_id.value] = {!record.id.value.empty(), reason};
        }
        plan_.skips.push_back({kind, record.external_id, record.id, std::move(reason), std::move(detail)});
    }

    void unchanged(Kind kind, const ExternalId& id, std::string note = {}) {
        plan_.unchanged.push_back({kind, id, std::move(note)});
    }

    void decide_user(const User* desired, const User* current) {
        plan_.matched += desired != nullptr && current != nullptr ? 1U : 0U;
        if (desired == nullptr || !desired->active) {
            decide_leaver(desired, current);
        } else if (desired->user_name.empty()) {
            skip(Kind::user, current != nullptr ? *current : *desired, "no-user-name", "ACTIVATE has no e-mail address for this user; give them one there");
        } else if (current == nullptr) {
            fates_[desired->external_id.value] = {true, {}};
            plan_.users.push_back({.action = Action::create, .desired = desired, .why = {"absent in SCIM"}});
        } else {
            fates_[desired->external_id.value] = {true, {}};
            decide_present(*desired, *current);
        }
    }

    void decide_leaver(const User* desired, const User* current) {
        const auto& id = (current != nullptr ? current : desired)->external_id;
        fates_[id.value] = {false, desired == nullptr ? "absent in ACTIVATE" : "inactive in ACTIVATE"};
        if (current != nullptr && current->active) {
            plan_.users.push_back({.action = Action::deactivate, .desired = desired, .current = current, .why = {fates_[id.value].left_out}});
        } else {
            unchanged(Kind::user, id, current == nullptr ? "inactive users are not created" : "already inactive");
        }
    }

    void decide_present(const User& desired, const User& current) {
        UserChange change{.action = current.active ? Action::update : Action::reactivate, .desired = &desired, .current = &current};
        if (!current.active) {
            change.why.emplace_back("active in ACTIVATE, inactive in SCIM");
        }
        const auto differs = [](const auto& wanted, const auto& present) { return wanted && wanted != present; };
        if (differs(desired.display_name, current.display_name)) {
            change.display_name = true;
            change.why.push_back("displayName " + quoted(current.display_name) + " -> " + quoted(desired.display_name));
        }
        if (differs(desired.given_name, current.given_name) || differs(desired.family_name, current.family_name)) {
            change.name = true;
            change.why.push_back("name " + quoted(current.given_name) + " " + quoted(current.family_name) + " -> " +
                                 quoted(desired.given_name) + " " + quoted(desired.family_name));
        }
        if (desired.ssh_keys && *desired.ssh_keys != current.ssh_keys.value_or(std::vector<std::string>{})) {
            change.keys = true;
            change.target_keys = *desired.ssh_keys;
            const auto why = key_differences(current.ssh_keys.value_or(std::vector<std::string>{}), change.target_keys);
            change.why.insert(change.why.end(), why.begin(), why.end());
        }
        compare_address(desired, current, change);
        if (change.why.empty()) {
            unchanged(Kind::user, desired.external_id);
        } else if (change.action == Action::reactivate || change.display_name || change.name || change.keys || change.user_name || change.email) {
            plan_.users.push_back(std::move(change));
        } else {
            unchanged(Kind::user, desired.external_id, change.why.front());
        }
    }

    // Addresses compare without case (RFC 7643 §4.1.1 for userName): a new capital is no new person.
    void compare_address(const User& desired, const User& current, UserChange& change) {
        const bool user_name = text::fold(desired.user_name) != text::fold(current.user_name);
        const bool email = desired.email && text::fold(*desired.email) != text::fold(current.email.value_or(""));
        if (!user_name && !email) {
            return;
        }
        std::string what = user_name ? "userName \"" + current.user_name + "\" -> \"" + desired.user_name + "\""
                                     : "e-mail " + quoted(current.email) + " -> " + quoted(desired.email);
        if (policy_.rename_users) {
            change.user_name = user_name;
            change.email = email;
        } else {
            what += " is not sent without --rename-users";
            plan_.warnings.push_back(desired.external_id.value + ": " + what);
        }
        change.why.push_back(std::move(what));
    }

    void decide_group(const Group* desired, const Group* current) {
        plan_.matched += desired != nullptr && current != nullptr ? 1U : 0U;
        if (desired != nullptr && desired->display_name.empty()) {
            skip(Kind::group, current != nullptr ? *current : *desired, "no-group-name", "ACTIVATE has no name for this group");
        } else if (desired != nullptr && !desired->members) {
            skip(Kind::group, current != nullptr ? *current : *desired, "members-unknown", "its members could not be read from ACTIVATE");
        } else if (current != nullptr && !current->members) {
            skip(Kind::group, *current, "members-unknown", "its members could not be read from SCIM");
        } else {
            compare_group(desired, current);
        }
    }

    void compare_group(const Group* desired, const Group* current) {
        GroupChange change{.action = current == nullptr ? Action::create : Action::update, .desired = desired, .current = current};
        if (desired == nullptr) {
            change.why.emplace_back("absent in ACTIVATE: the record stays, its members go");
        } else {
            set_target(change);
        }
        if (current == nullptr) {
            change.why.insert(change.why.begin(), "absent in SCIM");
            plan_.groups.push_back(std::move(change));
            return;
        }
        change.display_name = desired != nullptr && desired->display_name != current->display_name;
        if (change.display_name) {
            change.why.push_back("displayName \"" + current->display_name + "\" -> \"" + desired->display_name + "\"");
        }
        compare_members(change);
        if (change.display_name || change.members) {
            plan_.groups.push_back(std::move(change));
        } else {
            unchanged(Kind::group, current->external_id, change.why.empty() ? "" : change.why.front());
        }
    }

    void set_target(GroupChange& change) {
        std::map<std::string, std::size_t> left_out;
        for (const auto& member : *change.desired->members) {
            const auto fate = fates_.find(member.value);
            if (fate != fates_.end() && fate->second.member) {
                change.target.push_back(member);
            } else {
                ++left_out[fate == fates_.end() ? "not among the users of this export" : fate->second.left_out];
            }
        }
        for (const auto& [reason, count] : left_out) {
            change.why.push_back(std::to_string(count) + (count == 1 ? " member left out: " : " members left out: ") + reason);
        }
    }

    static void compare_members(GroupChange& change) {
        const auto& before = *change.current->members;
        std::vector<ExternalId> added;
        std::vector<ExternalId> removed;
        std::set_difference(change.target.begin(), change.target.end(), before.begin(), before.end(), std::back_inserter(added));
        std::set_difference(before.begin(), before.end(), change.target.begin(), change.target.end(), std::back_inserter(removed));
        const auto& foreign = change.current->foreign_members;
        change.members = !added.empty() || !removed.empty() || !foreign.empty();
        if (!added.empty() || !removed.empty()) {
            change.why.push_back("members +" + std::to_string(added.size()) + " -" + std::to_string(removed.size()));
        }
        if (!foreign.empty()) {
            change.why.push_back("members that are not managed here -" + std::to_string(foreign.size()));
        }
    }

    const Directory& desired_;
    const Directory& current_;
    const Policy& policy_;
    Plan plan_{};
    std::unordered_map<std::string_view, Fate> fates_{};
};

}  // namespace

std::string_view name_of(Action action) {
    switch (action) {
        case Action::create:
            return "create";
        case Action::update:
            return "update";
        case Action::deactivate:
            return "deactivate";
        case Action::reactivate:
            return "reactivate";
        case Action::adopt:
            return "adopt";
    }
    return "unknown";
}

Plan make_plan(const Directory& desired, const Directory& current, const Policy& policy) {
    return Planner(desired, current, policy).plan();
}

}  // namespace identity
