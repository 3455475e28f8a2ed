#include "activate/check.hpp"

#include "activate/user_record.hpp"
#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace activate {

using nlohmann::json;

namespace {

std::string counted(std::size_t number, const char* things) {
    return std::to_string(number) + " " + things;
}

struct DesiredTally {
    std::size_t active = 0;
    std::size_t disabled = 0;
    std::size_t in_scope = 0;                  // active ones
    std::size_t without_name = 0;              // in scope, without a value for the userName
    std::size_t elsewhere = 0;                 // of another organization than ACTIVATE_ORG_ID
    std::optional<bool> shows_organization{};  // as in an export
    std::size_t malformed = 0;                 // in scope
    std::optional<Person> sample{};
};

class DesiredSideCheck {
  public:
    DesiredSideCheck(Source& source,
                     const DesiredExportSettings& settings,
                     cli::CheckReport& findings)
        : source_(source), settings_(settings), findings_(findings) {}

    // True if the groups could be read and the users can be checked against them.
    bool check_groups() {
        Scope scope(settings_.scope);
        std::size_t visible = 0;
        source_.groups(
            [&](const Team& team) {
                visible += team.id.empty() ? 0U : 1U;
                // Without a scope, the members of one group are read, to see whether members can be
                // read.
                return scope.takes(team) && (!scope.is_everything() || visible == 1);
            },
            [&](const Team& team, const MemberList& members) {
                if (!members) {
                    unread_.push_back(team);
                }
                for (const auto& member : members.value_or(std::vector<Member>{})) {
                    members_.add(member.id);
                }
            });
        findings_.ok("ACTIVATE groups: " + counted(visible, "visible"));
        if (const auto malformed = scope.malformed().size(); malformed > 0) {
            findings_.fail(ExitStatus::partial,
                           "ACTIVATE groups: " +
                               counted(malformed,
                                       "malformed; a run names them, leaves the members of absent "
                                       "groups unchanged, and ends with 2, or with 69 if the list "
                                       "has no other group"));
        }
        return check_scope(scope) && (visible == 0 || check_members());
    }

    void check_people() {
        DesiredTally tally;
        source_.people([&](const std::vector<Person>& page) {
            for (const auto& person : page) {
                count(person, tally);
            }
        });
        if (tally.malformed > 0) {
            findings_.fail(
                ExitStatus::partial,
                "ACTIVATE users: " +
                    counted(tally.malformed,
                            "malformed; a run names them, leaves their access unchanged, "
                            "and ends with 2"));
        }
        findings_.ok("ACTIVATE users: " + counted(tally.active + tally.disabled, "visible, ") +
                     counted(tally.disabled, "of them disabled"));
        if (!settings_.scope.empty()) {
            findings_.ok("ACTIVATE_SYNC_GROUPS: " +
                         counted(tally.in_scope, "active users in scope"));
        }
        if (tally.in_scope == 0) {
            findings_.warn(
                "ACTIVATE users: no user is active and in scope; a run would refuse to empty the "
                "service");
        }
        if (tally.without_name > 0) {
            findings_.warn("ACTIVATE users: " +
                           counted(tally.without_name,
                                   "in scope have no e-mail address; they are skipped, unless "
                                   "ACTIVATE_USER_NAME is username"));
        }
        if (!settings_.org_id.empty() && tally.shows_organization == false) {
            findings_.fail(ExitStatus::bad_config, std::string(kNoOrganization));
        }
        if (tally.elsewhere > 0) {
            findings_.fail(
                ExitStatus::bad_config,
                "ACTIVATE_ORG_ID: " + counted(tally.elsewhere,
                                              "users are of another organization; correct the id, "
                                              "or use a key of that organization"));
        }
        sample_ = std::move(tally.sample);
    }

    void check_keys(KeySource* keys, const std::string& name) {
        if (keys == nullptr) {
            findings_.warn("SSH keys: not read (ACTIVATE_SSH_KEYS=none), so no keys are changed");
        } else if (!sample_) {
            findings_.warn("SSH keys: no user in scope to try with");
        } else {
            try_keys(*keys, name);
        }
    }

  private:
    // The reader's own error message would name the user.
    void try_keys(KeySource& keys, const std::string& name) {
        Keys read;
        ExitStatus status = ExitStatus::partial;
        try {
            read = keys.read({*sample_}).front();
        } catch (const Error& error) {
            status = error.status();
        }
        if (read) {
            findings_.ok("SSH keys: readable by " + name + "; the person tried has " +
                         std::to_string(read->size()));
        } else if (status == ExitStatus::denied) {
            findings_.fail(
                status,
                "SSH keys: " + name +
                    " was refused (401 or 403); if ACTIVATE refuses the first ten users, an export "
                    "ends with 77; use the key of a member with role org:admin or "
                    "org:users");
        } else {
            findings_.fail(
                status,
                "SSH keys: those of the person tried cannot be read by " + name +
                    "; an export names the users, continues without their keys, and ends "
                    "with 2; try another ACTIVATE_SSH_KEYS");
        }
    }

