#include "scim/export.hpp"

#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/text.hpp"
#include "record/scim_resource.hpp"
#include "scim/record_writer.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace scim {

using nlohmann::json;
using record::Kind;

namespace {

// A namespace that is set after the first run would create every record a second time.
void require_migration(std::size_t plain_records) {
    const auto& name = record::own_namespace();
    if (name.empty() || plain_records == 0) {
        return;
    }
    throw Error(ExitStatus::bad_config,
                "SYNC_NAMESPACE is " + name + ", no record in SCIM has that namespace, and " +
                    text::counted(plain_records, "record has", "records have") +
                    " none; if these records belong to another deployment, give that one a "
                    "namespace of its own first; if they are those of this deployment, unset "
                    "SYNC_NAMESPACE, or move them into it: SYNC_NAMESPACE= scim-export "
                    "--unmanaged >current.jsonl; scim-diff --migrate-namespace=" +
                    name + " current.jsonl >plan.jsonl; SYNC_NAMESPACE=" + name +
                    " scim-apply plan.jsonl");
}

}  // namespace

void export_current(ScimClient& service,
                    const CurrentExportSettings& settings,
                    const stream::Header& header,
                    stream::Writer& out) {
    out.header(header);
    RecordWriter records(service, settings.keep_comments, out);
    const auto list = [&](Kind kind, const auto& each) {
        return settings.unmanaged ? service.list(kind, "", each) : service.list_ours(kind, each);
    };
    // A service may ignore the filter.
    const auto is_wanted = [&](const record::ExternalId& id, Kind kind) {
        return settings.unmanaged || record::is_managed(id, kind);
    };
    records.know_ids(list(Kind::user, [&](const json& resource) {
        const auto id = record::external_id_of(resource);
        records.know_user(id);
        if (is_wanted(id, Kind::user)) {
            records.write_user(resource);
        }
    }));
    list(Kind::group, [&](const json& resource) {
        if (is_wanted(record::external_id_of(resource), Kind::group)) {
            records.write_group(resource);
        }
    });
    records.finish_groups();
    if (records.users() + records.groups() == 0) {
        require_migration(service.plain_records());
    }
    if (records.asked_again() > 0) {
        logging::info(
            "the list of groups may lack members of some groups; each such group was asked for by "
            "its id",
            {{"groups", static_cast<std::int64_t>(records.groups())},
             {"asked", static_cast<std::int64_t>(records.asked_again())}});
    }
    const auto& traffic = service.client().traffic();
    nlohmann::ordered_json seal{{"users", records.users()},
                                {"groups", records.groups()},
                                {"requests", traffic.requests},
                                {"retries", traffic.retries}};
    if (service.left_out() > 0) {
        seal["partial"] = service.left_out();
    }
    out.seal(seal);
    logging::info("exported",
                  {{"users", static_cast<std::int64_t>(records.users())},
                   {"groups", static_cast<std::int64_t>(records.groups())},
                   {"requests", static_cast<std::int64_t>(traffic.requests)}});
}

}  // namespace scim
