#include "scim/record_writer.hpp"

#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/sort_unique.hpp"
#include "base/text.hpp"
#include "record/merge.hpp"
#include "record/scim_resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace scim {

bool may_be_cut(std::size_t members) {
    constexpr std::size_t kStep = 50;
    return members > 0 && members % kStep == 0;
}

using nlohmann::json;
using record::Kind;

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
    lacks_users_ = service_.without_id() > 0;
}

bool RecordWriter::is_copied(std::string_view key) const {
    return !copied_keys_.empty() && copied_keys_.contains(std::string(key));
}

// A managed user without a record here would be created a second time, and would keep access after
// having left.
void RecordWriter::write_user(const json& resource) {
    std::vector<std::string> faults;
    const auto user = record::user_from_resource(resource, keep_comments_, &faults);
    if (!faults.empty() && !record::is_managed(user.external_id, Kind::user)) {
        logging::warning(service_.name() + " /Users: record " + user.id.value +
                         " cannot be read (" + faults.front() +
                         "); it is left out, and cannot be adopted until it is corrected in "
                         "CoreWeave");
        return;
    }
    report(Kind::user, user, faults);
    out_.record(record::to_json(user));
    ++users_;
}

template <class Record>
void RecordWriter::report(Kind kind, const Record& record, const std::vector<std::string>& faults) {
    if (faults.empty()) {
        return;
    }
    const auto& id = record.external_id.value;
    const auto sentence =
        service_.name() + " " + record::endpoint(kind) + ": record " + record::name_of(record) +
        " (" + (id.empty() ? "no externalId" : id) + ", id " + record.id.value +
        ") is not what RFC 7643 promises: " + faults.front() +
        (faults.size() > 1
             ? ", and " + text::counted(faults.size() - 1, "more fault", "more faults")
             : "") +
        "; correct it in CoreWeave, or report this to the operator of that service";
    log_fault(record::is_managed(record.external_id, kind), sentence);
}

void RecordWriter::log_fault(bool is_managed, const std::string& sentence) {
    if (is_managed) {
        service_.add_malformed();
        logging::error(sentence);
    } else {
        logging::warning(sentence);
    }
}

void RecordWriter::write_group(const json& resource) {
    const auto group = record::group_from_resource(resource);
    std::vector<std::string> faults;
    const auto members = members_in(resource, faults);
    const bool is_managed = record::is_managed(group.external_id, Kind::group);
    if (members && !members->empty()) {
        show_members();
    }
    if (faults.empty() && (!members || (is_managed && may_be_cut(members->size())))) {
        ask_again(group, members);
    } else if (members && members->empty() && is_managed && !shows_members_) {
        shown_empty_.push_back(group);
    } else {
        report(Kind::group, group, faults);
        write(group, members);
    }
}

// Some services show all groups without members in lists. One group with members proves that this
// list is not such a list.
void RecordWriter::show_members() {
    shows_members_ = true;
    for (const auto& group : std::exchange(shown_empty_, {})) {
        write(group, std::vector<std::string>());
    }
}

void RecordWriter::finish_groups() {
    for (const auto& group : std::exchange(shown_empty_, {})) {
        ask_again(group, std::vector<std::string>());
    }
    service_.drain();
}

namespace {

constexpr const char* kMembersByName = "?attributes=members";  // RFC 7644 §3.9

/// The group in the answer to a GET, with attributes of the list if the answer omits them. Throws
/// Error if it is not the listed group.
record::Group group_in(const json& resource, const std::string& what, const record::Group& listed) {
    record::Group group;
    try {
        group = record::group_from_resource(resource);
    } catch (const Error& error) {
        throw Error(error.status(), what + ": " + error.what());
    }
    const auto& shown = group.external_id.value;
    const bool both_show_one = !shown.empty() && !listed.external_id.value.empty();
    if (group.id != listed.id || (both_show_one && group.external_id != listed.external_id)) {
        throw Error(ExitStatus::retry_later,
                    what + ": asked for by its id, the service answers with record " +
                        group.id.value + " (" + (shown.empty() ? "no externalId" : shown) + ")");
    }
    if (shown.empty()) {
        group.external_id = listed.external_id;
    }
    if (group.display_name.empty()) {
        group.display_name = listed.display_name;
        group.version = listed.version;
    }
    return group;
}

// 401 is about the credential. If the service cannot be reached, no other request succeeds either.
bool concerns_one_group(const http::Result& result) {
    using Reason = http::Failure::Reason;
    const auto* failure = std::get_if<http::Failure>(&result);
    return failure == nullptr
               ? http::status_of(result) != 401
               : failure->reason == Reason::timeout || failure->reason == Reason::interrupted ||
                     failure->reason == Reason::too_large;
}

}  // namespace

