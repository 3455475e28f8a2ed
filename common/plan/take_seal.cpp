#include "plan/take_seal.hpp"

#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <vector>

namespace plan {

using nlohmann::json;

namespace {

[[noreturn]] void refuse_seal(const std::string& what) {
    throw Error(ExitStatus::bad_input, what);
}

std::size_t number(const json& object, const std::string& field) {
    const auto found = object.find(field);
    if (found == object.end() || !found->is_number_unsigned()) {
        refuse_seal("the seal has no count \"" + field + "\"");
    }
    return found->get<std::size_t>();
}

std::size_t records(const json& seal, const char* side) {
    const auto found = seal.find(side);
    if (found == seal.end() || !found->is_object()) {
        refuse_seal(std::string("the seal does not say how many records the ") + side +
                    " side had");
    }
    return number(*found, "users") + number(*found, "groups");
}

std::vector<std::string> approved_digests(const json& seal) {
    std::vector<std::string> digests;
    const auto found = seal.find("approved");
    for (const auto& digest : found != seal.end() && found->is_array() ? *found : json::array()) {
        digests.push_back(digest.is_string() ? digest.get<std::string>() : digest.dump());
    }
    return digests;
}

// The records that the exports lack. A plan of complete exports does not have the field.
record::Incomplete exports_of(const json& seal) {
    const auto found = seal.find("exports");
    if (found == seal.end()) {
        return {};
    }
    return {.unresolved = number(*found, "unresolved"), .partial = number(*found, "partial")};
}

bool is_resealed(const json& seal) {
    const auto resealed = seal.find("resealed");
    return resealed != seal.end() && *resealed == true;
}

// Every record of either side has one change, one skip or one unchanged line. A plan without some
// of its lines must be resealed, so that its seal shows it.
void check_balance(const json& seal, std::size_t changes) {
    if (is_resealed(seal)) {
        return;
    }
    const auto accounted =
        changes - number(seal, "split") + number(seal, "skipped") + number(seal, "unchanged");
    const auto expected =
        records(seal, "desired") + records(seal, "current") - number(seal, "matched");
    if (accounted != expected) {
        refuse_seal("the plan does not add up: " + std::to_string(expected) +
                    " records were compared, and it accounts for " + std::to_string(accounted) +
                    "; make it again with scim-diff");
    }
}

// Skips have no check. The two lines of a split change can have one exit status, counted once.
void check_exit_status(const json& seal, const char* field, std::size_t lines) {
    if (!is_resealed(seal) && seal.contains(field) && number(seal, field) > lines) {
        refuse_seal(
            std::string("an \"exitStatus\" was edited, because the seal counts more lines as ") +
            field + "; make the plan again with scim-diff");
    }
}

}  // namespace

void take_seal(const stream::StreamReader& stream,
               const ActionCounts& actions,
               PlanSummary& summary) {
    std::size_t changes = 0;
    for (const auto action : kActions) {
        const auto found = actions.find(std::string(action));
        const auto count = found == actions.end() ? 0 : found->second;
        stream.check_count(std::string(action), count);
        changes += count;
    }
    stream.check_count("skipped", stream.count("skip"));
    stream.check_count("held", summary.held);
    const auto& seal = stream.seal();
    check_balance(seal, changes);
    check_exit_status(seal, "unresolved", summary.unresolved);
    check_exit_status(seal, "partial", summary.partial);
    summary.resealed = is_resealed(seal);
    summary.approved = approved_digests(seal);
    summary.exports = exports_of(seal);
}

}  // namespace plan
