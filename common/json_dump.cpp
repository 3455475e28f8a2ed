#include "json_dump.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace jsonl {

using nlohmann::ordered_json;

namespace {

// True where every byte stands for itself. Written so that a compiler makes it look at many at once.
bool is_plain(std::string_view text) {
    unsigned strange = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        strange |= static_cast<unsigned>((byte < 0x20) | (byte > 0x7E) | (byte == '"') | (byte == '\\'));
    }
    return strange == 0;
}

void append_text(std::string& text, std::string_view value) {
    if (is_plain(value)) {
        ((text += '"') += value) += '"';
    } else {
        text += ordered_json(value).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    }
}

}  // namespace

void append_json(std::string& text, const ordered_json& value) {
    if (value.is_string()) {
        append_text(text, value.get_ref<const std::string&>());
    } else if (value.is_array()) {
        text += '[';
        for (const auto& element : value) {
            text += text.back() == '[' ? "" : ",";
            append_json(text, element);
        }
        text += ']';
    } else if (value.is_object()) {
        text += '{';
        for (const auto& [name, member] : value.items()) {
            text += text.back() == '{' ? "" : ",";
            append_text(text, name);
            text += ':';
            append_json(text, member);
        }
        text += '}';
    } else {
        text += value.dump();
    }
}

}  // namespace jsonl
