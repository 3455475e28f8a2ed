#include "record/read_exports.hpp"

#include "base/error.hpp"
#include "base/json_parse.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace record {

namespace {

// Adds the place to the error of a record that has none. Input is a reader or a stream.
template <class Input, class Read>
decltype(auto) with_place(const Input& input, Read read) {
    try {
        return read();
    } catch (const Error& error) {
        const std::string what = error.what();
        if (what.starts_with(input.place())) {
            throw;
        }
        input.fail(what);
    }
}

// Adds the records of one side to a directory.
class SideReader {
  public:
    SideReader(stream::StreamReader& stream, bool current, LineFilter* filter)
        : stream_(stream), current_(current), filter_(filter) {}

    /// Adds the record in a line and returns its type; empty if the line needs a document.
    std::string_view take(std::string_view line) {
        constexpr std::string_view kUser = "user";
        constexpr std::string_view kGroup = "group";
        if (!line_.read(line)) {
            return {};
        }
        const auto* type = line_.find("type");
        if (type == nullptr || type->type != FlatObject::Type::text ||
            (type->text != kUser && type->text != kGroup)) {
            return {};
        }
        const bool is_user = type->text == kUser;
        if (is_user && stream_.count(kGroup) > 0) {
            return {};
        }
        with_place(stream_, [&] {
            const bool unmanaged = current_ && is_marked_unmanaged(line_);
            is_user ? add(user_from_line(line_, current_), unmanaged)
                    : add(group_from_line(line_, current_), unmanaged);
        });
        return is_user ? kUser : kGroup;
    }

    void add(const nlohmann::json& record) {
        with_place(stream_, [&] {
            const bool unmanaged = current_ && is_marked_unmanaged(record);
            if (stream_.type() == "user") {
                if (stream_.count("group") > 0) {
                    stream_.fail("a user after a group; users come first");
                }
                add(user_from_json(record, current_), unmanaged);
            } else if (stream_.type() == "group") {
                add(group_from_json(record, current_), unmanaged);
            } else {
                stream_.fail("unknown record type \"" + stream_.type() +
                             "\"; was this written by a newer version?");
            }
        });
    }

    [[nodiscard]] Directory take_directory() { return std::move(directory_); }

  private:
    void add(User user, bool unmanaged) {
        add_to(unmanaged ? directory_.unmanaged_users : directory_.users, std::move(user));
    }
    void add(Group group, bool unmanaged) {
        add_to(unmanaged ? directory_.unmanaged_groups : directory_.groups, std::move(group));
    }
    template <class Record>
    void add_to(std::vector<Record>& records, Record record) {
        records.push_back(std::move(record));
        if (filter_ != nullptr) {
            filter_->see(records.back());
        }
    }

