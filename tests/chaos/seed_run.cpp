#include "seed_run.hpp"

#include "plan/limits.hpp"
#include "services.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace chaos {

namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr auto kLongestRun = seconds(60);
constexpr auto kLongestEnd = seconds(3);  // of processes after the end of their run
constexpr std::size_t kQuietRuns = 5;
constexpr int kSpeed = 50;  // a back-off of a second takes 20 ms

std::string variable(const char* name, const char* otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr || *text == '\0' ? otherwise : text;
}

/// The shared page, in a file.
class Clock {
  public:
    explicit Clock(const std::string& file) {
        const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (descriptor < 0 || ::ftruncate(descriptor, sizeof(ClockPage)) != 0) {
            throw std::runtime_error("cannot write " + file);
        }
        memory_ =
            ::mmap(nullptr, sizeof(ClockPage), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        (void)::close(descriptor);
        if (memory_ == MAP_FAILED) {
            throw std::runtime_error("cannot map " + file);
        }
        page_ = new (memory_) ClockPage;
    }
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    ~Clock() { (void)::munmap(memory_, sizeof(ClockPage)); }

    [[nodiscard]] ClockPage& page() { return *page_; }

  private:
    void* memory_ = nullptr;
    ClockPage* page_ = nullptr;
};

std::string contents(const std::string& file) {
    std::ostringstream all;
    all << std::ifstream(file).rdbuf();
    return all.str();
}

/// The access in SCIM before a run.
struct Before {
    Grants grants{};
    Owners owners{};
};

/// If jq or a subshell of the entrypoint is killed, the entrypoint cannot know the reason.
bool may_lose_any_process(const Disturbance& disturbance) {
    return std::any_of(
        disturbance.events.begin(), disturbance.events.end(), [](const Event& event) {
            return event.kind == Event::Kind::kill_any || event.kind == Event::Kind::stop_any;
        });
}

class SeedRun {
  public:
    SeedRun(std::uint64_t seed, std::string folder)
        : folder_(std::move(folder)),
          dice_(seed),
          schedule_(make_schedule(dice_)),
          services_(seed),
          clock_(path("clock")) {
        fs::create_directory(path("tmp"));
    }

    Report run() {
        tell_schedule();
        for (const auto& disturbance : schedule_.runs) {
            disturbed_run(disturbance);
        }
        settle_orphans();
        quiet_runs();
        report_.requests = services_.requests();
        report_.faults = services_.faults();
        return std::move(report_);
    }

  private:
    using Run = std::unique_ptr<Pipeline>;

    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

    void tell(const std::string& line) { report_.story += line + "\n"; }
    void violated(const std::string& law) {
        constexpr std::size_t kTold = 20;
        report_.violations.push_back(law);
        if (report_.violations.size() <= kTold) {
            tell("VIOLATED: " + law);
        }
    }

    void tell_schedule() {
        for (const auto& rule : schedule_.quirks) {
            tell("quirk " + rule.dump());
        }
        std::string all;
        for (const auto& setting : schedule_.settings) {
            all += " " + setting;
        }
        tell("settings" + all);
    }

    [[nodiscard]] std::vector<std::string> environment(const std::string& lock) {
        auto all = services_.environment();
        all.insert(all.end(), schedule_.settings.begin(), schedule_.settings.end());
        for (const auto& limit : plan::kLimits) {
            all.push_back(std::string(limit.variable) + "=100%");
        }
        for (const auto& [name, value] : std::initializer_list<std::pair<const char*, std::string>>{
                 {"PATH", variable("PATH", "/usr/bin:/bin")},
                 {"TMPDIR", path("tmp")},
                 {"HOME", folder_},
                 {"SYNC_LOCK_FILE", path(lock)},
                 {"SYNC_GRACE_SECONDS", "10"},
                 {"LD_PRELOAD", variable("CHAOS_CLOCK_LIBRARY", CHAOS_CLOCK_LIBRARY)},
                 {"CHAOS_CLOCK", path("clock")},
                 {"ASAN_OPTIONS", "verify_asan_link_order=0"}}) {
            all.push_back(std::string(name) + "=" + value);
        }
        if (!variable("CHAOS_KEEP", "").empty()) {
            all.push_back("CAPTURE_DIR=" + path("captures"));
        }
        return all;
    }

    Run start(const std::string& lock) {
        const auto log = path("log." + std::to_string(++started_));
        return std::make_unique<Pipeline>(
            std::vector<std::string>{variable("SCRIPTS", CHAOS_SCRIPTS) + "/pw-activate-scim-sync",
                                     "--bin=" + variable("BIN", CHAOS_BIN)},
            environment(lock),
            log);
    }

    void disturbed_run(const Disturbance& disturbance) {
        tell("disturbed run:\n" + describe(disturbance));
        for (auto left = disturbance.changes; left > 0; --left) {
            services_.change_activate(dice_);
        }
        const Before before{services_.in_scim(), services_.owners()};
        prepare_clock(disturbance);
        services_.begin(schedule_.quirks, disturbance, clock_.page());
        auto run = start("lock");
        services_.act_on(run.get());
        Run second;
        if (disturbance.company != Company::none) {
            second = start(disturbance.company == Company::same_lock ? "lock" : "other-lock");
        }
        const auto status = end_of(*run, may_lose_any_process(disturbance));
        services_.act_on(nullptr);
        if (second) {
            (void)end_of(*second, false);
        }
        report_.disturbed_statuses[status] += 1;
        const bool alone = orphans_.empty() && !second && !run->was_killed();
        judge_grants(before, alone);
        if (status == 0 && alone && !services_.activate_has_changed()) {
            judge_equal_access("status 0, and ");
        }
        for (auto* each : {&run, &second}) {
            if (*each) {
                judge_end(std::move(*each), disturbance.waits);
            }
        }
        judge_records();
    }

