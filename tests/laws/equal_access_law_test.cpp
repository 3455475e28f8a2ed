// After a plan was applied, SCIM grants the access that ACTIVATE grants, or the plan names the
// differences.

#include "any_options.hpp"
#include "base/text.hpp"
#include "cases.hpp"
#include "granted_access.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"
#include "renewals.hpp"
#include "run_diff.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace {

using namespace laws;
using nlohmann::ordered_json;
using record::Kind;

/// The subjects for which the plan promises less than equal access. SCIM may grant more only if a
/// limit, a protection or missing data holds a removal back, or if a write failed. No other line of
/// the plan is a reason to keep access.
struct Named {
    Texts more{};
    Texts less{};  ///< these, and users who are rejected
};

bool may_keep_access(const ordered_json& line) {
    const auto reason = line.value("reason", line.value("withheld", std::string()));
    return line.contains("held") || reason == "protected" || reason == "not-confirmed" ||
           reason == "present" || reason == "members-unknown";
}

// Both ids of a held takeover.
void add_subjects(const ordered_json& line, Texts& subjects) {
    subjects.insert(subject_of(line));
    for (const auto* when : {"before", "after"}) {
        const auto& side = line.contains(when) ? line[when] : ordered_json();
        if (side.is_object() && side.contains("externalId") && side["externalId"].is_string()) {
            subjects.insert(line["resource"].get<std::string>() + " " +
                            side["externalId"].get<std::string>());
        }
    }
}

Named named_in(const std::string& plan, const std::vector<Sent>& sent) {
    Named named;
    for (const auto& line : records_of(plan)) {
        const bool is_skip = line["type"] == "skip";
        if (!is_skip && line["type"] != "change") {
            continue;
        }
        if (may_keep_access(line)) {
            add_subjects(line, named.more);
            named.more.insert(line.value("path", std::string()));
        }
        if (is_skip || line.contains("withheld")) {
            add_subjects(line, named.less);
        }
    }
    for (const auto& one : sent) {
        if (one.failed()) {
            add_subjects(one.line, named.more);
        }
    }
    named.less.insert(named.more.begin(), named.more.end());
    return named;
}

class Comparison {
  public:
    Comparison(const Organization& organization,
               const ModelServer& before,
               const DiffOptions& options,
               const Named& named)
        : organization_(organization),
          before_(before),
          options_(options),
          named_(named),
          users_(granted_users(organization)),
          members_(granted_members(organization)) {}

    void check() {
        for (const auto& id : organization_.server.ids(Kind::user)) {
            check_user(organization_.server.record(Kind::user, id));
        }
        for (const auto& id : organization_.server.ids(Kind::group)) {
            check_group(organization_.server.record(Kind::group, id));
        }
        for (const auto& [id, granted] : users_) {
            INFO(id << " has a record that is active");
            REQUIRE((!granted.active || !granted.may_be_sent ||
                     named_.less.contains("User " + id) || active_.contains(id)));
        }
        for (const auto& [id, members] : members_) {
            check_members(id, members);
        }
    }

  private:
    [[nodiscard]] bool is_protected(const ordered_json& user) const {
        const auto& list = options_.policy.protected_users;
        return list.contains(text::fold(user["userName"].get<std::string>())) ||
               list.contains(user.value("externalId", std::string())) ||
               is_protected_in_activate(user);
    }
    // Applies the new names of the plan.
    [[nodiscard]] bool was_protected(const ordered_json& user) const {
        const auto before = before_.record(Kind::user, user["id"].get<std::string>());
        return before.is_object() && is_protected(before);
    }
    [[nodiscard]] bool is_protected_in_activate(const ordered_json& user) const {
        return std::any_of(
            organization_.users.begin(), organization_.users.end(), [&](const ordered_json& row) {
                return row["externalId"] == user.value("externalId", std::string()) &&
                       options_.policy.protected_users.contains(
                           text::fold(row["userName"].get<std::string>()));
            });
    }

