#include "http/transport.hpp"

#include <algorithm>

namespace http {

std::string Response::header(std::string_view name) const {
    const auto found = std::find_if(
        headers.begin(), headers.end(), [&](const auto& h) { return h.first == name; });
    return found == headers.end() ? std::string() : found->second;
}

bool is_success(const Result& result) {
    const int status = status_of(result);
    return status >= 200 && status < 300;
}

int status_of(const Result& result) {
    const auto* response = std::get_if<Response>(&result);
    return response == nullptr ? 0 : response->status;
}

}  // namespace http
