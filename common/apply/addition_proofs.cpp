#include "apply/addition_proofs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace apply {

namespace {
constexpr int kProofsNeeded = 20;
}

std::set<std::string> AdditionProofs::missing_for(const nlohmann::json& body,
                                                  const ListChange& list) const {
    const std::string method = body.contains("Operations") ? "PATCH " : "POST ";
    std::set<std::string> missing;
    for (const auto& attribute : granted_attributes(body, list)) {
        const auto found = stored_.find(method + attribute);
        if (found == stored_.end() || found->second < kProofsNeeded) {
            missing.insert(method + attribute);
        }
    }
    return missing;
}

void AdditionProofs::count(const std::set<std::string>& additions) {
    std::for_each(additions.begin(), additions.end(), [&](const auto& one) { ++stored_[one]; });
}

}  // namespace apply
