// Writes users and groups of the SCIM service as records of the current side.
#pragma once

#include "base/id_table.hpp"
#include "scim/client.hpp"
#include "stream/jsonl.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace scim {

/// Whether a list may show only the first of so many members: services cut at round numbers.
[[nodiscard]] bool may_be_cut(std::size_t members);

/// Turns the SCIM ids of members into external ids. All users must be known before the first group
/// is written. If two users have the same externalId, their memberships stay SCIM ids
/// (`foreignMembers`), because the external id would not identify the member.
class RecordWriter {
  public:
    RecordWriter(ScimClient& service, bool keep_comments, stream::Writer& out)
        : service_(service), keep_comments_(keep_comments), out_(out) {}

    /// Adds a user who may be a member of a group. The calls must be in the order of the ids of
    /// know_ids().
    void know_user(const record::ExternalId& external_id);
    /// Sets the ids of these users, once all of them are known.
    void know_ids(IdTable ids);

    /// A managed record with values that RFC 7643 does not allow is logged as an error, counted in
    /// left_out() of the client, and written in the form that user_from_resource describes. An
    /// unmanaged one is logged and not written.
    void write_user(const nlohmann::json& resource);
    /// A group without the attribute `members` is read by a GET. So is a managed group if it
    /// may_be_cut(), or if it is empty and the list shows no members of any group. If the answer
    /// has no `members` either, a managed group is read again with that attribute by name. The
    /// larger list of members counts. If the members are malformed, or the GET does not return this
    /// group, the group is logged, counted if it is managed, and written without `members`: they
    /// are unknown. 401 and a lost service throw Error.
    void write_group(const nlohmann::json& resource);
    /// To be called after all groups. Waits for the answers of write_group().
    void finish_groups();

    [[nodiscard]] std::size_t users() const { return users_; }
    [[nodiscard]] std::size_t groups() const { return groups_; }
    /// The number of groups that were read by a GET.
    [[nodiscard]] std::size_t asked_again() const { return asked_again_; }

  private:
    using MemberIds = std::optional<std::vector<std::string>>;

    void show_members();
    void ask_again(const record::Group& group, const MemberIds& listed);
    void get_group(const record::Group& group, const MemberIds& listed, const std::string& query);
    template <class Record>
    void report(record::Kind kind, const Record& record, const std::vector<std::string>& faults);
    void log_fault(bool is_managed, const std::string& sentence);
    void write(record::Group group, const MemberIds& member_ids);
    [[nodiscard]] MemberIds members_in(const nlohmann::json& resource,
                                       std::vector<std::string>& faults) const;
    [[nodiscard]] bool may_have_left_out(const record::Group& group,
                                         const std::vector<std::string>& member_ids);
    void set_members(record::Group& group, const std::vector<std::string>& member_ids) const;
    [[nodiscard]] bool is_copied(std::string_view key) const;

    ScimClient& service_;
    bool keep_comments_;
    stream::Writer& out_;
    IdTable ids_{};
    TextPool keys_{};      // by the same numbers: the external id without pw-activate:user:, or
                           // empty for unmanaged users
    IdTable seen_keys_{};  // the same keys until all are known, to find duplicates
    std::unordered_set<std::string> copied_keys_{};  // of external ids that two records have
    std::vector<record::Group> shown_empty_{};       // until a group with members is listed
    bool shows_members_ = false;
    bool lacks_users_ = false;  // users without a usable id were left out
    std::size_t users_ = 0;
    std::size_t groups_ = 0;
    std::size_t asked_again_ = 0;
};

}  // namespace scim
