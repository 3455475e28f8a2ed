// Records of the desired and of the current side.
#pragma once

#include "record/record.hpp"

#include <string>
#include <utility>

namespace people {

inline constexpr const char* kKeysUrn =
    "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";

/// The same record on the current side.
template <class Record>
Record there(Record record, const std::string& id) {
    record.id = {id};
    return record;
}

inline record::User inactive(record::User user) {
    user.active = false;
    return user;
}

}  // namespace people
