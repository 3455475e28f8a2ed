#include "plan/plan_users.hpp"

#include "base/text.hpp"
#include "plan/conflicts.hpp"
#include "plan/matched_records.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <optional>

namespace plan {

namespace {

using Texts = std::vector<std::string>;

std::string quoted(const std::optional<std::string>& value) {
    return value ? "\"" + *value + "\"" : "none";
}

void describe_keys(const Texts& before, const Texts& after, Texts& why) {
    for (const auto& key : record::ssh_keys_without(after, before)) {
        why.push_back("sshKeys + " + record::ssh_key_fingerprint(key));
    }
    for (const auto& key : record::ssh_keys_without(before, after)) {
        why.push_back("sshKeys - " + record::ssh_key_fingerprint(key));
    }
}

class UserPlanner {
  public:
    UserPlanner(const record::Directory& desired,
                const record::Directory& current,
                const Policy& policy,
                Account& account,
                UserStandings& fates)
        : desired_(desired),
          current_(current),
          policy_(policy),
          account_(account),
          fates_(fates),
          pairs_(match_records(desired.users, current.users)) {}

    std::vector<UserChange> plan() {
        skip_ambiguous();
        judge();
        for (const auto& [id, pair] : pairs_) {
            decide(pair.wanted(), pair.present());
        }
        note_unmanaged();
        warn_of_unknown_names();
        // By external id, deactivations last; an adopted record stood where its own id would, so
        // order anew.
        std::sort(changes_.begin(), changes_.end(), [](const UserChange& a, const UserChange& b) {
            const bool later_a = a.action == Action::deactivate;
            const bool later_b = b.action == Action::deactivate;
            return later_a != later_b ? later_b : id_of(a) < id_of(b);
        });
        return std::move(changes_);
    }

  private:
    static const record::ExternalId& id_of(const UserChange& change) {
        return (change.desired != nullptr ? change.desired : change.current)->external_id;
    }

    void skip(const record::User& user, const record::Refusal& refusal) {
        account_.skips.push_back({record::Kind::user,
                                  user.external_id,
                                  user.id,
                                  user.user_name,
                                  refusal.reason,
                                  refusal.detail});
    }

    void unchanged(const record::User& user, std::string note = {}) {
        account_.unchanged.push_back(
            {record::Kind::user, user.external_id, user.id, std::move(note)});
    }

    void skip_ambiguous() {
        for (auto entry = pairs_.begin(); entry != pairs_.end();) {
            const auto& pair = entry->second;
            if (!pair.is_ambiguous()) {
                ++entry;
                continue;
            }
            const record::Refusal refusal{"duplicate-external-id", describe_ambiguity(pair)};
            for (const auto* list : {&pair.desired, &pair.current}) {
                for (const auto* user : *list) {
                    skip(*user, refusal);
                }
            }
            const auto* present = pair.present();
            const auto& one = *(pair.current.empty() ? pair.desired : pair.current).front();
            fates_.set(one.external_id,
                       {.id = present != nullptr ? &present->id : nullptr,
                        .stays = true,
                        .left_out = refusal.reason});
            ambiguous_.insert(entry->first);
            entry = pairs_.erase(entry);
        }
    }

    // Fills counterparts_, renames_, refusals_ and keys_: what must be known of everybody before
    // anybody is decided.
    void judge() {
        std::vector<const record::User*> admitted;
        for (const auto& [id, pair] : pairs_) {
            const auto* wanted = pair.wanted();
            if (pair.present() != nullptr && wanted != nullptr) {
                counterparts_.emplace(id, pair.present());
            }
            if (wanted == nullptr || !(wanted->active || policy_.restore)) {
                continue;
            }
            if (auto refusal = record::why_not(*wanted, policy_.user_name_is_address)) {
                refusals_.emplace(id, *std::move(refusal));
            } else {
                admitted.push_back(wanted);
            }
        }
        resolve_name_conflicts(
            admitted, current_, policy_, ambiguous_, counterparts_, renames_, refusals_);
        for (const auto& [id, record] : counterparts_) {
            if (const auto own = pairs_.find(id);
                own == pairs_.end() || own->second.present() != record) {
                adopted_.insert(record);
                if (const auto* adopter = pairs_.at(id).wanted();
                    !record->external_id.value.empty()) {
                    fates_.alias(record->external_id, adopter->external_id);
                }
            }
        }
        judge_keys(admitted);
    }

