// The way of writes to the service: each in a request of its own, or many together where it offers
// /Bulk.
#pragma once

#include "scim/bulk.hpp"
#include "scim/client.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace apply {

/// What the service's ServiceProviderConfig offers; nullopt, with a warning, when it offers no
/// /Bulk. Throws Error{denied}.
[[nodiscard]] std::optional<scim::BulkLimits> offered_bulk(scim::ScimClient& service);

class WriteQueue {
  public:
    using Done = std::function<void(const http::Result&)>;

    /// Without `bulk` each write is a request. `service` must outlive this.
    WriteQueue(scim::ScimClient& service, std::optional<scim::BulkLimits> bulk);

    /// `done` gets the answer to this write, from a later turn of the client. With bulk it waits
    /// here until a request is full, or for flush().
    void send(scim::Write write, Done done);
    /// The same for a PATCH that may have been carried out before: never with others, and the
    /// answer says that it was repeated.
    void send_again(scim::Write write, Done done);
    /// Sends what waits here.
    void flush();
    /// Ends what waits here as Failure{stopped}.
    void discard();
    [[nodiscard]] bool empty() const { return waiting_.empty(); }

  private:
    struct Entry {
        scim::Write write{};
        Done done{};
    };
    using Batch = std::vector<Entry>;

    void send_alone(Entry entry);
    void send_batch(Batch batch);
    void took(Batch batch, bool given_up, const http::Result& result);
    void settle(Entry entry, http::Result result);

    scim::ScimClient& service_;
    std::optional<scim::BulkLimits> bulk_;
    Batch waiting_{};
    std::size_t bytes_ = 0;  // of the operations in waiting_
};

}  // namespace apply
