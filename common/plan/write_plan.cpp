#include "plan/write_plan.hpp"

#include "plan/change_line.hpp"
#include "plan/held_changes.hpp"
#include "plan/member_references.hpp"
#include "plan/withheld.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace plan {

using nlohmann::ordered_json;

namespace {

ordered_json line_of(const Skip& skip) {
    ordered_json line{{"type", "skip"},
                      {"resource", record::resource_name(skip.kind)},
                      {"externalId", skip.external_id.value}};
    if (!skip.id.value.empty()) {
        line["path"] = record::resource_path(skip.kind, skip.id);
    }
    if (!skip.name.empty()) {
        line[skip.kind == record::Kind::user ? "userName" : "displayName"] = skip.name;
    }
    add_withheld(line, "reason", skip.withheld);
    return line;
}

ordered_json line_of(const Unchanged& unchanged) {
    ordered_json line{{"type", "unchanged"},
                      {"resource", record::resource_name(unchanged.kind)},
                      {"externalId", unchanged.external_id.value}};
    if (!unchanged.id.value.empty()) {
        line["path"] = record::resource_path(unchanged.kind, unchanged.id);
    }
    if (!unchanged.name.empty()) {
        line[unchanged.kind == record::Kind::user ? "userName" : "displayName"] = unchanged.name;
    }
    if (!unchanged.note.empty()) {
        line["note"] = unchanged.note;
    }
    return line;
}

// A held takeover of a record that the plan deactivates: if it is approved when the plan is
// applied, the deactivation must not undo it.
bool comes_last(const ordered_json& line) {
    const auto held = line.find("held");
    return held != line.end() && *held == kMaxTakeovers;
}

ordered_json to_json(const Counts& counts) {
    return {{"users", counts.users}, {"groups", counts.groups}};
}

}  // namespace

ordered_json write_plan(const Plan& plan,
                        const record::Directory& current,
                        const LineOptions& options,
                        const std::function<void(const ordered_json&)>& each) {
    std::array<std::size_t, 5> actions{};
    std::size_t lines = 0;
    std::size_t held = 0;
    std::vector<ordered_json> second;  // held parts of a change whose first part is sent before
    const auto emit = [&](Action action) {
        return [&, action, first = true](ordered_json line) mutable {
            ++actions[static_cast<std::size_t>(action)];
            ++lines;
            held += line.contains("held") ? 1U : 0U;
            if (std::exchange(first, false) && !comes_last(line)) {
                each(line);
            } else {
                second.push_back(std::move(line));
            }
        };
    };
    for (const auto& change : plan.users) {
        write_user(change, options.exactly, emit(change.action));
    }
    const MemberReferences ids(plan, current);
    for (const auto& change : plan.groups) {
        write_group(change, ids, emit(change.action));
    }
    for (const auto& line : second) {
        each(line);
    }
    for (const auto& skip : plan.account.skips) {
        each(line_of(skip));
    }
    for (const auto& unchanged : plan.account.unchanged) {
        if (options.all) {
            each(line_of(unchanged));
        }
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
    seal["split"] = lines - plan.users.size() - plan.groups.size();
    const auto withheld = count_withheld(plan);
    seal["withheld"] = withheld.withheld;
    seal["unresolved"] = withheld.unresolved;
    seal["partial"] = withheld.partial;
    seal["acknowledged"] = withheld.acknowledged;
    for (const auto& id : plan.only) {
        seal["only"].push_back(id.value);
    }
    if (!plan.approved.empty()) {
        seal["approved"] = plan.approved;
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
