#include "guard.hpp"

#include "error.hpp"

namespace identity {

void refuse_empty(const Directory& desired, bool allow_empty) {
    if (desired.users.empty() && !allow_empty) {
        throw Error(ExitStatus::refused,
                    "the desired side has no user at all, so everybody would lose access; check what activate-export sees, or "
                    "say --allow-empty if nobody shall have access any more");
    }
}

}  // namespace identity
