#include "scim_filter.hpp"

#include "scim_error.hpp"
#include "scim_schema.hpp"

#include <algorithm>
#include <array>

namespace sandbox {

namespace {

constexpr int kDeepest = 32;  // of parentheses; the parser recurses

/// RFC 7643 §3.1, §2.3.1 and §4.2: attributes that are compared exactly. Names of users and groups
/// are not.
bool is_case_exact(const AttributePath& path, std::string_view inside) {
    const bool member = same_folded(path.name, "members") || same_folded(inside, "members");
    const auto& last = path.part.empty() ? path.name : path.part;
    constexpr std::array kExact{"id", "externalId", "version", "location", "sunkSshKeys"};
    return member || std::any_of(kExact.begin(), kExact.end(), [&](const char* name) {
               return same_folded(last, name);
           });
}

class Parser {
  public:
    Parser(std::string_view text, std::string_view inside) : text_(text), inside_(inside) {}

    Filter parse() {
        auto filter = any();
        if (!peek().empty()) {
            fail("unexpected '" + std::string(peek()) + "'");
        }
        return filter;
    }

  private:
    [[noreturn]] static void fail(const std::string& why) {
        throw ScimError(400, "invalidFilter", "the filter cannot be read: " + why);
    }

    void skip_spaces() {
        while (at_ < text_.size() && text_[at_] == ' ') {
            ++at_;
        }
    }

    /// The next word, bracket or JSON string, without taking it; empty at the end.
    std::string_view peek() {
        skip_spaces();
        if (at_ == text_.size()) {
            return {};
        }
        if (std::string_view("()[]").find(text_[at_]) != std::string_view::npos) {
            return text_.substr(at_, 1);
        }
        if (text_[at_] == '"') {
            return text_.substr(at_, string_length());
        }
        const auto end = text_.find_first_of(" ()[]\"", at_);
        return text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    }

    std::size_t string_length() const {
        for (auto end = at_ + 1; end < text_.size(); ++end) {
            if (text_[end] == '\\') {
                ++end;
            } else if (text_[end] == '"') {
                return end + 1 - at_;
            }
        }
        fail("a string is not closed");
    }

    std::string_view take() {
        const auto word = peek();
        if (word.empty()) {
            fail("it ends too early");
        }
        at_ += word.size();
        return word;
    }

    bool take_if(std::string_view word) {
        if (!same_folded(peek(), word)) {
            return false;
        }
        (void)take();
        return true;
    }

    void expect(std::string_view word) {
        if (!take_if(word)) {
            fail("'" + std::string(word) + "' is missing");
        }
    }

    Filter any() {
        if (++depth_ > kDeepest) {
            fail("too many parentheses");
        }
        auto filter = joined(Filter::Kind::any, "or", &Parser::all);
        --depth_;
        return filter;
    }

    Filter all() { return joined(Filter::Kind::all, "and", &Parser::one); }

    Filter joined(Filter::Kind kind, std::string_view word, Filter (Parser::*next)()) {
        Filter first = (this->*next)();
        if (!same_folded(peek(), word)) {
            return first;
        }
        Filter out{.kind = kind};
        out.parts.push_back(std::move(first));
        while (take_if(word)) {
            out.parts.push_back((this->*next)());
        }
        return out;
    }

    Filter one() {
        if (take_if("not")) {
            if (peek() != "(") {
                fail("'not' needs parentheses");
            }
            Filter out{.kind = Filter::Kind::none};
            out.parts.push_back(one());
            return out;
        }
        if (take_if("(")) {
            auto filter = any();
            expect(")");
            return filter;
        }
        return about_attribute();
    }

    Filter about_attribute() {
        const auto word = take();
        if (word.front() == '"' || word == ")" || word == "[" || word == "]") {
            fail("an attribute is missing");
        }
        Filter out{.path = split_path(word)};
        if (out.path.name.empty()) {
            fail("an attribute is missing");
        }
        if (take_if("[")) {
            return within(std::move(out));
        }
        out.op = fold(take());
        if (out.op == "pr") {
            out.kind = Filter::Kind::present;
            return out;
        }
        return compare(std::move(out));
    }

    Filter within(Filter out) {
        out.kind = Filter::Kind::within;
        const std::string outer(inside_);
        const std::string name = out.path.name;
        inside_ = name;
        out.parts.push_back(any());
        inside_ = outer;
        expect("]");
        return out;
    }

