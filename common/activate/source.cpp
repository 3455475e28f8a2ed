#include "activate/source.hpp"

#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/spelling.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <iterator>

namespace activate {

namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool Scope::takes(const Team& team) {
    if (team.id.empty() || (team.name.empty() && !is_everything())) {
        malformed_.push_back(team);
        return false;
    }
    has_group_ = true;
    bool named = names_.empty();
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (names_[i] == team.name) {
            named = seen_[i] = true;
        }
    }
    if (!named) {
        others_.push_back(team.name);
    }
    return named;
}

std::vector<std::string> Scope::unmatched() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (!seen_[i]) {
            names.push_back(names_[i]);
        }
    }
    return names;
}

std::vector<Team> Scope::malformed() const {
    const bool lacks_a_group = !unmatched().empty();
    std::vector<Team> teams;
    std::copy_if(
        malformed_.begin(), malformed_.end(), std::back_inserter(teams), [&](const Team& team) {
            return is_everything() || (team.name.empty() ? lacks_a_group : has(names_, team.name));
        });
    return teams;
}

void Scope::check() const {
    const auto missing = unmatched();
    const auto unknown = malformed();
    const bool is_there = names_.empty() ? has_group_ : missing.size() < names_.size();
    if (!unknown.empty() && !is_there) {
        throw Error(ExitStatus::unavailable,
                    "ACTIVATE groups: " +
                        text::counted(unknown.size(), "row is malformed", "rows are malformed") +
                        ", and the list has no other group" + (names_.empty() ? "" : " in scope") +
                        "; check the host, or ask ACTIVATE's support to repair them");
    }
    for (const auto& name : missing) {
        if (std::any_of(unknown.begin(), unknown.end(), [&](const Team& team) {
                return team.name.empty() || team.name == name;
            })) {
            logging::warning("ACTIVATE_SYNC_GROUPS names " + name +
                             ", which may be a malformed group of ACTIVATE; its members in SCIM "
                             "keep their access until ACTIVATE shows that they have left");
            continue;
        }
        const auto meant = text::nearest(name, others_);
        logging::warning("ACTIVATE_SYNC_GROUPS names " + name +
                         ", and ACTIVATE has no group of exactly this name" +
                         (meant.empty() ? "" : "; did you mean \"" + meant + "\"?"));
    }
    if (!names_.empty() && missing.size() == names_.size()) {
        throw Error(ExitStatus::bad_config,
                    "none of the groups that ACTIVATE_SYNC_GROUPS names is there; correct the "
                    "names, or leave it empty for all");
    }
}

}  // namespace activate
