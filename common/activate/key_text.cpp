#include "activate/key_text.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "record/ssh_key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace activate {

using nlohmann::json;

namespace {

// A key's base64 begins with the name of its type (RFC 4253 §6.6), and options may come before it.
// scim-diff decides which keys are rejected.
bool could_be_key(std::string_view line) {
    constexpr std::array<std::string_view, 4> kTypes{"ssh-", "ecdsa-", "sk-", "webauthn-sk-"};
    constexpr std::size_t kLongestLine = 8192;  // sshd(8)
    line = line.substr(0, kLongestLine);
    for (std::size_t word = 0; word < line.size();
         word = std::min(line.find_first_of(" \t", word), line.size() - 1) + 1) {
        const auto rest = line.substr(word);
        const auto type = std::find_if(
            kTypes.begin(), kTypes.end(), [&](std::string_view t) { return rest.starts_with(t); });
        if (type == kTypes.end()) {
            continue;
        }
        const auto blank = rest.find_first_of(" \t");
        const auto blob =
            blank == std::string_view::npos ? blank : rest.find_first_not_of(" \t", blank);
        if (blob != std::string_view::npos && rest.substr(blob).starts_with("AAAA")) {
            return true;
        }
    }
    return false;
}

// In the form of PEM or RFC 4716.
bool begins_block(std::string_view line) {
    return line.starts_with("----") && line.find("BEGIN ") != std::string_view::npos;
}

// A line of a key that nothing here reads, for example in the form of RFC 4716.
bool has_key_material(std::string_view line) {
    const auto blob = line.find("AAAA");
    const bool begins_word =
        blob != std::string_view::npos &&
        (blob == 0 || std::isalnum(static_cast<unsigned char>(line[blob - 1])) == 0);
    return begins_word || begins_block(line);
}

// In the form of OpenSSH, PEM, RFC 4716 or PuTTY.
bool begins_private_key(std::string_view line) {
    return line.starts_with("PuTTY-User-Key-File") ||
           (line.find("BEGIN ") != std::string_view::npos &&
            line.find("PRIVATE KEY") != std::string_view::npos);
}

bool ends_block(std::string_view line) {
    return line.find("-END ") != std::string_view::npos ||
           line.find("- END ") != std::string_view::npos;
}

// A connection that ends early can leave a part of a key.
bool may_be_cut_off(std::string_view last_line) {
    const bool is_certificate = last_line.find("-cert-v01@") != std::string_view::npos;
    return !last_line.empty() && last_line.front() != '#' && !last_line.starts_with("----") &&
           !is_certificate && !record::has_complete_blob(last_line);
}

KeyText read_lines(std::string_view lines, bool keep_comments) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    KeyText found;
    std::vector<std::string> keys;
    bool any_could_be = false;
    bool any_key = false;
    bool in_private_key = false;
    bool in_block = false;
    std::string_view private_key;  // its first line; one of PuTTY has no line for its end
    const bool has_end = lines.ends_with('\n');
    std::string_view last;
    lines.remove_prefix(lines.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
    if (const auto text = text::trim(lines);
        text.starts_with('<') || text.starts_with('{') || text.starts_with('[')) {
        return {};  // a web page or JSON, with any content
    }
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        const auto line = last = text::trim(lines.substr(0, end));
        lines.remove_prefix(std::min(end + 1, lines.size()));
        const bool could_be = could_be_key(line);
        const bool begins = !in_private_key && begins_private_key(line);
        private_key = begins ? line : private_key;
        in_private_key = !could_be && (in_private_key || begins);
        found.has_private_key = found.has_private_key || in_private_key;
        any_key = any_key || in_private_key || has_key_material(line);
        if (in_private_key || line.empty() || line.front() == '#') {
            in_private_key = in_private_key && !ends_block(line);
            continue;
        }
        in_block = !could_be && (in_block || begins_block(line));
        if (could_be) {
            found.odd_line.clear();  // the text went on after it
        } else if (found.odd_line.empty() && !in_block && !has_key_material(line)) {
            found.odd_line = line;
        }
        in_block = in_block && !ends_block(line);
        any_could_be = any_could_be || could_be;
        keys.push_back(record::normalised_ssh_key(line, keep_comments));
    }
    found.is_cut_off = any_key && !has_end &&
                       (in_private_key ? !private_key.starts_with("PuTTY") : may_be_cut_off(last));
    found.odd_line = any_could_be ? found.odd_line : "";
    found.is_other_form = any_key && !any_could_be && !found.is_cut_off;
    if (!found.is_cut_off && (any_could_be || (keys.empty() && !any_key))) {
        record::sort_ssh_keys(keys);
        found.keys = std::move(keys);
    }
    return found;
}

}  // namespace

KeyText keys_from_text(std::string_view lines, bool keep_comments) {
    auto found = read_lines(lines, keep_comments);
    if (!found.odd_line.empty()) {
        found.keys.reset();
    }
    return found;
}

KeyText keys_from_body(std::string_view content_type, const std::string& body, bool keep_comments) {
    if (content_type.find("html") != std::string_view::npos) {
        return {};
    }
    const auto trimmed = text::trim(body);
    const bool quoted = trimmed.starts_with('"');
    if (!quoted && content_type.find("json") == std::string_view::npos) {
        return keys_from_text(body, keep_comments);
    }
    const auto value = json::parse(trimmed, nullptr, false);
    if (value.is_null()) {
        return {.keys = std::vector<std::string>{}};
    }
    if (!value.is_string()) {
        return {};
    }
    const auto& content = value.get_ref<const std::string&>();
    // A key line has a space and base64 has none, so only one of the two readings is possible.
    const auto decoded = encoding::from_base64(text::trim(content));
    // A JSON string is complete: its last line needs no newline, and an odd line is what a user
    // uploaded. It must not keep the other keys of that user from changing.
    return read_lines((decoded ? *decoded : content) + "\n", keep_comments);
}

}  // namespace activate
