#include "scim/check.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/describe_response.hpp"
#include "record/scim_resource.hpp"
#include "scim/messages.hpp"
#include "scim/record_writer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace scim {

using nlohmann::json;
using record::Kind;

namespace {

std::string counted(std::size_t number, const char* things) {
    return std::to_string(number) + " " + things;
}

/// The Error that would end a run on this result.
Error error_of(const ScimClient& service, const std::string& what, const http::Result& result) {
    try {
        http::throw_failure(what, result, service.hint());
    } catch (const Error& error) {
        return error;
    }
}

// RFC 7643 §5 and RFC 9865 §4. A feature that is not listed may be supported or not.
std::string described(const json& configuration) {
    const auto supports = [&](const char* feature) {
        const auto* entry = record::attribute(configuration, feature);
        const auto* supported = entry == nullptr ? nullptr : record::attribute(*entry, "supported");
        return std::string(supported == nullptr ? "not said" : *supported == true ? "yes" : "no");
    };
    return "patch " + supports("patch") + ", bulk " + supports("bulk") + ", filter " +
           supports("filter") + ", etag " + supports("etag");
}

std::vector<std::string> ids_of(const ListResponse& list) {
    std::vector<std::string> ids;
    for (const auto& resource : list.resources) {
        ids.push_back(record::id_of(resource));
    }
    return ids;
}

/// One page, or the reason why there is none. Throws if the answer is not a list.
struct Look {
    http::Result result{};
    std::optional<ListResponse> list = std::nullopt;
};

Look look_at(http::Result result, bool by_cursor) {
    auto meant = as_meant(std::move(result));
    auto body =
        http::is_success(meant) ? http::json_body(std::get<http::Response>(meant)) : std::nullopt;
    auto list = body ? std::optional(list_from_json(*std::move(body), by_cursor)) : std::nullopt;
    return {std::move(meant), std::move(list)};
}

class CurrentSideCheck {
  public:
    CurrentSideCheck(ScimClient& service, cli::CheckReport& findings)
        : service_(service), findings_(findings), count_(service.page_size()) {}

    void run() {
        for (const auto kind : {Kind::user, Kind::group}) {
            try {
                check_paging(kind);
                const auto ours = list_all(kind);
                check_filter(kind, ours);
            } catch (const Error& error) {
                findings_.fail(error);
            }
        }
        check_versions();
    }

  private:
    [[nodiscard]] std::string name_of(Kind kind) const {
        return service_.name() + " " + record::endpoint(kind);
    }

    void check_paging(Kind kind) {
        const auto asked = service_.page_size();
        auto first = look_at(service_.page(kind, {.count = asked}), false);
        if (http::status_of(first.result) == 400) {
            findings_.warn(name_of(kind) + ": a count of " + std::to_string(asked) +
                           " is refused (" + http::describe(first.result) +
                           "), so the service's own page size is used; set CW_SCIM_PAGE_SIZE to "
                           "what it takes");
            count_ = 0;
            first = look_at(service_.page(kind, {.count = 0}), false);
        }
        if (!first.list) {
            return;  // listing reports the fault
        }
        const auto& list = *first.list;
        const auto rows = list.resources.size();
        const auto total = list.total_results.value_or(rows);
        if (rows < asked && (rows < total || !list.next_cursor.empty())) {
            findings_.ok(name_of(kind) + ": a page holds " + counted(rows, "of the ") +
                         std::to_string(asked) + " asked for; that costs pages, nothing else");
        }
        if (!list.next_cursor.empty()) {
            findings_.ok(name_of(kind) +
                         ": paged by cursors (RFC 9865), which the service sends unasked" +
                         (list.total_results ? "" : "; it names no total"));
            return;
        }
        check_index(kind, list, total);
        const auto by_cursor = look_at(service_.client().fetch(service_.request(
                                           "GET", record::endpoint(kind) + "?cursor=&count=1")),
                                       true);
        if (by_cursor.list && !by_cursor.list->next_cursor.empty()) {
            findings_.ok(name_of(kind) +
                         ": cursors (RFC 9865) are offered, too; the index is used");
        }
    }

