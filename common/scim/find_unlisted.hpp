// Records that the export of the current side does not hold, and that have an external id or a name
// which a desired record is to get: unmanaged records, and managed ones that a list left out
// (`scim-export --confirm`).
#pragma once

#include "record/directory.hpp"
#include "scim/client.hpp"
#include "stream/jsonl.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace scim {

/// What SCIM is asked about one desired record; an empty text is not asked about.
struct Question {
    std::string external_id{};
    std::string name{};  ///< userName or displayName

    friend auto operator<=>(const Question&, const Question&) = default;
};

/// Up to this many questions of one kind are one request each. More are answered by one list.
inline constexpr std::size_t kMostLookups = 50;

/// External id and name of each desired record that may be created and has no current one, and the
/// new name of each whose name differs. An inactive user is not created, and one whose name or
/// address may not be sent neither. Sorted, each once.
[[nodiscard]] std::vector<Question> questions_about_users(const record::Directory& desired,
                                                          const record::Directory& current,
                                                          bool user_name_is_address);
[[nodiscard]] std::vector<Question> questions_about_groups(const record::Directory& desired,
                                                           const record::Directory& current);

struct FindSettings {
    bool keep_comments = false;        ///< of SSH keys
    bool user_name_is_address = true;  ///< false if ACTIVATE's usernames are the userNames
};

/// Writes a sealed stream of the records found, users first. If the list of all records is refused,
/// a warning says so and the stream holds what was found without it. Throws Error if an answer
/// cannot be read.
void find_unlisted(const record::Directory& desired,
                   const record::Directory& current,
                   const FindSettings& settings,
                   ScimClient& service,
                   const stream::Header& header,
                   stream::Writer& out);

/// `--confirm`: reads both exports from `inputs`, and writes the stream to standard output.
/// `header` gains the organization and the scope of the desired side. Throws Error{bad_input} if
/// the current side is that of another service than `header.target`.
void confirm_new_records(const std::vector<std::string>& inputs,
                         bool keep_comments,
                         ScimClient& service,
                         stream::Header header);

}  // namespace scim