    Filter compare(Filter out) {
        constexpr std::array kOperators{"eq", "ne", "co", "sw", "ew"};
        if (std::find(kOperators.begin(), kOperators.end(), out.op) == kOperators.end()) {
            fail("unknown operator '" + out.op + "'");
        }
        const auto literal = take();
        out.kind = Filter::Kind::compare;
        out.value = Json::parse(literal, nullptr, false);
        out.exact = is_case_exact(out.path, inside_);
        if (out.value.is_discarded() || out.value.is_structured()) {
            fail("'" + std::string(literal) + "' is no value");
        }
        if (out.op != "eq" && out.op != "ne" && !out.value.is_string()) {
            fail("'" + out.op + "' needs a string");
        }
        return out;
    }

    std::string_view text_;
    std::string inside_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

/// An array's elements, or the value itself.
std::vector<const Json*> flattened(const Json* value) {
    if (value == nullptr) {
        return {};
    }
    if (!value->is_array()) {
        return {value};
    }
    std::vector<const Json*> out;
    for (const auto& each : *value) {
        out.push_back(&each);
    }
    return out;
}

std::vector<const Json*> attribute_values(const AttributePath& path, const Json& resource) {
    const bool extension = !path.urn.empty() && !same_folded(path.urn, user_type().core.urn) &&
                           !same_folded(path.urn, group_type().core.urn);
    const Json* holder = extension ? find_member(resource, path.urn) : &resource;
    return flattened(holder == nullptr ? nullptr : find_member(*holder, path.name));
}

bool compares(const Filter& filter, const Json& value) {
    if (!value.is_string() || !filter.value.is_string()) {
        return value == filter.value;
    }
    auto a = value.get<std::string>();
    auto b = filter.value.get<std::string>();
    if (!filter.exact) {
        a = fold(a);
        b = fold(b);
    }
    if (filter.op == "co") {
        return a.find(b) != std::string::npos;
    }
    if (filter.op == "sw") {
        return a.starts_with(b);
    }
    if (filter.op == "ew") {
        return a.ends_with(b);
    }
    return a == b;
}

bool any_value_compares(const Filter& filter, const Json& resource) {
    const auto values = attribute_values(filter.path, resource);
    if (filter.value.is_null()) {
        return values.empty();
    }
    return std::any_of(values.begin(), values.end(), [&](const Json* value) {
        if (!value->is_object()) {
            return filter.path.part.empty() && compares(filter, *value);
        }
        const auto* part =
            find_member(*value, filter.path.part.empty() ? "value" : filter.path.part);
        return part != nullptr && compares(filter, *part);
    });
}

/// RFC 7644 §3.4.2.2: "has a non-empty value".
bool is_present(const Filter& filter, const Json& resource) {
    for (const Json* value : attribute_values(filter.path, resource)) {
        if (!filter.path.part.empty()) {
            value = find_member(*value, filter.path.part);
        }
        if (value != nullptr && !value->is_null() && *value != "") {
            return true;
        }
    }
    return false;
}

}  // namespace

AttributePath split_path(std::string_view text) {
    AttributePath path;
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos) {
        path.urn = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    const auto dot = text.find('.');
    path.name = text.substr(0, dot);
    if (dot != std::string_view::npos) {
        path.part = text.substr(dot + 1);
    }
    return path;
}

Filter parse_filter(std::string_view text, std::string_view inside) {
    return Parser(text, inside).parse();
}

bool matches(const Filter& filter, const Json& resource) {
    const auto holds = [&](const Filter& part) { return matches(part, resource); };
    switch (filter.kind) {
        case Filter::Kind::all:
            return std::all_of(filter.parts.begin(), filter.parts.end(), holds);
        case Filter::Kind::any:
            return std::any_of(filter.parts.begin(), filter.parts.end(), holds);
        case Filter::Kind::none:
            return !holds(filter.parts.front());
        case Filter::Kind::present:
            return is_present(filter, resource);
        case Filter::Kind::compare:
            return any_value_compares(filter, resource) != (filter.op == "ne");
        case Filter::Kind::within:
            break;
    }
    const auto values = attribute_values(filter.path, resource);
    return std::any_of(values.begin(), values.end(), [&](const Json* value) {
        return matches(filter.parts.front(), *value);
    });
}

bool uses_operator(const Filter& filter, std::string_view op) {
    return filter.op == op ||
           std::any_of(filter.parts.begin(), filter.parts.end(), [&](const Filter& part) {
               return uses_operator(part, op);
           });
}

const Json* find_member(const Json& object, std::string_view name) {
    if (!object.is_object()) {
        return nullptr;
    }
    for (const auto& [key, value] : object.items()) {
        if (same_folded(key, name)) {
            return &value;
        }
    }
    return nullptr;
}

}  // namespace sandbox
