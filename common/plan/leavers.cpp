#include "plan/leavers.hpp"

#include "base/text.hpp"
#include "plan/reasons.hpp"

namespace plan {

namespace {

Withheld stays(const std::string& word, const std::string& detail) {
    return {.reason = word, .detail = detail, .exit_status = reason(word).existing};
}

}  // namespace

bool is_protected(const Policy& policy, const record::User& user) {
    return policy.protected_users.contains(text::fold(user.user_name)) ||
           policy.protected_users.contains(user.external_id.value);
}

bool is_protected(const Policy& policy, const record::User* desired, const record::User& current) {
    return (desired != nullptr && is_protected(policy, *desired)) || is_protected(policy, current);
}

std::optional<Withheld> why_not_deactivate(const Policy& policy,
                                           const record::User* desired,
                                           const record::User& current) {
    if (is_protected(policy, desired, current)) {
        return stays("protected",
                     current.user_name +
                         " is protected and stays active; deactivate it by hand if it must go");
    }
    if (desired != nullptr || !policy.confirmations) {
        return std::nullopt;
    }
    const auto answer = policy.confirmations->find(current.external_id.value);
    if (answer == policy.confirmations->end()) {
        return stays("not-confirmed",
                     "absent in the export, and ACTIVATE was not asked about this user again");
    }
    if (answer->second == "present") {
        return stays("present",
                     "absent in the export, but ACTIVATE knows this user when asked again; the "
                     "export was not complete");
    }
    if (answer->second != "gone" && answer->second != "inactive" &&
        answer->second != "out-of-scope") {
        return stays("not-confirmed",
                     "absent in the export, and ACTIVATE gave no clear answer when asked again: " +
                         answer->second);
    }
    return std::nullopt;
}

std::string why_left(const Policy& policy, const record::User* desired) {
    return desired != nullptr ? std::string(kInactive)
           : policy.restore   ? "absent in the capture"
                              : std::string(kAbsent);
}

void warn_of_unknown_protected(const Policy& policy,
                               const record::Directory& desired,
                               const record::Directory& current,
                               std::vector<std::string>& warnings) {
    auto unknown = policy.protected_users;
    for (const auto* users : {&desired.users, &current.users, &current.unmanaged_users}) {
        for (auto user = users->begin(); user != users->end() && !unknown.empty(); ++user) {
            unknown.erase(text::fold(user->user_name));
            unknown.erase(user->external_id.value);
        }
    }
    for (const auto& name : unknown) {
        warnings.push_back("\"" + name +
                           "\" is to be protected, and no user on either side has that userName or "
                           "externalId; is it misspelt?");
    }
}

const Withheld* not_given_back(const Policy& policy, const record::User& user) {
    const auto found = policy.not_given_back.find(user.external_id);
    return found == policy.not_given_back.end() ? nullptr : &found->second;
}

}  // namespace plan
