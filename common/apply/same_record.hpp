// Detects that a service showed another record than the one that was written or asked for. Pure.
#pragma once

#include "record/record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace apply {

struct OtherRecord {
    std::string_view reason{};  ///< of the failure: kNotVerified if the id differs, since nothing
                                ///< is known about our record; kMoved if the record under our id
                                ///< is unmanaged or that of another user
    std::string why{};          ///< as text: "its id is 7f"
};

/// Compares `id` and `externalId` (RFC 7643 §3.1) of a resource with those of the record at `path`
/// ("/Users/<id>", percent-encoded). Attributes that are not shown prove nothing, with one
/// exception: a record that shows its id and its name also shows its externalId if it has one. If
/// `external_id` is empty, only the id is compared. Nullopt if the resource may be that record.
[[nodiscard]] std::optional<OtherRecord> other_record_in(const nlohmann::json& resource,
                                                         const std::string& path,
                                                         const record::ExternalId& external_id);

}  // namespace apply
