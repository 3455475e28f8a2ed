#include "scim/export.hpp"

#include "base/error.hpp"
#include "base/logging.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

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

void CurrentExport::run(const stream::Header& header) {
    out_.header(header);
    const auto list = [&](Kind kind, const auto& each) {
        return settings_.unmanaged ? service_.list(kind, "", each) : service_.list_ours(kind, each);
    };
    ids_ = list(Kind::user, [this](const json& resource) { write_user(resource); });
    seen_keys_ = IdTable();
    list(Kind::group, [this](const json& resource) { take_group(resource); });
    service_.drain();
    if (asked_again_ > 0) {
        logging::info(
            "groups are listed without their members, at least empty ones; each such group was "
            "asked for by its id",
            {{"groups", std::to_string(groups_)}, {"asked", std::to_string(asked_again_)}});
    }
    const auto& traffic = service_.client().traffic();
    out_.seal({{"users", users_},
               {"groups", groups_},
               {"requests", traffic.requests},
               {"retries", traffic.retries}});
    logging::info("exported",
                  {{"users", std::to_string(users_)},
                   {"groups", std::to_string(groups_)},
                   {"requests", std::to_string(traffic.requests)}});
}

// A server may ignore the filter.
bool CurrentExport::is_wanted(const json& resource, Kind kind) const {
    return settings_.unmanaged || record::is_managed(record::external_id_of(resource), kind);
}

bool CurrentExport::is_copied(std::string_view key) const {
    return !copied_keys_.empty() && copied_keys_.contains(std::string(key));
}

void CurrentExport::write_user(const json& resource) {
    const auto external_id = record::external_id_of(resource);
    const auto key = record::is_managed(external_id, Kind::user)
                         ? external_id.value.substr(record::kUserPrefix.size())
                         : std::string();
    keys_.add(key);
    if (!key.empty() && !seen_keys_.add(key).is_new) {
        copied_keys_.insert(key);
    }
    if (is_wanted(resource, Kind::user)) {
        out_.record(record::to_json(record::user_from_resource(resource, settings_.keep_comments)));
        ++users_;
    }
}

void CurrentExport::take_group(const json& resource) {
    if (!is_wanted(resource, Kind::group)) {
        return;
    }
    const auto group = record::group_from_resource(resource);
    if (const auto members = record::member_ids_of(resource)) {
        write_group(group, *members);
        return;
    }
    // Without the attribute nothing is known: some lists leave it out altogether, some only when
    // there are none.
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
        write_group(again, record::member_ids_of(asked).value_or(std::vector<std::string>{}));
    });
}

void CurrentExport::write_group(record::Group group, const std::vector<std::string>& member_ids) {
    group.members.emplace();
    for (const auto& id : member_ids) {
        const auto number = ids_.find(id);
        const auto key = number ? keys_.at(*number) : std::string_view();
        if (key.empty() || is_copied(key)) {
            group.foreign_members.push_back({id});
        } else {
            group.members->push_back({std::string(record::kUserPrefix).append(key)});
        }
    }
    sort_unique(*group.members);
    sort_unique(group.foreign_members);
    out_.record(record::to_json(group));
    ++groups_;
}

}  // namespace scim
