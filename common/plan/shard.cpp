#include "plan/shard.hpp"

#include "base/encoding.hpp"
#include "plan/hold.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>

namespace plan {

namespace {

std::optional<std::uint64_t> whole_number(std::string_view digits, int base = 10) {
    std::uint64_t number = 0;
    const auto [end, fault] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    const bool all = fault == std::errc{} && end == digits.data() + digits.size();
    return all ? std::optional(number) : std::nullopt;
}

}  // namespace

bool Shard::has(const record::ExternalId& id) const {
    constexpr std::size_t kBytes = 8;
    constexpr int kHexadecimal = 16;
    return whole_number(encoding::sha256_hex(id.value, kBytes), kHexadecimal).value_or(0) % count ==
           index;
}

std::optional<Shard> parse_shard(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto index = whole_number(text.substr(0, slash));
    const auto count = whole_number(text.substr(slash + 1));
    return index && count && *index < *count
               ? std::optional(Shard{.index = *index, .count = *count})
               : std::nullopt;
}

void keep_shard(const Shard& shard,
                const record::Directory& desired,
                const record::Directory& current,
                Plan& plan) {
    const auto falls_here = [&](const record::User& user) { return shard.has(user.external_id); };
    const auto count = [&](const std::vector<record::User>& users) {
        return static_cast<std::size_t>(std::count_if(users.begin(), users.end(), falls_here));
    };
    plan.shard = std::to_string(shard.index) + "/" + std::to_string(shard.count);
    plan.desired = {.users = count(desired.users), .groups = 0};
    plan.current = {.users = count(current.users) + count(current.unmanaged_users), .groups = 0};
    for (const auto& change : plan.users) {
        if (change.action == Action::adopt &&
            change.held.empty()) {  // the record is in the shard of the record that adopts it
            plan.current.users += falls_here(*change.desired) ? 1U : 0U;
            plan.current.users -= falls_here(*change.current) ? 1U : 0U;
        }
    }
    std::erase_if(plan.users, [&](const UserChange& change) {
        return !falls_here(change.desired != nullptr ? *change.desired : *change.current);
    });
    plan.groups.clear();
    plan.held.changes.clear();
    for (const auto& change : plan.users) {
        const auto parts = held_parts(change);
        plan.held.changes.insert(plan.held.changes.end(), parts.begin(), parts.end());
    }
    const auto is_elsewhere = [&](const auto& entry) {
        return entry.kind != record::Kind::user || !shard.has(entry.external_id);
    };
    std::erase_if(plan.account.skips, is_elsewhere);
    std::erase_if(plan.account.unchanged, is_elsewhere);
    plan.account.matched = plan.desired.users + plan.current.users - plan.users.size() -
                           plan.account.skips.size() - plan.account.unchanged.size();
}

}  // namespace plan
