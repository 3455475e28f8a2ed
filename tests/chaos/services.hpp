// The two services of a seed, in this process: the sandbox, and the events that affect it and a run
// while the run sends requests.
#pragma once

#include "access.hpp"
#include "clock_page.hpp"
#include "organization.hpp"
#include "pipeline.hpp"
#include "schedule.hpp"

#include "sandbox/server.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace chaos {

/// The access that ACTIVATE granted during a run.
struct Granted {
    Grants ever{};
    Grants always{};
};

class Services {
  public:
    /// Makes the organization of this seed and serves it until the destructor.
    explicit Services(std::uint64_t seed);
    Services(const Services&) = delete;
    Services& operator=(const Services&) = delete;
    ~Services();

    /// Makes a change in ACTIVATE between runs.
    void change_activate(Dice& dice);
    /// From now on only these rules apply, requests are counted from one, and `granted` begins
    /// anew.
    void begin(const std::vector<Json>& quirks, const Disturbance& run, ClockPage& clock);
    /// Events act on this run; nullptr: on none.
    void act_on(const Pipeline* run);

    [[nodiscard]] Granted granted();
    [[nodiscard]] bool activate_has_changed();
    [[nodiscard]] Grants in_scim();
    [[nodiscard]] Owners owners();
    [[nodiscard]] std::vector<std::string> differences();
    [[nodiscard]] std::vector<std::string> wrong_names();
    [[nodiscard]] std::vector<std::string> duplicates();
    /// Unmanaged records that were changed since they were made; empty if there are none.
    [[nodiscard]] std::string unmanaged_changed();

    /// NAME=value for the tools.
    [[nodiscard]] std::vector<std::string> environment();
    [[nodiscard]] std::size_t requests() const { return requests_in_all_; }
    [[nodiscard]] std::size_t faults();

  private:
    void seen(const sandbox::Call& call);
    void act(const Event& event);
    void note_grants(const sandbox::World& world);
    void change_unmanaged(std::size_t number);

    sandbox::Server& server_;  // must outlive this: threads of its connections may still use it
    std::thread thread_{};
    std::recursive_mutex mutex_{};  // of all below; taken before the server's
    Makings makings_;
    Unmanaged unmanaged_{};
    Granted granted_{};
    bool activate_changed_ = false;
    Disturbance disturbance_{};
    ClockPage* clock_ = nullptr;
    const Pipeline* run_ = nullptr;
    std::size_t requests_ = 0;
    std::size_t writes_ = 0;
    std::size_t requests_in_all_ = 0;
};

}  // namespace chaos
