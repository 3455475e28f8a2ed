// activate-export: what ACTIVATE says about people, groups and SSH keys, one record a line.

#include "activate_client.hpp"
#include "cli.hpp"
#include "connection.hpp"
#include "error.hpp"
#include "jsonl.hpp"
#include "key_source.hpp"
#include "logging.hpp"
#include "record.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <unordered_map>
#include <unordered_set>

namespace {

constexpr std::array kOwnOptions{
    cli::Option{"api-key-file", "FILE", "ACTIVATE_API_KEY_FILE", "", "API key or token; else $ACTIVATE_API_KEY"},
    cli::Option{"url", "URL", "ACTIVATE_API_URL", "", "ACTIVATE's host; else the one the key names"},
    cli::Option{"org-name", "NAME", "ACTIVATE_ORG_NAME", "", "refuse to run unless the key is of this organization"},
    cli::Option{"org-id", "ID", "ACTIVATE_ORG_ID", "", "refuse to run unless the users are of this organization"},
    cli::Option{"groups", "NAMES", "ACTIVATE_SYNC_GROUPS", "", "only these groups and their members; else all", '\0', true},
    cli::Option{"user-key", "FIELD", "ACTIVATE_USER_KEY", "id", "id or username: <key> of pw-activate:user:<key>"},
    cli::Option{"user-name", "FIELD", "ACTIVATE_USER_NAME", "email", "email or username: what becomes userName"},
    cli::Option{"ssh-keys", "SOURCE", "ACTIVATE_SSH_KEYS", "auto", "pw, rest, none, or auto: pw if it is on PATH, else rest"},
    cli::Option{"ssh-key-comments", "", "SYNC_SSH_KEY_COMMENTS", "", "keep the comments of SSH keys"},
    cli::Option{"jobs", "N", "SYNC_JOBS", "16", "pw programs run at once, at most"},
    cli::Option{"pw-timeout", "SECONDS", "", "20", "for one pw program"},
};
constexpr auto kOptions = http::joined(kOwnOptions, http::kConnectionOptions);

constexpr cli::Tool kTool{
    .name = "activate-export",
    .synopsis = "[OPTION]...",
    .purpose = "Prints the users, groups and SSH public keys of an ACTIVATE organization as the desired side.",
    .example = "activate-export | jq -r 'select(.type == \"user\") | .userName'",
    .options = kOptions,
};

constexpr const char* kDefaultUrl = "https://activate.parallel.works";

/// Everything that the command line and the environment say, judged before the first request.
struct Config {
    activate::Credential credential{};
    std::string url{};
    activate::Naming naming{};
    std::vector<std::string> scope{};
    std::string key_source{};
};

Config config_from(const cli::Options& options) {
    const auto text = cli::secret(options, "api-key-file", "ACTIVATE_API_KEY");
    if (!text) {
        throw Error(ExitStatus::bad_config,
                    "missing configuration: ACTIVATE_API_KEY or ACTIVATE_API_KEY_FILE (made in ACTIVATE, Account Settings, "
                    "Authentication); set it in the environment or in .env (see env.example)");
    }
    Config config;
    config.credential = activate::parse_credential(*text);
    const auto& url = options.value("url");
    config.url = http::checked_base_url(url.empty() ? config.credential.url.value_or(kDefaultUrl) : url,
                                        url.empty() ? "the host that ACTIVATE_API_KEY names" : "ACTIVATE_API_URL");
    config.naming.key_is_username = options.choice("user-key", {"id", "username"}) == "username";
    config.naming.user_name_is_username = options.choice("user-name", {"email", "username"}) == "username";
    config.scope = options.list("groups");
    config.key_source = options.choice("ssh-keys", {"auto", "pw", "rest", "none"});
    if (config.key_source == "auto") {
        config.key_source = activate::is_on_path("pw") ? "pw" : "rest";
    } else if (config.key_source == "pw" && !activate::is_on_path("pw")) {
        throw Error(ExitStatus::bad_config,
                    "ACTIVATE_SSH_KEYS is pw, but there is no pw program on PATH; install it, or use rest or auto");
    }
    return config;
}

std::unique_ptr<activate::KeySource> key_source(const Config& config, const cli::Options& options, activate::Service& service) {
    const bool keep_comments = options.flag("ssh-key-comments");
    if (config.key_source == "none") {
        return nullptr;
    }
    if (config.key_source == "rest") {
        return activate::rest_keys(service, keep_comments);
    }
    return activate::pw_keys({config.credential.token,
                              config.url,
                              static_cast<std::size_t>(options.number("jobs", 1, 256)),
                              std::chrono::seconds(options.number("pw-timeout", 1, 3600)),
                              keep_comments});
}

// Writes users page by page as they come, then groups. Kept in between: who is a member of what, and whom that may name.
class Export {
 public:
    Export(activate::Service& service, activate::KeySource* keys, const Config& config, std::string org_id)
        : service_(service), keys_(keys), config_(config), org_id_(std::move(org_id)), out_(std::cout) {}

    ExitStatus run(const std::string& organization) {
        // The memberships first: they are the scope, so they decide who is written at all.
        teams_ = selected(service_.teams());
        members_ = service_.members(teams_);
        refuse_unknown_scope();
        out_.header({.kind = "directory",
                     .side = "desired",
                     .source = "activate",
                     .scope = config_.scope,
                     .org = organization,
                     .user_name = config_.naming.user_name_is_username ? "username" : "email",
                     .producer = cli::product(kTool.name, ' '),
                     .at = cli::timestamp()});
        service_.users([this](const auto& page) { write_users(page); });
        for (std::size_t i = 0; i < teams_.size(); ++i) {
            write_group(teams_[i], members_[i]);
        }
        out_.seal({{"users", users_}, {"groups", teams_.size()}});
        return finish();
    }

