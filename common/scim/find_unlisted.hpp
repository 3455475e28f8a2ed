// Finds records that the export of the current side lacks and that have the external id or the name
// of a desired record (`scim-export --confirm`). These are unmanaged records, and managed ones that
// a list left out.
#pragma once

#include "record/directory.hpp"
#include "scim/client.hpp"
#include "stream/jsonl.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace scim {

/// The values to look up in SCIM for one desired record; an empty text is not looked up.
struct Question {
    std::string external_id{};
    std::string name{};  ///< userName or displayName

    friend auto operator<=>(const Question&, const Question&) = default;
};

/// Up to this number of lookups of one kind are sent as single requests. More are answered by one
/// list.
inline constexpr std::size_t kMostLookups = 50;

/// External id and name of each desired record that may be created and has no current record, and
/// the new name of each record whose name changes. Users that cannot be created are left out:
/// inactive users and users whose name or address must not be sent. Sorted, each once.
[[nodiscard]] std::vector<Question> questions_about_users(const record::Directory& desired,
                                                          const record::Directory& current,
                                                          bool user_name_is_address);
[[nodiscard]] std::vector<Question> questions_about_groups(const record::Directory& desired,
                                                           const record::Directory& current);

struct FindSettings {
    bool keep_comments = false;        ///< of SSH keys
    bool user_name_is_address = true;  ///< false if ACTIVATE's usernames are the userNames
    /// userNames and external ids. A userName that the current side lacks is looked up, because an
    /// unmanaged record with it stays a member of its groups.
    std::vector<std::string> protected_users{};
};

/// Writes a sealed stream of the records found, users first. If the list of all records is refused,
/// a warning is logged, and the stream has the records that were found without it. Throws Error if
/// an answer cannot be read.
void find_unlisted(const record::Directory& desired,
                   const record::Directory& current,
                   const FindSettings& settings,
                   ScimClient& service,
                   const stream::Header& header,
                   stream::Writer& out);

/// `--confirm`: reads both exports from `inputs`, and writes the stream to standard output. The
/// organization and the scope of `header`, and `settings.user_name_is_address`, are taken from the
/// desired side. Throws Error{bad_input} if the current side comes from another service than
/// `header.target`.
void confirm_new_records(const std::vector<std::string>& inputs,
                         FindSettings settings,
                         ScimClient& service,
                         stream::Header header);

}  // namespace scim
