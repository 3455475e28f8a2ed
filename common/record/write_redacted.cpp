#include "record/attributes.hpp"
#include "record/merge.hpp"
#include "record/redaction.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace record {

namespace {

void copy_names(const User& from, User& to) {
    to.user_name = from.user_name;
    for (const auto& row : kUserAttributes) {
        if (row.text != nullptr) {
            to.*row.text = from.*row.text;
        }
    }
}
void copy_names(const Group& from, Group& to) {
    to.display_name = from.display_name;
}

// Of several rows with one externalId, the names that come first when they are sorted count. The
// order of names is not kept, so all rows get these.
template <class Record>
void unite_names(std::vector<Record>& records) {
    std::map<std::string, std::vector<Record*>> rows;
    for (auto& record : records) {
        rows[record.external_id.value].push_back(&record);
    }
    for (auto& [id, same] : rows) {
        if (same.size() > 1) {
            const auto first = merged(std::vector<const Record*>(same.begin(), same.end()));
            std::for_each(same.begin(), same.end(), [&](Record* row) { copy_names(first, *row); });
        }
    }
}

void write_directory(const Directory& side, Redaction& redaction, stream::Writer& out) {
    for (const auto* users : {&side.users, &side.unmanaged_users}) {
        for (const auto& user : *users) {
            out.record(to_json(redaction.redacted(user)));
        }
    }
    for (const auto* groups : {&side.groups, &side.unmanaged_groups}) {
        for (const auto& group : *groups) {
            out.record(to_json(redaction.redacted(group)));
        }
    }
    nlohmann::ordered_json seal{{"users", side.users.size() + side.unmanaged_users.size()},
                                {"groups", side.groups.size() + side.unmanaged_groups.size()}};
    if (side.malformed > 0) {
        seal["malformed"] = side.malformed;
    }
    if (side.malformed_groups > 0) {
        seal["malformedGroups"] = side.malformed_groups;
    }
    if (side.incomplete.unresolved > 0) {
        seal["unresolved"] = side.incomplete.unresolved;
    }
    if (side.incomplete.partial > 0) {
        seal["partial"] = side.incomplete.partial;
    }
    out.seal(seal);
}

}  // namespace

void write_redacted(Sides sides, std::string_view secret, stream::Writer& out) {
    if (sides.desired) {
        unite_names(sides.desired->users);
        unite_names(sides.desired->groups);
    }
    Redaction redaction(secret, sides);
    const auto write = [&](const std::optional<Directory>& side, const stream::Header& header) {
        if (side) {
            out.header(redaction.redacted(header));
            write_directory(*side, redaction, out);
        }
    };
    write(sides.desired, sides.desired_header);
    write(sides.current, sides.current_header);
    if (sides.confirmations) {
        out.header(redaction.redacted(sides.confirmations_header));
        for (const auto& [id, answer] : *sides.confirmations) {
            out.record({{"type", "confirmation"},
                        {"externalId", redaction.external_id(id)},
                        {"answer", answer}});
        }
        out.seal({{"confirmations", sides.confirmations->size()}});
    }
    write(sides.found, sides.found_header);
}

}  // namespace record
