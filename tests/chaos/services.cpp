#include "services.hpp"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <memory>

namespace chaos {

namespace {

/// Never destroyed: threads of its connections may use it until the process ends.
sandbox::Server& new_server() {
    static auto& all = *new std::vector<std::unique_ptr<sandbox::Server>>;
    all.push_back(std::make_unique<sandbox::Server>());
    return *all.back();
}

Grants both(const Grants& a, const Grants& b) {
    Grants common;
    std::set_intersection(
        a.begin(), a.end(), b.begin(), b.end(), std::inserter(common, common.end()));
    return common;
}

bool is_member_anywhere(const sandbox::World& world, const std::string& id) {
    return std::any_of(
        world.groups.items().begin(), world.groups.items().end(), [&](const auto& entry) {
            const auto members = entry.second.body.value("members", Json::array());
            return std::any_of(members.begin(), members.end(), [&](const Json& member) {
                return member["value"] == id;
            });
        });
}

}  // namespace

Services::Services(std::uint64_t seed) : server_(new_server()), makings_(seed) {
    const int port = server_.bind(0);
    auto& world = server_.world();
    Dice dice(seed);
    sandbox::fill_world(
        make_organization(dice, makings_), "http://127.0.0.1:" + std::to_string(port), world);
    unmanaged_ = unmanaged_records(world);
    server_.on_request([this](const sandbox::Call& call) { seen(call); });
    thread_ = std::thread([this] { server_.serve(); });
}

Services::~Services() {
    server_.stop();
    thread_.join();
}

void Services::change_activate(Dice& dice) {
    const std::lock_guard lock(mutex_);
    server_.with_state([&](sandbox::World& world, sandbox::Faults&) {
        chaos::change_activate(dice, makings_, world.activate);
    });
}

void Services::begin(const std::vector<Json>& quirks, const Disturbance& run, ClockPage& clock) {
    const std::lock_guard lock(mutex_);
    disturbance_ = run;
    clock_ = &clock;
    requests_ = 0;
    writes_ = 0;
    activate_changed_ = false;
    server_.with_state([&](sandbox::World& world, sandbox::Faults& faults) {
        faults.clear();
        for (const auto* rules : {&quirks, &run.rules}) {
            for (const auto& rule : *rules) {
                faults.add(rule);
            }
        }
        granted_.ever = granted_.always = granted_by_activate(world);
    });
}

void Services::act_on(const Pipeline* run) {
    const std::lock_guard lock(mutex_);
    run_ = run;
}

Granted Services::granted() {
    const std::lock_guard lock(mutex_);
    return granted_;
}

bool Services::activate_has_changed() {
    const std::lock_guard lock(mutex_);
    return activate_changed_;
}

Grants Services::in_scim() {
    return server_.with_state(
        [](sandbox::World& world, sandbox::Faults&) { return granted_by_scim(world); });
}

Owners Services::owners() {
    return server_.with_state(
        [](sandbox::World& world, sandbox::Faults&) { return chaos::owners(world); });
}

std::vector<std::string> Services::differences() {
    return server_.with_state(
        [](sandbox::World& world, sandbox::Faults&) { return chaos::differences(world); });
}

std::vector<std::string> Services::wrong_names() {
    return server_.with_state(
        [](sandbox::World& world, sandbox::Faults&) { return chaos::wrong_names(world); });
}

std::vector<std::string> Services::duplicates() {
    return server_.with_state(
        [](sandbox::World& world, sandbox::Faults&) { return chaos::duplicates(world); });
}

std::string Services::unmanaged_changed() {
    const std::lock_guard lock(mutex_);
    const auto now = server_.with_state(
        [](sandbox::World& world, sandbox::Faults&) { return unmanaged_records(world); });
    std::string text;
    for (const auto& [id, record] : now) {
        const auto before = unmanaged_.find(id);
        if (before == unmanaged_.end() || before->second != record) {
            text += " " + record.dump();
        }
    }
    for (const auto& [id, record] : unmanaged_) {
        text += now.contains(id) ? "" : " gone: " + record.dump();
    }
    return text;
}

std::vector<std::string> Services::environment() {
    return server_.with_state([](sandbox::World& world, sandbox::Faults&) {
        return std::vector<std::string>{
            "ACTIVATE_API_KEY=" + world.credentials.api_key,
            "ACTIVATE_SCIM_BASE_URL=" + world.base_url + "/api/organizations/acme/scim/v2",
            "ACTIVATE_SCIM_BEARER_TOKEN=" + world.credentials.activate_scim_token,
            "ACTIVATE_SSH_KEYS=rest",
            "CW_SCIM_BASE_URL=" + world.base_url + "/scim/v2",
            "CW_SCIM_BEARER_TOKEN=" + world.credentials.scim_token};
    });
}

std::size_t Services::faults() {
    return server_.with_state(
        [](sandbox::World&, sandbox::Faults& faults) { return faults.applied(); });
}

// Runs in the thread of a connection.
void Services::seen(const sandbox::Call& call) {
    const std::lock_guard lock(mutex_);
    ++requests_in_all_;
    ++requests_;
    if (call.method != "GET") {
        ++writes_;
    }
    for (const auto& event : disturbance_.events) {
        const bool counted = !event.counts_writes || call.method != "GET";
        if (counted && event.at == (event.counts_writes ? writes_ : requests_)) {
            act(event);
        }
    }
}

void Services::act(const Event& event) {
    using Kind = Event::Kind;
    const auto number = static_cast<std::size_t>(std::abs(event.number));
    const bool any = event.kind == Kind::kill_any || event.kind == Kind::stop_any;
    const bool kills = event.kind == Kind::kill_any || event.kind == Kind::kill_run;
    switch (event.kind) {
        case Kind::kill_any:
        case Kind::stop_any:
        case Kind::kill_run:
        case Kind::stop_run:
            if (run_ != nullptr && any) {
                run_->signal_any(kills ? SIGKILL : SIGTERM, number);
            } else if (run_ != nullptr) {
                run_->signal_run(kills ? SIGKILL : SIGTERM);
            }
            break;
        case Kind::jump:
            clock_->jump_ns += event.number * 1'000'000'000;
            break;
        case Kind::change_activate:
            server_.with_state([&](sandbox::World& world, sandbox::Faults&) {
                Dice dice(number);
                chaos::change_activate(dice, makings_, world.activate);
                note_grants(world);
            });
            activate_changed_ = true;
            break;
        case Kind::change_scim:
            change_unmanaged(number);
    }
}

void Services::note_grants(const sandbox::World& world) {
    const auto now = granted_by_activate(world);
    granted_.ever.insert(now.begin(), now.end());
    granted_.always = both(granted_.always, now);
}

// If a record were a member of a group, its removal would show there.
void Services::change_unmanaged(std::size_t number) {
    server_.with_state([&](sandbox::World& world, sandbox::Faults&) {
        const auto name = "console-" + std::to_string(number) + "-" + std::to_string(requests_);
        const auto leaves =
            std::find_if(unmanaged_.begin(), unmanaged_.end(), [&](const auto& entry) {
                return entry.second.contains("userName") && !is_member_anywhere(world, entry.first);
            });
        if (number % 2 == 0 && leaves != unmanaged_.end()) {
            world.users.erase(leaves->first);
            unmanaged_.erase(leaves);
            return;
        }
        const auto id =
            world.users.create({{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:User"}},
                                {"userName", name + "@elsewhere.example"},
                                {"active", true}});
        unmanaged_[id] = world.users.find(id)->body;
    });
}

}  // namespace chaos
