// The SCIM resources of one type, in the order of their creation.
#pragma once

#include "call.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

namespace sandbox {

/// Times that depend only on the number of writes, so that two equal runs have equal dumps.
class LogicalClock {
  public:
    /// One second later at each call, from 2026-01-01T00:00:00Z.
    [[nodiscard]] std::string tick();

  private:
    std::uint64_t ticks_ = 0;
};

/// `name` is the attribute that is unique among the resources, case folded: userName or
/// displayName. Resources have `id` and `meta` except `meta.location`, which depends on the port.
class Collection {
  public:
    struct Item {
        Json body{};
        unsigned version = 1;
    };

    Collection(std::string resource_type, std::string name, LogicalClock& clock)
        : resource_type_(std::move(resource_type)), name_(std::move(name)), clock_(&clock) {}

    /// Adds a resource of the fixture unchanged, except that missing parts of meta are added.
    void load(Json resource);
    /// Adds `id` and `meta`; returns the id.
    std::string create(Json resource);
    /// Gives the item this content, its old id, and a new version. If the content is equal, nothing
    /// changes.
    void update(const std::string& id, Json resource);
    void erase(const std::string& id);

    /// Nullptr if there is none.
    [[nodiscard]] const Item* find(const std::string& id) const;
    /// The id of the resource of that name in any case; empty if there is none.
    [[nodiscard]] std::string id_of(const std::string& name) const;
    [[nodiscard]] const std::string& name_attribute() const { return name_; }
    /// By a number that grows with each creation and is never used twice.
    [[nodiscard]] const std::map<std::uint64_t, Item>& items() const { return items_; }

  private:
    [[nodiscard]] std::string name_of(const Json& resource) const;
    void insert(const std::string& id, Item item);

    std::string resource_type_;
    std::string name_;
    LogicalClock* clock_;
    std::map<std::uint64_t, Item> items_{};
    std::unordered_map<std::string, std::uint64_t> by_id_{};
    std::unordered_map<std::string, std::string> by_name_{};
    std::uint64_t created_ = 0;
};

}  // namespace sandbox
