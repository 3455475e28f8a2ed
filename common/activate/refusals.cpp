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
        others_ += status != 0 ? 1U : 0U;
        return;
    }
    last_ = http::describe(result);
    if (++forbidden_ >= kMostForbidden && others_ <= kMostOfOneself) {
        deny();
    }
}

void Refusals::check() const {
    if (forbidden_ > 0 && others_ == 0) {
        deny();
    }
}

void Refusals::deny() const {
    throw Error(ExitStatus::denied,
                "ACTIVATE: " + kind_ + ": " + std::to_string(forbidden_) + " of the first " +
                    std::to_string(forbidden_ + others_) +
                    " requests were refused, the last one with " + last_ + "; " + kKeyHint);
}

}  // namespace activate
