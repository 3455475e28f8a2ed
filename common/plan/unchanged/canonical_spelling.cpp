#include "plan/unchanged/canonical_spelling.hpp"

#include "base/sort_unique.hpp"
#include "record/attributes.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>
#include <array>

namespace plan::unchanged {

namespace {

using Field = FlatObject::Field;
using Type = FlatObject::Type;

// Whether all characters stand for themselves in JSON. Written so that a compiler makes it look at
// many at once.
bool is_literal(std::string_view text) {
    unsigned char strange = 0;
    for (const char c : text) {
        strange = static_cast<unsigned char>(
            strange | static_cast<unsigned char>((static_cast<unsigned char>(c) < ' ') |
                                                 (c == '"') | (c == '\\')));
    }
    return strange == 0;
}

Type type_of(record::Rule rule) {
    return rule == record::Rule::boolean ? Type::boolean
           : rule == record::Rule::keys  ? Type::texts
                                         : Type::text;
}

std::optional<record::Kind> kind_of(FlatObject& object) {
    for (std::size_t at = 0; at < object.size(); ++at) {
        if (object[at].name == "type" && object[at].type == Type::text) {
            return object[at].text == "user"    ? std::optional(record::Kind::user)
                   : object[at].text == "group" ? std::optional(record::Kind::group)
                                                : std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace

/// The fields of a record; null: absent.
struct CanonicalSpelling::Fields {
    Field* type = nullptr;
    Field* external_id = nullptr;
    Field* id = nullptr;
    Field* version = nullptr;
    Field* activate_username = nullptr;  // of a user
    Field* display_name = nullptr;       // of a group
    Field* members = nullptr;
    std::array<Field*, record::kUserAttributes.size()> attributes{};  // of a user, by row

    // Where the field of that name belongs; null: no record has it, or not with that type.
    Field** place_of(const Field& field, record::Kind kind) {
        struct Row {
            std::string_view name;
            Field* Fields::*field;
            Type type;
        };
        static constexpr std::array<Row, 4> kOfBoth{
            {{"type", &Fields::type, Type::text},
             {"externalId", &Fields::external_id, Type::text},
             {"id", &Fields::id, Type::text},
             {"version", &Fields::version, Type::text}}};
        static constexpr std::array<Row, 1> kOfUser{
            {{"activateUsername", &Fields::activate_username, Type::text}}};
        static constexpr std::array<Row, 2> kOfGroup{
            {{"displayName", &Fields::display_name, Type::text},
             {"members", &Fields::members, Type::texts}}};
        const auto find_in = [&](const auto& rows) -> Field** {
            const auto* const row = std::find_if(
                rows.begin(), rows.end(), [&](const Row& r) { return r.name == field.name; });
            return row == rows.end() || row->type != field.type ? nullptr : &(this->*row->field);
        };
        if (auto** const place = find_in(kOfBoth)) {
            return place;
        }
        if (kind == record::Kind::group) {
            return find_in(kOfGroup);
        }
        if (auto** const place = find_in(kOfUser)) {
            return place;
        }
        const auto& rows = record::kUserAttributes;
        const auto* const row = std::find_if(
            rows.begin(), rows.end(), [&](const auto& r) { return r.name == field.name; });
        return row == rows.end() || field.type != type_of(row->rule)
                   ? nullptr
                   : &attributes[static_cast<std::size_t>(row - rows.begin())];
    }
};

bool CanonicalSpelling::find_fields(Fields& fields, record::Kind kind) {
    for (std::size_t at = 0; at < object_.size(); ++at) {
        auto** const place = fields.place_of(object_[at], kind);
        if (place == nullptr || *place != nullptr) {
            return false;
        }
        *place = &object_[at];
    }
    return fields.external_id != nullptr;  // kind_of has found the type
}

// True also if the field is absent.
bool CanonicalSpelling::add(std::string_view prefix, const Field* field) {
    if (field == nullptr) {
        return true;
    }
    line_ += prefix;
    line_ += field->text;
    line_ += '"';
    return has_no_escapes_ || is_literal(field->text);
}

bool CanonicalSpelling::add_texts(const Field& field) {
    line_ += '[';
    for (const auto text : field.texts) {
        if (!has_no_escapes_ && !is_literal(text)) {
            return false;
        }
        line_ += '"';
        line_ += text;
        line_ += "\",";
    }
    if (!field.texts.empty()) {
        line_.pop_back();
    }
    line_ += ']';
    return true;
}

bool CanonicalSpelling::write_head(const Fields& fields, bool current) {
    line_ = R"({"type":")";
    line_ += fields.type->text;
    if (!add(R"(","externalId":")", fields.external_id)) {
        return false;
    }
    if (!current) {
        return add(R"(,"activateUsername":")", fields.activate_username);
    }
    if (fields.id == nullptr || !add(R"(,"id":")", fields.id)) {
        return false;
    }
    if (fields.version != nullptr) {  // an ETag has quotes
        line_ += R"(,"version":")";
        for (const char c : fields.version->text) {
            line_.append(c == '"' || c == '\\' ? 1 : 0, '\\') += c;
        }
        line_ += '"';
    }
    return true;
}

bool CanonicalSpelling::write_user(const Fields& fields) {
    for (std::size_t at = 0; at < fields.attributes.size(); ++at) {
        auto* const field = fields.attributes[at];
        const auto& row = record::kUserAttributes[at];
        if (field == nullptr) {
            if (row.rule == record::Rule::boolean) {
                return false;
            }
            continue;
        }
        line_.append(",\"").append(row.name).append("\":");
        if (field->type == Type::boolean) {
            line_ += field->boolean ? "true" : "false";
        } else if (field->type == Type::text) {
            if (!add("\"", field)) {
                return false;
            }
        } else {
            record::sort_ssh_keys(field->texts);
            if (!add_texts(*field)) {
                return false;
            }
        }
    }
    return true;
}

bool CanonicalSpelling::write_group(const Fields& fields) {
    if (!add(R"(,"displayName":")", fields.display_name) || fields.members == nullptr) {
        return false;
    }
    sort_unique(fields.members->texts);
    line_ += R"(,"members":)";
    return add_texts(*fields.members);
}

std::optional<std::string_view> CanonicalSpelling::of(std::string_view line, bool current) {
    if (!object_.read(line)) {
        return std::nullopt;
    }
    has_no_escapes_ = line.find('\\') == std::string_view::npos;
    const auto kind = kind_of(object_);
    Fields fields;
    if (!kind || !find_fields(fields, *kind) || !write_head(fields, current)) {
        return std::nullopt;
    }
    const bool is_written = *kind == record::Kind::user ? write_user(fields) : write_group(fields);
    line_ += '}';
    return is_written ? std::optional<std::string_view>(line_) : std::nullopt;
}

}  // namespace plan::unchanged