    bool check_scope(const Scope& scope) {
        const auto missing = scope.unmatched();
        for (const auto& group : missing) {
            findings_.warn("ACTIVATE_SYNC_GROUPS: there is no group " + group +
                           (scope.malformed().empty()
                                ? "; names are compared exactly"
                                : ", unless it is one of the malformed groups"));
        }
        if (scope.is_everything() || missing.size() < settings_.scope.size()) {
            return true;
        }
        findings_.fail(ExitStatus::bad_config,
                       "ACTIVATE_SYNC_GROUPS: none of its groups is there; correct the names, or "
                       "leave it empty for all");
        return false;
    }

    bool check_members() {
        if (unread_.empty()) {
            findings_.ok("ACTIVATE groups: members readable");
            return true;
        }
        if (settings_.scope.empty()) {
            findings_.warn(
                "ACTIVATE groups: group members cannot be read; affected groups are left unchanged "
                "and exports exit with status 2");
            return true;
        }
        const auto fail = [&](ExitStatus status, const char* sentence) {
            const auto number = std::count_if(
                unread_.begin(), unread_.end(), [&](const Team& t) { return t.unread == status; });
            if (number > 0) {
                findings_.fail(status,
                               "ACTIVATE groups: the members of " +
                                   counted(static_cast<std::size_t>(number), sentence));
            }
            return number > 0;
        };
        (void)fail(ExitStatus::partial,
                   "groups in scope are malformed; a run ends with 2, and removes no user who may "
                   "be a member");
        const bool is_refused =
            fail(ExitStatus::denied,
                 "groups in scope are refused (403), so exports end with 77; use a key whose owner "
                 "may read these groups, or take them out of ACTIVATE_SYNC_GROUPS");
        const bool is_late =
            fail(ExitStatus::retry_later,
                 "groups in scope cannot be read, so exports end with 75; try again later");
        return !is_refused && !is_late;
    }

    void count(const Person& person, DesiredTally& tally) const {
        const bool may_be_in_scope =
            settings_.scope.empty() || person.id.empty() || members_.find(person.id);
        if (!person.fault.empty()) {
            tally.malformed += may_be_in_scope ? 1U : 0U;
            return;
        }
        ++(person.active ? tally.active : tally.disabled);
        tally.shows_organization =
            tally.shows_organization.value_or(false) || !person.organization.empty();
        tally.elsewhere += !settings_.org_id.empty() && !person.organization.empty() &&
                                   person.organization != settings_.org_id
                               ? 1U
                               : 0U;
        if (!person.active || !may_be_in_scope) {
            return;
        }
        ++tally.in_scope;
        tally.without_name += user_record(person, settings_.naming).user_name.empty() ? 1U : 0U;
        if (!tally.sample) {
            tally.sample = person;
        }
    }

    Source& source_;
    const DesiredExportSettings& settings_;
    cli::CheckReport& findings_;
    IdTable members_{};
    std::vector<Team> unread_{};
    std::optional<Person> sample_{};
};

}  // namespace

std::string roles_of(const json& session) {
    std::string roles;
    const auto add = [&](const std::string& role) { roles += (roles.empty() ? "" : ", ") + role; };
    for (const auto* flag : {"admin", "organizationAdmin", "organizationOwner"}) {
        if (session.is_object() && session.value(flag, json()) == true) {
            add(flag);
        }
    }
    const auto listed = session.is_object() ? session.value("organizationRoles", json()) : json();
    for (const auto& role : listed.is_array() ? listed : json::array()) {
        if (role == "org:admin" || role == "org:users") {
            add(role.get<std::string>());
        }
    }
    return roles;
}

bool check_session(RestSource& service,
                   const std::string& expected_organization,
                   cli::CheckReport& findings) {
    try {
        const auto& organization = service.find_organization(expected_organization);
        findings.ok("ACTIVATE: reachable, key accepted, organization " + organization);
    } catch (const Error& error) {
        findings.fail(error);
        return false;
    }
    try {
        const auto roles = roles_of(service.get("/api/auth/session"));
        if (roles.empty()) {
            findings.warn(
                "ACTIVATE roles: neither org:admin nor org:users; ACTIVATE may show a member "
                "without "
                "these roles fewer users, groups and keys; compare the numbers below with "
                "ACTIVATE's own pages, or use the key of a member with such a role");
        } else {
            findings.ok("ACTIVATE roles: " + roles);
        }
    } catch (const Error& error) {
        findings.warn("ACTIVATE roles: not known (" + std::string(error.what()) + ")");
    }
    return true;
}

void check_desired_side(Source& source,
                        KeySource* keys,
                        const std::string& key_source,
                        const DesiredExportSettings& settings,
                        cli::CheckReport& findings) {
    DesiredSideCheck check(source, settings, findings);
    try {
        if (check.check_groups()) {
            check.check_people();
            check.check_keys(keys, key_source);
        }
    } catch (const Error& error) {
        findings.fail(error);
    }
}

}  // namespace activate
