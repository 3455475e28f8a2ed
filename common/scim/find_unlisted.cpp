#include "scim/find_unlisted.hpp"

#include "base/error.hpp"
#include "base/id_table.hpp"
#include "base/logging.hpp"
#include "base/sort_unique.hpp"
#include "base/text.hpp"
#include "record/merge.hpp"
#include "record/read_exports.hpp"
#include "record/scim_resource.hpp"
#include "record/validation.hpp"
#include "scim/messages.hpp"
#include "scim/record_writer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace scim {

using nlohmann::json;
using record::Kind;
using record::name_of;

namespace {

template <class Record, class MayBeCreated>
std::vector<Question> questions(const std::vector<Record>& desired,
                                const std::vector<Record>& current,
                                MayBeCreated may_be_created) {
    std::unordered_multimap<std::string_view, const Record*> listed;
    for (const auto& record : current) {
        listed.emplace(record.external_id.value, &record);
    }
    std::vector<Question> all;
    for (const auto& record : desired) {
        if (!may_be_created(record)) {
            continue;
        }
        const auto [begin, end] = listed.equal_range(record.external_id.value);
        const auto name = text::fold(name_of(record));
        if (begin == end) {
            all.push_back({.external_id = record.external_id.value, .name = name_of(record)});
        } else if (!name.empty() && std::none_of(begin, end, [&](const auto& copy) {
                       return text::fold(name_of(*copy.second)) == name;
                   })) {
            all.push_back({.name = name_of(record)});
        }
    }
    sort_unique(all);
    return all;
}

void add_protected(const std::vector<std::string>& names,
                   const record::Directory& current,
                   std::vector<Question>& questions) {
    std::map<std::string, std::string> missing;  // as it is written, by the folded name
    for (const auto& name : names) {
        if (!record::is_managed({name}, Kind::user)) {
            missing.emplace(text::fold(name), name);
        }
    }
    for (const auto* users : {&current.users, &current.unmanaged_users}) {
        for (auto user = users->begin(); user != users->end() && !missing.empty(); ++user) {
            missing.erase(text::fold(user->user_name));
        }
    }
    for (const auto& [folded, name] : missing) {
        questions.push_back({.name = name});
    }
    sort_unique(questions);
}

std::string_view name_attribute(Kind kind) {
    return kind == Kind::user ? "userName" : "displayName";
}

constexpr std::size_t kMostRefused =
    3;  ///< after this number of refusals, no further lookup is sent

/// The answers to the lookups of one kind of record.
class Search {
  public:
    Search(ScimClient& service, Kind kind, const std::vector<Question>& questions)
        : service_(service), kind_(kind), questions_(questions) {
        for (const auto& question : questions) {
            external_ids_.insert(question.external_id);
            names_.insert(text::fold(question.name));
        }
        external_ids_.erase("");
        names_.erase("");
    }

    /// A record of the export, which need not be looked up. Two such records show whether the
    /// service supports the filter.
    void know(const record::ResourceId& id, const Question& listed) {
        known_.add(id.value);
        if (!known_external_id_ && !listed.external_id.empty()) {
            known_external_id_ = {.id = id.value, .value = listed.external_id};
        } else if (!listed.name.empty()) {
            known_name_ = {.id = id.value, .value = listed.name};
        }
    }

    /// The records found, in any order.
    std::vector<json> run() {
        if (questions_.empty()) {
            return {};
        }
        if (questions_.size() > kMostLookups || !ask_first()) {
            list_all();
        } else if (!everything_was_listed_) {
            ask_others();
        }
        return std::move(found_);
    }

  private:
    struct Known {
        std::string id{};
        std::string value{};
    };

    [[nodiscard]] std::string filter_of(const Question& question) const {
        std::string filter;
        if (!question.external_id.empty()) {
            filter = filter_equals("externalId", question.external_id);
        }
        if (!question.name.empty()) {
            filter += (filter.empty() ? "" : " or ") +
                      filter_equals(name_attribute(kind_), question.name);
        }
        return filter;
    }

    // The first question also asks for two records that are known to exist. A service that accepts
    // a filter and does not understand it would not find them. False if so.
    bool ask_first() {
        auto filter = filter_of(questions_.front());
        IdTable missing;
        if (known_external_id_) {
            filter += " or " + filter_equals("externalId", known_external_id_->value);
        }
        if (known_name_) {
            filter += " or " + filter_equals(name_attribute(kind_), known_name_->value);
        }
        const auto ids = list(filter);
        if (!ids) {
            return true;
        }
        // The request for the known records returned more than these, and others.
        constexpr std::size_t kControls = 2;
        everything_was_listed_ =
            service_.refuses_filters() ||
            (strangers_ > 0 && known_.size() > kControls && known_seen_ >= known_.size());
        const std::array known{&known_external_id_, &known_name_};
        const auto* const absent =
            std::find_if(known.begin(), known.end(), [&](const auto* record) {
                return *record && !ids->find((*record)->id);
            });
        if (absent != known.end()) {
            logging::warning(service_.name() + " " + record::endpoint(kind_) + ": the filter " +
                             filter + " does not find record " + (**absent)->id +
                             ", which the list has; everything is listed, and selected here");
        }
        return absent == known.end();
    }

