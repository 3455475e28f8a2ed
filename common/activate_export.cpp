#include "activate_export.hpp"

#include "error.hpp"
#include "logging.hpp"
#include "record.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace activate {

std::vector<Team> selected(std::vector<Team> teams, const std::vector<std::string>& scope) {
    std::sort(teams.begin(), teams.end(), [](const Team& a, const Team& b) { return a.id < b.id; });
    if (scope.empty()) {
        return teams;
    }
    for (const auto& name : scope) {
        if (std::none_of(teams.begin(), teams.end(), [&](const Team& team) { return team.name == name; })) {
            logging::warning("ACTIVATE_SYNC_GROUPS names " + name + ", and there is no such group; names are compared exactly");
        }
    }
    std::erase_if(teams, [&](const Team& team) { return std::find(scope.begin(), scope.end(), team.name) == scope.end(); });
    if (teams.empty()) {
        throw Error(ExitStatus::bad_config,
                    "none of the groups that ACTIVATE_SYNC_GROUPS names is there; correct the names, or leave it empty for all");
    }
    return teams;
}

ExitStatus Export::run(const jsonl::Header& header) {
    // The memberships first: they are the scope, so they decide who is written at all.
    teams_ = selected(service_.teams(), settings_.scope);
    take_members();
    out_.header(header);
    service_.users([this](const auto& page) { write_users(page); });
    if (keys_ != nullptr) {
        keys_->finish();
    }
    for (std::size_t i = 0; i < teams_.size(); ++i) {
        write_group(teams_[i], members_[i]);
    }
    out_.seal({{"users", users_}, {"groups", teams_.size()}});
    if (unknown_keys_ == 0 && unknown_members_ == 0) {
        return ExitStatus::ok;
    }
    logging::warning("the export is complete, but the SSH keys of " + std::to_string(unknown_keys_) + " users and the members of " +
                     std::to_string(unknown_members_) + " groups are unknown; these are left as they are");
    return ExitStatus::partial;
}

// With a scope, who is a member decides who keeps access: a list that could not be read would turn people out.
void Export::take_members() {
    members_ = service_.members(teams_);
    for (std::size_t i = 0; i < teams_.size(); ++i) {
        if (members_[i]) {
            in_scope_.insert(members_[i]->begin(), members_[i]->end());
            continue;
        }
        if (!settings_.scope.empty()) {
            throw Error(ExitStatus::retry_later,
                        "members of group " + teams_[i].name + " could not be read, and ACTIVATE_SYNC_GROUPS makes them the scope; "
                        "nothing can be said about who is in it; run again later");
        }
        ++unknown_members_;
    }
}

void Export::write_users(const std::vector<Person>& page) {
    std::vector<Person> people;
    std::vector<Person> active;
    for (const auto& person : page) {
        check_organization(person);
        if (settings_.scope.empty() || in_scope_.contains(person.id)) {
            people.push_back(person);
            if (person.active) {
                active.push_back(person);
                external_ids_.emplace(person.id, external_id(person, settings_.naming).value);
            }
        }
    }
    const auto write = [this, people = std::move(people)](std::vector<Keys> keys) { write_page(people, std::move(keys)); };
    // Nobody needs the keys of the disabled: on deactivation they stay as they are.
    if (keys_ == nullptr) {
        write(std::vector<Keys>(active.size()));
    } else {
        keys_->read(active, write);
    }
}

// `keys` are those of the active ones.
void Export::write_page(const std::vector<Person>& people, std::vector<Keys> keys) {
    std::size_t next = 0;
    for (const auto& person : people) {
        auto user = user_record(person, settings_.naming);
        if (person.active) {
            user.ssh_keys = std::move(keys[next++]);
            unknown_keys_ += keys_ != nullptr && !user.ssh_keys ? 1U : 0U;
        }
        out_.record(identity::to_json(user));
        ++users_;
    }
}

void Export::write_group(const Team& team, const std::optional<std::vector<std::string>>& member_ids) {
    identity::Group group;
    group.external_id = {std::string(identity::kGroupPrefix) + team.id};
    group.display_name = team.name;
    if (member_ids) {
        auto& members = group.members.emplace();
        for (const auto& id : *member_ids) {
            if (const auto known = external_ids_.find(id); known != external_ids_.end()) {
                members.push_back({known->second});
            }
        }
        std::sort(members.begin(), members.end());
        members.erase(std::unique(members.begin(), members.end()), members.end());
    }
    out_.record(identity::to_json(group));
}

void Export::check_organization(const Person& person) const {
    if (!settings_.org_id.empty() && !person.organization.empty() && person.organization != settings_.org_id) {
        throw Error(ExitStatus::bad_config,
                    "ACTIVATE_ORG_ID is " + settings_.org_id + ", but user " + person.username + " is of organization " +
                        person.organization + "; correct the id, or use a key of that organization");
    }
}

}  // namespace activate
