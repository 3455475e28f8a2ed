// A scripted ACTIVATE API.
#pragma once

#include "activate/rest_source.hpp"
#include "support/scripted_transport.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct Api {
    explicit Api(ScriptedTransport::Handler handler)
        : transport(std::move(handler)),
          client(transport, {.what = "ACTIVATE"}),
          service(client, "https://pw.example") {}

    [[nodiscard]] const std::string& url(std::size_t call) const {
        return transport.calls().at(call).request.url;
    }

    ScriptedTransport transport;
    http::Client client;
    activate::RestSource service;
};

inline std::optional<std::vector<std::string>> ids_of(const activate::MemberList& members) {
    if (!members) {
        return std::nullopt;
    }
    std::vector<std::string> ids;
    for (const auto& member : *members) {
        ids.push_back(member.id);
    }
    return ids;
}

inline Scripted json_answer(int status, const std::string& body) {
    return {answer(status, body, {{"content-type", "application/json"}})};
}
