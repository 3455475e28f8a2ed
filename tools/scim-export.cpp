// scim-export: what CoreWeave's SCIM service says about the users and groups that are ours, one record a line.

#include "cli.hpp"
#include "connection.hpp"
#include "error.hpp"
#include "jsonl.hpp"
#include "logging.hpp"
#include "record.hpp"
#include "scim_client.hpp"
#include "scim_config.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <unordered_map>

namespace {

using identity::Kind;

constexpr std::array kOwnOptions{
    cli::Option{"unmanaged", "", "", "", "list records that are not ours, too, marked \"managed\":false"},
    cli::Option{"ssh-key-comments", "", "SYNC_SSH_KEY_COMMENTS", "", "keep the comments of SSH keys"},
};
constexpr auto kOptions = http::joined(kOwnOptions, http::joined(scim::kOptions, http::kConnectionOptions));

constexpr cli::Tool kTool{
    .name = "scim-export",
    .synopsis = "[OPTION]...",
    .purpose = "Prints the users and groups of a CoreWeave organization that carry one of our external ids, as the current side.",
    .example = "scim-export > current.jsonl",
    .options = kOptions,
};

// Writes users, then groups, as they come; keeps only what turns a member's SCIM id into its external id.
class Export {
 public:
    Export(scim::Service& service, bool unmanaged, bool keep_comments)
        : service_(service), unmanaged_(unmanaged), keep_comments_(keep_comments), out_(std::cout) {}

    void run() {
        out_.header({.kind = "directory",
                     .side = "current",
                     .source = "scim",
                     .producer = cli::product(kTool.name, ' '),
                     .at = cli::timestamp()});
        const auto ours = unmanaged_ ? std::string() : scim::filter_starts_with("externalId", identity::kPrefix);
        service_.list(Kind::user, ours, [&](const auto& resource) { write_user(resource); });
        service_.list(Kind::group, ours, [&](const auto& resource) { take_group(resource); });
        service_.drain();
        out_.seal({{"users", users_}, {"groups", groups_}});
    }

 private:
    void write_user(const nlohmann::json& resource) {
        const bool managed = identity::is_managed(scim::external_id_of(resource), Kind::user);
        if (!managed && !unmanaged_) {
            return;  // a server may ignore the filter
        }
        const auto user = scim::user_from_resource(resource, keep_comments_);
        if (managed) {
            external_ids_.emplace(user.id.value, user.external_id.value);
        }
        out_.record(identity::to_json(user));
        ++users_;
    }

    void take_group(const nlohmann::json& resource) {
        if (!unmanaged_ && !identity::is_managed(scim::external_id_of(resource), Kind::group)) {
            return;
        }
        const auto group = scim::group_from_resource(resource);
        if (const auto members = scim::member_ids_of(resource)) {
            write_group(group, *members);
            return;
        }
        // Without the attribute nothing is known: some lists leave it out altogether, some only when there are none.
        service_.get(Kind::group, group.id, [this, group](const http::Result& result) { write_asked_group(group, result); });
    }

    void write_asked_group(const identity::Group& group, const http::Result& result) {
        const std::string what = "SCIM group " + group.display_name + " (" + group.id.value + ")";
        if (!http::is_success(result)) {
            http::throw_failure(what, result, scim::kTokenHint);
        }
        const auto body = http::json_body(std::get<http::Response>(result));
        if (!body) {
            throw Error(ExitStatus::unavailable, what + ": the answer is not JSON; is the base URL right?");
        }
        write_group(scim::group_from_resource(*body), scim::member_ids_of(*body).value_or(std::vector<std::string>{}));
    }

    void write_group(identity::Group group, const std::vector<std::string>& member_ids) {
        group.members.emplace();
        for (const auto& id : member_ids) {
            if (const auto known = external_ids_.find(id); known != external_ids_.end()) {
                group.members->push_back({known->second});
            } else {
                group.foreign_members.push_back({id});
            }
        }
        std::sort(group.members->begin(), group.members->end());
        std::sort(group.foreign_members.begin(), group.foreign_members.end());
        out_.record(identity::to_json(group));
        ++groups_;
    }

    scim::Service& service_;
    bool unmanaged_;
    bool keep_comments_;
    jsonl::Writer out_;
    std::unordered_map<std::string, std::string> external_ids_{};  // of users, by SCIM id
    std::size_t users_ = 0;
    std::size_t groups_ = 0;
};

ExitStatus run(const cli::Options& options) {
    const auto config = scim::config_from(options);
    http::Connection connection(options, kTool.name, "SCIM", config.headers);
    scim::Service service(connection.client(), config.base_url, config.page_size);
    Export(service, options.flag("unmanaged"), options.flag("ssh-key-comments")).run();
    logging::info("exported", {{"requests", std::to_string(connection.client().traffic().requests)}});
    return ExitStatus::ok;
}

}  // namespace

int main(int argc, char* argv[]) { return cli::run(kTool, argc, argv, run); }