    // A key is one person's among those who can log in. Who cannot, in a capture that is restored,
    // gets theirs back whoever else has them.
    void judge_keys(const std::vector<const record::User*>& admitted) {
        std::map<std::string_view, Texts> resting;
        for (const auto* user : admitted) {
            const auto found = counterparts_.find(user->external_id.value);
            const auto* present = found == counterparts_.end() ? nullptr : found->second;
            auto keys = user->ssh_keys ? record::admitted_keys(*user, account_.warnings) : Texts{};
            if (present != nullptr &&
                (!user->ssh_keys || (returns(*user, *present) && is_protected(*user, *present)))) {
                const auto kept =
                    record::ssh_keys_without(present->ssh_keys.value_or(Texts{}), keys);
                keys.insert(keys.end(), kept.begin(), kept.end());
            }
            (user->active ? keys_ : resting).emplace(user->external_id.value, std::move(keys));
        }
        shared_keys_ = resolve_shared_keys(keys_, current_, counterparts_, account_.warnings);
        keys_.merge(resting);
    }

    [[nodiscard]] static bool returns(const record::User& desired, const record::User& current) {
        return desired.active && !current.active;
    }

    void decide(const record::User* desired, const record::User* current) {
        if (desired == nullptr && adopted_.contains(current)) {
            return;  // spoken for: its adopter decides
        }
        if (desired != nullptr) {
            const auto counterpart = counterparts_.find(desired->external_id.value);
            current = counterpart == counterparts_.end() ? nullptr : counterpart->second;
        }
        account_.matched += desired != nullptr && current != nullptr ? 1U : 0U;
        if (desired == nullptr || (!desired->active && !policy_.restore)) {
            decide_leaver(desired, current);
        } else if (const auto refused = refusals_.find(desired->external_id.value);
                   refused != refusals_.end()) {
            refuse(*desired, current, refused->second);
        } else if (current == nullptr) {
            create(*desired);
        } else {
            compare(*desired, *current);
        }
    }

    // Nothing is sent for this record; who is there already stays as they are, memberships
    // included.
    void refuse(const record::User& desired,
                const record::User* current,
                const record::Refusal& refusal) {
        fates_.set(desired.external_id,
                   {.id = current != nullptr ? &current->id : nullptr,
                    .joins = current != nullptr && current->active,
                    .left_out = refusal.reason});
        account_.skips.push_back({record::Kind::user,
                                  desired.external_id,
                                  current != nullptr ? current->id : record::ResourceId{},
                                  desired.user_name.empty() && current != nullptr
                                      ? current->user_name
                                      : desired.user_name,
                                  refusal.reason,
                                  refusal.detail});
    }

    void create(const record::User& desired) {
        if (!desired.active) {
            unchanged(desired, "inactive users are not created");
            fates_.set(desired.external_id, {.left_out = "inactive"});
            return;
        }
        UserChange change{.action = Action::create, .desired = &desired, .why = {"absent in SCIM"}};
        if (desired.ssh_keys) {
            change.target_keys = keys_[desired.external_id.value];
            describe_keys({}, change.target_keys, change.why);
        }
        fates_.set(desired.external_id, {.joins = true});
        changes_.push_back(std::move(change));
    }

    void decide_leaver(const record::User* desired, const record::User* current) {
        const record::User& user = current != nullptr ? *current : *desired;
        const std::string why(desired != nullptr ? kInactive
                              : policy_.restore  ? "absent in the capture"
                                                 : kAbsent);
        UserStanding fate{.id = current != nullptr ? &current->id : nullptr, .left_out = why};
        if (current == nullptr || !current->active) {
            unchanged(user,
                      current == nullptr ? "inactive users are not created" : "already inactive");
        } else if (auto refusal = why_not_deactivate(desired, *current)) {
            fate.stays = true;
            skip(user, *refusal);
        } else {
            UserChange change{
                .action = Action::deactivate, .desired = desired, .current = current, .why = {why}};
            if (desired == nullptr && policy_.confirmations) {
                change.confirmed = policy_.confirmations->find(user.external_id.value)->second;
                change.why.push_back("ACTIVATE was asked again: " + change.confirmed);
            }
            changes_.push_back(std::move(change));
        }
        fates_.set(user.external_id, std::move(fate));
    }

    [[nodiscard]] bool is_protected(const record::User& user) const {
        return policy_.protected_users.contains(text::fold(user.user_name)) ||
               policy_.protected_users.contains(user.external_id.value);
    }
    // By the name on either side: ACTIVATE's may have changed, and that is no reason to lose the
    // protection.
    [[nodiscard]] bool is_protected(const record::User& desired,
                                    const record::User& current) const {
        return is_protected(desired) || is_protected(current);
    }

