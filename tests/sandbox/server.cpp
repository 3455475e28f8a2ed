#include "server.hpp"

#include "activate_api.hpp"
#include "scim_api.hpp"
#include "scim_error.hpp"
#include "wire.hpp"

#include <limits>
#include <stdexcept>
#include <thread>

#include <sys/socket.h>

namespace sandbox {

namespace {

/// The connection of this thread. Handlers see no socket, and reach the connection by this
/// variable.
thread_local Wire* current_wire = nullptr;

/// cpp-httplib's pool would keep a thread for each idle connection, so that other connections get
/// none.
class ThreadPerConnection : public httplib::TaskQueue {
  public:
    void enqueue(std::function<void()> work) override { std::thread(std::move(work)).detach(); }
    void shutdown() override {}
};

Call to_call(const httplib::Request& request) {
    Call call;
    call.method = request.method;
    call.body = request.body;
    for (const auto& [name, value] : request.headers) {
        call.headers[fold(name)] = value;
    }
    read_target(call, request.target);
    return call;
}

bool begins_with(const Call& call, const std::string& segment) {
    return !call.path.empty() && call.path[0] == segment;
}

bool asks_for_keys(const Call& call) {
    return !call.path.empty() &&
           (call.path.back() == "ssh-public-keys" || call.path.back() == "sshpublickeys");
}

/// The subject of a request. An id of CoreWeave's SCIM depends on the order of earlier requests, an
/// external id does not.
std::string subject_of(const World& world, const Call& call) {
    auto subject = call.method + " " + call.target;
    if (!begins_with(call, "scim") || call.path.size() < 3) {
        return subject;
    }
    const bool user = call.path[2] == "Users";
    Json record;
    if (call.path.size() == 4) {
        const auto* item = (user ? world.users : world.groups).find(call.path[3]);
        record = item == nullptr ? Json() : item->body;
    } else if (call.method == "POST") {
        record = Json::parse(call.body, nullptr, false);
    }
    const auto known = record.is_object() ? record.value("externalId", Json()) : Json();
    return known.is_string() ? call.method + " " + known.get<std::string>() : subject;
}

/// A rule with a status and without a body gets the error body of the service that is called.
Answer complete(Answer made, const Call& call) {
    if (!made.body.empty() || made.status < 400) {
        return made;
    }
    const auto why = "the sandbox was told to answer " + std::to_string(made.status);
    const auto proper = begins_with(call, "scim") ? ScimError(made.status, "", why).answer()
                                                  : ActivateError(made.status, why).answer(call);
    made.type = proper.type;
    made.body = proper.body;
    return made;
}

void add_headers(Answer& answer, const Json& headers) {
    for (const auto& [name, value] : headers.items()) {
        const auto text = value.is_string() ? value.get<std::string>() : value.dump();
        if (same_folded(name, "content-type")) {
            answer.type = text;
        } else {
            answer.headers.emplace_back(name, text);
        }
    }
}

}  // namespace

Server::Server() {
    new_task_queue = [] { return new ThreadPerConnection; };
    // The library's default, SO_REUSEPORT, would give a second server a share of the port.
    set_socket_options([](int socket) {
        const int on = 1;
        (void)::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    set_keep_alive_timeout(60);
    set_keep_alive_max_count(std::numeric_limits<int>::max());
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
        handle(request, response);
    };
    constexpr auto kAnyPath = R"([\s\S]*)";
    Get(kAnyPath, handler).Post(kAnyPath, handler).Put(kAnyPath, handler);
    Patch(kAnyPath, handler).Delete(kAnyPath, handler);
}

int Server::bind(int port) {
    const int bound = port == 0                         ? bind_to_any_port("127.0.0.1")
                      : bind_to_port("127.0.0.1", port) ? port
                                                        : -1;
    if (bound < 0) {
        throw std::runtime_error("port " + std::to_string(port) + " cannot be had");
    }
    // The library sets a backlog of 5, too short for a client that opens a hundred connections at
    // once.
    (void)::listen(svr_sock_, SOMAXCONN);
    return bound;
}

void Server::serve() {
    (void)listen_after_bind();
}

bool Server::process_and_close_socket(int socket) {
    Wire wire(socket);
    current_wire = &wire;
    bool open = true;
    while (open && wire.wait_for_request()) {
        bool closed = false;
        const bool answered = process_request(wire, false, closed, [](httplib::Request& request) {
            request.headers.erase("Accept-Encoding");  // otherwise the library compresses
        });
        open = answered && !closed;
    }
    return true;
}

void Server::handle(const httplib::Request& request, httplib::Response& response) {
    Spoil spoil;
    const auto made = answer(to_call(request), spoil);
    response.status = made.status;
    for (const auto& [name, value] : made.headers) {
        response.headers.emplace(name, value);
    }
    if (!made.body.empty()) {
        response.set_content(made.body, made.type);
    }
    current_wire->spoil(spoil);
}

Answer Server::answer(const Call& call, Spoil& spoil) {
    const bool control = begins_with(call, "sandbox");
    if (!control && seen_) {
        seen_(call);
    }
    std::unique_lock lock(mutex_);
    if (control) {
        return answer_control(world_, faults_, counts_, call);
    }
    counts_.count(call);
    auto verdict = faults_.judge(call.method + " " + call.target, subject_of(world_, call));
    if (asks_for_keys(call)) {
        verdict.delay += std::chrono::milliseconds(world_.settings.key_delay_ms);
    }
    lock.unlock();
    std::this_thread::sleep_for(verdict.delay);
    spoil = verdict.spoil;
    return answer_spoilt(call, verdict);
}

Answer Server::answer_spoilt(Call call, Verdict& verdict) {
    call.surprises = std::move(verdict.surprises);
    Answer out;
    if (verdict.perform) {
        const std::lock_guard lock(mutex_);
        out = answer_service(call);
    }
    if (verdict.instead) {
        out = complete(std::move(*verdict.instead), call);
    }
    add_headers(out, verdict.headers);
    return out;
}

Answer Server::answer_service(const Call& call) {
    const bool scim = call.path.size() >= 2 && call.path[0] == "scim" && call.path[1] == "v2";
    return scim ? answer_scim(world_, call) : answer_activate(world_, call);
}

}  // namespace sandbox
