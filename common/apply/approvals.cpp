#include "apply/approvals.hpp"

#include <pwd.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <array>
#include <set>

namespace apply {

namespace {

std::string host_name() {
    constexpr std::size_t kLongest = 256;  // HOST_NAME_MAX is 64 on Linux, 255 in POSIX
    std::array<char, kLongest> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

// The name, or the number if the system does not know the user, as in a container.
std::string user_name() {
    const auto uid = geteuid();
    const auto* entry =
        getpwuid(uid);  // NOLINT(concurrency-mt-unsafe): this program has no threads
    return entry != nullptr && entry->pw_name != nullptr ? entry->pw_name : std::to_string(uid);
}

}  // namespace

nlohmann::ordered_json record_of_approvals(const std::vector<std::string>& digests,
                                           const std::string& at,
                                           const std::string& by) {
    auto all = nlohmann::ordered_json::array();
    for (const auto& digest : std::set<std::string>(digests.begin(), digests.end())) {
        nlohmann::ordered_json approval{
            {"digest", digest}, {"at", at}, {"host", host_name()}, {"user", user_name()}};
        if (!by.empty()) {
            approval["by"] = by;
        }
        all.push_back(std::move(approval));
    }
    return all;
}

}  // namespace apply
