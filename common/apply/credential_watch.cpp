#include "apply/credential_watch.hpp"

#include "http/describe_response.hpp"

namespace apply {

bool CredentialWatch::read(const std::string& what, const http::Result& result) {
    return http::status_of(result) == 401 &&
           end(what + ": " + http::describe(result) + "; " + hint_);
}

bool CredentialWatch::wrote(const std::string& what, const http::Result& result) {
    const int status = http::status_of(result);
    if (status != 403) {
        has_written_ = has_written_ || (status != 0 && status != 401);
        return read(what, result);
    }
    return ++forbidden_ >= kMostForbidden && !has_written_ &&
           end("SCIM: all of the first " + std::to_string(forbidden_) +
               " writes were refused, the last one with " + http::describe(result) +
               "; the token may only be allowed to read: " + hint_);
}

bool CredentialWatch::end(const std::string& sentence) {
    if (!ended_by_) {
        ended_by_.emplace(ExitStatus::denied, sentence);
    }
    return true;
}

}  // namespace apply
