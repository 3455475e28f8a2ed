// JSON values as text. A value that is written once, and never read, needs no document. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

inline namespace base {

/// Whether each character is printable ASCII that needs no escape in a JSON string.
[[nodiscard]] bool is_plain_ascii(std::string_view text);

/// Appends `text` as a JSON string (RFC 8259 §7). Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& to, std::string_view text);

/// A JSON value as text: in the order in which its fields were added, and with the fields of all
/// objects in it sorted by name, as `jq -cS` prints it.
class JsonText {
  public:
    JsonText() = default;  ///< null
    // NOLINTBEGIN(google-explicit-constructor): fields are set to plain values.
    JsonText(bool value) : text_(value ? "true" : "false") {}
    JsonText(int value) : text_(std::to_string(value)) {}
    JsonText(std::string_view value);
    JsonText(const std::string& value) : JsonText(std::string_view(value)) {}
    JsonText(const char* value) : JsonText(std::string_view(value)) {}
    JsonText(const std::vector<std::string>& values);
    JsonText(const std::vector<std::string_view>& values);
    // NOLINTEND(google-explicit-constructor)
    [[nodiscard]] static JsonText of(const nlohmann::json& value);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] const std::string& sorted() const { return sorted_.empty() ? text_ : sorted_; }
    [[nodiscard]] bool is_null() const { return text_ == "null"; }

  private:
    friend class JsonArray;
    friend class JsonObject;

    std::string text_ = "null";
    std::string sorted_{};  // empty: as text_
};

class JsonArray {
  public:
    void add(const JsonText& value);
    [[nodiscard]] bool empty() const { return values_.text_.size() == 1; }
    [[nodiscard]] JsonText value() const;

  private:
    JsonText values_ = open();  // without the bracket at the end

    static JsonText open();
};

/// An object. The names are constants that need no escape, and must outlive this object.
class JsonObject {
  public:
    /// Adds a field after the others, or replaces the value of the field with that name.
    void set(std::string_view name, JsonText value);
    /// Null if the object lacks the field.
    [[nodiscard]] const JsonText* find(std::string_view name) const;
    [[nodiscard]] bool empty() const { return fields_.empty(); }
    [[nodiscard]] JsonText value() const;

  private:
    using Field = std::pair<std::string_view, JsonText>;

    std::vector<Field> fields_{};
};

}  // namespace base