    [[nodiscard]] std::optional<record::Refusal> why_not_deactivate(
        const record::User* desired, const record::User& current) const {
        if (desired != nullptr ? is_protected(*desired, current) : is_protected(current)) {
            return record::Refusal{
                "protected",
                current.user_name +
                    " is protected and stays active; deactivate it by hand if it must go"};
        }
        if (desired != nullptr || !policy_.confirmations) {
            return std::nullopt;
        }
        const auto answer = policy_.confirmations->find(current.external_id.value);
        if (answer == policy_.confirmations->end()) {
            return record::Refusal{
                "not-confirmed",
                "absent in the export, and ACTIVATE was not asked about this user again"};
        }
        if (answer->second == "present") {
            return record::Refusal{"present",
                                   "absent in the export, but ACTIVATE knows this user when asked "
                                   "again; is the export whole?"};
        }
        if (answer->second != "gone" && answer->second != "inactive" &&
            answer->second != "out-of-scope") {
            return record::Refusal{
                "not-confirmed",
                "absent in the export, and ACTIVATE gave no clear answer when asked again: " +
                    answer->second};
        }
        return std::nullopt;
    }

    void compare(const record::User& desired, const record::User& current) {
        const bool adopted = desired.external_id != current.external_id;
        UserChange change{.desired = &desired, .current = &current};
        change.action = adopted                            ? Action::adopt
                        : current.active == desired.active ? Action::update
                        : desired.active                   ? Action::reactivate
                                                           : Action::deactivate;
        if (adopted) {
            change.why.push_back("adopted: externalId \"" + current.external_id.value + "\" -> \"" +
                                 desired.external_id.value + "\"");
        }
        if (change.action == Action::deactivate && is_protected(desired, current)) {
            refuse(desired, &current, *why_not_deactivate(&desired, current));
            return;
        }
        if (current.active != desired.active) {
            const std::string source = policy_.restore ? "the capture" : "ACTIVATE";
            change.why.push_back((desired.active ? "active in " : "inactive in ") + source +
                                 (desired.active ? ", inactive in SCIM" : ", active in SCIM"));
        }
        compare_names(desired, current, change);
        compare_keys(desired, current, change);
        compare_address(desired, current, change);
        fates_.set(desired.external_id,
                   {.id = &current.id,
                    .joins = desired.active || policy_.restore,
                    .left_out = "inactive"});
        const bool attributes =
            change.display_name || change.name || change.keys || change.user_name || change.email;
        if (change.action != Action::update || attributes) {
            changes_.push_back(std::move(change));
        } else {
            account_.unchanged.push_back({record::Kind::user,
                                          desired.external_id,
                                          current.id,
                                          change.why.empty() ? "" : change.why.front()});
        }
    }

    // Absent is unknown, and nothing is concluded from it; but a captured stream is what was there,
    // so what it lacks was not.
    template <class Value>
    [[nodiscard]] bool differs(const std::optional<Value>& wanted,
                               const std::optional<Value>& present) const {
        return (wanted || policy_.restore) && wanted != present;
    }

    void compare_names(const record::User& desired,
                       const record::User& current,
                       UserChange& change) const {
        change.display_name = differs(desired.display_name, current.display_name);
        if (change.display_name) {
            change.why.push_back("displayName " + quoted(current.display_name) + " -> " +
                                 quoted(desired.display_name));
        }
        change.name = differs(desired.given_name, current.given_name) ||
                      differs(desired.family_name, current.family_name);
        if (change.name) {
            change.why.push_back("name " + quoted(current.given_name) + " " +
                                 quoted(current.family_name) + " -> " + quoted(desired.given_name) +
                                 " " + quoted(desired.family_name));
        }
    }

    // Keys that could not be read stay as they are. But who returns does not bring back a key that
    // is another's by now.
    void compare_keys(const record::User& desired,
                      const record::User& current,
                      UserChange& change) {
        const Texts before = current.ssh_keys.value_or(Texts{});
        const auto is_shared = [&](const std::string& key) {
            return shared_keys_.contains(record::ssh_key_identity(key));
        };
        const bool must_lose =
            returns(desired, current) && std::any_of(before.begin(), before.end(), is_shared);
        if (!desired.ssh_keys && !must_lose) {
            return;
        }
        change.target_keys = keys_[desired.external_id.value];
        if (must_lose) {
            std::erase_if(change.target_keys, std::not_fn(record::is_sendable_ssh_key));
        }
        if (desired.ssh_keys && is_protected(desired, current)) {
            keep_protected_keys(desired, current, must_lose, change);
        }
        if (const auto bad = std::find_if_not(
                change.target_keys.begin(), change.target_keys.end(), record::is_sendable_ssh_key);
            bad != change.target_keys.end()) {
            account_.warnings.push_back(
                current.user_name +
                " is protected, and SCIM holds a key that may not be sent back (" +
                record::ssh_key_fingerprint(*bad) + "); the keys are left as they are");
            return;
        }
        change.keys =
            record::ssh_key_identities(change.target_keys) != record::ssh_key_identities(before);
        if (change.keys) {
            describe_keys(before, change.target_keys, change.why);
        }
    }

