#include "activate/confirm_absence.hpp"

#include "base/error.hpp"
#include "base/id_table.hpp"
#include "cli/producer.hpp"
#include "record/found_records.hpp"
#include "record/read_exports.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace activate {

namespace {

struct AbsenceAnswer {
    std::string word{};
    std::string detail{};
};

/// The users who are members of the selected groups now, by comparable_id(). Nullopt if they could
/// not be read.
using Members = std::optional<IdTable>;

Members members_of_scope(Scope scope, Source& source) {
    Members members(std::in_place);
    source.groups(
        [&](const Team& team) { return scope.takes(team); },
        [&](const Team& team, const MemberList& list) {
            if (!list ||
                list->size() <
                    team.counted.value_or(
                        0)) {  // a missing user may be a member of a group that was not read
                members.reset();
            }
            for (std::size_t i = 0; members && i < list->size(); ++i) {
                members->add(comparable_id((*list)[i].id));
            }
        });
    scope.check();
    if (!scope.malformed().empty()) {
        members.reset();
    }
    return members;
}

AbsenceAnswer answer_of(const Found& found, bool scoped, const Members& members) {
    if (!found.person) {
        return found.unclear.empty() ? AbsenceAnswer{.word = "gone"}
                                     : AbsenceAnswer{.word = "unknown", .detail = found.unclear};
    }
    if (!found.person->active) {
        return {.word = "inactive"};
    }
    if (!scoped) {
        return {.word = "present"};
    }
    if (!members) {
        return {.word = "unknown",
                .detail =
                    "the members of the selected groups are not all known, see the messages above"};
    }
    return members->find(comparable_id(found.person->id)) ? AbsenceAnswer{.word = "present"}
                                                          : AbsenceAnswer{.word = "out-of-scope"};
}

// Places in `found` by external id.
using Places = std::unordered_map<std::string_view, std::size_t>;

// The part of an external id that ACTIVATE chose, in the form in which two ids are alike.
std::string comparable_key(std::string_view external_id) {
    return comparable_id(external_id.substr(record::user_prefix().size()));
}

// Looks for the missing in the list of all users. A malformed row may be any of them, unless it has
// a key. An active row whose key is spelled differently may be the same user, unless it is another
// of the absent users.
void read_list(const Places& absent,
               const Naming& naming,
               Source& source,
               std::vector<Found>& found) {
    std::string fault_without_key;
    std::unordered_map<std::size_t, std::string> faults;
    std::unordered_map<std::string, std::string> alike;  // rows in another spelling
    for (const auto& [id, place] : absent) {
        alike.try_emplace(comparable_key(id));
    }
    const auto see = [&](const Person& person) {
        const auto id = external_id(person, naming);
        if (id.value == record::user_prefix()) {
            fault_without_key = person.fault;
        } else if (const auto place = absent.find(id.value); place == absent.end()) {
            const auto other = alike.find(comparable_key(id.value));
            if (other != alike.end() && (person.active || !person.fault.empty())) {
                other->second = "ACTIVATE lists this user in another spelling, \"" + id.value +
                                "\"; correct it in ACTIVATE";
            }
        } else if (person.fault.empty()) {
            found[place->second].person = person;
        } else {
            faults.emplace(place->second, "malformed in ACTIVATE: " + person.fault);
        }
    };
    source.people(
        [&](const std::vector<Person>& page) { std::for_each(page.begin(), page.end(), see); });
    const auto otherwise =
        fault_without_key.empty()
            ? std::string()
            : "not found, and a user in ACTIVATE's list is malformed: " + fault_without_key;
    for (const auto& [id, place] : absent) {
        const auto fault = faults.find(place);
        const auto& spelling = alike.at(comparable_key(id));
        found[place].unclear = fault != faults.end() ? fault->second
                               : spelling.empty()    ? otherwise
                                                     : spelling;
    }
}

// The search for a user may fail to find an existing user. The address may have changed since SCIM
// stored it, more users may match than a page holds, or a proxy may answer 404. The search may also
// be refused. In all these cases the complete list decides: the user is gone if the list was read
// to its end without that user.
void look_for_the_missing(const std::vector<const record::User*>& absent,
                          const Naming& naming,
                          Source& source,
                          std::vector<Found>& found) {
    if (std::all_of(found.begin(), found.end(), [](const Found& f) { return f.person; })) {
        return;
    }
    Places places;
    for (std::size_t i = 0; i < absent.size(); ++i) {
        places.emplace(absent[i]->external_id.value, i);
    }
    try {
        read_list(places, naming, source, found);
    } catch (const Error& error) {
        if (error.status() == ExitStatus::denied) {
            throw;
        }
        for (auto& answer : found) {
            answer.unclear = answer.unclear.empty() ? error.what() : answer.unclear;
        }
    }
}

}  // namespace

