// Both sides of one external id. Pure.
#pragma once

#include "base/text.hpp"
#include "plan/types.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plan {

template <class Record>
struct MatchedRecords {
    std::vector<const Record*> desired{};
    std::vector<const Record*> current{};

    /// More than one record on a side: an error to report, not to mend.
    [[nodiscard]] bool is_ambiguous() const { return desired.size() > 1 || current.size() > 1; }
    [[nodiscard]] const Record* wanted() const {
        return desired.empty() ? nullptr : desired.front();
    }
    [[nodiscard]] const Record* present() const {
        return current.empty() ? nullptr : current.front();
    }
};

/// Ordered by external id, so that the order in which records came has no influence on the plan.
template <class Record>
std::map<std::string_view, MatchedRecords<Record>> match_records(
    const std::vector<Record>& desired, const std::vector<Record>& current) {
    std::map<std::string_view, MatchedRecords<Record>> pairs;
    for (const auto& record : desired) {
        pairs[record.external_id.value].desired.push_back(&record);
    }
    for (const auto& record : current) {
        pairs[record.external_id.value].current.push_back(&record);
    }
    for (auto& [id, pair] : pairs) {
        std::sort(pair.current.begin(), pair.current.end(), [](const Record* a, const Record* b) {
            return a->id < b->id;
        });
    }
    return pairs;
}

/// The sentence for a pair that is ambiguous; names the records of SCIM.
template <class Record>
std::string describe_ambiguity(const MatchedRecords<Record>& pair) {
    if (pair.current.size() < 2) {
        return std::to_string(pair.desired.size()) +
               " records of ACTIVATE's export carry this externalId; none is touched";
    }
    text::Some ids;
    for (const auto* record : pair.current) {
        ids.add(record->id.value);
    }
    return "records " + ids.joined() +
           " in SCIM carry this externalId; none is touched until all but one are deleted there";
}

}  // namespace plan
