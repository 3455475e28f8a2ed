// Sends writes to the service: one in each request, or many together if the service supports /Bulk.
#pragma once

#include "scim/bulk.hpp"
#include "scim/client.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace apply {

/// The limits of /Bulk in the service's ServiceProviderConfig; nullopt, with a warning, if it does
/// not support /Bulk. Throws Error{denied}.
[[nodiscard]] std::optional<scim::BulkLimits> offered_bulk(scim::ScimClient& service);

class WriteQueue {
  public:
    using Done = std::function<void(const http::Result&)>;

    /// Without `bulk`, each write is a request. `service` must outlive this object.
    WriteQueue(scim::ScimClient& service, std::optional<scim::BulkLimits> bulk);

    /// `done` gets the answer to this write, from a later turn of the client. With bulk, the write
    /// waits here until a request is full or flush() is called.
    void send(scim::Write write, Done done);
    /// The same for a PATCH that may have been carried out before. It is sent alone, and the answer
    /// is marked as repeated.
    void send_again(scim::Write write, Done done);
    /// Sends the writes that wait here.
    void flush();
    /// Ends the writes that wait here with Failure{stopped}.
    void discard();
    [[nodiscard]] bool empty() const { return waiting_.empty(); }

  private:
    struct Entry {
        scim::Write write{};
        Done done{};
    };
    using Batch = std::vector<Entry>;

    [[nodiscard]] Batch take_waiting();
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