 private:
    std::vector<activate::Team> selected(std::vector<activate::Team> teams) const {
        std::sort(teams.begin(), teams.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
        if (config_.scope.empty()) {
            return teams;
        }
        const auto is_named = [&](const std::string& name) {
            return std::any_of(teams.begin(), teams.end(), [&](const auto& team) { return team.name == name; });
        };
        for (const auto& name : config_.scope) {
            if (!is_named(name)) {
                logging::warning("ACTIVATE_SYNC_GROUPS names " + name + ", and there is no such group; names are compared exactly");
            }
        }
        std::erase_if(teams, [&](const auto& team) {
            return std::find(config_.scope.begin(), config_.scope.end(), team.name) == config_.scope.end();
        });
        if (teams.empty()) {
            throw Error(ExitStatus::bad_config,
                        "none of the groups that ACTIVATE_SYNC_GROUPS names is there; correct the names, or leave it empty for all");
        }
        return teams;
    }

    // With a scope, who is a member decides who keeps access: a list that could not be read would turn people out.
    void refuse_unknown_scope() {
        for (std::size_t i = 0; i < teams_.size(); ++i) {
            if (!members_[i]) {
                if (!config_.scope.empty()) {
                    throw Error(ExitStatus::retry_later,
                                "members of group " + teams_[i].name + " could not be read, and ACTIVATE_SYNC_GROUPS makes them the "
                                "scope; nothing can be said about who is in it; run again later");
                }
                ++unknown_members_;
                continue;
            }
            in_scope_.insert(members_[i]->begin(), members_[i]->end());
        }
    }

    void write_users(const std::vector<activate::Person>& page) {
        std::vector<activate::Person> people;
        std::vector<activate::Person> active;
        for (const auto& person : page) {
            check_organization(person);
            if (config_.scope.empty() || in_scope_.contains(person.id)) {
                people.push_back(person);
                if (person.active) {
                    active.push_back(person);
                    external_ids_.emplace(person.id, activate::external_id(person, config_.naming).value);
                }
            }
        }
        // Nobody needs the keys of the disabled: on deactivation they stay as they are.
        const auto keys = keys_ == nullptr ? std::vector<activate::Keys>(active.size()) : keys_->read(active);
        std::size_t next = 0;
        for (const auto& person : people) {
            auto user = activate::user_record(person, config_.naming);
            if (person.active) {
                user.ssh_keys = keys[next++];
                unknown_keys_ += keys_ != nullptr && !user.ssh_keys ? 1U : 0U;
            }
            out_.record(identity::to_json(user));
            ++users_;
        }
    }

    void check_organization(const activate::Person& person) const {
        if (!org_id_.empty() && !person.organization.empty() && person.organization != org_id_) {
            throw Error(ExitStatus::bad_config,
                        "ACTIVATE_ORG_ID is " + org_id_ + ", but user " + person.username + " is of organization " +
                            person.organization + "; correct the id, or use a key of that organization");
        }
    }

    void write_group(const activate::Team& team, const std::optional<std::vector<std::string>>& member_ids) {
        identity::Group group;
        group.external_id = {std::string(identity::kGroupPrefix) + team.id};
        group.display_name = team.name;
        if (member_ids) {
            group.members.emplace();
            for (const auto& id : *member_ids) {
                if (const auto known = external_ids_.find(id); known != external_ids_.end()) {
                    group.members->push_back({known->second});
                }
            }
            std::sort(group.members->begin(), group.members->end());
            group.members->erase(std::unique(group.members->begin(), group.members->end()), group.members->end());
        }
        out_.record(identity::to_json(group));
    }

    [[nodiscard]] ExitStatus finish() const {
        if (unknown_keys_ == 0 && unknown_members_ == 0) {
            return ExitStatus::ok;
        }
        logging::warning("the export is complete, but the SSH keys of " + std::to_string(unknown_keys_) + " users and the members of " +
                         std::to_string(unknown_members_) + " groups are unknown; these are left as they are");
        return ExitStatus::partial;
    }

    activate::Service& service_;
    activate::KeySource* keys_;
    const Config& config_;
    std::string org_id_;
    jsonl::Writer out_;
    std::vector<activate::Team> teams_{};
    std::vector<std::optional<std::vector<std::string>>> members_{};  // ids, a list for each of teams_
    std::unordered_set<std::string> in_scope_{};
    std::unordered_map<std::string, std::string> external_ids_{};  // of the active people written, by id
    std::size_t users_ = 0;
    std::size_t unknown_keys_ = 0;
    std::size_t unknown_members_ = 0;
};

ExitStatus run(const cli::Options& options) {
    const auto config = config_from(options);
    http::Connection connection(options, kTool.name, "ACTIVATE", activate::authorization(config.credential));
    activate::Service service(connection.client(), config.url);
    const auto& organization = service.find_organization(options.value("org-name"));
    const auto keys = key_source(config, options, service);
    const auto status = Export(service, keys.get(), config, options.value("org-id")).run(organization);
    logging::info("exported", {{"requests", std::to_string(connection.client().traffic().requests)}});
    return status;
}

}  // namespace

int main(int argc, char* argv[]) { return cli::run(kTool, argc, argv, run); }
