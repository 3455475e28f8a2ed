// One line of an export: as the filter for unchanged records scans it, and as a document.
//
// Input: lines; each is read as a record of either side.

#include "base/error.hpp"
#include "base/json_parse.hpp"
#include "fuzz_target.hpp"
#include "plan/unchanged/record_scanner.hpp"
#include "record/record.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"
#include "recorded_answers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace fuzz::record_line {

using nlohmann::json;
using record::Kind;

// Nullopt if it is not a record of that kind and side.
template <class Record>
std::optional<Record> parsed(std::string_view line,
                             bool current,
                             Record (*read)(const json& object, bool current)) {
    const auto document = json::parse(line.begin(), line.end(), nullptr, false);
    try {
        return document.is_object() ? std::optional(read(document, current)) : std::nullopt;
    } catch (const Error& error) {
        require(error.status() == ExitStatus::bad_input, "a record is refused with 65");
        return std::nullopt;
    }
}

template <class Record>
void require_stable(const Record& record, bool current, Record (*read)(const json&, bool)) {
    const auto line = record::to_json(record).dump();
    const auto again = parsed(line, current, read);
    require(again && record::to_json(*again).dump() == line,
            "a record that is written is the same when it is read again");
}

// The record as text, or the error.
template <class Source, class Record>
std::string result_of(const Source& source, bool current, Record (*read)(const Source&, bool)) {
    try {
        return record::to_json(read(source, current)).dump();
    } catch (const Error& error) {
        return error.what();
    }
}

template <class Record>
void require_same_without_document(std::string_view line,
                                   bool current,
                                   Record (*read)(const json&, bool),
                                   Record (*read_line)(const FlatObject&, bool)) {
    FlatObject flat;
    if (flat.read(line)) {
        require(result_of(flat, current, read_line) == result_of(json::parse(line), current, read),
                "a line that is read without a document has the same record, or the same error");
    }
}

void judge_user(std::string_view line, bool current) {
    require_same_without_document(line, current, record::user_from_json, record::user_from_line);
    const auto user = parsed(line, current, record::user_from_json);
    if (user) {
        require_stable(*user, current, record::user_from_json);
    }
    plan::unchanged::UserTail tail;
    const auto head = plan::unchanged::head_of(line, Kind::user, current);
    if (!head || !plan::unchanged::read_tail(head->tail, tail)) {
        return;
    }
    require(user.has_value(), "what the filter takes for a user is one");
    require(record::to_json(*user).dump() == line &&
                record::to_json(plan::unchanged::user_of(*head, tail)).dump() == line,
            "a user whom the filter reads is the one in the line");
    require(user->active == tail.active && user->user_name == tail.user_name,
            "the filter reads the same userName and active");
    require(
        !record::why_not(
            *user, record::NamePolicy{.user_name_is_address = record::is_address(tail.user_name)}),
        "the filter takes no user who would be refused");
    const auto keys = user->ssh_keys.value_or(std::vector<std::string>{});
    require(
        keys.size() == tail.keys.size() &&
            std::none_of(keys.begin(),
                         keys.end(),
                         [](const auto& key) { return record::why_not_ssh_key(key).has_value(); }),
        "the filter takes no key that would be refused");
}

void judge_group(std::string_view line, bool current) {
    require_same_without_document(line, current, record::group_from_json, record::group_from_line);
    const auto group = parsed(line, current, record::group_from_json);
    if (group) {
        require_stable(*group, current, record::group_from_json);
    }
    const auto head = plan::unchanged::head_of(line, Kind::group, current);
    const auto tail = head ? plan::unchanged::read_group_tail(head->tail) : std::nullopt;
    if (!tail || tail->display_name.empty() || !record::is_sendable_name(tail->display_name)) {
        return;
    }
    require(group.has_value(), "what the filter takes for a group is one");
    require(record::to_json(*group).dump() == line &&
                record::to_json(plan::unchanged::group_of(*head, *tail)).dump() == line,
            "a group that the filter reads is the one in the line");
}

void judge(std::string_view input) {
    for (const auto line : lines_of(input)) {
        for (const bool current : {false, true}) {
            judge_user(line, current);
            judge_group(line, current);
        }
    }
}

const Registration kTarget{"record_line", judge};

}  // namespace fuzz::record_line
