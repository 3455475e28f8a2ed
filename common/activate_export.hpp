// The desired side, written as it is read: users page by page, then groups.
#pragma once

#include "activate_client.hpp"
#include "exit_status.hpp"
#include "jsonl.hpp"
#include "key_source.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace activate {

/// Whom to export, and under which names.
struct ExportSettings {
    Naming naming{};
    std::vector<std::string> scope{};  ///< names of the groups; empty: all groups, and everybody
    std::string org_id{};              ///< when given, users of another organization end the run
};

/// The groups that `scope` names, by id; all of them when it is empty. A name without a group is logged. Throws Error{bad_config} when none
/// of the names has one.
[[nodiscard]] std::vector<Team> selected(std::vector<Team> teams, const std::vector<std::string>& scope);

/// One export. Kept while it runs: who is a member of what, and the external ids of active people.
class Export {
 public:
    /// `keys` may be null: then no user has `sshKeys`, and nobody's are changed.
    Export(Service& service, KeySource* keys, ExportSettings settings, jsonl::Writer& out)
        : service_(service), keys_(keys), settings_(std::move(settings)), out_(out) {}

    /// Writes a sealed stream. `partial` when some keys or members are unknown in it. Throws Error when it cannot be whole.
    [[nodiscard]] ExitStatus run(const jsonl::Header& header);

 private:
    void take_members();
    void write_users(const std::vector<Person>& page);
    void write_page(const std::vector<Person>& people, std::vector<Keys> keys);
    void write_group(const Team& team, const std::optional<std::vector<std::string>>& member_ids);
    void check_organization(const Person& person) const;

    Service& service_;
    KeySource* keys_;
    ExportSettings settings_;
    jsonl::Writer& out_;
    std::vector<Team> teams_{};
    std::vector<std::optional<std::vector<std::string>>> members_{};  // ids, a list for each of teams_
    std::unordered_set<std::string> in_scope_{};
    std::unordered_map<std::string, std::string> external_ids_{};  // of the active people written, by id
    std::size_t users_ = 0;
    std::size_t unknown_keys_ = 0;
    std::size_t unknown_members_ = 0;
};

}  // namespace activate
