// The records of one externalId on both sides, matched. Pure.
#pragma once

#include "base/text.hpp"
#include "plan/types.hpp"
#include "record/merge.hpp"
#include "record/record.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
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
        std::vector<Row> rows;
        rows.reserve(desired.size() + current.size());
        const auto add = [&](const std::vector<Record>& records, bool is_desired) {
            for (const auto& record : records) {
                rows.push_back({record.external_id.value, &record, is_desired});
            }
        };
        add(desired, true);
        add(current, false);
        sort(rows);
        for (auto row = rows.begin(); row != rows.end();) {
            const auto id = row->id;
            MatchedRecords<Record> match;
            std::vector<const Record*> wanted;
            for (; row != rows.end() && row->id == id; ++row) {
                (row->is_desired ? wanted : match.copies).push_back(row->record);
            }
            match.rows = wanted.size();
            if (!wanted.empty()) {
                match.desired = wanted.size() == 1 ? wanted.front()
                                                   : &unions.emplace_back(record::merged(wanted));
            }
            choose_copy(match);
            by_id_.emplace_back(id, std::move(match));
        }
    }

    /// Pairs of an externalId and its records, sorted by externalId.
    [[nodiscard]] auto begin() const { return by_id_.begin(); }
    [[nodiscard]] auto end() const { return by_id_.end(); }
    [[nodiscard]] std::size_t size() const { return by_id_.size(); }
    /// By an id that one of the sides has.
    [[nodiscard]] const MatchedRecords<Record>& at(std::string_view id) const {
        return from(id)->second;
    }
    /// Null if no record has the id.
    [[nodiscard]] const MatchedRecords<Record>* find(std::string_view id) const {
        const auto found = from(id);
        return found == by_id_.end() || found->first != id ? nullptr : &found->second;
    }

  private:
    struct Row {
        std::string_view id{};
        const Record* record = nullptr;
        bool is_desired = false;
        std::uint64_t key = 0;  // bytes of the id, as a number
    };

    // Most comparisons need only the first bytes after the prefix that all ids have, and these are
    // next to each other in memory.
    static void sort(std::vector<Row>& rows) {
        auto prefix = rows.empty() ? std::string_view() : rows.front().id;
        for (const auto& row : rows) {
            const auto [end, other] =
                std::mismatch(prefix.begin(), prefix.end(), row.id.begin(), row.id.end());
            prefix = prefix.substr(0, static_cast<std::size_t>(end - prefix.begin()));
        }
        for (auto& row : rows) {
            for (std::size_t i = 0; i < sizeof row.key; ++i) {
                const auto at = prefix.size() + i;
                row.key = (row.key << 8U) |
                          (at < row.id.size() ? static_cast<unsigned char>(row.id[at]) : 0U);
            }
        }
        std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
            return a.key != b.key ? a.key < b.key : a.id < b.id;
        });
    }

    // The first match whose id is not less.
    [[nodiscard]] auto from(std::string_view id) const {
        return std::lower_bound(
            by_id_.begin(), by_id_.end(), id, [](const auto& match, std::string_view wanted) {
                return match.first < wanted;
            });
    }

    // The copy with the desired name, otherwise the one with the smallest id.
    static void choose_copy(MatchedRecords<Record>& match) {
        auto& copies = match.copies;
        if (copies.empty()) {
            return;
        }
        // One record that is listed twice, with different values, has equal ids.
        std::sort(copies.begin(), copies.end(), [](const Record* a, const Record* b) {
            return a->id != b->id ? a->id < b->id
                                  : record::to_json(*a).dump() < record::to_json(*b).dump();
        });
        auto chosen = copies.begin();
        if (copies.size() > 1 && match.desired != nullptr) {
            const auto wanted = text::fold(record::name_of(*match.desired));
            const auto named = std::find_if(copies.begin(), copies.end(), [&](const Record* copy) {
                return text::fold(record::name_of(*copy)) == wanted;
            });
            chosen = named == copies.end() ? chosen : named;
        }
        match.current = *chosen;
        copies.erase(chosen);
    }

    std::vector<std::pair<std::string_view, MatchedRecords<Record>>> by_id_{};
};

}  // namespace plan
