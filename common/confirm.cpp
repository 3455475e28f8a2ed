#include "confirm.hpp"

#include "activate_export.hpp"
#include "error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace activate {

namespace {

struct Answer {
    std::string word{};
    std::string detail{};
};

/// Who is a member of the selected groups, as of now. Nullopt: it could not be read.
using Members = std::optional<std::unordered_set<std::string>>;

Members members_of_scope(const std::vector<std::string>& scope, Service& service) {
    std::unordered_set<std::string> members;
    for (const auto& list : service.members(selected(service.teams(), scope))) {
        if (!list) {
            return std::nullopt;
        }
        members.insert(list->begin(), list->end());
    }
    return members;
}

Answer answer_of(const UsersPage& found, const identity::ExternalId& id, const Naming& naming, bool scoped, const Members& members) {
    const auto person = std::find_if(found.people.begin(), found.people.end(), [&](const Person& p) { return external_id(p, naming) == id; });
    if (person == found.people.end()) {
        return found.people.size() < found.total ? Answer{"unknown", "more people match than one page holds"} : Answer{"gone", {}};
    }
    if (!person->active) {
        return {"inactive", {}};
    }
    if (!scoped) {
        return {"present", {}};
    }
    if (!members) {
        return {"unknown", "the members of the selected groups could not be read again"};
    }
    return members->contains(person->id) ? Answer{"present", {}} : Answer{"out-of-scope", {}};
}

}  // namespace

std::vector<const identity::User*> absent_users(const identity::Directory& desired, const identity::Directory& current) {
    std::unordered_set<std::string_view> known;
    for (const auto& user : desired.users) {
        known.insert(user.external_id.value);
    }
    std::vector<const identity::User*> absent;
    for (const auto& user : current.users) {
        if (user.active && !known.contains(user.external_id.value)) {
            absent.push_back(&user);
        }
    }
    std::sort(absent.begin(), absent.end(), [](const auto* a, const auto* b) { return a->external_id < b->external_id; });
    const auto same = [](const auto* a, const auto* b) { return a->external_id == b->external_id; };
    absent.erase(std::unique(absent.begin(), absent.end(), same), absent.end());
    return absent;
}

void confirm_absence(const std::vector<const identity::User*>& absent,
                     const std::vector<std::string>& scope,
                     const Naming& naming,
                     Service& service,
                     jsonl::Writer& out) {
    const auto members = scope.empty() ? Members{} : members_of_scope(scope, service);
    std::vector<Answer> answers(absent.size());
    auto& client = service.client();
    for (std::size_t i = 0; i < absent.size(); ++i) {
        const auto& user = *absent[i];
        const auto key = user.external_id.value.substr(identity::kUserPrefix.size());
        client.wait_for_room();
        client.send(service.search(naming.key_is_username ? key : user.user_name), http::Repeat::harmless, [&, i](const http::Result& result) {
            const int status = http::status_of(result);
            if (status == 401 || status == 403) {
                http::throw_failure("ACTIVATE: asking about " + absent[i]->user_name, result, kKeyHint);
            }
            try {
                const auto body = http::is_success(result) ? http::json_body(std::get<http::Response>(result)) : std::nullopt;
                answers[i] = body ? answer_of(users_page_from_json(*body), absent[i]->external_id, naming, !scope.empty(), members)
                                  : Answer{"unknown", http::describe(result)};
            } catch (const Error& error) {
                answers[i] = {"unknown", error.what()};
            }
        });
    }
    client.drain();
    for (std::size_t i = 0; i < absent.size(); ++i) {
        nlohmann::ordered_json line{{"type", "confirmation"},
                                    {"externalId", absent[i]->external_id.value},
                                    {"userName", absent[i]->user_name},
                                    {"answer", answers[i].word}};
        if (!answers[i].detail.empty()) {
            line["detail"] = answers[i].detail;
        }
        out.record(line);
    }
}

}  // namespace activate
