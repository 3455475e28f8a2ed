#include "plan/unchanged/canonical_spelling.hpp"

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

}  // namespace

/// The fields of a record, by name; null: absent.
struct CanonicalSpelling::Fields {
    Field* type = nullptr;
    Field* external_id = nullptr;
    Field* id = nullptr;
    Field* version = nullptr;
    Field* user_name = nullptr;
    Field* display_name = nullptr;
    Field* given_name = nullptr;
    Field* family_name = nullptr;
    Field* email = nullptr;
    Field* active = nullptr;
    Field* ssh_keys = nullptr;
    Field* members = nullptr;
};

bool CanonicalSpelling::find_fields(Fields& fields) {
    struct Row {
        std::string_view name;
        Field* Fields::*field;
        Type type;
    };
    static constexpr std::array<Row, 12> kRows{{{"type", &Fields::type, Type::text},
                                                {"externalId", &Fields::external_id, Type::text},
                                                {"id", &Fields::id, Type::text},
                                                {"version", &Fields::version, Type::text},
                                                {"userName", &Fields::user_name, Type::text},
                                                {"displayName", &Fields::display_name, Type::text},
                                                {"givenName", &Fields::given_name, Type::text},
                                                {"familyName", &Fields::family_name, Type::text},
                                                {"email", &Fields::email, Type::text},
                                                {"active", &Fields::active, Type::boolean},
                                                {"sshKeys", &Fields::ssh_keys, Type::texts},
                                                {"members", &Fields::members, Type::texts}}};
    for (std::size_t at = 0; at < object_.size(); ++at) {
        auto& field = object_[at];
        const auto* const row = std::find_if(
            kRows.begin(), kRows.end(), [&](const Row& r) { return r.name == field.name; });
        if (row == kRows.end() || fields.*row->field != nullptr || field.type != row->type) {
            return false;
        }
        fields.*row->field = &field;
    }
    return fields.type != nullptr && fields.external_id != nullptr;
}

// True also if the field is absent.
bool CanonicalSpelling::add(std::string_view prefix, const Field* field) {
    if (field == nullptr) {
        return true;
    }
    line_ += prefix;
    line_ += field->text;
    line_ += '"';
    return is_literal(field->text);
}

bool CanonicalSpelling::add_texts(std::string_view prefix, Field& field) {
    line_ += prefix;
    for (const auto text : field.texts) {
        if (!is_literal(text)) {
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
        return true;
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
    if (fields.members != nullptr || fields.active == nullptr ||
        !add(R"(,"userName":")", fields.user_name) ||
        !add(R"(,"displayName":")", fields.display_name) ||
        !add(R"(,"givenName":")", fields.given_name) ||
        !add(R"(,"familyName":")", fields.family_name) || !add(R"(,"email":")", fields.email)) {
        return false;
    }
    line_ += fields.active->boolean ? R"(,"active":true)" : R"(,"active":false)";
    if (fields.ssh_keys == nullptr) {
        return true;
    }
    record::sort_ssh_keys(fields.ssh_keys->texts);
    return add_texts(R"(,"sshKeys":[)", *fields.ssh_keys);
}

bool CanonicalSpelling::write_group(const Fields& fields) {
    for (const auto* field : {fields.user_name,
                              fields.given_name,
                              fields.family_name,
                              fields.email,
                              fields.active,
                              fields.ssh_keys}) {
        if (field != nullptr) {
            return false;
        }
    }
    if (!add(R"(,"displayName":")", fields.display_name) || fields.members == nullptr) {
        return false;
    }
    auto& members = fields.members->texts;
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    return add_texts(R"(,"members":[)", *fields.members);
}

std::optional<std::string_view> CanonicalSpelling::of(std::string_view line, bool current) {
    Fields fields;
    if (!object_.read(line) || !find_fields(fields) || !write_head(fields, current)) {
        return std::nullopt;
    }
    const bool is_written = fields.type->text == "user"    ? write_user(fields)
                            : fields.type->text == "group" ? write_group(fields)
                                                           : false;
    line_ += '}';
    return is_written ? std::optional<std::string_view>(line_) : std::nullopt;
}

}  // namespace plan::unchanged