// If the attribute is missing, the members are unknown. Some services omit it in lists, and some
// unless it is requested by name (RFC 7643 §7). Others omit it only if a group has no members.
void RecordWriter::ask_again(const record::Group& group, const MemberIds& listed) {
    ++asked_again_;
    get_group(group, listed, "");
}

void RecordWriter::get_group(const record::Group& group,
                             const MemberIds& listed,
                             const std::string& query) {
    service_.get(Kind::group, group.id, query, [=, this](const http::Result& result) {
        const auto what = "SCIM group " + group.display_name + " (" + group.id.value + ")";
        json asked;
        record::Group again;
        const int status = http::status_of(result);
        const bool is_refused = !query.empty() && (status == 400 || status == 501);
        try {
            asked = is_refused ? json{{"id", group.id.value}} : service_.resource_of(what, result);
            again = group_in(asked, what, group);
        } catch (const Error& error) {
            if (!concerns_one_group(result)) {
                throw;
            }
            log_fault(record::is_managed(group.external_id, Kind::group),
                      std::string(error.what()) + "; its members are unknown and stay unchanged");
            write(group, std::nullopt);
            return;
        }
        std::vector<std::string> faults;
        auto members = members_in(asked, faults);
        if (!members && faults.empty()) {
            if (query.empty() && listed.value_or(std::vector<std::string>()).empty() &&
                record::is_managed(again.external_id, Kind::group)) {
                get_group(again, listed, kMembersByName);
                return;
            }
            members.emplace();
        }
        if (members && listed && members->size() < listed->size()) {
            write(group, listed);
            return;
        }
        report(Kind::group, again, faults);
        write(again, members);
    });
}

void RecordWriter::write(record::Group group, const MemberIds& member_ids) {
    if (member_ids && !may_have_left_out(group, *member_ids)) {
        set_members(group, *member_ids);
    }
    out_.record(record::to_json(group));
    ++groups_;
}

// A change addresses a member by its value only, so it would concern the user and the group.
RecordWriter::MemberIds RecordWriter::members_in(const json& resource,
                                                 std::vector<std::string>& faults) const {
    auto members = record::member_ids_of(resource, &faults);
    if (!members) {
        return members;
    }
    for (const auto& member : *record::attribute(resource, "members")) {
        const auto id = record::text_attribute(member, "value");
        if (text::fold(record::text_attribute(member, "type")) == "group" && ids_.find(id)) {
            faults.push_back("a member of type Group has the id of a user (" + id +
                             "), so its members are unknown and stay unchanged");
            return std::nullopt;
        }
    }
    return members;
}

// A member who is not a listed user may be one whose record was left out. Treated as unmanaged,
// that user would lose the membership.
bool RecordWriter::may_have_left_out(const record::Group& group,
                                     const std::vector<std::string>& member_ids) {
    const auto unlisted = std::find_if(member_ids.begin(),
                                       member_ids.end(),
                                       [&](const std::string& id) { return !ids_.find(id); });
    if (!lacks_users_ || unlisted == member_ids.end()) {
        return false;
    }
    log_fault(record::is_managed(group.external_id, Kind::group),
              service_.name() + " /Groups: record " + group.display_name + " (id " +
                  group.id.value + "): member " + *unlisted +
                  " may be the user who was left out above, so its members are unknown and stay "
                  "unchanged; delete the record of that user in CoreWeave");
    return true;
}

void RecordWriter::set_members(record::Group& group,
                               const std::vector<std::string>& member_ids) const {
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
}

}  // namespace scim
