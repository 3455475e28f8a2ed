#include "plan/withheld.hpp"

#include "base/text.hpp"
#include "record/merge.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace plan {

namespace {

// The access that the plan removes from each record, unless a limit holds it, and what the next run
// is expected to remove.
class Cleared {
  public:
    explicit Cleared(const Plan& plan) {
        for (const auto& skip : plan.account.skips) {
            if (skip.withheld.reason == "not-confirmed") {
                leavers_.insert(skip.id);
            }
        }
        for (const auto& change : plan.users) {
            if (change.current != nullptr && change.held.empty()) {
                users_.emplace(change.current->id, &change);
            }
        }
        for (const auto& change : plan.groups) {
            if (change.current != nullptr && change.display_name && change.name_held.empty()) {
                renamed_groups_.insert(change.current->id);
            }
        }
    }

    /// The name of the record was in the way of another, and changes in the next run.
    void add_later_rename(const record::ResourceId& id) { later_renamed_.insert(id); }

    [[nodiscard]] bool clears(const Obstacle& obstacle) const {
        if (leavers_.contains(obstacle.id)) {
            return !obstacle.survives_deactivation;
        }
        if (obstacle.key.empty() && later_renamed_.contains(obstacle.id)) {
            return true;
        }
        const auto found = users_.find(obstacle.id);
        if (found == users_.end()) {
            return obstacle.key.empty() && renamed_groups_.contains(obstacle.id);
        }
        const auto& change = *found->second;
        if (change.action == Action::deactivate) {
            return !obstacle.survives_deactivation;
        }
        if (obstacle.key.empty()) {
            return change.sends("userName");
        }
        const auto left = record::ssh_key_identities(change.target_keys);
        return change.keys && change.keys_held.empty() && !left.contains(obstacle.key);
    }

  private:
    std::map<record::ResourceId, const UserChange*> users_{};
    std::set<record::ResourceId> renamed_groups_{};
    std::set<record::ResourceId> leavers_{};  // if a later run confirms it
    std::set<record::ResourceId> later_renamed_{};
};

template <class Change>
const auto& wanted_or_present(const Change& change) {
    return change.desired != nullptr ? *change.desired : *change.current;
}

// `Ada@Example.org=bad-name` and the externalId, each with the reason.
std::set<std::string> entries_for(const std::string& reason,
                                  const record::ExternalId& id,
                                  const std::string& name) {
    return {folded_name(name) + "=" + reason, id.value + "=" + reason};
}

std::vector<std::pair<std::string, ExitStatus>> parts_of(const Withheld& withheld) {
    if (withheld.parts.empty()) {
        return {{withheld.reason, withheld.exit_status}};
    }
    return withheld.parts;
}

void acknowledge(const Policy& policy, Plan& plan) {
    auto unused = policy.acknowledged;
    for_each_withheld(plan, [&](Withheld& withheld, const auto& id, const std::string& name) {
        auto left = ExitStatus::ok;
        for (const auto& [reason, own_status] : parts_of(withheld)) {
            auto status = std::min(own_status, withheld.exit_status);  // it may have been settled
            for (const auto& entry : entries_for(reason, id, name)) {
                if (!policy.acknowledged.contains(entry)) {
                    continue;
                }
                unused.erase(entry);
                if (withheld.grants_more) {
                    plan.account.warnings.push_back(
                        entry + " is not acknowledged: SCIM grants more than ACTIVATE does");
                } else if (status == ExitStatus::unresolved) {
                    status = ExitStatus::ok;
                    withheld.acknowledged = true;
                }
            }
            left = std::max(left, status);
        }
        withheld.exit_status = left;
        withheld.acknowledged = withheld.acknowledged && left == ExitStatus::ok;
    });
    for (const auto& entry : unused) {
        plan.account.warnings.push_back(entry +
                                        " is acknowledged, and nothing is in that state; remove "
                                        "it from SYNC_ACKNOWLEDGED");
    }
}

}  // namespace

