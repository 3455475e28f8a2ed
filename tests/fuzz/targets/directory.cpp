// Both exports, as scim-diff reads them: scim-apply accepts the plan, and the plan is the same with
// the filter for unchanged records and without.
//
// Input: any number of streams, one after the other.

#include "fuzz_target.hpp"
#include "laws/run_diff.hpp"

#include <string>
#include <string_view>

namespace fuzz::directory {

bool is_expected(ExitStatus status) {
    return status == ExitStatus::ok || status == ExitStatus::partial ||
           status == ExitStatus::refused || status == ExitStatus::unresolved ||
           status == ExitStatus::bad_input;
}

void judge(std::string_view input) {
    laws::DiffOptions options;
    options.allow_empty = true;
    const auto filtered = laws::run_diff({std::string(input)}, options);
    require(is_expected(filtered.status), "exports end with 0, 2, 3, 4 or 65");
    options.filter = false;
    const auto whole = laws::run_diff({std::string(input)}, options);
    // An input can have several faults, and the order of reading decides which one is reported. Of
    // two values of one field, the filter has read the first, and the parser takes the last.
    const bool is_refused = filtered.status == ExitStatus::bad_input;
    if (is_refused && (whole.status == ExitStatus::bad_input ||
                       filtered.complaint.find("two values of") != std::string::npos)) {
        return;
    }
    require(filtered.status == whole.status, "the filter changes no exit status");
    require(filtered.plan == whole.plan, "the filter changes no plan");
    require(filtered.warnings == whole.warnings, "the filter changes no warning");
    require(filtered.complaint == whole.complaint, "the filter changes no message");
    if (laws::made_a_plan(whole)) {
        require(laws::why_unreadable(whole.plan).empty(),
                "scim-apply takes each plan of scim-diff");
        require(laws::digest_of_lines(whole.plan) == whole.digest,
                "scim-apply asks for the approval that scim-diff names");
    }
    options.policy.limits = laws::no_limits();
    options.policy.rename_users = true;
    const auto all = laws::run_diff({std::string(input)}, options);
    require(is_expected(all.status), "without limits, exports end with 0, 2, 3, 4 or 65");
    require(!laws::made_a_plan(all) || laws::why_unreadable(all.plan).empty(),
            "without limits, scim-apply takes each plan of scim-diff");
}

const Registration kTarget{"directory", judge};

}  // namespace fuzz::directory
