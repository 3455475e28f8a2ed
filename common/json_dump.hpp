// A document as the text of a line: the bytes of nlohmann's dump(), several times faster, because nearly every text in our records is
// plain and goes out as it is. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace jsonl {

/// Appends `value` to `text`, without a blank. Bytes that are not UTF-8 become U+FFFD.
void append_json(std::string& text, const nlohmann::ordered_json& value);

}  // namespace jsonl
