#include "apply/addition_proofs.hpp"

namespace apply {

std::set<Addition> AdditionProofs::missing_for(bool create, const Effects& effects) const {
    constexpr int kProofsNeeded = 20;
    std::set<Addition> missing;
    const auto add = [&](bool adds, Addition addition) {
        if (adds && stored_.at(static_cast<std::size_t>(addition)) < kProofsNeeded) {
            missing.insert(addition);
        }
    };
    add(effects.activates, create ? Addition::created_active : Addition::activated);
    add(effects.adds_keys, create ? Addition::created_keys : Addition::added_keys);
    return missing;
}

void AdditionProofs::count(const std::set<Addition>& additions) {
    for (const auto addition : additions) {
        ++stored_.at(static_cast<std::size_t>(addition));
    }
}

}  // namespace apply