    void check_index(Kind kind, const ListResponse& list, std::size_t total) {
        const auto second = look_at(service_.page(kind, {.offset = 1, .count = 1}), false);
        const auto verdict =
            second.list ? judge_index(ids_of(list), ids_of(*second.list)) : IndexPaging::unclear;
        if (verdict == IndexPaging::works) {
            findings_.ok(name_of(kind) + ": paged by index");
        } else if (list.resources.size() < 2) {
            findings_.ok(name_of(kind) + ": too few to see how it is paged");
        } else if (verdict == IndexPaging::ignored && list.resources.size() < total) {
            findings_.fail(ExitStatus::retry_later,
                           name_of(kind) + ": startIndex is ignored, and " + std::to_string(total) +
                               " do not fit into a page of " +
                               std::to_string(list.resources.size()) +
                               ", so the list cannot be read completely; raise CW_SCIM_PAGE_SIZE, "
                               "or report this to the service operator");
        } else if (verdict == IndexPaging::unclear) {
            findings_.warn(
                name_of(kind) +
                ": the kind of paging is unclear, because the list changes or its totals are "
                "wrong; a line below shows whether it can be read completely");
        } else {
            findings_.warn(name_of(kind) +
                           ": startIndex seems to be ignored; all fit into one page now, and when "
                           "they do not, exports will end with 75");
        }
    }

    // All records, as scim-export --unmanaged reads them. Keeps the ids of the managed ones.
    IdTable list_all(Kind kind) {
        IdTable ours;
        IdTable external_ids;
        ResourceCounts tally;
        service_.list(kind, "", [&](const json& resource) {
            count(kind, resource, external_ids, tally);
            if (record::is_managed(record::external_id_of(resource), kind)) {
                ours.add(record::id_of(resource));
            }
        });
        say(kind, tally);
        versions_ += tally.versions;
        resources_ += tally.managed + tally.unmanaged;
        return ours;
    }

    void say(Kind kind, const ResourceCounts& tally) {
        findings_.ok(name_of(kind) + ": " + counted(tally.managed, "managed") +
                     (kind == Kind::user ? " (" + counted(tally.inactive, "inactive), ") : ", ") +
                     counted(tally.unmanaged, "unmanaged, which are never changed"));
        if (tally.repeated > 0) {
            findings_.warn(name_of(kind) + ": " +
                           counted(tally.repeated,
                                   "carry an external id that another one carries, too; such "
                                   "people are skipped: remove one record of each"));
        }
        if (tally.unreadable > 0) {
            findings_.fail(ExitStatus::unavailable,
                           name_of(kind) + ": " +
                               counted(tally.unreadable,
                                       "cannot be understood; scim-export ends at the first of "
                                       "them and says what is wrong with it"));
        }
        if (tally.without_members > 0) {
            findings_.warn(
                name_of(kind) + ": " + counted(tally.without_members, "of ") +
                std::to_string(tally.without_members + tally.with_members + tally.empty) +
                " are listed without their members, so each managed one costs a request" +
                (tally.with_members > 0
                     ? "; others have them, so probably only empty groups lack them"
                     : ""));
        } else if (tally.with_members > 0) {
            findings_.ok(name_of(kind) + ": listed with their members");
        } else if (tally.empty > 0) {
            findings_.warn(name_of(kind) + ": " + counted(tally.empty, "of ") +
                           std::to_string(tally.empty) +
                           " are listed with an empty list of members, which some services do for "
                           "all groups, so each managed one costs a request");
        }
        if (tally.may_be_cut > 0) {
            findings_.ok(name_of(kind) + ": " +
                         counted(tally.may_be_cut,
                                 "are listed with a multiple of 50 members, which may be the first "
                                 "ones only; each managed one costs a request"));
        }
    }

    void check_filter(Kind kind, const IdTable& ours) {
        const auto filter = filter_starts_with("externalId", record::managed_prefix());
        const auto first = look_at(service_.page(kind, {.filter = filter, .count = count_}), false);
        if (!http::is_success(first.result)) {
            findings_.warn(name_of(kind) + ": filter sw is refused (" +
                           http::describe(first.result) +
                           "); everything is listed instead and selected here, which costs more "
                           "pages if many are unmanaged");
            return;
        }
        std::size_t found = 0;
        std::size_t others = 0;
        service_.list(kind, filter, [&](const json& resource) {
            ++(ours.find(record::id_of(resource)) ? found : others);
        });
        if (found < ours.size()) {
            findings_.fail(ExitStatus::unavailable,
                           name_of(kind) + ": filter sw leaves out " +
                               counted(ours.size() - found, "of ") + std::to_string(ours.size()) +
                               " managed records, unless the list has just changed; if this is "
                               "repeated, export with scim-export "
                               "--unmanaged, which uses no filter");
        } else if (others > 0) {
            findings_.warn(
                name_of(kind) + ": filter sw brings " +
                counted(others, "that are unmanaged, too; they are selected here, and cost pages"));
        } else {
            findings_.ok(name_of(kind) + ": filter sw returns managed records and nothing else");
        }
    }

