#include "activate/export.hpp"

#include "activate/unlisted_members.hpp"
#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/sort_unique.hpp"
#include "base/text.hpp"
#include "cli/shown_value.hpp"
#include "record/record.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>

namespace activate {

namespace {

constexpr std::size_t kMostNamed = 20;  // users of one kind

std::string count_of(std::size_t number, const std::string& noun) {
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

}  // namespace

ExitStatus DesiredExport::run(const stream::Header& header) {
    source_.begin_people();
    // Memberships come before users. They are the scope, so they decide which users are written.
    read_groups();
    out_.header(header);
    source_.people([this](const auto& page) { write_users(page); });
    require_organization();
    if (keys_ != nullptr) {
        keys_->finish();
    }
    require_users();
    judge_unlisted_members();
    for (const auto& group : groups_) {
        write_group(group);
    }
    const auto& traffic = source_.client().traffic();
    nlohmann::ordered_json seal{{"users", users_},
                                {"groups", groups_.size()},
                                {"requests", traffic.requests},
                                {"retries", traffic.retries}};
    if (unresolved() > 0) {
        seal["unresolved"] = unresolved();
    }
    if (keys_ != nullptr && keys_->unreadable() > 0) {
        seal["unreadable"] = keys_->unreadable();
    }
    if (malformed_ + left_out_ > 0) {
        seal["malformed"] = malformed_ + left_out_;
    }
    if (malformed_groups_ + malformed_lists_ > 0) {
        seal["malformedGroups"] = malformed_groups_ + malformed_lists_;
    }
    if (partial() > 0) {
        seal["partial"] = partial();
    }
    out_.seal(seal);
    logging::info("exported",
                  {{"users", static_cast<std::int64_t>(users_)},
                   {"groups", static_cast<std::int64_t>(groups_.size())},
                   {"requests", static_cast<std::int64_t>(traffic.requests)}});
    return status_of_unknown();
}

// A member whose user the list lacks has no access. If the user is gone or disabled, that is right.
// Otherwise the list is short. An id that is like that of a user may be the id of that user.
void DesiredExport::judge_unlisted_members() {
    const auto is_unlisted = [this](std::uint32_t number) { return !listed_[number]; };
    const auto is_alike = [&](std::uint32_t number) {
        return is_unlisted(number) && alike_.contains(number);
    };
    const auto has = [](const Membership& group, const auto& test) {
        return group.members && std::any_of(group.members->begin(), group.members->end(), test);
    };
    std::set<std::string> teams;
    for (auto& group : groups_) {
        if (has(group, is_unlisted)) {
            teams.insert(group.team.id);
        }
        if (has(group, is_alike)) {
            group.members.reset();
            ++unknown_members_;
        }
    }
    if (teams.empty() || has_row_without_id_) {
        return;  // a user without an id may be such a member, and is reported
    }
    const auto number_of = [this](const std::string& id) {
        return static_cast<std::uint32_t>(members_.find(id).value_or(members_.size()));
    };
    left_out_ = static_cast<std::size_t>(std::count_if(alike_.begin(), alike_.end(), is_unlisted));
    text::Some gone(kMostNamed);
    text::Some unclear(kMostNamed);
    for (const auto& unlisted : look_up_unlisted(
             teams,
             [&](const auto& id) { return members_.find(id) && is_unlisted(number_of(id)); },
             settings_.naming,
             source_)) {
        if (alike_.contains(number_of(unlisted.member.id))) {
            unclear.add(name_of(unlisted) + ": the list has this id in another spelling");
        } else if (unlisted.unclear.empty()) {
            gone.add(name_of(unlisted));
        } else {
            unclear.add(name_of(unlisted) + ": " + unlisted.unclear);
            ++left_out_;
        }
    }
    if (gone.count() > 0) {
        logging::warning(
            "ACTIVATE users: groups have members who are not in the list of users, and are gone or "
            "disabled when queried alone: " +
            gone.joined() +
            "; these are left out; if ACTIVATE's page of users has them, use a key whose role sees "
            "all users");
    }
    if (unclear.count() > 0) {
        logging::error(
            "ACTIVATE users: groups have members who are not in the list of users: " +
            unclear.joined() +
            "; their access in SCIM stays unchanged; run again, and if this is repeated, "
            "use a key whose role sees all users, or ask ACTIVATE's support to repair "
            "the list");
    }
}

// A permanent fault needs an operator, so its exit status takes precedence.
ExitStatus DesiredExport::status_of_unknown() const {
    if (unknown_keys_ + unknown_members_ > 0) {
        logging::warning("the export is complete, but the SSH keys of " +
                         count_of(unknown_keys_, "user") + " and the members of " +
                         count_of(unknown_members_, "group") +
                         " are unknown; these are left unchanged");
    }
    return unresolved() > 0 ? ExitStatus::unresolved
           : partial() > 0  ? ExitStatus::partial
                            : ExitStatus::ok;
}

std::size_t DesiredExport::unresolved() const {
    return keys_ == nullptr ? 0 : keys_->unresolved();
}

std::size_t DesiredExport::partial() const {
    return unknown_keys_ - unresolved() + unknown_members_ + malformed_ + left_out_ +
           malformed_groups_;
}

void DesiredExport::read_groups() {
    Scope scope(settings_.scope);
    source_.groups(
        [&](const Team& team) { return scope.takes(team); },
        [this](const Team& team, const MemberList& members) { take_group(team, members); });
    leave_out(scope.malformed());
    scope.check();
    std::sort(groups_.begin(), groups_.end(), [](const auto& a, const auto& b) {
        return a.team.id < b.team.id;
    });
    place_.resize(members_.size());
    listed_.resize(members_.size());
}

// With a scope, membership decides who keeps access: if a list of members could not be read, users
// would lose access. A malformed list must not stop the other groups: the seal then requires a
// confirmation for each absent user.
void DesiredExport::take_group(const Team& team, const MemberList& listed) {
    auto& group = groups_.emplace_back(Membership{team, {}});
    if (!listed) {
        const bool is_malformed = team.unread == ExitStatus::partial;
        if (!settings_.scope.empty() && !is_malformed) {
            throw Error(team.unread,
                        "the members of group " + team.name +
                            " are not known, see the warning above, and ACTIVATE_SYNC_GROUPS makes "
                            "them the scope, so the users in scope are unknown; " +
                            (team.unread == ExitStatus::denied
                                 ? "use a key whose owner may read this group, or take the group "
                                   "out: its members then lose their access"
                                 : "run again later, or take the group out"));
        }
        malformed_lists_ += is_malformed && !settings_.scope.empty() ? 1U : 0U;
        ++unknown_members_;
        return;
    }
    auto& members = group.members.emplace();
    members.reserve(listed->size());
    for (const auto& member : *listed) {
        const auto added = members_.add(member.id);
        members.push_back(static_cast<std::uint32_t>(added.number));
        if (auto form = comparable_id(member.id); added.is_new && form != member.id) {
            other_forms_.emplace(std::move(form), members.back());
        }
    }
}

void DesiredExport::write_users(const std::vector<Person>& page) {
    std::vector<Person> people;
    std::vector<Person> active;
    for (const auto& person : page) {
        check_organization(person);
        const auto member = members_.find(person.id);
        const bool may_be_member = member || person.id.empty();
        note_alike(person.id);
        if (!may_be_member && !settings_.scope.empty()) {
            continue;
        }
        if (member) {
            listed_[*member] = true;
        }
        if (!person.fault.empty()) {
            leave_out(person);
            continue;
        }
        people.push_back(person);
        if (person.active) {
            active.push_back(person);
        }
        if (person.active && member) {
            const auto key =
                external_id(person, settings_.naming).value.substr(record::user_prefix().size());
            place_[*member] = static_cast<std::uint32_t>(active_.add(key));
        }
    }
    const auto write = [this, people = std::move(people)](std::vector<Keys> keys) {
        write_page(people, std::move(keys));
    };
    // The keys of disabled users are not needed: a deactivation leaves them unchanged.
    if (keys_ == nullptr) {
        write(std::vector<Keys>(active.size()));
    } else {
        keys_->read(active, write);
    }
}

void DesiredExport::note_alike(const std::string& id) {
    const auto form = comparable_id(id);
    if (const auto member = form == id ? std::nullopt : members_.find(form)) {
        alike_.insert(static_cast<std::uint32_t>(*member));
    }
    const auto [first, last] = other_forms_.equal_range(form);
    std::for_each(first, last, [this](const auto& entry) { alike_.insert(entry.second); });
}

// One malformed user must not prevent the sync of all others.
void DesiredExport::leave_out(const Person& person) {
    has_row_without_id_ = has_row_without_id_ || person.id.empty();
    if (++malformed_ > kMostNamed) {
        return;
    }
    logging::error("ACTIVATE users: user " +
                   (person.username.empty() ? "without a username" : person.username) +
                   (person.id.empty() ? "" : " (" + person.id + ")") +
                   " is malformed: " + person.fault +
                   "; the access of this user in SCIM stays unchanged; ask ACTIVATE's support to "
                   "repair the user");
}

void DesiredExport::leave_out(const std::vector<Team>& teams) {
    malformed_groups_ += teams.size();
    for (std::size_t i = 0; i < std::min(teams.size(), kMostNamed); ++i) {
        const auto& team = teams[i];
        logging::error("ACTIVATE groups: group " +
                       (team.name.empty() ? "without a name" : team.name) +
                       (team.id.empty() ? "" : " (" + team.id + ")") +
                       " is malformed: it has no usable " + (team.id.empty() ? "id" : "name") +
                       "; groups that this export lacks keep their members in SCIM; ask ACTIVATE's "
                       "support to repair the group");
    }
}

// `keys` are those of the active users.
void DesiredExport::write_page(const std::vector<Person>& people, std::vector<Keys> keys) {
    std::size_t next = 0;
    for (const auto& person : people) {
        auto user = user_record(person, settings_.naming);
        if (person.active) {
            user.ssh_keys = std::move(keys[next++]);
            unknown_keys_ += keys_ != nullptr && !user.ssh_keys ? 1U : 0U;
        }
        out_.record(record::to_json(user));
        ++users_;
    }
}

void DesiredExport::write_group(const Membership& membership) {
    record::Group group;
    group.external_id = {record::group_prefix() + membership.team.id};
    group.display_name = membership.team.name;
    if (membership.members) {
        auto& members = group.members.emplace();
        for (const auto number : *membership.members) {
            if (const auto place = place_[number]) {
                members.push_back({record::user_prefix() + std::string(active_.at(*place))});
            }
        }
        sort_unique(members);
        // The lists include disabled members.
        const auto listed = membership.members->size();
        group.unlisted = std::max(membership.team.counted.value_or(0), listed) - listed;
    }
    out_.record(record::to_json(group));
}

void DesiredExport::check_organization(const Person& person) {
    shows_organization_ = shows_organization_.value_or(false) || !person.organization.empty();
    if (!settings_.org_id.empty() && !person.organization.empty() &&
        person.organization != settings_.org_id) {
        throw Error(ExitStatus::bad_config,
                    "ACTIVATE_ORG_ID is " + cli::shown_value(settings_.org_id) + ", but user " +
                        person.username + " is of organization " + person.organization +
                        "; correct the id, or use a key of that organization");
    }
}

// If every row is malformed, the API has probably changed.
void DesiredExport::require_users() const {
    if (malformed_ > kMostNamed) {
        logging::error("ACTIVATE users: " + std::to_string(malformed_ - kMostNamed) +
                       " more users are malformed");
    }
    if (malformed_ > 0 && users_ == 0) {
        throw Error(ExitStatus::unavailable,
                    "ACTIVATE users: all " + std::to_string(malformed_) +
                        " users are malformed, see above; check the host, or update this tool");
    }
}

void DesiredExport::require_organization() const {
    if (!settings_.org_id.empty() && shows_organization_ == false) {
        throw Error(ExitStatus::bad_config, std::string(kNoOrganization));
    }
}

}  // namespace activate
