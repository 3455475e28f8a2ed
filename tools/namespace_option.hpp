// The option --namespace of all tools.
#pragma once

#include "cli/options.hpp"
#include "record/external_ids.hpp"

#include <array>

namespace tools {

inline constexpr std::array kNamespaceOption{
    cli::Option{
        .name = "namespace",
        .value = "NAME",
        .env = "SYNC_NAMESPACE",
        .help = "use pw-activate:NAME:user:KEY and pw-activate:NAME:group:ID as external ids"},
};

/// Makes the value the namespace of the process. Rejects an invalid name.
inline void settle_namespace(const cli::Options& options) {
    const auto& name = options.value("namespace");
    if (!name.empty() && !record::is_namespace(name)) {
        options.refuse(
            "namespace",
            "is \"" + name + "\"; write 1 to 32 letters, digits, - and _, but not user or group");
    }
    record::use_namespace(name);
}

}  // namespace tools
