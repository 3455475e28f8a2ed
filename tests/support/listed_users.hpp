// The result of scim::ScimClient for the lists of a ListServer: the ids, or the status that ends
// the run.
#pragma once

#include "scim/messages.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/list_server.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace listed_users {

using nlohmann::json;
using record::Kind;

using Texts = std::vector<std::string>;

inline const std::string kOurs = scim::filter_starts_with("externalId", "pw-activate:");

/// The ids of managed records that a list emits, sorted.
inline Texts listed(Lists& lists, const std::string& filter = kOurs) {
    Texts ids;
    lists.service.list(Kind::user, filter, [&](const json& row) {
        ids.push_back(row.at("id").get<std::string>());
    });
    std::sort(ids.begin(), ids.end());
    return ids;
}

inline const Texts kAll{"id-0", "id-1", "id-2", "id-3", "id-4"};

/// The same list with the fault is complete; checks the number of pages.
inline std::size_t pages_of(Lists& lists, const Texts& wanted = kAll) {
    CHECK(listed(lists) == wanted);
    return lists.transport.calls().size();
}

inline ExitStatus end_of(Lists& lists) {
    CapturedLog log;
    return caught([&] { (void)listed(lists); }).status;
}

}  // namespace listed_users
