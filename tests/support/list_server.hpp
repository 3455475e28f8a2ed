// A SCIM list for a ScriptedTransport: pages by index or by cursor, with faults in any part.
#pragma once

#include "scim/client.hpp"
#include "scim/messages.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The parameters of a request, decoded.
struct ListCall {
    std::string path{};  ///< /Users, /Groups/1
    std::map<std::string, std::string> query{};
    std::size_t number = 0;  ///< number of the call, from 0

    [[nodiscard]] std::string value(const std::string& name) const {
        const auto found = query.find(name);
        return found == query.end() ? std::string() : found->second;
    }
    [[nodiscard]] std::size_t start_index() const {
        const auto text = value("startIndex");
        return text.empty() ? 1 : std::stoul(text);
    }
};

inline std::string decoded(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

class ListServer {
  public:
    using Json = nlohmann::json;
    /// An answer instead of the server's; nullopt: the server answers.
    using Instead = std::function<std::optional<Scripted>(const ListCall&)>;
    /// Changes the body of a page before it is sent.
    using Spoil = std::function<void(const ListCall&, Json& body)>;

    std::map<std::string, std::vector<Json>> rows{{"/Users", {}}, {"/Groups", {}}};
    std::size_t cap = 1000;
    bool cursors = false;  ///< sent although not requested, from the first page on
    /// Supported are externalId sw "pw-activate:", and ATTRIBUTE eq "VALUE" joined by or.
    bool filters = true;
    Instead instead{};
    Spoil spoil{};

    static constexpr const char* kBase = "https://scim.example/acme";

    Scripted answer_to(const http::Request& request) {
        auto call = parsed(request.url.substr(std::string(kBase).size()));
        call.number = calls_++;
        if (instead) {
            if (auto made = instead(call)) {
                return *std::move(made);
            }
        }
        if (!rows.contains(call.path)) {
            return one(call.path);
        }
        auto body = page(call);
        if (spoil) {
            spoil(call, body);
        }
        return {answer(200, body.dump())};
    }

  private:
    static ListCall parsed(const std::string& target) {
        ListCall call;
        call.path = decoded(target.substr(0, target.find('?')));
        auto rest =
            target.find('?') == std::string::npos ? "" : target.substr(target.find('?') + 1);
        while (!rest.empty()) {
            const auto part = rest.substr(0, rest.find('&'));
            rest = rest.size() > part.size() ? rest.substr(part.size() + 1) : "";
            const auto equals = part.find('=');
            call.query[part.substr(0, equals)] = decoded(part.substr(equals + 1));
        }
        return call;
    }

    static bool matches(const Json& row, std::string filter) {
        if (filter.empty()) {
            return true;
        }
        if (filter.find(" eq ") == std::string::npos) {
            return row.value("externalId", "").starts_with("pw-activate:");
        }
        static const std::string kOr = " or ";
        while (!filter.empty()) {
            const auto end = filter.find(kOr);
            const auto term = filter.substr(0, end);
            filter = end == std::string::npos ? "" : filter.substr(end + kOr.size());
            const auto equals = term.find(" eq ");
            if (row.value(term.substr(0, equals), Json()) == Json::parse(term.substr(equals + 4))) {
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] Scripted one(const std::string& path) const {
        const auto folder = path.substr(0, path.rfind('/'));
        if (const auto known = rows.find(folder); known != rows.end()) {
            for (const auto& row : known->second) {
                if (folder + "/" + row.at("id").get<std::string>() == path) {
                    return {answer(200, row.dump())};
                }
            }
        }
        return {answer(
            404, R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404"})")};
    }

    [[nodiscard]] Json page(const ListCall& call) const {
        std::vector<Json> matching;
        for (const auto& row : rows.at(call.path)) {
            if (!filters || matches(row, call.value("filter"))) {
                matching.push_back(row);
            }
        }
        const auto asked = call.value("count");
        const auto count = std::min(asked.empty() ? cap : std::stoul(asked), cap);
        const auto cursor = call.value("cursor");
        const auto from = cursor.empty() ? call.start_index() - 1 : std::stoul(cursor.substr(1));
        const auto begin = std::min(from, matching.size());
        const auto end = std::min(begin + count, matching.size());
        Json body{{"totalResults", matching.size()}, {"itemsPerPage", end - begin}};
        body["schemas"] = {"urn:ietf:params:scim:api:messages:2.0:ListResponse", "and:more"};
        body["Resources"] = Json::array();
        for (auto i = begin; i < end; ++i) {
            body["Resources"].push_back(matching[i]);
        }
        if (!cursors) {
            body["startIndex"] = call.start_index();
        } else if (end < matching.size()) {
            body["nextCursor"] = "c" + std::to_string(end);
        }
        return body;
    }

    std::size_t calls_ = 0;
};

/// An Error message (RFC 7644 §3.12).
inline Scripted refusal(int status, const std::string& type = {}) {
    nlohmann::json body{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}},
                        {"status", std::to_string(status)},
                        {"detail", "no"}};
    if (!type.empty()) {
        body["scimType"] = type;
    }
    return {answer(status, body.dump())};
}

/// The server with a client that requests two rows a page.
struct Lists {
    explicit Lists(std::size_t users = 5, std::size_t page_size = 2)
        : transport([this](const http::Request& request) { return server.answer_to(request); }),
          client(transport, {.what = "SCIM"}),
          service(client, ListServer::kBase, page_size) {
        for (std::size_t i = 0; i < users; ++i) {
            server.rows["/Users"].push_back(user(std::to_string(i)));
        }
    }

    static nlohmann::json user(const std::string& key) {
        return {{"id", "id-" + key},
                {"externalId", "pw-activate:user:" + key},
                {"userName", key + "@x.org"},
                {"active", true}};
    }
    static nlohmann::json group(const std::string& key, const std::vector<std::string>& members) {
        nlohmann::json row{{"id", "g-" + key},
                           {"externalId", "pw-activate:group:" + key},
                           {"displayName", "group " + key},
                           {"members", nlohmann::json::array()}};
        for (const auto& member : members) {
            row["members"].push_back({{"value", member}});
        }
        return row;
    }

    ListServer server{};
    ScriptedTransport transport;
    http::Client client;
    scim::ScimClient service;
};
