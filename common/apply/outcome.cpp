#include "apply/outcome.hpp"

#include "base/logging.hpp"

#include <nlohmann/json.hpp>

namespace apply {

namespace {

struct Row {
    std::string_view word;
    std::size_t Outcomes::*count;
};

Row row_of(Ending ending) {
    switch (ending) {
        case Ending::applied:
            return {"applied", &Outcomes::applied};
        case Ending::failed:
            return {"failed", &Outcomes::failed};
        case Ending::skipped:
            return {"skipped", &Outcomes::skipped};
        case Ending::held:
            return {"held", &Outcomes::held};
        case Ending::planned:
            break;
    }
    return {"planned", &Outcomes::planned};
}

}  // namespace

void OutcomeLog::add(const plan::PlannedChange& change, const Outcome& outcome) {
    const auto resource = record::resource_name(change.kind);
    const auto row = row_of(outcome.ending);
    ++(counts_.*row.count);
    if (outcome.ending == Ending::failed || outcome.ending == Ending::skipped) {
        logging::warning(std::string(resource) + " " + change.external_id.value + ": " +
                         change.action + " " + std::string(row.word) + ": " +
                         std::string(outcome.reason) + ": " + outcome.detail);
    }
    nlohmann::ordered_json
        line;  // field by field: a list of pairs would make an array of each first
    line["type"] = "outcome";
    line["id"] = change.id;
    line["action"] = change.action;
    line["resource"] = resource;
    line["externalId"] = change.external_id.value;
    line["outcome"] = row.word;
    if (!outcome.reason.empty()) {
        line["reason"] = outcome.reason;
    }
    if (outcome.status != 0) {
        line["status"] = outcome.status;
    }
    if (!outcome.detail.empty()) {
        line["detail"] =
            logging::presentable(outcome.detail);  // the server may have echoed the token
    }
    out_.record(line);
}

}  // namespace apply
