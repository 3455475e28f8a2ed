#include "record/read_exports.hpp"

#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace record {

namespace {

void add_record(const nlohmann::json& record,
                const stream::StreamReader& stream,
                bool current,
                Directory& directory,
                LineFilter* filter) {
    const auto add = [&](auto& records, auto read) {
        records.push_back(std::move(read));
        if (filter != nullptr) {
            filter->see(records.back());
        }
    };
    try {
        if (stream.type() == "user") {
            if (stream.count("group") > 0) {
                stream.fail("a user after a group; users come first");
            }
            auto& users = current && is_marked_unmanaged(record) ? directory.unmanaged_users
                                                                 : directory.users;
            add(users, user_from_json(record, current));
        } else if (stream.type() == "group") {
            auto& groups = current && is_marked_unmanaged(record) ? directory.unmanaged_groups
                                                                  : directory.groups;
            add(groups, group_from_json(record, current));
        } else {
            stream.fail("unknown record type \"" + stream.type() +
                        "\"; was this written by a newer version?");
        }
    } catch (const Error& error) {
        const std::string what = error.what();
        if (what.starts_with(stream.place())) {
            throw;
        }
        stream.fail(what);
    }
}

enum class Offer { every_line, nothing };

Directory read_directory(stream::StreamReader& stream,
                         bool current,
                         LineFilter* filter,
                         Offer offer = Offer::every_line) {
    Directory directory;
    stream::StreamReader::Take take;
    if (filter != nullptr && offer == Offer::every_line) {
        take = [filter](std::string_view line) { return filter->offer(line); };
    }
    while (const auto record = stream.next(take)) {
        add_record(*record, stream, current, directory, filter);
    }
    stream.check_count("users", stream.count("user"));
    stream.check_count("groups", stream.count("group"));
    return directory;
}

Confirmations read_answers(stream::StreamReader& stream) {
    Confirmations answers;
    while (const auto record = stream.next()) {
        const auto text = [&](const char* field) {
            const auto found = record->find(field);
            if (found == record->end() || !found->is_string()) {
                stream.fail(std::string("\"") + field + "\" is missing or not a string");
            }
            return found->get<std::string>();
        };
        if (stream.type() != "confirmation") {
            stream.fail("unknown record type \"" + stream.type() + "\" among confirmations");
        }
        if (!answers.emplace(text("externalId"), text("answer")).second) {
            stream.fail("a second answer about " + text("externalId"));
        }
    }
    stream.check_count("confirmations", answers.size());
    return answers;
}

// Of either side: answers about users who are absent in ACTIVATE, or records that SCIM's list did
// not have.
void read_confirmations(stream::StreamReader& stream,
                        const stream::Header& header,
                        Sides& sides,
                        LineFilter* filter) {
    const bool current = header.side == "current";
    if (current ? sides.found.has_value() : sides.confirmations.has_value()) {
        stream.fail("a second stream of confirmations" +
                    std::string(current ? " of the current side" : "") + "; give one");
    }
    if (current) {
        if (filter != nullptr) {
            filter->begin_found();
        }
        sides.found_header = header;
        sides.found = read_directory(stream, true, filter, Offer::nothing);
    } else {
        sides.confirmations_header = header;
        sides.confirmations = read_answers(stream);
    }
}

}  // namespace

void read_directories(stream::Reader& lines, Sides& sides, LineFilter* filter) {
    stream::StreamReader stream(lines);
    bool empty = true;
    while (const auto header = stream.open()) {
        empty = false;
        require_own_namespace(header->name_space, stream.place());
        if (header->kind == "confirmations") {
            read_confirmations(stream, *header, sides, filter);
            continue;
        }
        if (header->kind != "directory") {
            stream.fail("this is a stream of kind \"" + header->kind +
                        "\"; exports are of kind \"directory\"");
        }
        const bool current = header->side == "current";
        if (!current && header->side != "desired") {
            stream.fail("\"side\" is \"" + header->side + "\"; it must be desired or current");
        }
        auto& side = current ? sides.current : sides.desired;
        if (side) {
            stream.fail("a second stream of the " + header->side + " side; give one of each");
        }
        (current ? sides.current_header : sides.desired_header) = *header;
        if (filter != nullptr) {
            filter->begin(lines, current);
        }
        side = read_directory(stream, current, filter);
    }
    if (empty) {  // an empty stream of confirmations would otherwise not be noticed
        stream.fail("the input is empty; the command that should have produced it probably failed");
    }
}

Sides read_both_exports(const std::vector<std::string>& inputs) {
    Sides sides;
    stream::for_each_input(inputs, [&](stream::Reader& lines) { read_directories(lines, sides); });
    if (!sides.desired || !sides.current) {
        throw Error(ExitStatus::bad_input,
                    "--confirm compares two exports; give it a stream of the desired side and one "
                    "of the current side");
    }
    return sides;
}

}  // namespace record
