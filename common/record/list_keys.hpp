// The SSH keys of the exports, one a line, for scim-diff --list-keys. Pure.
#pragma once

#include "record/read_exports.hpp"
#include "stream/jsonl.hpp"

namespace record {

/// Writes each key of both sides, whether it may be sent, and the seal. Writes no header.
void list_keys(const Sides& sides, stream::Writer& out);

}  // namespace record