void join(Withheld& withheld, Withheld other) {
    withheld.parts = parts_of(withheld);
    auto more = parts_of(other);
    std::move(more.begin(), more.end(), std::back_inserter(withheld.parts));
    withheld.detail += "; " + other.detail;
    withheld.exit_status = std::max(withheld.exit_status, other.exit_status);
    withheld.grants_more = withheld.grants_more || other.grants_more;
    if (withheld.obstacles.empty() || other.obstacles.empty()) {
        withheld.obstacles.clear();
    } else {
        std::move(
            other.obstacles.begin(), other.obstacles.end(), std::back_inserter(withheld.obstacles));
    }
}

void join(std::optional<Withheld>& withheld, Withheld other) {
    if (withheld) {
        join(*withheld, std::move(other));
    } else {
        withheld = std::move(other);
    }
}

namespace {

// Also with the id of the record in SCIM, if there is one.
template <class Each>
void for_each_record(Plan& plan, Each each) {
    for (auto& skip : plan.account.skips) {
        each(skip.withheld, skip.id, skip.external_id, skip.name.empty() ? skip.label : skip.name);
    }
    static const record::ResourceId kNew;
    const auto of_change = [&](auto& change, const std::string& name) {
        if (change.withheld) {
            each(*change.withheld,
                 change.current != nullptr ? change.current->id : kNew,
                 wanted_or_present(change).external_id,
                 name);
        }
    };
    for (auto& change : plan.users) {
        of_change(change, wanted_or_present(change).user_name);
    }
    for (auto& change : plan.groups) {
        of_change(change, wanted_or_present(change).display_name);
    }
}

}  // namespace

void for_each_withheld(
    Plan& plan,
    const std::function<void(Withheld&, const record::ExternalId&, const std::string&)>& each) {
    for_each_record(plan,
                    [&](Withheld& withheld, const auto&, const auto& id, const std::string& name) {
                        each(withheld, id, name);
                    });
}

// Renames can wait for each other in a chain: each run makes one link free.
void settle_exit_statuses(const Policy& policy, Plan& plan) {
    Cleared cleared(plan);
    for (bool again = true; std::exchange(again, false);) {
        for_each_record(plan, [&](Withheld& withheld, const auto& id, const auto&, const auto&) {
            const auto& obstacles = withheld.obstacles;
            if (withheld.exit_status == ExitStatus::unresolved && !obstacles.empty() &&
                std::all_of(obstacles.begin(), obstacles.end(), [&](const Obstacle& obstacle) {
                    return cleared.clears(obstacle);
                })) {
                withheld.exit_status = ExitStatus::partial;
                again = true;
                if (!id.value.empty() && obstacles.front().key.empty()) {
                    cleared.add_later_rename(id);
                }
            }
        });
    }
    acknowledge(policy, plan);
}

WithheldCounts count_withheld(const Plan& plan) {
    WithheldCounts counts;
    const auto add = [&](const Withheld& withheld) {
        counts.unresolved += withheld.exit_status == ExitStatus::unresolved ? 1U : 0U;
        counts.partial += withheld.exit_status == ExitStatus::partial ? 1U : 0U;
        counts.acknowledged += withheld.acknowledged ? 1U : 0U;
    };
    for (const auto& skip : plan.account.skips) {
        add(skip.withheld);
    }
    const auto add_changes = [&](const auto& changes) {
        for (const auto& change : changes) {
            if (change.withheld) {
                add(*change.withheld);
                ++counts.withheld;
            }
        }
    };
    add_changes(plan.users);
    add_changes(plan.groups);
    return counts;
}

std::vector<WithheldSentence> describe_withheld(Plan& plan) {
    constexpr std::size_t kMostOfOneReason = 20;
    std::vector<WithheldSentence> sentences;
    std::map<std::string, std::size_t> seen;
    for_each_withheld(plan, [&](const Withheld& withheld, const auto& id, const std::string& name) {
        if (!withheld.acknowledged && ++seen[withheld.reason] <= kMostOfOneReason) {
            sentences.push_back({withheld.exit_status != ExitStatus::ok,
                                 (name.empty() ? "" : name + " ") + "(" + id.value +
                                     "): " + withheld.reason + ": " + withheld.detail});
        }
    });
    for (const auto& [reason, count] : seen) {
        if (count > kMostOfOneReason) {
            sentences.push_back({false,
                                 "and " + std::to_string(count - kMostOfOneReason) +
                                     " more with the reason " + reason +
                                     "; the plan has them all"});
        }
    }
    return sentences;
}

}  // namespace plan