    void check_versions() {
        if (resources_ > 0 && versions_ == resources_) {
            findings_.ok(service_.name() +
                         ": ETags on every record: one that is changed by others during a run is "
                         "not overwritten");
        } else if (resources_ > 0) {
            findings_.warn(service_.name() + ": ETags on " + counted(versions_, "of ") +
                           std::to_string(resources_) +
                           " records: a change by others during a run is overwritten, unless "
                           "scim-apply --verify-before looks first");
        }
    }

    ScimClient& service_;
    cli::CheckReport& findings_;
    std::size_t count_;  // rows to request in a page; 0 if a page size is refused
    std::size_t versions_ = 0;
    std::size_t resources_ = 0;
};

}  // namespace

bool check_access(ScimClient& service, cli::CheckReport& findings) {
    const auto result =
        as_meant(service.client().fetch(service.request("GET", "/ServiceProviderConfig")));
    const int status = http::status_of(result);
    if (std::holds_alternative<http::Failure>(result)) {
        findings.fail(error_of(service, service.name(), result));
        return false;
    }
    const auto configuration =
        http::is_success(result) ? http::json_body(std::get<http::Response>(result)) : std::nullopt;
    // ServiceProviderConfig may be open to all, or closed: the list of users decides.
    const auto users = as_meant(service.page(Kind::user, {.count = 1}));
    const auto* page = std::get_if<http::Response>(&users);
    const bool refused = page == nullptr || page->status == 401 || page->status == 403;
    if (refused) {
        findings.fail(error_of(service, service.name() + " /Users", users));
        return false;
    }
    if (http::is_success(users) && !http::json_body(*page)) {
        findings.fail(
            ExitStatus::unavailable,
            service.name() + " /Users: " + http::no_json(*page, "is the base URL right?"));
        return false;
    }
    if (http::status_of(users) == 404) {
        findings.fail(
            ExitStatus::unavailable,
            service.name() + " /Users: " + http::describe(users) + "; is the base URL right?");
        return false;
    }
    findings.ok(service.name() + ": reachable, token accepted");
    if (configuration && configuration->is_object()) {
        findings.ok(service.name() + " /ServiceProviderConfig: " + described(*configuration));
    } else {
        findings.warn(service.name() + " /ServiceProviderConfig: " +
                      (status == 200 ? "not JSON" : http::describe(result)) +
                      "; it is not needed, what the service can do is seen by asking");
    }
    return true;
}

void check_current_side(ScimClient& service, cli::CheckReport& findings) {
    if (check_access(service, findings)) {
        CurrentSideCheck(service, findings).run();
    }
}

IndexPaging judge_index(const std::vector<std::string>& first,
                        const std::vector<std::string>& from_second) {
    if (first.size() < 2 || from_second.empty()) {
        return IndexPaging::unclear;
    }
    return from_second.front() == first[1]   ? IndexPaging::works
           : from_second.front() == first[0] ? IndexPaging::ignored
                                             : IndexPaging::unclear;
}

void count(Kind kind, const json& resource, IdTable& external_ids, ResourceCounts& tally) {
    const auto external_id = record::external_id_of(resource);
    const bool managed = record::is_managed(external_id, kind);
    ++(managed ? tally.managed : tally.unmanaged);
    tally.repeated += managed && !external_ids.add(external_id.value).is_new ? 1U : 0U;
    try {
        if (kind == Kind::user) {
            const auto user = record::user_from_resource(resource, false);
            tally.inactive += managed && !user.active ? 1U : 0U;
            tally.versions += user.version.empty() ? 0U : 1U;
        } else {
            tally.versions += record::group_from_resource(resource).version.empty() ? 0U : 1U;
            const auto members = record::member_ids_of(resource);
            ++(!members           ? tally.without_members
               : members->empty() ? tally.empty
                                  : tally.with_members);
            tally.may_be_cut += members && may_be_cut(members->size()) ? 1U : 0U;
        }
    } catch (const Error&) {
        tally.unreadable += 1;
    }
}

}  // namespace scim
