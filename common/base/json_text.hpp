// JSON values as text. A value that is written once, and never read, needs no document. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

inline namespace base {

/// Whether each character is printable ASCII that needs no escape in a JSON string.
[[nodiscard]] bool is_plain_ascii(std::string_view text);

/// Appends `text` as a JSON string (RFC 8259 §7). Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& to, std::string_view text);

/// Appends what `value.dump()` returns, with U+FFFD as above, in a fifth of its time.
void append_json(std::string& to, const nlohmann::json& value);

/// A JSON value as text, without white space; its fields are in the order in which they were added.
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
    /// The same without a copy.
    [[nodiscard]] std::string take() && { return std::move(text_); }
    [[nodiscard]] bool is_null() const { return text_ == "null"; }

  private:
    friend class JsonArray;
    friend class JsonObject;

    static constexpr std::size_t kUsualRoom = 1000;  // a user with a key; malloc is slower above
                                                     // 1032 bytes
    // An empty list or object, with memory for `room` bytes.
    static JsonText with_room(const char* brackets, std::size_t room = kUsualRoom);

    std::string text_ = "null";
};

class JsonArray {
  public:
    void add(const JsonText& value);
    [[nodiscard]] bool empty() const { return list_.text_.size() == 2; }
    [[nodiscard]] const JsonText& value() const& { return list_; }
    [[nodiscard]] JsonText value() && { return std::move(list_); }

  private:
    JsonText list_ = JsonText::with_room("[]");
};

/// An object. The names are constants that need no escape, and are all different.
class JsonObject {
  public:
    JsonObject() = default;
    /// The text of the object will have about `room` bytes.
    explicit JsonObject(std::size_t room) : object_(JsonText::with_room("{}", room)) {}

    /// Adds a field after the others.
    template <class Value>
    void set(std::string_view name, const Value& value) {
        begin_field(name);
        if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
            append_json_string(object_.text_, value);
        } else {
            const JsonText& field = value;
            object_.text_ += field.text_;
        }
        object_.text_ += '}';
    }
    /// Adds the fields of `other` after the others.
    void set_all(const JsonObject& other);
    [[nodiscard]] bool empty() const { return object_.text_.size() == 2; }
    [[nodiscard]] const JsonText& value() const& { return object_; }
    [[nodiscard]] JsonText value() && { return std::move(object_); }

  private:
    void begin_next();
    void begin_field(std::string_view name);

    JsonText object_ = JsonText::with_room("{}");
};

/// Sorts fields by name. Keeps its memory for the next text.
class JsonSorter {
  public:
    /// A JSON text without white space, with the fields of all objects in it sorted, as `jq -cS`
    /// prints it. Valid until the next call.
    [[nodiscard]] std::string_view of(std::string_view text);

  private:
    struct Field {
        std::uint64_t beginning;  // of the name: its first eight bytes as one number
        std::string_view name;
        std::string_view text;  // with the name

        // Most names differ in the first eight bytes. NUL after a shorter name is less than any
        // byte of a name.
        bool operator<(const Field& other) const {
            return beginning != other.beginning ? beginning < other.beginning : name < other.name;
        }
    };

    void value();
    void string();
    void array();
    void object();
    void sort(std::size_t first, std::size_t start);

    std::string text_{};
    std::size_t at_ = 0;
    std::vector<Field> fields_{};
    std::string sorted_{};
};

}  // namespace base
