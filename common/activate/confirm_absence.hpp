// Confirmation of absence: before a user is deactivated because they are missing from the export,
// ACTIVATE is queried again for that user.
#pragma once

#include "activate/source.hpp"
#include "activate/user_record.hpp"
#include "base/exit_status.hpp"
#include "record/directory.hpp"
#include "stream/jsonl.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace activate {

/// The active managed users in `current` that `desired` does not have, by external id. Adds them to
/// `current`.
[[nodiscard]] std::vector<const record::User*> absent_users(const record::Directory& desired,
                                                            const record::Directory& current);

/// Looks up each user of `absent` with one request, and writes one `confirmation` for each, in
/// their order. The answer is `gone`, `inactive`, `out-of-scope` (exists, but in none of the groups
/// of `scope`, whose members are read a second time), `present`, or `unknown` with the reason. If
/// the search returns no user, for any reason, the list of all users is read again and decides. The
/// answer is `unknown` only if that list cannot be read. Throws Error{denied} on 401, and if the
/// list is refused with 403.
void confirm_absence(const std::vector<const record::User*>& absent,
                     const std::vector<std::string>& scope,
                     const Naming& naming,
                     Source& source,
                     stream::Writer& out);

/// `--confirm`: reads both exports from `inputs` and writes one confirmation for each user who is
/// missing from the desired one. `prepare` is called before the first request, if there is one.
[[nodiscard]] ExitStatus confirm(const std::vector<std::string>& inputs,
                                 const Naming& naming,
                                 std::string_view tool,
                                 Source& source,
                                 const std::function<void()>& prepare);

}  // namespace activate
