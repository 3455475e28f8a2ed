#include "record/external_ids.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace record {

namespace {

std::string prefix_in(std::string_view name) {
    return std::string(kPrefix) + (name.empty() ? "" : std::string(name) + ":");
}

struct Prefixes {
    std::string name{};
    std::string all = prefix_in("");
    std::string user = prefix_of(Kind::user, "");
    std::string group = prefix_of(Kind::group, "");
};

Prefixes& own() {
    static Prefixes prefixes;
    return prefixes;
}

}  // namespace

bool is_namespace(std::string_view name) {
    constexpr std::size_t kLongest = 32;
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return !name.empty() && name.size() <= kLongest && name != "user" && name != "group" &&
           name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string_view namespace_in(Kind kind, std::string_view external_id) {
    const auto rest = external_id.substr(std::min(kPrefix.size(), external_id.size()));
    const auto name = rest.substr(0, rest.find(':'));
    return is_namespace(name) && external_id.starts_with(prefix_of(kind, name))
               ? name
               : std::string_view();
}

std::string prefix_of(Kind kind, std::string_view name) {
    return prefix_in(name) + (kind == Kind::user ? "user:" : "group:");
}

void use_namespace(const std::string& name) {
    own() = {.name = name,
             .all = prefix_in(name),
             .user = prefix_of(Kind::user, name),
             .group = prefix_of(Kind::group, name)};
}

const std::string& own_namespace() {
    return own().name;
}
void require_own_namespace(const std::string& name, const std::string& place) {
    const auto described = [](const std::string& one) {
        return one.empty() ? "no namespace" : "namespace " + one;
    };
    if (name != own_namespace()) {
        throw Error(ExitStatus::bad_config,
                    place + ": this stream has " + described(name) + ", and SYNC_NAMESPACE says " +
                        described(own_namespace()) + "; set SYNC_NAMESPACE, or export again");
    }
}

bool is_of_no_namespace(std::string_view external_id) {
    return external_id.starts_with(prefix_of(Kind::user, "")) ||
           external_id.starts_with(prefix_of(Kind::group, ""));
}

const std::string& managed_prefix() {
    return own().all;
}
const std::string& user_prefix() {
    return own().user;
}
const std::string& group_prefix() {
    return own().group;
}

}  // namespace record
