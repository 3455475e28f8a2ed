#include "apply/addition_proofs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace apply {

namespace {
constexpr int kProofsNeeded = 20;
}

std::set<std::string> AdditionProofs::missing_for(const nlohmann::json& patch,
                                                  const ListChange& list) const {
    auto missing = granted_attributes(patch, list);
    std::erase_if(missing, [&](const std::string& attribute) {
        const auto found = stored_.find(attribute);
        return found != stored_.end() && found->second >= kProofsNeeded;
    });
    return missing;
}

void AdditionProofs::count(const std::set<std::string>& attributes) {
    std::for_each(attributes.begin(), attributes.end(), [&](const auto& one) { ++stored_[one]; });
}

}  // namespace apply
