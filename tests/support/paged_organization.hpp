// An organization of ACTIVATE for a scripted transport, with lists in pages.
#pragma once

#include "activate/confirm_absence.hpp"
#include "activate/export.hpp"
#include "activate/rest_source.hpp"
#include "stream/jsonl.hpp"
#include "support/expect.hpp"
#include "support/scripted_activate.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

/// An organization whose lists are paged by `limit` and `skip`.
struct Organization {
    std::vector<nlohmann::json> groups{};
    std::vector<nlohmann::json> users{};
    std::vector<nlohmann::json> unlisted{};           ///< users that only a search finds
    std::map<std::string, nlohmann::json> members{};  ///< by the group's name
    std::size_t cap = 2;                              ///< rows in a page, for any requested number
    bool skips = true;                                ///< otherwise `skip` is ignored
    bool takes_limit = false;                         ///< of groups, instead of the cap
    std::function<std::optional<int>(const std::string& url)> refuses{};  ///< a status
    std::function<void(std::size_t call)> before{};  ///< each answer, to change something

    ScriptedTransport transport{
        [this](const http::Request& request) { return answer_to(request.url); }};
    http::Client client{transport, {.what = "ACTIVATE"}};
    activate::RestSource service{client, "https://pw.example"};

    Organization() { (void)service.find_organization(""); }

    static nlohmann::json group(const std::string& name) {
        return {{"id", "id-" + name}, {"name", name}};
    }
    static nlohmann::json user(const std::string& name, bool active = true) {
        return {{"id", "id-" + name},
                {"username", name},
                {"email", name + "@x.org"},
                {"active", active}};
    }

    std::vector<std::string> group_names() {
        std::vector<std::string> names;
        service.groups(
            [](const auto&) { return true; },
            [&](const activate::Team& team, const auto&) { names.push_back(team.name); });
        std::sort(names.begin(), names.end());
        return names;
    }
    std::vector<std::string> usernames() {
        std::vector<std::string> names;
        service.people([&](const auto& page) {
            for (const auto& person : page) {
                names.push_back(person.username);
            }
        });
        std::sort(names.begin(), names.end());
        return names;
    }
    std::optional<std::vector<std::string>> members_of(const std::string& name) {
        activate::MemberList found;
        service.groups([&](const auto& team) { return team.name == name; },
                       [&](const auto&, const auto& list) { found = list; });
        return ids_of(found);
    }
    /// ACTIVATE's answers about these usernames in a confirmation.
    std::vector<std::string> answers(const std::vector<std::string>& usernames,
                                     const std::vector<std::string>& scope = {}) {
        std::vector<record::User> records(usernames.size());
        std::vector<const record::User*> absent;
        for (std::size_t i = 0; i < usernames.size(); ++i) {
            records[i].external_id = {"pw-activate:user:id-" + usernames[i]};
            absent.push_back(&records[i]);
        }
        std::stringstream text;
        stream::Writer out(text);
        activate::confirm_absence(absent, scope, {}, service, out);
        std::vector<std::string> words;
        for (std::string line; std::getline(text, line);) {
            words.push_back(nlohmann::json::parse(line).at("answer").get<std::string>());
        }
        return words;
    }
    /// The lines of an export without its header: users, groups and the seal.
    std::vector<nlohmann::json> exported(const activate::DesiredExportSettings& settings) {
        std::stringstream text;
        stream::Writer out(text);
        status = activate::DesiredExport(service, nullptr, settings, out)
                     .run({.kind = "directory", .side = "desired"});
        std::vector<nlohmann::json> lines;
        std::string line;
        for (std::getline(text, line); std::getline(text, line);) {
            lines.push_back(nlohmann::json::parse(line));
        }
        return lines;
    }
    ExitStatus status = ExitStatus::internal;  ///< of the last export
    /// The number of answers, without the first one.
    std::size_t asked() const { return transport.calls().size() - 1; }

  private:
    static std::optional<std::size_t> number(const std::string& url, const std::string& name) {
        const auto at = url.find(name + "=");
        return at == std::string::npos
                   ? std::nullopt
                   : std::optional(std::stoul(url.substr(at + name.size() + 1)));
    }
    nlohmann::json page(const std::vector<nlohmann::json>& rows, const std::string& url) const {
        const auto skip = skips ? number(url, "skip").value_or(0) : 0;
        const auto most = takes_limit ? number(url, "limit").value_or(cap) : cap;
        auto shown = nlohmann::json::array();
        for (auto i = skip; i < std::min(rows.size(), skip + most); ++i) {
            shown.push_back(rows[i]);
        }
        return shown.empty() ? nlohmann::json() : shown;
    }
    Scripted answer_to(const std::string& url) {
        if (contains(url, "whoami")) {
            return {answer(200, "\"acme\"")};
        }
        if (before) {
            before(asked());
        }
        if (const auto refused = refuses ? refuses(url) : std::nullopt) {
            return {answer(*refused, "null")};
        }
        if (contains(url, "/ssh-public-keys")) {
            return {answer(200, "")};
        }
        if (contains(url, "/members")) {
            const auto begin = url.find("/groups/") + 8;
            return {answer(200, members[url.substr(begin, url.find("/members") - begin)].dump())};
        }
        if (!contains(url, "/users?")) {
            return {answer(200, page(groups, url).dump())};
        }
        auto rows = users;
        if (contains(url, "search=")) {
            rows.insert(rows.begin(), unlisted.begin(), unlisted.end());
        }
        return {
            answer(200, nlohmann::json{{"users", page(rows, url)}, {"total", rows.size()}}.dump())};
    }
};
