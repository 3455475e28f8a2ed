#include "plan/restore_leavers.hpp"

#include "plan/reasons.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plan {

namespace {

// Why a user of the capture gets nothing back.
struct Leaver {
    std::string reason{};
    std::string why{};
};

// The access that a user who has left would have got back, and the access that the user keeps.
struct NotGivenBack {
    bool account = false;
    bool names = false;
    std::size_t keys = 0;
    std::size_t memberships = 0;
    bool stays_active = false;

    [[nodiscard]] bool nothing() const {
        return !account && !names && keys == 0 && memberships == 0;
    }
};

std::string plural(std::size_t count, const std::string& one) {
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string describe(const NotGivenBack& parts) {
    std::string text;
    const auto add = [&](bool wanted, const std::string& part) {
        text += !wanted ? "" : (text.empty() ? "" : ", ") + part;
    };
    add(parts.account, "the account");
    add(parts.keys > 0, plural(parts.keys, "SSH key"));
    add(parts.memberships > 0, plural(parts.memberships, "membership"));
    add(parts.names, "names");
    return text;
}

// Nullopt if there is nothing to report about this user.
std::optional<Withheld> withheld(const Leaver& leaver, const NotGivenBack& parts) {
    const bool is_clear = leaver.reason == "has-left";
    const bool stays_active = parts.stays_active && is_clear;
    if (parts.nothing() && !stays_active) {
        return std::nullopt;
    }
    auto detail = leaver.why;
    if (!parts.nothing()) {
        detail += "; not given back: " + describe(parts) +
                  (is_clear ? "; give access in ACTIVATE, or restore it all the same with "
                              "--restore-leavers"
                            : "; restore again when ACTIVATE answers");
    }
    if (stays_active) {
        detail +=
            "; still active in SCIM until the next run: deactivate the user in CoreWeave if "
            "that is too late";
    }
    return Withheld{.reason = leaver.reason,
                    .detail = std::move(detail),
                    .exit_status = reason(leaver.reason).existing,
                    .grants_more = stays_active};
}

// The users who have left ACTIVATE.
class Leavers {
  public:
    Leavers(const record::Directory& activate,
            const std::optional<record::Confirmations>& confirmations)
        : confirmations_(confirmations) {
        for (const auto& user : activate.users) {
            (user.active ? active_ : inactive_).insert(user.external_id.value);
        }
    }

    // Nullopt if the user has not left.
    [[nodiscard]] std::optional<Leaver> find(const record::ExternalId& id, bool was_asked) const {
        if (active_.contains(id.value)) {
            return std::nullopt;
        }
        if (inactive_.contains(id.value)) {
            return Leaver{.reason = "has-left", .why = std::string(kInactive)};
        }
        if (!confirmations_ || !was_asked) {
            return Leaver{.reason = "has-left", .why = std::string(kAbsent)};
        }
        const auto found = confirmations_->find(id.value);
        const auto answer = found == confirmations_->end() ? "none" : found->second;
        if (answer == "present") {
            return std::nullopt;
        }
        if (answer == "gone" || answer == "inactive") {
            return Leaver{.reason = "has-left",
                          .why = std::string(answer == "gone" ? kAbsent : kInactive)};
        }
        if (answer == "out-of-scope") {
            return Leaver{.reason = "has-left",
                          .why = "in none of the groups that ACTIVATE_SYNC_GROUPS selects"};
        }
        return Leaver{.reason = "not-confirmed",
                      .why =
                          "absent in ACTIVATE's export, and ACTIVATE gave no clear answer when "
                          "asked again: " +
                          answer};
    }

  private:
    const std::optional<record::Confirmations>& confirmations_;
    std::set<std::string_view> active_{};
    std::set<std::string_view> inactive_{};
};

class Withholder {
  public:
    Withholder(Leavers leavers, const record::Directory& current, record::Directory& captured)
        : leavers_(std::move(leavers)), current_(current), captured_(captured) {}

    std::map<record::ExternalId, Withheld> run() {
        find_leavers();
        for (auto& group : captured_.groups) {
            keep_present_members(group);
        }
        for (auto& user : captured_.users) {
            if (found_.contains(user.external_id)) {
                keep_present_access(user);
            }
        }
        std::map<record::ExternalId, Withheld> all;
        for (const auto& [id, parts] : parts_) {
            if (auto note = withheld(found_.at(id), parts)) {
                all.emplace(id, *std::move(note));
            }
        }
        return all;
    }

  private:
    // A record that is not managed in one of the directories, but has one of our external ids, was
    // adopted after the capture; it may be a foreign member.
    void find_leavers() {
        std::set<record::ExternalId> asked;
        for (const auto& user : captured_.users) {
            if (user.active) {
                asked.insert(user.external_id);
            }
        }
        for (const auto* users :
             {&std::as_const(captured_).users, &current_.users, &current_.unmanaged_users}) {
            for (const auto& user : *users) {
                if (record::is_managed(user.external_id, record::Kind::user)) {
                    add(user, asked.contains(user.external_id));
                }
            }
        }
        for (const auto& user : current_.users) {
            auto& record = records_[user.external_id];
            record = record == nullptr || user.id < record->id ? &user : record;
        }
        for (const auto& group : current_.groups) {
            groups_[group.external_id].push_back(&group);
        }
    }

    void add(const record::User& user, bool was_asked) {
        if (auto leaver = leavers_.find(user.external_id, was_asked)) {
            found_.emplace(user.external_id, *std::move(leaver));
            owners_.emplace(user.id, user.external_id);
        }
    }

    // A user who has left stays a member only if the record in SCIM has this member now.
    void keep_present_members(record::Group& group) {
        const auto is_present = [&](const record::ExternalId& user, const record::ResourceId& id) {
            const auto found = groups_.find(group.external_id);
            return found != groups_.end() &&
                   std::all_of(found->second.begin(),
                               found->second.end(),
                               [&](const auto* present) { return has_member(*present, user, id); });
        };
        if (group.members) {
            std::erase_if(*group.members, [&](const record::ExternalId& member) {
                const bool goes = found_.contains(member) && !is_present(member, {});
                if (goes) {
                    ++parts_[member].memberships;
                }
                return goes;
            });
        }
        std::erase_if(group.foreign_members, [&](const record::ResourceId& id) {
            const auto owner = owners_.find(id);
            const bool goes = owner != owners_.end() && !is_present(owner->second, id);
            if (goes) {
                ++parts_[owner->second].memberships;
            }
            return goes;
        });
    }

    [[nodiscard]] bool has_member(const record::Group& group,
                                  const record::ExternalId& user,
                                  const record::ResourceId& id) const {
        const auto& foreign = group.foreign_members;
        return (group.members &&
                std::binary_search(group.members->begin(), group.members->end(), user)) ||
               std::any_of(foreign.begin(), foreign.end(), [&](const record::ResourceId& member) {
                   const auto owner = owners_.find(member);
                   return id.value.empty() ? owner != owners_.end() && owner->second == user
                                           : member == id;
               });
    }

    void keep_present_access(record::User& user) {
        auto& parts = parts_[user.external_id];
        const auto found = records_.find(user.external_id);
        if (found == records_.end()) {
            parts.account = parts.account || user.active;
            user.active = false;  // and inactive users are not created
            return;
        }
        const auto& present = *found->second;
        parts.account = parts.account || (user.active && !present.active);
        user.active = user.active && present.active;
        parts.stays_active = parts.stays_active || user.active;
        if (user.ssh_keys) {
            const auto before = record::views_of(present.ssh_keys);
            const auto then = record::views_of(user.ssh_keys);
            parts.keys += record::ssh_keys_without(then, before).size();
            const auto kept =
                record::ssh_keys_without(before, record::ssh_keys_without(before, then));
            user.ssh_keys = std::vector<std::string>(kept.begin(), kept.end());
        }
        parts.names = parts.names || user.user_name != present.user_name;
        user.user_name = present.user_name;
        for (const auto& attribute : record::kUserAttributes) {
            if (attribute.text != nullptr) {
                parts.names = parts.names || user.*attribute.text != present.*attribute.text;
                user.*attribute.text = present.*attribute.text;
            }
        }
    }

    Leavers leavers_;
    const record::Directory& current_;
    record::Directory& captured_;
    std::map<record::ExternalId, Leaver> found_{};
    std::map<record::ResourceId, record::ExternalId> owners_{};    // of the records of leavers
    std::map<record::ExternalId, const record::User*> records_{};  // of several, the first by id
    std::map<record::ExternalId, std::vector<const record::Group*>> groups_{};
    std::map<record::ExternalId, NotGivenBack> parts_{};
};

}  // namespace

std::map<record::ExternalId, Withheld> withhold_from_leavers(
    const record::Directory& activate,
    const std::optional<record::Confirmations>& confirmations,
    const record::Directory& current,
    record::Directory& captured) {
    return Withholder(Leavers(activate, confirmations), current, captured).run();
}

}  // namespace plan
