#include "http/received_response.hpp"

#include "base/text.hpp"

#include <utility>

namespace http {

void ReceivedResponse::clear() {
    response_ = {};
    is_too_large_ = false;
}

void ReceivedResponse::add_line(std::string_view line) {
    if (line.starts_with("HTTP/")) {
        response_.headers.clear();
        return;
    }
    const auto colon = line.find(':');
    constexpr std::size_t kMostHeaders = 100;
    if (colon != std::string_view::npos && response_.headers.size() < kMostHeaders) {
        response_.headers.emplace_back(text::fold(line.substr(0, colon)),
                                       text::trim(line.substr(colon + 1)));
    }
}

bool ReceivedResponse::add_body(std::string_view piece) {
    if (response_.body.size() + piece.size() > max_body_) {
        is_too_large_ = true;
        return false;
    }
    response_.body.append(piece);
    return true;
}

Response ReceivedResponse::take(int status) {
    response_.status = status;
    return std::exchange(response_, {});
}

}  // namespace http
