// The calls made to a SCIM service, over any Transport.
#pragma once

#include "http_client.hpp"
#include "scim.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace scim {

/// What an operator should look at when the service refuses the credential.
inline constexpr const char* kTokenHint =
    "check CW_SCIM_BEARER_TOKEN, and that \"Enable SCIM API\" and \"Enable Automated User Provisioning\" are on in the "
    "console's SCIM Configuration";

class Service {
 public:
    Service(http::Client& client, std::string base_url, std::size_t page_size)
        : client_(client), base_url_(std::move(base_url)), page_size_(page_size) {}

    /// Every resource of `kind` that matches `filter` (empty: all), each once, page by page. A server may ignore the filter, so the
    /// caller selects again. Throws Error: `retry_later` rather than a list that is short.
    void list(identity::Kind kind,
              const std::string& filter,
              const std::function<void(const nlohmann::json& resource)>& each);

    /// GET of one resource by id; `done` gets the resource, or throws what ends the run. Runs with others: see drain().
    void get(identity::Kind kind,
             const identity::ResourceId& id,
             const std::function<void(const http::Result&)>& done);
    void drain() { client_.drain(); }

    /// GET of one resource, at once.
    [[nodiscard]] http::Result get_now(identity::Kind kind, const identity::ResourceId& id);

    /// The resources whose `attribute` equals `value`, selected again here. Throws like list().
    [[nodiscard]] std::vector<nlohmann::json> find(identity::Kind kind, std::string_view attribute, std::string_view value);

    /// A request on the base URL with SCIM's media types, for the writes.
    [[nodiscard]] http::Request request(std::string method, const std::string& path, std::string body = {}) const;
    [[nodiscard]] http::Client& client() { return client_; }

 private:
    http::Client& client_;
    std::string base_url_;
    std::size_t page_size_;
};

}  // namespace scim
