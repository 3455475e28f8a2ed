#include "activate/unlisted_members.hpp"

#include <map>

namespace activate {

namespace {

std::string why_unclear(const Found& found) {
    if (!found.person) {
        return found.unclear;
    }
    return found.person->active ? "active when queried alone" : "";
}

void look_up(UnlistedMember& unlisted, const Naming& naming, Source& source) {
    const auto& [id, username, email] = unlisted.member;
    if (naming.key_is_username && username.empty()) {
        unlisted.unclear = "the list of members has no username";
        return;
    }
    source.client().wait_for_room();
    source.ask(external_id({.id = id, .username = username}, naming),
               username.empty() ? email : username,
               naming,
               [&unlisted](const Found& found) { unlisted.unclear = why_unclear(found); });
}

}  // namespace

std::vector<UnlistedMember> look_up_unlisted(
    const std::set<std::string>& teams,
    const std::function<bool(const std::string& id)>& is_unlisted,
    const Naming& naming,
    Source& source) {
    std::map<std::string, UnlistedMember> found;  // by the id of the member
    std::vector<UnlistedMember> all;
    source.groups([&](const Team& team) { return teams.contains(team.id); },
                  [&](const Team& team, const MemberList& members) {
                      if (!members) {
                          all.push_back({{}, team.name, "could not be read again"});
                      }
                      for (const auto& member : members.value_or(std::vector<Member>{})) {
                          if (is_unlisted(member.id)) {
                              found.try_emplace(
                                  member.id,
                                  UnlistedMember{member, team.name, "one of too many to query"});
                          }
                      }
                  });
    std::size_t asked = 0;
    for (auto& [id, unlisted] : found) {
        if (asked++ < kMostLookups) {
            look_up(unlisted, naming, source);
        }
    }
    source.client().drain();
    for (auto& [id, unlisted] : found) {
        all.push_back(std::move(unlisted));
    }
    return all;
}

std::string name_of(const UnlistedMember& unlisted) {
    const auto& [id, username, email] = unlisted.member;
    if (id.empty()) {
        return "members of group " + unlisted.group;
    }
    const auto& name = username.empty() ? email : username;
    return id + " (" + (name.empty() ? "" : name + ", ") + "group " + unlisted.group + ")";
}

}  // namespace activate