std::vector<const record::User*> absent_users(const record::Directory& desired,
                                              const record::Directory& current) {
    std::unordered_set<std::string_view> known;
    for (const auto& user : desired.users) {
        known.insert(user.external_id.value);
    }
    std::vector<const record::User*> absent;
    for (const auto& user : current.users) {
        if (user.active && !known.contains(user.external_id.value)) {
            absent.push_back(&user);
        }
    }
    std::sort(absent.begin(), absent.end(), [](const auto* a, const auto* b) {
        return a->external_id < b->external_id;
    });
    const auto same = [](const auto* a, const auto* b) { return a->external_id == b->external_id; };
    absent.erase(std::unique(absent.begin(), absent.end(), same), absent.end());
    return absent;
}

void confirm_absence(const std::vector<const record::User*>& absent,
                     const std::vector<std::string>& scope,
                     const Naming& naming,
                     Source& source,
                     stream::Writer& out) {
    const auto members = scope.empty() ? Members{} : members_of_scope(Scope(scope), source);
    std::vector<Found> found(absent.size());
    auto& client = source.client();
    for (std::size_t i = 0; i < absent.size(); ++i) {
        client.wait_for_room();
        source.ask(
            absent[i]->external_id, absent[i]->user_name, naming, [&found, i](const Found& answer) {
                found[i] = answer;
            });
    }
    client.drain();
    look_for_the_missing(absent, naming, source, found);
    for (std::size_t i = 0; i < absent.size(); ++i) {
        const auto answer = answer_of(found[i], !scope.empty(), members);
        nlohmann::ordered_json line{{"type", "confirmation"},
                                    {"externalId", absent[i]->external_id.value},
                                    {"userName", absent[i]->user_name},
                                    {"answer", answer.word}};
        if (!answer.detail.empty()) {
            line["detail"] = answer.detail;
        }
        out.record(line);
    }
}

ExitStatus confirm(const std::vector<std::string>& inputs,
                   const Naming& naming,
                   std::string_view tool,
                   Source& source,
                   const std::function<void()>& prepare) {
    auto sides = record::read_both_exports(inputs);
    (void)record::add_found(sides);  // a capture to restore has them if its list was short
    const auto absent = absent_users(*sides.desired, *sides.current);
    stream::Writer out(std::cout);
    out.header({.kind = "confirmations",
                .source = "activate",
                .scope = sides.desired_header.scope,
                .org = sides.desired_header.org,
                .target = sides.current_header.target,
                .name_space = record::own_namespace(),
                .producer = cli::product(tool, ' '),
                .at = cli::timestamp()});
    if (!absent.empty()) {
        prepare();
        confirm_absence(absent, sides.desired_header.scope, naming, source, out);
    }
    const auto& traffic = source.client().traffic();
    out.seal({{"confirmations", absent.size()},
              {"requests", traffic.requests},
              {"retries", traffic.retries}});
    return ExitStatus::ok;
}

}  // namespace activate
