#include "record/found_records.hpp"

#include "base/error.hpp"
#include "base/sort_unique.hpp"
#include "base/text.hpp"
#include "record/merge.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace record {

namespace {

// A field that both headers have with different values ends the run.
void require_same(const std::string& ours,
                  const std::string& theirs,
                  const std::string& what,
                  const std::string& advice) {
    if (!ours.empty() && !theirs.empty() && ours != theirs) {
        throw Error(ExitStatus::bad_input,
                    "the confirmations are of " + what + " " + theirs + ", the exports of " + ours +
                        "; " + advice);
    }
}

void check(const stream::Header& confirmations, const Sides& sides, const std::string& program) {
    const auto advice = "run " + program + " --confirm with these exports";
    if (sides.desired) {
        require_same(sides.desired_header.org, confirmations.org, "organization", advice);
        if (sides.desired_header.scope != confirmations.scope) {
            throw Error(ExitStatus::bad_input,
                        "the confirmations are of another scope (ACTIVATE_SYNC_GROUPS) than the "
                        "export of the desired side; " +
                            advice);
        }
    }
    require_same(sides.current_header.target, confirmations.target, "service", advice);
    for (const auto* exported : {&sides.desired_header.at, &sides.current_header.at}) {
        // One function writes all of them: UTC to the second.
        if (!exported->empty() && !confirmations.at.empty() && confirmations.at < *exported) {
            throw Error(ExitStatus::bad_input,
                        "the confirmations of " + confirmations.at +
                            " are older than an export, of " + *exported + "; " + advice);
        }
    }
}

// Adds to `records` those of `found` that are neither there nor in `others`.
template <class Record>
std::vector<Record> add_missing(const std::vector<Record>& found,
                                const std::vector<Record>& others,
                                std::vector<Record>& records) {
    std::unordered_set<std::string> ids;
    for (const auto* known : {&others, &std::as_const(records)}) {
        for (const auto& record : *known) {
            ids.insert(record.id.value);
        }
    }
    std::vector<Record> missing;
    for (const auto& record : found) {
        if (ids.insert(record.id.value).second) {
            missing.push_back(record);
        }
    }
    records.insert(records.end(), missing.begin(), missing.end());
    return missing;
}

template <class Record>
std::vector<std::string> describe(const std::vector<Record>& left_out, const std::string& list) {
    std::vector<std::string> sentences;
    sentences.reserve(left_out.size());
    for (const auto& record : left_out) {
        sentences.push_back(name_of(record) + " (" + record.external_id.value + "): " + list +
                            " left out record " + record.id.value +
                            ", and a lookup found it; it is compared as if it were listed");
    }
    return sentences;
}

// To scim-export, a user that the list left out was an unmanaged member. A second record of a user
// stays one. The first `listed` users are those of the list.
void name_found_members(Directory& current, std::size_t listed) {
    std::unordered_set<std::string> known;
    std::unordered_map<std::string, ExternalId> found;
    for (std::size_t i = 0; i < current.users.size(); ++i) {
        const auto& user = current.users[i];
        if (known.insert(user.external_id.value).second && i >= listed) {
            found.emplace(user.id.value, user.external_id);
        }
    }
    for (auto& group : current.groups) {
        if (!group.members || found.empty()) {
            continue;
        }
        std::erase_if(group.foreign_members, [&](const ResourceId& member) {
            const auto user = found.find(member.value);
            if (user != found.end()) {
                group.members->push_back(user->second);
            }
            return user != found.end();
        });
        sort_unique(*group.members);
    }
}

}  // namespace

void check_confirmations(Sides& sides) {
    if (sides.confirmations) {
        check(sides.confirmations_header, sides, "activate-export");
    } else if (sides.desired &&
               (sides.desired->malformed > 0 ||
                (sides.desired->malformed_groups > 0 && !sides.desired_header.scope.empty()))) {
        sides.confirmations.emplace();
    }
    if (sides.found) {
        check(sides.found_header, sides, "scim-export");
    }
}

void add_found_unmanaged(Sides& sides) {
    if (sides.found) {
        auto& current = *sides.current;
        (void)add_missing(sides.found->unmanaged_users, current.users, current.unmanaged_users);
        (void)add_missing(sides.found->unmanaged_groups, current.groups, current.unmanaged_groups);
    }
}

std::vector<std::string> add_found_users(Sides& sides, const std::string& list) {
    if (!sides.found) {
        return {};
    }
    auto& current = *sides.current;
    return describe(add_missing(sides.found->users, current.unmanaged_users, current.users), list);
}

std::vector<std::string> add_found_groups(Sides& sides, const std::string& list) {
    if (!sides.found) {
        return {};
    }
    auto& current = *sides.current;
    return describe(add_missing(sides.found->groups, current.unmanaged_groups, current.groups),
                    list);
}

std::vector<std::string> add_found(Sides& sides, const std::string& list) {
    const auto listed = sides.current->users.size();
    add_found_unmanaged(sides);
    auto sentences = add_found_users(sides, list);
    auto groups = add_found_groups(sides, list);
    name_found_members(*sides.current, listed);
    std::move(groups.begin(), groups.end(), std::back_inserter(sentences));
    return sentences;
}

std::string describe_short_list(std::size_t found) {
    return "the list of SCIM lacks " + text::counted(found, "managed record", "managed records") +
           " that a lookup found, so it may also lack users who have left; these cannot be seen, "
           "and keep their access: run again later, and if this is repeated, run scim-export "
           "--check, and report the list to the operator of the SCIM service";
}

}  // namespace record
