// The pages of a list, as a SCIM service answers them: the walk over them, and the records in them.
//
// Input: a line of words (groups, filter, overlapping, cursor), then one answer a line.

#include "base/error.hpp"
#include "base/parse_number.hpp"
#include "base/text.hpp"
#include "fuzz_target.hpp"
#include "http/describe_response.hpp"
#include "plan/read_plan.hpp"
#include "record/record.hpp"
#include "record/scim_resource.hpp"
#include "recorded_answers.hpp"
#include "scim/client.hpp"
#include "scim/messages.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace fuzz::list_answer {

using nlohmann::json;
using record::Kind;

constexpr std::size_t kPageSize = 3;

bool may_end_a_list(ExitStatus status) {
    return status == ExitStatus::unavailable || status == ExitStatus::retry_later ||
           status == ExitStatus::denied;
}

template <class Record>
void require_same_again(const Record& record, Record (*read)(const json&, bool)) {
    const auto line = record::to_json(record).dump();
    const auto again = record::to_json(read(json::parse(line), true)).dump();
    require(line == again, "a record that was read from SCIM is the same when it is read again");
}

// The plan addresses a record by its id: scim-apply must accept that path.
void require_path(Kind kind, const record::ResourceId& id) {
    const bool user = kind == Kind::user;
    const std::string external_id =
        std::string(user ? record::user_prefix() : record::group_prefix()) + "x";
    const json line{{"id", "c-1"},
                    {"action", "update"},
                    {"resource", record::resource_name(kind)},
                    {"externalId", external_id},
                    {"method", "PATCH"},
                    {"path", record::resource_path(kind, id)},
                    {"data", {{"Operations", json::array()}}}};
    require(plan::change_from_json(line).external_id.value == external_id,
            "the id of a listed record is a path that a plan may have");
}

void judge_record(Kind kind, const json& resource) {
    try {
        if (kind == Kind::user) {
            const auto user = record::user_from_resource(resource, true);
            require_same_again(user, record::user_from_json);
            require_path(kind, user.id);
        } else {
            const auto group = record::group_from_resource(resource);
            require_same_again(group, record::group_from_json);
            require_path(kind, group.id);
            (void)record::member_ids_of(resource);
        }
    } catch (const Error& error) {
        require(error.status() == ExitStatus::unavailable,
                "a record that a service shows wrongly is the fault of the service");
    }
}

/// The pages of the server, read as far as possible without the code under test.
struct Said {
    std::set<std::string> ids{};
    std::set<std::size_t> totals{};
    bool lacks_total = false;
    bool has_unusable_id = false;  // such a record is left out
};

Said said_by(const RecordedAnswers& answers) {
    Said said;
    for (const auto& exchange : answers.exchanges()) {
        const auto* response = std::get_if<http::Response>(&exchange.result);
        const auto body = response == nullptr ? std::nullopt : http::json_body(*response);
        if (!body || !body->is_object()) {
            continue;
        }
        bool has_total = false;
        for (const auto& [name, value] : body->items()) {
            if (text::fold(name) == "resources" && value.is_array()) {
                for (const auto& row : value) {
                    const auto id = record::text_attribute(row, "id");
                    said.ids.insert(id);
                    said.has_unusable_id = said.has_unusable_id || !record::is_usable({id});
                }
            }
            if (text::fold(name) == "totalresults") {
                const auto digits = value.is_string() ? value.get<std::string>() : value.dump();
                if (const auto number = parse_number<std::size_t>(digits)) {
                    has_total = true;
                    said.totals.insert(*number);
                }
            }
        }
        said.lacks_total = said.lacks_total || !has_total;
    }
    return said;
}

void judge(std::string_view input) {
    auto lines = lines_of(input);
    if (lines.size() < 2) {
        return;
    }
    const auto says = [head = lines.front()](std::string_view word) {
        return head.find(word) != std::string_view::npos;
    };
    const auto kind = says("groups") ? Kind::group : Kind::user;
    lines.erase(lines.begin());
    RecordedAnswers answers(lines);
    http::Client client(answers, {.what = "SCIM", .max_in_flight = 1});
    scim::ScimClient service(
        client,
        "https://scim.example",
        kPageSize,
        "SCIM",
        scim::kTokenHint,
        says("overlapping") ? paging::Pages::overlapping : paging::Pages::end_to_end);
    std::set<std::string> handed_out;
    const auto each = [&](const json& resource) {
        require(handed_out.insert(record::id_of(resource)).second,
                "a list hands each record out once");
        judge_record(kind, resource);
    };
    try {
        const auto filter = says("filter") ? scim::filter_starts_with("externalId", "pw-") : "";
        const auto ids = service.list(kind, filter, each);
        const auto said = said_by(answers);
        require(ids.size() == handed_out.size(), "a list has as many ids as records");
        require(
            std::includes(said.ids.begin(), said.ids.end(), handed_out.begin(), handed_out.end()),
            "a list holds only what the service has shown");
        require(said.lacks_total || said.has_unusable_id || said.totals.contains(ids.size()),
                "a list is as long as the service says that it is");
        require(!handed_out.contains(""), "no record of a list is without an id");
    } catch (const Error& error) {
        require(may_end_a_list(error.status()), "a list ends with 69, 75 or 77");
    }
}

const Registration kTarget{"list_answer", judge};

}  // namespace fuzz::list_answer
