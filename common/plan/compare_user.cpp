#include "plan/compare_user.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "plan/leavers.hpp"
#include "plan/reasons.hpp"
#include "plan/withheld.hpp"
#include "record/attributes.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

namespace plan {

namespace {

using record::KeyViews;
using Texts = std::vector<std::string>;

std::string quoted(const std::optional<std::string>& value) {
    return value ? "\"" + *value + "\"" : "none";
}

bool returns(const UserChange& change) {
    return change.desired->active && !change.current->active;
}

// An absent value is unknown, and nothing follows from it. In a restore, an absent value of the
// captured stream means that there was none. Services store names in NFC and collapse white space:
// that is not a difference.
bool differs(const Policy& policy,
             const std::optional<std::string>& wanted,
             const std::optional<std::string>& present) {
    if (!(wanted || policy.restore) || wanted == present) {
        return false;
    }
    return !wanted || !present ||
           unicode::comparable_name(*wanted) != unicode::comparable_name(*present);
}

// The values of all parts of a SCIM attribute.
std::string quoted(const record::User& user, std::string_view path) {
    std::string values;
    for (const auto& attribute : record::kUserAttributes) {
        if (attribute.path == path) {
            values += " " + quoted(user.*attribute.text);
        }
    }
    return values;
}

// A SCIM attribute is sent completely: one part that differs is enough.
void compare_names(const Policy& policy, UserChange& change) {
    for (const auto& attribute : record::kUserAttributes) {
        if (record::is_name(attribute) && !change.sends(attribute.path) &&
            differs(policy, change.desired->*attribute.text, change.current->*attribute.text)) {
            change.attributes.push_back(&attribute);
            change.why.push_back(std::string(attribute.path) +
                                 quoted(*change.current, attribute.path) + " ->" +
                                 quoted(*change.desired, attribute.path));
        }
    }
}

// The keys that a returning user keeps are in target_keys already: conflicts with the keys of all
// other users are resolved there.
void keep_protected_keys(const UserContext& context, bool must_lose, UserChange& change) {
    const auto before = record::views_of(change.current->ssh_keys);
    if (must_lose) {
        context.warnings.push_back(change.current->user_name +
                                   " is protected and returns; keys that now belong to another "
                                   "user, or may not be sent, are not given back");
    } else {
        const auto kept = record::ssh_keys_without(before, change.target_keys);
        change.target_keys.insert(change.target_keys.end(), kept.begin(), kept.end());
    }
    record::sort_ssh_keys(change.target_keys);
}

// The last withheld part, so that the line has the reason of another one.
void tell_protected_keys(const UserContext& context, UserChange& change) {
    const auto& desired = *change.desired;
    if (!desired.ssh_keys || !is_protected(context.policy, &desired, *change.current)) {
        return;
    }
    const auto kept =
        record::ssh_keys_without(change.target_keys, record::views_of(desired.ssh_keys));
    if (kept.empty()) {
        return;
    }
    text::Some prints;
    for (const auto key : kept) {
        prints.add(record::ssh_key_fingerprint(key));
    }
    join(change.withheld,
         {.reason = "protected",
          .detail = "this protected user keeps SSH keys that ACTIVATE does not list: " +
                    prints.joined() + "; remove them in CoreWeave if they must go",
          .exit_status = reason("protected").existing});
}

// Keys that could not be read stay unchanged, with two exceptions. A returning user does not get
// back a key that now belongs to another user. A taken-over record keeps none of its old keys.
void compare_keys(const UserContext& context, const KeyViews& keys, UserChange& change) {
    const auto& desired = *change.desired;
    const auto& current = *change.current;
    const auto before = record::views_of(current.ssh_keys);
    const bool is_taken_over = change.action == Action::adopt &&
                               record::is_managed(current.external_id, record::Kind::user);
    const auto is_shared = [&](std::string_view key) {
        return context.shared_keys.identities.contains(record::ssh_key_identity(key));
    };
    const bool must_lose = returns(change) && std::any_of(before.begin(), before.end(), is_shared);
    if (!desired.ssh_keys && !must_lose && !is_taken_over) {
        return;
    }
    change.target_keys = !desired.ssh_keys && is_taken_over ? KeyViews{} : keys;
    if (must_lose) {
        std::erase_if(change.target_keys, std::not_fn(record::is_sendable_ssh_key));
    }
    if (desired.ssh_keys && is_protected(context.policy, &desired, current)) {
        keep_protected_keys(context, must_lose, change);
    }
    if (const auto bad = std::find_if_not(
            change.target_keys.begin(), change.target_keys.end(), record::is_sendable_ssh_key);
        bad != change.target_keys.end()) {
        const auto what = "SCIM holds a key of this protected user that may not be sent back (" +
                          record::ssh_key_fingerprint(*bad) + "); the keys are left unchanged";
        if (record::ssh_keys_without(change.target_keys, before).empty()) {
            context.warnings.push_back(current.user_name + ": " + what);
        } else {
            join(change.withheld,
                 {.reason = "kept-key",
                  .detail = what + ", and new keys wait: remove that key in CoreWeave",
                  .exit_status = ExitStatus::unresolved});
        }
        return;
    }
    // Some services hide the keys of an inactive account, and they come back with it.
    const bool may_hide_keys = returns(change) && (desired.ssh_keys || is_taken_over);
    change.keys = may_hide_keys || record::ssh_key_identities(change.target_keys) !=
                                       record::ssh_key_identities(before);
    if (change.keys) {
        describe_keys(before, change.target_keys, change.why);
    }
}

// Addresses are compared without case (RFC 7643 §4.1.1 for userName). An adopted record has the
// wanted userName, and its first e-mail address does not count as a change.
void compare_address(const UserContext& context, UserChange& change) {
    const auto& desired = *change.desired;
    const auto& current = *change.current;
    const bool user_name = text::fold(desired.user_name) != text::fold(current.user_name);
    const bool email =
        (desired.email || context.policy.restore) &&
        text::fold(desired.email.value_or("")) != text::fold(current.email.value_or(""));
    if (!user_name && !email) {
        return;
    }
    std::string what =
        user_name ? "userName \"" + current.user_name + "\" -> \"" + desired.user_name + "\""
                  : "e-mail " + quoted(current.email) + " -> " + quoted(desired.email);
    const auto rename = context.renames.find(desired.external_id.value);
    const bool is_first = change.action == Action::adopt && current.email.value_or("").empty();
    const std::string why_not = rename != context.renames.end() ? rename->second.why_not
                                : context.policy.rename_users || context.policy.restore || is_first
                                    ? ""
                                    : kNeedsRename;
    if (why_not.empty()) {
        if (user_name) {
            change.attributes.insert(change.attributes.begin(), record::user_attribute("userName"));
        }
        if (email) {
            change.attributes.push_back(record::user_attribute("emails"));
        }
    } else {
        what += " is not sent" + why_not;
    }
    if (rename != context.renames.end() && rename->second.is_contested) {
        join(change.withheld,
             {.reason = "rename-waits",
              .detail = what + "; while this waits, another user has the old or the new address: " +
                        (why_not == kNeedsRename ? "set --rename-users, or " : "") +
                        "give one of them another address in ACTIVATE, or delete the record of a "
                        "leaver in CoreWeave",
              .exit_status = ExitStatus::unresolved,
              .obstacles = rename->second.obstacles});
    } else if (!why_not.empty()) {
        context.warnings.push_back(desired.external_id.value + ": " + what);
    }
    change.why.push_back(std::move(what));
}

}  // namespace

void describe_keys(const KeyViews& before, const KeyViews& after, Texts& why) {
    for (const auto key : record::ssh_keys_without(after, before)) {
        why.push_back("sshKeys + " + record::ssh_key_fingerprint(key));
    }
    for (const auto key : record::ssh_keys_without(before, after)) {
        why.push_back("sshKeys - " + record::ssh_key_fingerprint(key));
    }
}

void compare_user(const UserContext& context, const KeyViews& keys, UserChange& change) {
    compare_names(context.policy, change);
    compare_keys(context, keys, change);
    compare_address(context, change);
    if (const auto shared = context.shared_keys.withheld.find(change.desired->external_id.value);
        shared != context.shared_keys.withheld.end()) {
        join(change.withheld, shared->second);
    }
    const auto& left = context.policy.not_given_back;
    if (const auto found = left.find(change.desired->external_id); found != left.end()) {
        join(change.withheld, found->second);
    }
    if (change.desired->active && !change.sends("userName") &&
        keeps_reserved_name(context.policy, *change.current)) {
        join(change.withheld,
             {.reason = std::string(record::kReservedUserName),
              .detail = "userName \"" + change.current->user_name +
                        "\" in SCIM is a name of the system, and the new one is not sent; set "
                        "SYNC_RENAME_USERS=true (--rename-users), or deactivate the record",
              .exit_status = reason(record::kReservedUserName).existing,
              .grants_more = true});
    }
    tell_protected_keys(context, change);
}

KeyViews keys_to_send(const Policy& policy,
                      const record::User& user,
                      const record::User* present,
                      Texts& warnings) {
    auto keys = record::admitted_keys(user, warnings);
    const bool is_own = present != nullptr && present->external_id == user.external_id;
    if (is_own && (!user.ssh_keys ||
                   (user.active && !present->active && is_protected(policy, &user, *present)))) {
        const auto kept = record::ssh_keys_without(record::views_of(present->ssh_keys), keys);
        keys.insert(keys.end(), kept.begin(), kept.end());
    }
    return keys;
}

bool keeps_reserved_name(const Policy& policy, const record::User& current) {
    return current.active && record::has_reserved_name(policy.names, current.user_name);
}

bool remove_keys(const Policy& policy, UserChange& change) {
    const auto& desired = *change.desired;
    const auto& current = *change.current;
    if (!desired.ssh_keys || !desired.active || !current.active) {
        return false;
    }
    Texts unsaid;  // errors in keys of a rejected record are not reported
    const auto wanted = record::admitted_keys(desired, unsaid);
    const auto before = record::views_of(current.ssh_keys);
    const auto kept = record::ssh_keys_without(before, record::ssh_keys_without(before, wanted));
    if (kept.size() < before.size() && !is_protected(policy, &desired, current)) {
        change.keys = true;
        change.target_keys = kept;
        describe_keys(before, kept, change.why);
    }
    return !record::ssh_keys_without(wanted, before).empty();
}

}  // namespace plan
