#include "apply/record_version.hpp"

#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace apply {

using nlohmann::json;

namespace {

// The version becomes part of a header: RFC 9110 §8.8.3 allows visible characters only.
std::string usable(std::string version) {
    constexpr std::size_t kLongest = 512;
    const bool visible = std::all_of(version.begin(), version.end(), [](char letter) {
        return letter > ' ' && letter < '\x7f';
    });
    return visible && version.size() <= kLongest ? std::move(version) : std::string();
}

}  // namespace

bool is_weak_version(std::string_view version) {
    return version.starts_with("W/");
}

std::string version_in(const json& record) {
    return usable(record::version_of(record));
}

std::string version_in(const Answer& answer) {
    const auto* response = answer.response();
    if (response == nullptr) {
        return {};
    }
    auto etag = usable(response->header("etag"));
    if (!etag.empty() && !is_weak_version(etag)) {
        return etag;
    }
    auto version = answer.body() != nullptr ? version_in(*answer.body()) : std::string();
    return version.empty() ? etag : version;
}

}  // namespace apply
