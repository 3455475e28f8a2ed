#include "scim/record_writer.hpp"

#include "base/error.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace scim {

using nlohmann::json;
using record::Kind;

namespace {

template <class Id>
void sort_unique(std::vector<Id>& ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

void RecordWriter::know_user(const record::ExternalId& external_id) {
    const auto key = record::is_managed(external_id, Kind::user)
                         ? external_id.value.substr(record::user_prefix().size())
                         : std::string();
    keys_.add(key);
    if (!key.empty() && !seen_keys_.add(key).is_new) {
        copied_keys_.insert(key);
    }
}

void RecordWriter::know_ids(IdTable ids) {
    ids_ = std::move(ids);
    seen_keys_ = IdTable();
}

bool RecordWriter::is_copied(std::string_view key) const {
    return !copied_keys_.empty() && copied_keys_.contains(std::string(key));
}

void RecordWriter::write_user(const json& resource) {
    out_.record(record::to_json(record::user_from_resource(resource, keep_comments_)));
    ++users_;
}

void RecordWriter::write_group(const json& resource) {
    const auto group = record::group_from_resource(resource);
    if (const auto members = record::member_ids_of(resource)) {
        write(group, *members);
    } else {
        ask_again(group);
    }
}

// If the attribute is missing, the members are unknown: some services omit it in lists, and some
// only if a group has no members.
void RecordWriter::ask_again(const record::Group& group) {
    ++asked_again_;
    service_.get(Kind::group, group.id, [this, group](const http::Result& result) {
        const auto what = "SCIM group " + group.display_name + " (" + group.id.value + ")";
        const auto asked = service_.resource_of(what, result);
        auto again = record::group_from_resource(asked);
        const bool both_show_one =
            !again.external_id.value.empty() && !group.external_id.value.empty();
        if (again.id != group.id || (both_show_one && again.external_id != group.external_id)) {
            throw Error(
                ExitStatus::retry_later,
                what + ": asked for by its id, the service answers with record " + again.id.value +
                    " (" +
                    (again.external_id.value.empty() ? "no externalId" : again.external_id.value) +
                    "); run again later");
        }
        again.external_id = both_show_one || group.external_id.value.empty() ? again.external_id
                                                                             : group.external_id;
        write(again, record::member_ids_of(asked).value_or(std::vector<std::string>{}));
    });
}

void RecordWriter::write(record::Group group, const std::vector<std::string>& member_ids) {
    group.members.emplace();
    for (const auto& id : member_ids) {
        const auto number = ids_.find(id);
        const auto key = number ? keys_.at(*number) : std::string_view();
        if (key.empty() || is_copied(key)) {
            group.foreign_members.push_back({id});
        } else {
            group.members->push_back({record::user_prefix() + std::string(key)});
        }
    }
    sort_unique(*group.members);
    sort_unique(group.foreign_members);
    out_.record(record::to_json(group));
    ++groups_;
}

}  // namespace scim
