#include "scim_store.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <random>

namespace sandbox {

namespace {

std::string etag(unsigned version) {
    return "W/\"" + std::to_string(version) + "\"";
}

/// Looks like a random UUID (RFC 4122 §4.4) and is the same in every run.
std::string make_id(const std::string& resource_type, std::uint64_t number) {
    std::seed_seq seed{static_cast<std::uint64_t>(resource_type.front()), number};
    std::mt19937_64 dice(seed);
    const std::uint64_t high = (dice() & 0xFFFFFFFFFFFF0FFFULL) | 0x4000ULL;
    const std::uint64_t low = (dice() & 0x3FFFFFFFFFFFFFFFULL) | 0x8000000000000000ULL;
    std::array<char, 40> text{};
    (void)std::snprintf(text.data(),
                        text.size(),
                        "%08llx-%04llx-%04llx-%04llx-%012llx",
                        static_cast<unsigned long long>(high >> 32U),
                        static_cast<unsigned long long>(high >> 16U & 0xFFFFU),
                        static_cast<unsigned long long>(high & 0xFFFFU),
                        static_cast<unsigned long long>(low >> 48U),
                        static_cast<unsigned long long>(low & 0xFFFFFFFFFFFFULL));
    return text.data();
}

}  // namespace

std::string LogicalClock::tick() {
    constexpr std::time_t kStart = 1767225600;  // 2026-01-01T00:00:00Z
    const auto now = kStart + static_cast<std::time_t>(ticks_++);
    std::tm parts{};
    (void)gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    (void)std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

void Collection::load(Json resource) {
    auto& meta = resource["meta"];
    if (!meta.contains("resourceType")) {
        meta["resourceType"] = resource_type_;
    }
    if (!meta.contains("created")) {
        meta["created"] = "2025-06-01T00:00:00Z";
    }
    if (!meta.contains("lastModified")) {
        meta["lastModified"] = meta["created"];
    }
    if (!meta.contains("version")) {
        meta["version"] = etag(1);
    }
    const auto id = resource.at("id").get<std::string>();
    insert(id, Item{std::move(resource)});
}

std::string Collection::create(Json resource) {
    auto id = make_id(resource_type_, created_);
    const auto now = clock_->tick();
    resource["id"] = id;
    resource["meta"] = {{"resourceType", resource_type_},
                        {"created", now},
                        {"lastModified", now},
                        {"version", etag(1)}};
    insert(id, Item{std::move(resource)});
    return id;
}

void Collection::insert(const std::string& id, Item item) {
    by_name_[name_of(item.body)] = id;
    by_id_[id] = created_;
    items_.emplace(created_, std::move(item));
    ++created_;
}

void Collection::update(const std::string& id, Json resource) {
    auto& item = items_.at(by_id_.at(id));
    resource["id"] = id;
    resource["meta"] = item.body["meta"];
    if (resource == item.body) {
        return;
    }
    resource["meta"]["lastModified"] = clock_->tick();
    resource["meta"]["version"] = etag(++item.version);
    by_name_.erase(name_of(item.body));
    by_name_[name_of(resource)] = id;
    item.body = std::move(resource);
}

void Collection::erase(const std::string& id) {
    const auto found = by_id_.find(id);
    by_name_.erase(name_of(items_.at(found->second).body));
    items_.erase(found->second);
    by_id_.erase(found);
}

const Collection::Item* Collection::find(const std::string& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &items_.at(found->second);
}

std::string Collection::id_of(const std::string& name) const {
    const auto found = by_name_.find(fold(name));
    return found == by_name_.end() ? std::string{} : found->second;
}

std::string Collection::name_of(const Json& resource) const {
    return fold(resource.value(name_, std::string{}));
}

}  // namespace sandbox