    // Who returns has what they keep in keys_ already: there it was judged beside everybody else's.
    void keep_protected_keys(const record::User& desired,
                             const record::User& current,
                             bool must_lose,
                             UserChange& change) {
        const Texts before = current.ssh_keys.value_or(Texts{});
        if (must_lose) {
            account_.warnings.push_back(current.user_name +
                                        " is protected and returns; keys that are another's by "
                                        "now, or may not be sent, are not given back");
        } else {
            const auto kept = record::ssh_keys_without(before, change.target_keys);
            change.target_keys.insert(change.target_keys.end(), kept.begin(), kept.end());
        }
        record::sort_ssh_keys(change.target_keys);
        if (const auto kept =
                record::ssh_keys_without(change.target_keys, *desired.ssh_keys).size();
            kept > 0) {
            change.why.push_back("protected: " + std::to_string(kept) +
                                 " SSH keys kept that ACTIVATE does not list");
        }
    }

    // Addresses compare without case (RFC 7643 §4.1.1 for userName): a new capital is no new
    // person.
    void compare_address(const record::User& desired,
                         const record::User& current,
                         UserChange& change) {
        const bool user_name = text::fold(desired.user_name) != text::fold(current.user_name);
        const bool email =
            (desired.email || policy_.restore) &&
            text::fold(desired.email.value_or("")) != text::fold(current.email.value_or(""));
        if (!user_name && !email) {
            return;
        }
        std::string what =
            user_name ? "userName \"" + current.user_name + "\" -> \"" + desired.user_name + "\""
                      : "e-mail " + quoted(current.email) + " -> " + quoted(desired.email);
        const auto rename = renames_.find(desired.external_id.value);
        const std::string why_not = rename != renames_.end()                  ? rename->second
                                    : policy_.rename_users || policy_.restore ? ""
                                                                              : kNeedsRename;
        if (why_not.empty()) {
            change.user_name = user_name;
            change.email = email;
        } else {
            what += " is not sent" + why_not;
            account_.warnings.push_back(desired.external_id.value + ": " + what);
        }
        change.why.push_back(std::move(what));
    }

    void note_unmanaged() {
        for (const auto& user : current_.unmanaged_users) {
            if (!adopted_.contains(&user)) {
                unchanged(user, "not ours");
            }
        }
    }

    // Whoever misspells whom to protect protects nobody.
    void warn_of_unknown_names() {
        auto unknown = policy_.protected_users;
        for (const auto* users : {&desired_.users, &current_.users, &current_.unmanaged_users}) {
            for (auto user = users->begin(); user != users->end() && !unknown.empty(); ++user) {
                unknown.erase(text::fold(user->user_name));
                unknown.erase(user->external_id.value);
            }
        }
        for (const auto& name : unknown) {
            account_.warnings.push_back("\"" + name +
                                        "\" is to be protected, and no user on either side has "
                                        "that userName or externalId; is it misspelt?");
        }
    }

    const record::Directory& desired_;
    const record::Directory& current_;
    const Policy& policy_;
    Account& account_;
    UserStandings& fates_;
    std::map<std::string_view, MatchedRecords<record::User>> pairs_;
    Counterparts<record::User> counterparts_{};
    Refusals refusals_{};
    std::set<std::string_view> ambiguous_{};
    std::set<const record::User*> adopted_{};
    Renames renames_{};
    std::map<std::string_view, Texts> keys_{};  // whom each key would be sent for, or stays with
    std::set<std::string> shared_keys_{};       // by identity: keys of two people
    std::vector<UserChange> changes_{};
};

}  // namespace

std::vector<UserChange> plan_users(const record::Directory& desired,
                                   const record::Directory& current,
                                   const Policy& policy,
                                   Account& account,
                                   UserStandings& fates) {
    return UserPlanner(desired, current, policy, account, fates).plan();
}

}  // namespace plan