    stream::StreamReader& stream_;
    bool current_;
    LineFilter* filter_;
    FlatObject line_{};
    Directory directory_{};
};

std::size_t number_in_seal(const stream::StreamReader& stream, const char* field) {
    const auto found = stream.seal().find(field);
    if (found == stream.seal().end()) {
        return 0;
    }
    if (!found->is_number_unsigned()) {
        stream.fail(std::string("\"") + field + "\" is not a number of records");
    }
    return found->get<std::size_t>();
}

enum class Offer { every_line, nothing };

Directory read_directory(stream::StreamReader& stream,
                         bool current,
                         LineFilter* filter,
                         Offer offer = Offer::every_line) {
    SideReader side(stream, current, filter);
    const bool is_offered = filter != nullptr && offer == Offer::every_line;
    const auto take = [&](std::string_view line) {
        const auto type = is_offered ? filter->offer(line) : std::string_view();
        return type.empty() ? side.take(line) : type;
    };
    while (const auto* record = stream.next(take)) {
        side.add(*record);
    }
    stream.check_count("users", stream.count("user"));
    stream.check_count("groups", stream.count("group"));
    auto directory = side.take_directory();
    directory.malformed = number_in_seal(stream, "malformed");
    directory.malformed_groups = number_in_seal(stream, "malformedGroups");
    // Exports of earlier versions do not have "partial".
    directory.incomplete = {.unresolved = number_in_seal(stream, "unresolved"),
                            .partial = std::max(number_in_seal(stream, "partial"),
                                                directory.malformed + directory.malformed_groups)};
    return directory;
}

Confirmations read_answers(stream::StreamReader& stream) {
    Confirmations answers;
    while (const auto* record = stream.next()) {
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

// One stream of each kind may come from all inputs: moves it from `more`, if it is there.
template <class Stream>
void take_stream(std::optional<Stream>& stream,
                 stream::Header& header,
                 std::optional<Stream>& more,
                 stream::Header& more_header,
                 const std::string& what) {
    if (!more) {
        return;
    }
    if (stream) {
        throw Error(ExitStatus::bad_input,
                    more_header.place + ": a second stream of " + what + "; give one of each");
    }
    stream = std::move(more);
    header = std::move(more_header);
}

// The stream of a header: a directory, or confirmations of either side. These are answers about
// users who are absent in ACTIVATE, or records that SCIM's list did not have.
Sides read_stream(stream::StreamReader& stream,
                  const stream::Header& header,
                  stream::Reader& lines,
                  LineFilter* filter) {
    Sides sides;
    const bool current = header.side == "current";
    if (header.kind == "confirmations" && current) {
        if (filter != nullptr) {
            filter->begin_found();
        }
        sides.found_header = header;
        sides.found = read_directory(stream, true, filter, Offer::nothing);
    } else if (header.kind == "confirmations") {
        sides.confirmations_header = header;
        sides.confirmations = read_answers(stream);
    } else if (header.kind != "directory") {
        stream.fail("this is a stream of kind \"" + header.kind +
                    "\"; exports are of kind \"directory\"");
    } else if (!current && header.side != "desired") {
        stream.fail("\"side\" is \"" + header.side + "\"; it must be desired or current");
    } else {
        if (filter != nullptr) {
            filter->begin(lines, current);
        }
        (current ? sides.current_header : sides.desired_header) = header;
        (current ? sides.current : sides.desired) = read_directory(stream, current, filter);
    }
    return sides;
}

}  // namespace

void add_streams(Sides& sides, Sides&& more) {
    take_stream(
        sides.desired, sides.desired_header, more.desired, more.desired_header, "the desired side");
    take_stream(
        sides.current, sides.current_header, more.current, more.current_header, "the current side");
    take_stream(sides.confirmations,
                sides.confirmations_header,
                more.confirmations,
                more.confirmations_header,
                "confirmations");
    take_stream(sides.found,
                sides.found_header,
                more.found,
                more.found_header,
                "confirmations of the current side");
}

void read_directories(stream::Reader& lines, Sides& sides, LineFilter* filter) {
    stream::StreamReader stream(lines);
    bool empty = true;
    while (const auto header = stream.open()) {
        empty = false;
        require_own_namespace(header->name_space, stream.place());
        add_streams(sides, read_stream(stream, *header, lines, filter));
    }
    if (empty) {  // an empty stream of confirmations would otherwise not be noticed
        stream.fail("the input is empty; the command that should have produced it probably failed");
    }
}

const User& add_kept_user(stream::Reader& lines,
                          std::uint64_t offset,
                          bool current,
                          const std::function<bool(const ExternalId&)>& is_expected,
                          Directory& directory) {
    const auto add = [&](User user, bool is_user, bool is_unmanaged) -> const User& {
        if (!is_user || !is_expected(user.external_id)) {
            throw Error(ExitStatus::bad_input,
                        std::string("a record has two values of \"") +
                            (is_user ? "externalId" : "type") + "\"; write one");
        }
        auto& users = current && is_unmanaged ? directory.unmanaged_users : directory.users;
        return users.emplace_back(std::move(user));
    };
    const auto read = [&](std::string_view line) -> const User& {
        if (FlatObject flat; flat.read(line)) {
            const auto* type = flat.find("type");
            return add(user_from_line(flat, current),
                       type != nullptr && type->text == "user",
                       is_marked_unmanaged(flat));
        }
        const auto object = lines.parse(line);
        return add(user_from_json(object, current),
                   text::of(object, "type") == "user",
                   is_marked_unmanaged(object));
    };
    try {
        return read(lines.again(offset).value_or(""));
    } catch (const Error&) {  // below, the same error with the number of the line
        lines.rewind();
        auto line = lines.line();
        while (line && lines.offset() < offset) {
            line = lines.line();
        }
        return with_place(lines, [&]() -> const User& { return read(line.value_or("")); });
    }
}

std::string describe_incomplete(const Incomplete& exports) {
    if (exports.empty()) {
        return {};
    }
    return "the exports lack " +
           text::counted(exports.unresolved + exports.partial,
                         "record or a part of it",
                         "records or a part of them") +
           ", so access may differ: the messages of the exports and of scim-diff name each and the "
           "remedy; " +
           (exports.unresolved > 0 ? "follow them, then export and plan again"
                                   : "export and plan again");
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
