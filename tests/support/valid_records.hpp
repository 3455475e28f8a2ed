// A user and a group of the desired side that are not rejected.
#pragma once

#include "record/external_ids.hpp"
#include "record/record.hpp"

namespace valid_records {

inline record::User user() {
    record::User user;
    user.external_id = {record::user_prefix() + "ada"};
    user.user_name = "ada@acme.org";
    return user;
}

inline record::Group group() {
    record::Group group;
    group.external_id = {record::group_prefix() + "hpc"};
    group.display_name = "hpc";
    return group;
}

}  // namespace valid_records