    void prepare_clock(const Disturbance& disturbance) {
        auto& page = clock_.page();
        page.speed = kSpeed;
        page.writes_left = 0;
        page.victim = {};
        disturbance.victim.copy(page.victim.data(), page.victim.size() - 1);
        page.writes_left = static_cast<std::int32_t>(disturbance.at_write);
    }

    int end_of(Pipeline& run, bool may_lose_any) {
        const auto status = run.wait(kLongestRun);
        if (!status) {
            violated("a run ends within " + std::to_string(kLongestRun.count()) + " s; it has" +
                     run.processes_left());
            run.kill_all();
            (void)run.wait(kLongestRun);
        }
        const auto log = contents(run.log());
        tell("status " + std::to_string(status.value_or(-1)) + "\n" + log);
        constexpr std::array kBugs{64, 70, 74, 78, 126, 127, 134, 139};
        if (status && !may_lose_any &&
            std::find(kBugs.begin(), kBugs.end(), *status) != kBugs.end()) {
            violated("a run does not end with " + std::to_string(*status));
        }
        return status.value_or(-1);
    }

    /// No user got access that ACTIVATE never granted, and no user lost access that both sides
    /// granted all the time.
    void judge_grants(const Before& before, bool alone) {
        const auto granted = services_.granted();
        const auto after = services_.in_scim();
        for (const auto& fact : after) {
            if (alone && !before.grants.contains(fact) && !granted.ever.contains(fact) &&
                !is_inherited(fact, before)) {
                violated("nobody is given what ACTIVATE does not grant: " + fact);
            }
        }
        for (const auto& fact : before.grants) {
            if (granted.always.contains(fact) && !after.contains(fact)) {
                violated("nobody loses what ACTIVATE grants: " + fact);
            }
        }
    }

    /// A record that was taken over is still in the groups of its former owner, until they are
    /// written.
    [[nodiscard]] bool is_inherited(const std::string& fact, const Before& before) {
        for (const auto& [id, owner] : services_.owners()) {
            const auto former = before.owners.find(id);
            if (former != before.owners.end() && former->second != owner &&
                fact.starts_with(owner + " is in ") &&
                before.grants.contains(former->second + fact.substr(owner.size()))) {
                return true;
            }
        }
        return false;
    }

    void judge_equal_access(const std::string& when) {
        for (const auto& difference : services_.differences()) {
            violated("equal access; " + when + difference);
        }
    }

    void judge_records() {
        if (const auto changed = services_.unmanaged_changed(); !changed.empty()) {
            violated("records that are not ours stay as they are:" + changed);
        }
        for (const auto& twice : services_.duplicates()) {
            violated("nothing is made twice: " + twice);
        }
    }

    /// After its end a run leaves no process, no file and no lock; after SIGKILL nothing is cleaned
    /// up.
    void judge_end(Run run, bool waits) {
        if (run->was_killed()) {
            killed_ = true;
            orphans_.push_back(std::move(run));
            if (waits) {
                settle_orphans();
            }
            return;
        }
        if (!run->ends_wholly(kLongestEnd)) {
            violated("a run leaves no process:" + run->processes_left());
            run->kill_all();
        }
        judge_files();
    }

    void judge_files() {
        for (const auto& entry : fs::directory_iterator(path("tmp"))) {
            if (!killed_) {
                violated("a run leaves no file: " + entry.path().filename().string());
            }
        }
        for (const auto* lock : {"lock", "other-lock"}) {
            if (!killed_ && fs::exists(path(lock))) {
                violated(std::string("a run leaves no lock: ") + lock);
            }
        }
    }

    void settle_orphans() {
        for (const auto& run : orphans_) {
            if (!run->ends_wholly(kLongestRun)) {
                violated("the stages of a killed run end:" + run->processes_left());
                run->kill_all();
            }
        }
        orphans_.clear();
    }

    void quiet_runs() {
        int status = -1;
        clock_.page().speed = 1;
        clock_.page().victim = {};
        for (; status != 0 && report_.quiet_runs < kQuietRuns; ++report_.quiet_runs) {
            tell("quiet run:");
            services_.begin(schedule_.quirks, {}, clock_.page());
            const Before before{services_.in_scim(), services_.owners()};
            auto run = start("lock");
            status = end_of(*run, false);
            judge_grants(before, true);
            judge_end(std::move(run), true);
            judge_records();
        }
        if (status != 0) {
            violated("quiet runs end with status 0, not " + std::to_string(status));
        } else {
            judge_equal_access("after quiet runs: ");
            for (const auto& name : services_.wrong_names()) {
                violated("names; after quiet runs: " + name);
            }
        }
        if (fs::exists(path("lock"))) {
            violated("a run removes a lock file that a killed one left");
        }
    }

    std::string folder_;
    Dice dice_;
    Schedule schedule_;
    Services services_;
    Clock clock_;
    Report report_{};
    std::vector<Run> orphans_{};
    std::size_t started_ = 0;
    bool killed_ = false;  ///< files of a killed run may remain
};

}  // namespace

Report run_seed(std::uint64_t seed, const std::string& folder) {
    return SeedRun(seed, folder).run();
}

}  // namespace chaos
