#include "activate/refusals.hpp"

#include "activate/rest_source.hpp"
#include "base/error.hpp"
#include "http/describe_response.hpp"

namespace activate {

void Refusals::see(const std::string& what, const http::Result& result) {
    const int status = http::status_of(result);
    if (status == 401) {
        http::throw_failure("ACTIVATE: " + what, result, kKeyHint);
    }
    if (status != 403) {
        has_other_ = has_other_ || status != 0;
        return;
    }
    last_ = http::describe(result);
    if (++forbidden_ >= kMostForbidden) {
        check();
    }
}

void Refusals::check() const {
    if (forbidden_ > 0 && !has_other_) {
        throw Error(ExitStatus::denied,
                    "ACTIVATE: " + kind_ + ": all of the first " + std::to_string(forbidden_) +
                        " requests were refused, the last one with " + last_ + "; " + kKeyHint);
    }
}

}  // namespace activate