    void ask_others() {
        std::vector<std::string> unanswered;
        for (std::size_t i = 1; i < questions_.size(); ++i) {
            const auto filter = filter_of(questions_[i]);
            service_.search(kind_, filter, [this, &unanswered, filter](const auto& rows) {
                if (!rows) {
                    unanswered.push_back(filter);
                    return;
                }
                std::for_each(rows->begin(), rows->end(), [this](const json& row) { take(row); });
            });
        }
        service_.drain();
        for (const auto& filter : unanswered) {
            if (!list(filter) && ++refused_ > kMostRefused) {
                return;
            }
        }
    }

    void list_all() { (void)list(""); }

    // Nullopt, with a warning, if the service refuses the lookup. Removals do not wait for its
    // answer.
    std::optional<IdTable> list(const std::string& filter) {
        try {
            return service_.list(kind_, filter, [this](const json& row) { take(row); });
        } catch (const Error& error) {
            if (error.status() != ExitStatus::unavailable && error.status() != ExitStatus::denied) {
                throw;
            }
            logging::warning(
                service_.name() + " " + record::endpoint(kind_) + ": " +
                (filter.empty() ? "the list of all records"
                                : "the list with the filter " + filter) +
                " cannot be read (" + error.what() +
                "), so an unmanaged record that has the name of a new one is not seen before the "
                "write");
            return std::nullopt;
        }
    }

    void take(const json& resource) {
        const auto id = record::id_of(resource);
        if (known_.find(id)) {
            ++known_seen_;
            return;
        }
        if (!external_ids_.contains(record::external_id_of(resource).value) &&
            !names_.contains(text::fold(record::text_attribute(resource, name_attribute(kind_))))) {
            ++strangers_;
        } else if (found_ids_.add(id).is_new) {
            found_.push_back(resource);
        }
    }

    ScimClient& service_;
    Kind kind_;
    const std::vector<Question>& questions_;
    std::unordered_set<std::string> external_ids_{};
    std::unordered_set<std::string> names_{};  // with case folded
    IdTable known_{};
    std::optional<Known> known_external_id_{};
    std::optional<Known> known_name_{};
    IdTable found_ids_{};
    std::vector<json> found_{};
    std::size_t strangers_ = 0;  // listed, and neither known nor looked up
    std::size_t known_seen_ = 0;
    std::size_t refused_ = 0;
    bool everything_was_listed_ = false;
};

template <class Record>
void know_all(const std::vector<Record>& records, Search& search) {
    for (const auto& record : records) {
        search.know(record.id, {.external_id = record.external_id.value, .name = name_of(record)});
    }
}

}  // namespace

std::vector<Question> questions_about_users(const record::Directory& desired,
                                            const record::Directory& current,
                                            bool user_name_is_address) {
    // Names that the operator permits are not known here, so users with such names are looked up as
    // well.
    const record::NamePolicy names{.user_name_is_address = user_name_is_address,
                                   .permits_digits = true};
    return questions(desired.users, current.users, [&](const record::User& user) {
        const auto refusal = record::why_not(user, names);
        return user.active && (!refusal || refusal->reason == record::kReservedUserName);
    });
}

std::vector<Question> questions_about_groups(const record::Directory& desired,
                                             const record::Directory& current) {
    return questions(desired.groups, current.groups, [](const record::Group& group) {
        return !group.display_name.empty();
    });
}

void find_unlisted(const record::Directory& desired,
                   const record::Directory& current,
                   const FindSettings& settings,
                   ScimClient& service,
                   const stream::Header& header,
                   stream::Writer& out) {
    out.header(header);
    RecordWriter records(service, settings.keep_comments, out);
    IdTable ids;
    const auto know = [&](const std::string& id, const record::ExternalId& external_id) {
        if (ids.add(id).is_new) {
            records.know_user(external_id);
        }
    };
    for (const auto& user : current.users) {
        know(user.id.value, user.external_id);
    }
    auto user_questions = questions_about_users(desired, current, settings.user_name_is_address);
    add_protected(settings.protected_users, current, user_questions);
    Search users(service, Kind::user, user_questions);
    know_all(current.users, users);
    know_all(current.unmanaged_users, users);
    for (const auto& resource : users.run()) {
        know(record::id_of(resource), record::external_id_of(resource));
        records.write_user(resource);
    }
    records.know_ids(std::move(ids));

    const auto group_questions = questions_about_groups(desired, current);
    Search groups(service, Kind::group, group_questions);
    know_all(current.groups, groups);
    know_all(current.unmanaged_groups, groups);
    for (const auto& resource : groups.run()) {
        records.write_group(resource);
    }
    service.drain();
    const auto& traffic = service.client().traffic();
    out.seal({{"asked", user_questions.size() + group_questions.size()},
              {"users", records.users()},
              {"groups", records.groups()},
              {"requests", traffic.requests},
              {"retries", traffic.retries}});
}

void confirm_new_records(const std::vector<std::string>& inputs,
                         FindSettings settings,
                         ScimClient& service,
                         stream::Header header) {
    const auto sides = record::read_both_exports(inputs);
    if (!sides.current_header.target.empty() && sides.current_header.target != header.target) {
        throw Error(ExitStatus::bad_input,
                    "the stream of the current side is of " + sides.current_header.target +
                        ", and this would ask " + header.target +
                        "; give --confirm an export of the same service");
    }
    header.scope = sides.desired_header.scope;
    header.org = sides.desired_header.org;
    settings.user_name_is_address = sides.desired_header.user_name != "username";
    stream::Writer out(std::cout);
    find_unlisted(*sides.desired, *sides.current, settings, service, header, out);
}

}  // namespace scim
