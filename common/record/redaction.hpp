// Redaction: the records of both sides with names, addresses, keys and ids replaced, so that a plan
// of them is the plan of the originals with the same replacements. Pure.
//
// Of a text, what scim-diff looks at is kept: which texts are equal, also if case, normal form or
// white space do not count; the order of ids and of keys; the rule that a refused name or key
// breaks; reserved and powerful names as they are.
#pragma once

#include "base/keyed_hash.hpp"
#include "record/read_exports.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace record {

class Redaction {
  public:
    /// `sides`: all records that are redacted together.
    Redaction(std::string_view secret, const Sides& sides);

    [[nodiscard]] User redacted(User user);
    [[nodiscard]] Group redacted(Group group);
    [[nodiscard]] stream::Header redacted(stream::Header header);
    [[nodiscard]] std::string external_id(const std::string& id);
    [[nodiscard]] std::string resource_id(const std::string& id) const;
    [[nodiscard]] std::string address(const std::string& text);
    [[nodiscard]] std::string person_name(const std::string& text);
    [[nodiscard]] std::string group_name(const std::string& text);
    [[nodiscard]] std::string ssh_key(const std::string& line);

  private:
    void see_keys(const std::set<std::string>& keys);
    [[nodiscard]] std::string letters(std::string_view purpose,
                                      std::string_view text,
                                      std::size_t count) const;
    [[nodiscard]] std::string with_case_of(std::string base,
                                           const std::string& text,
                                           const std::string& folded) const;
    [[nodiscard]] std::string substituted(const char* purpose, const std::string& text);
    [[nodiscard]] std::string local_part(const std::string& text);
    [[nodiscard]] std::string domain(const std::string& text);
    [[nodiscard]] std::string name_space(const std::string& name) const;
    [[nodiscard]] std::string refused_key(const std::string& line) const;

    KeyedDigest digest_;
    std::vector<std::string> external_ids_{};  // sorted: the place of an id is kept
    std::vector<std::string> resource_ids_{};
    std::map<std::string, std::string> keys_{};  // `type base64` of each key that may be sent
    std::map<std::pair<std::string, std::string>, std::string> substitutes_{};
    std::set<std::string> taken_{};  // the substitutes that have been given
};

/// Writes all streams of `sides`, redacted.
void write_redacted(Sides sides, std::string_view secret, stream::Writer& out);

}  // namespace record
