// Parses JSON text into a value, with a limit on nesting. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

inline namespace base {

// simdjson reads valid texts that are not too long, in a fifth of the time. If simdjson rejects a
// text, nlohmann's parser reads it: this parser decides what is JSON, and has better error
// messages.

/// The text is nested more deeply than allowed.
struct JsonTooDeep {};

/// Throws TooDeep, and nlohmann's parse_error and out_of_range, which have the byte offset.
[[nodiscard]] nlohmann::json parse_json(std::string_view text, int most_depth);

/// The same in the memory of `into`: fast if it holds a value with the same names of fields. If it
/// throws, `into` is null.
void parse_json(std::string_view text, int most_depth, nlohmann::json& into);

/// The same without an error message: nullopt if parse() throws.
[[nodiscard]] std::optional<nlohmann::json> try_parse_json(std::string_view text, int most_depth);

/// The fields of a JSON object that has no objects in it, without a document of it. Keeps its
/// memory for the next text.
class FlatObject {
  public:
    enum class Type { null, boolean, text, texts };

    /// Views are valid until the next read().
    struct Field {
        std::string_view name{};
        Type type = Type::null;
        bool boolean = false;
        std::string_view text{};
        std::vector<std::string_view> texts{};
    };

    FlatObject();
    ~FlatObject();
    FlatObject(const FlatObject&) = delete;
    FlatObject& operator=(const FlatObject&) = delete;

    /// A group of 200,000 members is shorter.
    static constexpr std::size_t kLongest = std::size_t{16} << 20U;

    /// False: the text is not JSON, is longer than kLongest, or is not an object of such values.
    [[nodiscard]] bool read(std::string_view text);
    [[nodiscard]] std::size_t size() const { return size_; }
    /// In the order of the text; a name may come twice.
    [[nodiscard]] Field& operator[](std::size_t at) { return fields_[at]; }
    /// The last field with that name, as in nlohmann; null if the object lacks the name.
    [[nodiscard]] const Field* find(std::string_view name) const;

  private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
    std::vector<Field> fields_{};
    std::size_t size_ = 0;
};

}  // namespace base
