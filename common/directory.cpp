#include "directory.hpp"

#include "error.hpp"

#include <nlohmann/json.hpp>

namespace identity {

namespace {

void add_record(const nlohmann::json& record, const jsonl::StreamReader& stream, bool current, Directory& directory) {
    try {
        if (stream.type() == "user") {
            if (!directory.groups.empty()) {
                stream.fail("a user after a group; users come first");
            }
            directory.users.push_back(user_from_json(record, current));
        } else if (stream.type() == "group") {
            directory.groups.push_back(group_from_json(record, current));
        } else {
            stream.fail("unknown record type \"" + stream.type() + "\"; was this written by a newer version?");
        }
    } catch (const Error& error) {
        const std::string what = error.what();
        if (what.starts_with(stream.place())) {
            throw;
        }
        stream.fail(what);
    }
}

Directory read_directory(jsonl::StreamReader& stream, bool current) {
    Directory directory;
    while (const auto record = stream.next()) {
        add_record(*record, stream, current, directory);
    }
    stream.check_count("users", directory.users.size());
    stream.check_count("groups", directory.groups.size());
    return directory;
}

}  // namespace

void read_directories(jsonl::Reader& lines, Sides& sides) {
    jsonl::StreamReader stream(lines);
    while (const auto header = stream.open()) {
        if (header->kind != "directory") {
            stream.fail("this is a stream of kind \"" + header->kind + "\"; scim-diff reads exports, of kind \"directory\"");
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
        side = read_directory(stream, current);
    }
}

}  // namespace identity
