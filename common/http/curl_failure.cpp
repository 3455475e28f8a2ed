#include "http/curl_failure.hpp"

#include "http/retry.hpp"

#include <curl/curl.h>

#include <string>

namespace http {

Failure::Reason reason_of(int code, bool connected) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT:
            return Failure::Reason::refused;
        case CURLE_OPERATION_TIMEDOUT:
            return connected ? Failure::Reason::timeout : Failure::Reason::refused;
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_CRL_BADFILE:
        case CURLE_SSL_INVALIDCERTSTATUS:
            return Failure::Reason::untrusted;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return Failure::Reason::unusable;
        case CURLE_SSL_CONNECT_ERROR:
            return Failure::Reason::refused;
        default:
            return Failure::Reason::interrupted;
    }
}

Failure refused_by_proxy(int status) {
    const auto answered = "the proxy answered CONNECT with HTTP " + std::to_string(status);
    if (is_retryable(Response{status, {}, {}}, true)) {
        return {Failure::Reason::refused, answered};
    }
    return {Failure::Reason::blocked,
            answered + (status == 407
                            ? "; set the user name and the password of the proxy in HTTPS_PROXY"
                            : "; let the proxy connect to this host and port, or set NO_PROXY")};
}

}  // namespace http