    void check_user(const ordered_json& user) {
        const auto id = user.value("externalId", std::string());
        if (!record::is_managed({id}, Kind::user)) {
            return;
        }
        if (is_protected(user) || was_protected(user)) {
            protected_.insert(id);
        }
        if (user.value("active", true) == false) {
            return;
        }
        active_.insert(id);
        if (named_.more.contains("User " + id) || protected_.contains(id)) {
            return;
        }
        INFO(user.dump());
        const auto found = users_.find(id);
        REQUIRE((found != users_.end() && found->second.active));
        if (!found->second.keys) {
            return;
        }
        Texts keys;
        for (const auto& key : user.value("sshKeys", ordered_json::array())) {
            keys.insert(record::normalised_ssh_key(key.get<std::string>(), false));
        }
        const auto& granted = *found->second.keys;
        REQUIRE(std::includes(granted.begin(), granted.end(), keys.begin(), keys.end()));
        REQUIRE((keys == granted || named_.less.contains("User " + id)));
    }

    // Every member is one in ACTIVATE, except for users and groups that the plan names.
    void check_group(const ordered_json& group) {
        const auto id = group.value("externalId", std::string());
        if (!record::is_managed({id}, Kind::group)) {
            return;
        }
        Texts& present = present_[id];
        for (const auto& member : group.value("members", ordered_json::array())) {
            present.insert(member.get<std::string>());
        }
        // A group that was created again may be named by the path of the record that it takes over.
        const auto path = record::resource_path(Kind::group, {group["id"].get<std::string>()});
        if (named_.more.contains("Group " + id) || named_.more.contains(path)) {
            return;
        }
        INFO(group.dump());
        Texts copied;
        for (const auto& member : group.value("foreignMembers", ordered_json::array())) {
            // Only a protected record, or one of a user with several records; whether that is
            // granted is checked below.
            const auto user = organization_.server.record(Kind::user, member.get<std::string>());
            INFO(member);
            REQUIRE(user.is_object());
            if (!record::is_managed({user.value("externalId", std::string())}, Kind::user)) {
                REQUIRE(is_protected(user));
                continue;
            }
            const auto owner = user["externalId"].get<std::string>();
            REQUIRE((named_.more.contains("User " + owner) || copied.insert(owner).second));
            present.insert(owner);
        }
        const auto found = members_.find(id);
        for (const auto& member : present) {
            INFO(member);
            REQUIRE(
                (named_.more.contains("User " + member) || protected_.contains(member) ||
                 (found != members_.end() && (!found->second || found->second->contains(member)))));
        }
    }

    void check_members(const std::string& id, const std::optional<Texts>& members) {
        const auto present = present_.find(id);
        if (!members || named_.less.contains("Group " + id) || present == present_.end()) {
            REQUIRE((!members || named_.less.contains("Group " + id)));
            return;
        }
        for (const auto& member : *members) {
            const auto user = users_.find(member);
            INFO(id << " has the member " << member);
            REQUIRE((user == users_.end() || !user->second.active || !user->second.may_be_sent ||
                     named_.less.contains("User " + member) || present->second.contains(member)));
        }
    }

    const Organization& organization_;
    const ModelServer& before_;
    const DiffOptions& options_;
    const Named& named_;
    std::map<std::string, Granted> users_;
    std::map<std::string, std::optional<Texts>> members_;
    Texts active_{};                          // external ids of active records
    Texts protected_{};                       // of users who stay members
    std::map<std::string, Texts> present_{};  // members by group
};

TEST_CASE(
    "after a plan both sides grant equal access, except for the differences that the plan names") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        renew(dice, organization);
        const auto options = any_options(dice, organization);
        const auto answer = run_diff(organization.inputs(), options);
        INFO(answer.complaint);
        REQUIRE(made_a_plan(answer));
        INFO(answer.plan);
        const auto before = organization.server;
        const auto sent = organization.server.apply(answer.plan);
        const auto named = named_in(answer.plan, sent);
        Comparison(organization, before, options, named).check();
    });
}

TEST_CASE("with status 0 the plan names no difference except warnings and protected users") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        renew(dice, organization);
        const auto options = any_options(dice, organization);
        const auto answer = run_diff(organization.inputs(), options);
        for (const auto& line : records_of(answer.plan)) {
            if (line["type"] != "change" && line["type"] != "skip") {
                continue;
            }
            const bool asks = line.contains("held") || line.value("exitStatus", 0) != 0;
            INFO(line.dump());
            REQUIRE((answer.status != ExitStatus::ok || !asks));
        }
    });
}

}  // namespace
