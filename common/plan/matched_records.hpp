// The records of one externalId on both sides, matched. Pure.
#pragma once

#include "base/text.hpp"
#include "plan/types.hpp"
#include "record/merge.hpp"
#include "record/record.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace plan {

template <class Record>
struct MatchedRecords {
    const Record* desired = nullptr;  ///< union of the rows, if there are several
    const Record* current = nullptr;  ///< of several copies, the one that gets the grants
    /// Other records of SCIM with this externalId, by id: they lose access and gain none.
    std::vector<const Record*> copies{};
    std::size_t rows = 0;  ///< number of records of the desired side that `desired` stands for
};

template <class Record>
void warn_of_rows(const Policy& policy,
                  const MatchedRecords<Record>& match,
                  std::vector<std::string>& warnings) {
    if (match.rows > 1) {
        const std::string source = policy.restore ? "the capture" : "ACTIVATE's export";
        warnings.push_back(std::to_string(match.rows) + " rows of " + source +
                           " have the externalId " + match.desired->external_id.value +
                           "; what any of them grants is granted");
    }
}

/// All records of both sides by externalId, so that the order of the input has no influence on the
/// plan. Refers to the directories, and to `unions`, to which a record is added for each externalId
/// of several rows of the desired side.
template <class Record>
class Matches {
  public:
    Matches(const std::vector<Record>& desired,
            const std::vector<Record>& current,
            std::deque<Record>& unions) {
        std::map<std::string_view, std::vector<const Record*>> rows;
        for (const auto& record : desired) {
            rows[record.external_id.value].push_back(&record);
        }
        for (const auto& record : current) {
            by_id_[record.external_id.value].copies.push_back(&record);
        }
        for (auto& [id, list] : rows) {
            auto& match = by_id_[id];
            match.rows = list.size();
            match.desired =
                list.size() == 1 ? list.front() : &unions.emplace_back(record::merged(list));
        }
        for (auto& [id, match] : by_id_) {
            choose_copy(match);
        }
    }

    [[nodiscard]] auto begin() const { return by_id_.begin(); }
    [[nodiscard]] auto end() const { return by_id_.end(); }
    /// By an id that one of the sides has.
    [[nodiscard]] const MatchedRecords<Record>& at(std::string_view id) const {
        return by_id_.at(id);
    }
    /// Null if no record has the id.
    [[nodiscard]] const MatchedRecords<Record>* find(std::string_view id) const {
        const auto found = by_id_.find(id);
        return found == by_id_.end() ? nullptr : &found->second;
    }

  private:
    // The copy with the desired name, otherwise the one with the smallest id.
    static void choose_copy(MatchedRecords<Record>& match) {
        auto& copies = match.copies;
        if (copies.empty()) {
            return;
        }
        std::sort(copies.begin(), copies.end(), [](const Record* a, const Record* b) {
            return std::tie(a->id, record::name_of(*a)) < std::tie(b->id, record::name_of(*b));
        });
        auto chosen = copies.begin();
        if (match.desired != nullptr) {
            const auto wanted = text::fold(record::name_of(*match.desired));
            const auto named = std::find_if(copies.begin(), copies.end(), [&](const Record* copy) {
                return text::fold(record::name_of(*copy)) == wanted;
            });
            chosen = named == copies.end() ? chosen : named;
        }
        match.current = *chosen;
        copies.erase(chosen);
    }

    std::map<std::string_view, MatchedRecords<Record>> by_id_{};
};

}  // namespace plan
