// The certificates of the authorities that a connection trusts, as one text in PEM.
#pragma once

#include <string>

namespace http {

/// Whether `pem` (RFC 7468) has a certificate, and each block of it can be read: libcurl refuses a
/// text with a damaged one.
[[nodiscard]] bool are_certificates(const std::string& pem);

/// `own` if it is not empty, otherwise the system's file as libcurl knows it; and `extra`. Empty if
/// both are empty, or `extra` is the system's file: libcurl then finds the system's certificates by
/// itself.
[[nodiscard]] std::string trusted_certificates(const std::string& own, const std::string& extra);

}  // namespace http
