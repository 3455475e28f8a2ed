// The current side, written while it is read: users page by page, then groups.
#pragma once

#include "scim/client.hpp"
#include "stream/jsonl.hpp"

namespace scim {

struct CurrentExportSettings {
    bool unmanaged = false;      ///< also export unmanaged records
    bool keep_comments = false;  ///< of SSH keys
};

/// Writes a sealed stream. Throws Error if a list cannot be read completely.
void export_current(ScimClient& service,
                    const CurrentExportSettings& settings,
                    const stream::Header& header,
                    stream::Writer& out);

}  // namespace scim
