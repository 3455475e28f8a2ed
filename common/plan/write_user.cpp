#include "plan/change_line.hpp"
#include "plan/compare_user.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace plan {

namespace {

JsonText value_or_null(const std::optional<std::string>& value) {
    return value ? JsonText(*value) : JsonText();
}

// The complete attribute, with the parts that we do not know unchanged, if these may be sent at
// all. Servers disagree on paths into it, and on the parts that a replace does not mention.
void set_parts(std::string_view path,
               const record::User& now,
               const record::User& then,
               bool exactly,
               Differences& d) {
    JsonObject complex;
    bool loses_a_part = false;
    for (const auto& row : record::kUserAttributes) {
        if (row.path != path) {
            continue;
        }
        const auto& present = now.*row.text;
        const auto& wanted = then.*row.text;
        const bool is_kept = !wanted && !exactly && present && record::is_sendable_name(*present);
        const auto& target = is_kept ? present : wanted;
        if (target) {
            complex.set(row.part, *target);
        }
        if (target || exactly) {
            d.note(row.name, value_or_null(present), value_or_null(target));
        }
        loses_a_part = loses_a_part || (present && !target);
    }
    // RFC 7644 §3.5.2.3: replace leaves the sub-attributes it does not name, so one that is removed
    // takes the others with it first.
    if (exactly && loses_a_part) {
        d.set(path, {});
    }
    if (!complex.empty()) {
        d.set(path, complex.value());
    }
}

void set_attribute(const record::Attribute& row,
                   const record::User& now,
                   const record::User& then,
                   Differences& d) {
    if (row.text == nullptr) {
        d.note(row.name, now.user_name, then.user_name);
        d.set(row.path, then.user_name);
        return;
    }
    const auto& wanted = then.*row.text;
    d.note(row.name, value_or_null(now.*row.text), value_or_null(wanted));
    d.set(row.path,
          wanted && row.rule == record::Rule::address ? record::emails_value(*wanted)
                                                      : value_or_null(wanted));
}

void set_attributes(const UserChange& change, bool exactly, Differences& d) {
    const record::User& now = *change.current;
    const record::User& then = *change.desired;
    if (then.external_id != now.external_id) {
        d.note("externalId",
               now.external_id.value.empty() ? JsonText() : JsonText(now.external_id.value),
               then.external_id.value);
        d.set("externalId", then.external_id.value);
    }
    for (const auto* row : change.attributes) {
        row->part.empty() ? set_attribute(*row, now, then, d)
                          : set_parts(row->path, now, then, exactly, d);
    }
}

using record::KeyViews;

void set_keys(const KeyViews& before, const KeyViews& after, Differences& d) {
    d.note("sshKeys", before, after);
    d.set(record::kKeysPath, after);
}

// The keys of the user while the removal of keys is held: the present ones and the new ones. If a
// present key must not be sent, a list with it cannot be sent either, and the new keys wait.
KeyViews with_held_keys(const KeyViews& before, const KeyViews& target) {
    if (!std::all_of(before.begin(), before.end(), record::is_sendable_ssh_key)) {
        return before;
    }
    auto all = before;
    const auto added = record::ssh_keys_without(target, before);
    all.insert(all.end(), added.begin(), added.end());
    record::sort_ssh_keys(all);
    return added.empty() ? before : all;
}

// The user that a create makes, as in our streams.
JsonText user_after(const record::User& user, const KeyViews& keys) {
    JsonObject after;
    if (!user.id.value.empty()) {
        after.set("id",
                  user.id.value);  // of the captured record that a restore creates again
    }
    if (!user.version.empty()) {
        after.set("version", user.version);
    }
    after.set("userName", user.user_name);
    for (const auto& attribute : record::kUserAttributes) {
        if (attribute.text != nullptr && user.*attribute.text) {
            after.set(attribute.name, *(user.*attribute.text));
        }
    }
    after.set("active", user.active);
    if (user.ssh_keys) {
        after.set("sshKeys", keys);
    }
    return std::move(after).value();
}

JsonObject details_of(const UserChange& change, std::string_view held = {}) {
    JsonObject details;
    details.set("userName",
                (change.current != nullptr ? change.current : change.desired)->user_name);
    if (!change.confirmed.empty()) {
        details.set("confirmed", change.confirmed);
    }
    if (change.withheld) {
        add_withheld(details, "withheld", *change.withheld);
    }
    if (!held.empty()) {
        details.set("held", held);
    }
    return details;
}

// The reasons that concern the line that removes keys, or the other line.
std::vector<std::string> reasons_of(const UserChange& change, bool of_held_keys) {
    auto why = change.why;
    if (!change.keys_held.empty()) {
        std::erase_if(why, [&](const std::string& reason) {
            return reason.starts_with("sshKeys - ") != of_held_keys;
        });
    }
    return why;
}

void write_create(const UserChange& change, const EmitLine& emit) {
    const auto& user = *change.desired;
    const auto& keys = change.target_keys;
    std::vector<std::string> why{"absent in SCIM"};
    describe_keys({}, keys, why);
    const auto line = [&] {
        return change_line(
            target_of(change),
            details_of(change),
            {.data = record::user_resource(user, keys), .after = user_after(user, keys)},
            why);
    };
    emit(line, {});
}

}  // namespace

void write_user(const UserChange& change, bool exactly, const EmitLine& emit) {
    if (change.action == Action::create) {
        write_create(change, emit);
        return;
    }
    Differences d;
    const bool active = change.desired != nullptr && change.desired->active;
    const bool sets_active = change.current->active != active || change.held == kMaxTakeovers;
    if (change.desired != nullptr && (active || exactly)) {
        set_attributes(change, exactly, d);
    }
    // The plan deactivates the old record of a held takeover. The line activates it again whenever
    // it is approved.
    if (sets_active) {
        d.note("active", change.current->active, active);
        d.set("active", active);
    }
    const auto before = record::views_of(change.current->ssh_keys);
    const auto first =
        change.keys_held.empty() ? change.target_keys : with_held_keys(before, change.target_keys);
    if (change.keys && (change.keys_held.empty() || first != before)) {
        set_keys(before, first, d);
    }
    if (!d.operations.empty()) {
        const auto line = [&] {
            auto details = details_of(change, change.held);
            if (!active && !sets_active) {
                details.set("inactive", true);
            }
            return d.line(target_of(change), details, reasons_of(change, false));
        };
        emit(line, change.held);
    }
    if (!change.keys_held.empty()) {
        const auto line = [&] {
            Differences keys;
            set_keys(first, change.target_keys, keys);
            return keys.line(
                target_of(change), details_of(change, change.keys_held), reasons_of(change, true));
        };
        emit(line, change.keys_held);
    }
}

}  // namespace plan
