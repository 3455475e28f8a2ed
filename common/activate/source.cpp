#include "activate/source.hpp"

#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/spelling.hpp"

namespace activate {

bool Scope::takes(const Team& team) {
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

void Scope::check() const {
    const auto missing = unmatched();
    for (const auto& name : missing) {
        const auto meant = text::nearest(name, others_);
        logging::warning("ACTIVATE_SYNC_GROUPS names " + name +
                         ", and ACTIVATE has no group of exactly this name" +
                         (meant.empty() ? "" : "; did you mean " + meant + "?"));
    }
    if (!names_.empty() && missing.size() == names_.size()) {
        throw Error(ExitStatus::bad_config,
                    "none of the groups that ACTIVATE_SYNC_GROUPS names is there; correct the "
                    "names, or leave it empty for all");
    }
}

}  // namespace activate
