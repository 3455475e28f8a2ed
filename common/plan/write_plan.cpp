#include "plan/write_plan.hpp"

#include "plan/change_line.hpp"
#include "plan/checked_lines.hpp"
#include "plan/held_changes.hpp"
#include "plan/member_references.hpp"
#include "plan/user_changes.hpp"
#include "plan/withheld.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <utility>

namespace plan {

using nlohmann::ordered_json;

namespace {

// The fields that skips and unchanged records share.
JsonObject begin_record(std::string_view type,
                        record::Kind kind,
                        const record::ExternalId& external_id,
                        const record::ResourceId& id,
                        const std::string& name) {
    JsonObject line;
    line.set("type", type);
    line.set("resource", record::resource_name(kind));
    line.set("externalId", external_id.value);
    if (!id.value.empty()) {
        line.set("path", record::resource_path(kind, id));
    }
    if (!name.empty()) {
        line.set(kind == record::Kind::user ? "userName" : "displayName", name);
    }
    return line;
}

std::string line_of(const Skip& skip) {
    auto line = begin_record("skip", skip.kind, skip.external_id, skip.id, skip.name);
    add_withheld(line, "reason", skip.withheld);
    return line.value().text();
}

std::string line_of(const Unchanged& unchanged) {
    auto line = begin_record(
        "unchanged", unchanged.kind, unchanged.external_id, unchanged.id, unchanged.name);
    if (!unchanged.note.empty()) {
        line.set("note", unchanged.note);
    }
    return line.value().text();
}

ordered_json to_json(const Counts& counts) {
    return {{"users", counts.users}, {"groups", counts.groups}};
}

/// Where the lines of one change are written. A held part comes after all lines that are sent, if
/// another line of its change is sent. So does a held takeover: the plan may deactivate the record,
/// and must not undo a takeover that is approved when the plan is applied.
class LinePlace {
  public:
    [[nodiscard]] bool is_first(std::string_view held_by) {
        return std::exchange(is_first_, false) && held_by != kMaxTakeovers;
    }

  private:
    bool is_first_ = true;
};

template <class Record>
Record next_of(const std::function<Record()>& source) {
    return source ? source() : Record();
}

// Each phase of the plan, and the new users, are sorted by external id.
template <class WriteUser>
void write_users(const Plan& plan, const IndependentRecords& independent, WriteUser write) {
    const auto* user = next_of(independent.next_new_user);
    const auto write_new_users = [&](const record::ExternalId* before) {
        for (; user != nullptr && (before == nullptr || user->external_id < *before);
             user = next_of(independent.next_new_user)) {
            write({.action = Action::create,
                   .desired = user,
                   .target_keys = record::views_of(user->ssh_keys)});
        }
    };
    for (const auto& change : plan.users) {
        const auto phase = phase_of(change);
        if (phase == UserPhase::others) {
            const auto& record = change.desired != nullptr ? *change.desired : *change.current;
            write_new_users(&record.external_id);
        } else if (phase == UserPhase::held_takeovers) {
            write_new_users(nullptr);
        }
        write(change);
    }
    write_new_users(nullptr);
}

template <class Each>
void write_unchanged(const Plan& plan, const IndependentRecords& independent, Each each) {
    auto record = next_of(independent.next_unchanged);
    const auto write_independent = [&](const Unchanged* before) {
        for (; record && (before == nullptr || *record < *before);
             record = next_of(independent.next_unchanged)) {
            each(line_of(*record));
        }
    };
    for (const auto& unchanged : plan.account.unchanged) {
        write_independent(&unchanged);
        each(line_of(unchanged));
    }
    write_independent(nullptr);
}

}  // namespace

ordered_json write_plan(const Plan& plan,
                        const record::Directory& current,
                        const LineOptions& options,
                        const std::function<void(std::string_view)>& each,
                        const IndependentRecords& independent) {
    CheckedLines checked(options.threads, each);
    std::array<std::size_t, 5> actions{};
    std::size_t lines = 0;
    std::size_t held = 0;
    const auto first_lines = [&](const auto& change, auto& split) {
        return [&, place = LinePlace()](const MakeLine& make, std::string_view held_by) mutable {
            ++actions[static_cast<std::size_t>(change.action)];
            ++lines;
            held += held_by.empty() ? 0U : 1U;
            if (place.is_first(held_by)) {
                checked.add(make());
            } else {  // at most one line of a change
                split.push_back(&change);
            }
        };
    };
    const auto last_lines = [&] {
        return [&, place = LinePlace()](const MakeLine& make, std::string_view held_by) mutable {
            if (!place.is_first(held_by)) {
                checked.add(make());
            }
        };
    };
    // Changes that have a line after all sent lines. Such a line is made at its place, because
    // keeping its text takes much memory.
    std::vector<const UserChange*> split_users;
    std::vector<const GroupChange*> split_groups;
    write_users(plan, independent, [&](const UserChange& change) {
        write_user(change, options.exactly, first_lines(change, split_users));
    });
    const MemberReferences ids(plan, current);
    for (const auto& change : plan.groups) {
        write_group(change, ids, first_lines(change, split_groups));
    }
    for (const auto* change : split_users) {
        write_user(*change, options.exactly, last_lines());
    }
    for (const auto* change : split_groups) {
        write_group(*change, ids, last_lines());
    }
    checked.finish();
    for (const auto& skip : plan.account.skips) {
        each(line_of(skip));
    }
    if (options.all) {
        write_unchanged(plan, independent, each);
    }
    ordered_json seal{{"desired", to_json(plan.desired)},
                      {"current", to_json(plan.current)},
                      {"matched", plan.account.matched}};
    for (const auto action :
         {Action::create, Action::update, Action::deactivate, Action::reactivate, Action::adopt}) {
        seal[std::string(name_of(action))] = actions[static_cast<std::size_t>(action)];
    }
    seal["unchanged"] = plan.account.unchanged.size() + plan.account.unchanged_count;
    seal["skipped"] = plan.account.skips.size();
    seal["held"] = held;
    seal["split"] = lines - plan.users.size() - plan.new_users - plan.groups.size();
    const auto withheld = count_withheld(plan);
    seal["withheld"] = withheld.withheld;
    seal["unresolved"] = withheld.unresolved;
    seal["partial"] = withheld.partial;
    seal["acknowledged"] = withheld.acknowledged;
    for (const auto& id : plan.only) {
        seal["only"].push_back(id.value);
    }
    if (!plan.shard.empty()) {
        seal["shard"] = plan.shard;
    }
    if (!plan.approved.empty()) {
        seal["approved"] = plan.approved;
    }
    if (!plan.exports.empty()) {
        seal["exports"] = {{"unresolved", plan.exports.unresolved},
                           {"partial", plan.exports.partial}};
    }
    if (held > 0) {
        auto digests = held_digests(plan.held);
        seal["heldDigest"] = digests.at("");
        digests.erase("");
        seal["heldDigests"] = digests;
    }
    return seal;
}

}  // namespace plan
