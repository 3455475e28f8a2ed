// The way of writes to the service: each in a request of its own, or many together where it offers /Bulk.
#pragma once

#include "bulk.hpp"
#include "scim_client.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace scim {

/// What the service's ServiceProviderConfig offers; nullopt, with a warning, when it offers no /Bulk. Throws Error{denied}.
[[nodiscard]] std::optional<BulkLimits> offered_bulk(Service& service);

class Outbox {
 public:
    using Done = std::function<void(const http::Result&)>;

    /// Without `bulk` each write is a request. `service` must outlive this.
    Outbox(Service& service, std::optional<BulkLimits> bulk);

    /// `done` gets the answer to this write, from a later turn of the client. With bulk it waits here until a request is full, or for flush().
    void send(Write write, Done done);
    /// Sends what waits here.
    void flush();
    /// Forgets what waits here, and says how many that was. Their `done` is never called.
    std::size_t discard();
    [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
    struct Entry {
        Write write{};
        Done done{};
    };
    using Batch = std::vector<Entry>;

    void send_alone(Entry entry);
    void send_batch(Batch batch);
    void took(Batch batch, bool given_up, const http::Result& result);
    void settle(Entry entry, const http::Result& result);

    Service& service_;
    std::optional<BulkLimits> bulk_;
    Batch waiting_{};
    std::size_t bytes_ = 0;  // of the operations in waiting_
};

}  // namespace scim
