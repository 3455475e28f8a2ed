#include "control_api.hpp"

#include "scim_api.hpp"

#include <stdexcept>

namespace sandbox {

namespace {

Answer done() {
    return {.status = 204};
}

Answer sentence(int status, const std::string& text) {
    return json_answer(status, {{"error", text}});
}

Answer done_if(bool found) {
    return found ? done() : sentence(404, "there is none of that name");
}

Json parsed_body(const Call& call) {
    auto body = Json::parse(call.body, nullptr, false);
    if (!body.is_object()) {
        throw std::invalid_argument("the body is no JSON object");
    }
    return body;
}

Json counts_json(const RequestCounts& counts) {
    return {{"total", counts.total},
            {"byMethod", counts.by_method},
            {"writes", counts.writes},
            {"activate", counts.activate},
            {"scim", counts.scim}};
}

/// /sandbox/activate/users/{username}
Answer on_user(World& world, const Call& call) {
    const auto& username = call.path[3];
    if (call.method == "PUT") {
        world.activate.put_user(username, parsed_body(call));
        return done();
    }
    if (call.method == "PATCH") {
        return done_if(world.activate.patch_user(username, parsed_body(call)));
    }
    if (call.method == "DELETE") {
        return done_if(world.activate.remove_user(username));
    }
    const auto* user = world.activate.user(username);
    return user == nullptr ? done_if(false) : json_answer(200, *user);
}

/// /sandbox/activate/groups/{name}
Answer on_group(World& world, const Call& call) {
    const auto& name = call.path[3];
    if (call.method == "PUT") {
        world.activate.put_group(name, parsed_body(call));
        return done();
    }
    if (call.method == "PATCH") {
        return done_if(world.activate.patch_group(name, parsed_body(call)));
    }
    if (call.method == "DELETE") {
        return done_if(world.activate.remove_group(name));
    }
    const auto* group = world.activate.group(name);
    return group == nullptr ? done_if(false) : json_answer(200, *group);
}

Answer on_faults(Faults& faults, const Call& call) {
    if (call.method == "GET") {
        return json_answer(200, faults.rules());
    }
    if (call.method == "POST") {
        faults.add(parsed_body(call));
    } else {
        faults.clear();
    }
    return done();
}

Answer on_settings(Settings& settings, const Call& call) {
    if (call.method != "GET") {
        change_settings(settings, parsed_body(call));
    }
    return json_answer(200, settings_json(settings));
}

Answer on_requests(RequestCounts& counts, const Call& call) {
    if (call.method != "DELETE") {
        return json_answer(200, counts_json(counts));
    }
    counts = {};
    return done();
}

Answer route(World& world, Faults& faults, RequestCounts& counts, const Call& call) {
    const auto what = call.path.size() > 1 ? call.path[1] : "";
    if (what == "scim") {
        return json_answer(200, scim_dump(world));
    }
    if (what == "requests") {
        return on_requests(counts, call);
    }
    if (what == "faults") {
        return on_faults(faults, call);
    }
    if (what == "settings") {
        return on_settings(world.settings, call);
    }
    if (what == "activate" && call.path.size() == 2) {
        return json_answer(
            200, {{"users", world.activate.users()}, {"groups", world.activate.groups()}});
    }
    if (what == "activate" && call.path.size() == 4) {
        if (call.path[2] == "users") {
            return on_user(world, call);
        }
        if (call.path[2] == "groups") {
            return on_group(world, call);
        }
    }
    return sentence(404, "sandbox.cpp lists what there is");
}

}  // namespace

void RequestCounts::count(const Call& call) {
    const bool to_scim = !call.path.empty() && call.path[0] == "scim";
    ++total;
    ++by_method[call.method];
    ++(to_scim ? scim : activate);
    if (to_scim && call.method != "GET" && call.method != "HEAD") {
        ++writes;
    }
}

Answer answer_control(World& world, Faults& faults, RequestCounts& counts, const Call& call) {
    try {
        return route(world, faults, counts, call);
    } catch (const std::exception& error) {
        return sentence(400, error.what());
    }
}

}  // namespace sandbox
