// Records in any spelling of JSON, rewritten in the spelling of record_scanner.hpp. Pure.
//
// Another producer may order the fields in another way, put white space between them, escape
// characters, or list keys and members in another order. The record is the same.
#pragma once

#include "base/json_parse.hpp"
#include "record/external_ids.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plan::unchanged {

class CanonicalSpelling {
  public:
    /// The record in that spelling, valid until the next call. Nullopt if the line is not a record
    /// with exactly the fields of one, each once, or has a character that JSON must escape: the
    /// JSON parser then reads it. Values are not validated. The desired side has no `id`.
    [[nodiscard]] std::optional<std::string_view> of(std::string_view line, bool current);

  private:
    struct Fields;
    [[nodiscard]] bool find_fields(Fields& fields, record::Kind kind);
    [[nodiscard]] bool write_head(const Fields& fields, bool current);
    [[nodiscard]] bool write_user(const Fields& fields);
    [[nodiscard]] bool write_group(const Fields& fields);
    [[nodiscard]] bool add(std::string_view prefix, const FlatObject::Field* field);
    [[nodiscard]] bool add_texts(const FlatObject::Field& field);

    FlatObject object_{};
    std::string line_{};
    bool has_no_escapes_ = false;  // the line that is read: all characters stand for themselves
};

}  // namespace plan::unchanged
