// scim-diff as a function of texts: the work of its main function, without a process or a file.
#pragma once

#include "base/exit_status.hpp"
#include "plan/types.hpp"

#include <string>
#include <vector>

namespace laws {

/// The command line.
struct DiffOptions {
    plan::Policy
        policy{};  ///< without the options that the streams decide: userNames, confirmations
    std::string approve{};
    std::string capture{};  ///< --restore: the text of the captured stream; a desired side among
                            ///< the inputs shows which users have left since then
    bool strict = false;
    bool allow_empty = false;
    bool all = false;
    std::string shard{};  ///< I/N
    std::vector<std::string> only{};
    bool filter = true;  ///< as scim-diff does if not every record is requested
};

struct DiffAnswer {
    ExitStatus status = ExitStatus::ok;
    std::string plan{};    ///< standard output
    std::string digest{};  ///< of the held changes
    std::vector<std::string> warnings{};
    std::string complaint{};  ///< the last line on standard error
};

/// `inputs` are the files, or one text for standard input.
[[nodiscard]] DiffAnswer run_diff(const std::vector<std::string>& inputs,
                                  const DiffOptions& options = {});

/// Limits that no change exceeds.
[[nodiscard]] plan::Limits no_limits();

/// True for 0, 2, 3 and 4: there is a plan.
[[nodiscard]] bool made_a_plan(const DiffAnswer& answer);

/// Reads a plan with scim-apply's reader; returns the message of a rejection, or an empty text.
[[nodiscard]] std::string why_unreadable(const std::string& plan);

/// The digest of the held lines of a plan, as scim-apply computes it.
[[nodiscard]] std::string digest_of_lines(const std::string& plan);

}  // namespace laws
