#include "apply/write_queue.hpp"

#include "base/logging.hpp"
#include "http/describe_response.hpp"
#include "http/retry.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace apply {

namespace {

constexpr std::size_t kMostOperations =
    100;  // if an answer is lost, all results of a slow request are lost with it
constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

bool is_repeatable(const scim::Write& write) {
    return write.method == "PATCH";
}

}  // namespace

std::optional<scim::BulkLimits> offered_bulk(scim::ScimClient& service) {
    const auto result = service.client().fetch(service.request("GET", "/ServiceProviderConfig"));
    const int status = http::status_of(result);
    if (status == 401) {
        http::throw_failure("SCIM /ServiceProviderConfig", result, scim::kTokenHint);
    }
    const auto config =
        http::is_success(result) ? http::json_body(std::get<http::Response>(result)) : std::nullopt;
    auto limits = config ? scim::bulk_limits(*config) : std::nullopt;
    if (!limits) {
        logging::warning("--bulk: the service does not offer it (" +
                         (config ? "its ServiceProviderConfig says so" : http::describe(result)) +
                         "); each change is sent in a request of its own");
    }
    return limits;
}

WriteQueue::WriteQueue(scim::ScimClient& service, std::optional<scim::BulkLimits> bulk)
    : service_(service), bulk_(bulk) {
    if (bulk_) {
        const auto frame = scim::bulk_request("").size();
        bulk_->operations = std::min(bulk_->operations, kMostOperations);
        bulk_->bytes = std::min(bulk_->bytes, kMostBytes);
        bulk_->bytes -= std::min(bulk_->bytes, frame);
    }
}

void WriteQueue::send(scim::Write write, Done done) {
    Entry entry{std::move(write), std::move(done)};
    const auto size = bulk_ ? scim::bulk_operation(entry.write).size() + 1 : 0;
    if (!bulk_ || size > bulk_->bytes) {
        send_alone(std::move(entry));
        return;
    }
    if (bytes_ + size > bulk_->bytes) {
        flush();
    }
    bytes_ += size;
    waiting_.push_back(std::move(entry));
    if (waiting_.size() >= bulk_->operations) {
        flush();
    }
}

WriteQueue::Batch WriteQueue::take_waiting() {
    bytes_ = 0;
    return std::exchange(waiting_, {});
}

void WriteQueue::flush() {
    send_batch(take_waiting());
}

void WriteQueue::discard() {
    for (auto& entry : take_waiting()) {
        entry.done(http::Failure{http::Failure::Reason::stopped, "stopped before it was sent"});
    }
}

void WriteQueue::send_again(scim::Write write, Done done) {
    send_alone({std::move(write), [done = std::move(done)](http::Result result) {
                    if (auto* response = std::get_if<http::Response>(&result)) {
                        response->repeated = true;
                    }
                    done(result);
                }});
}

void WriteQueue::send_alone(Entry entry) {
    auto request = service_.request(entry.write.method, entry.write.path, entry.write.body);
    if (!entry.write.version.empty()) {
        request.headers.emplace_back("If-Match", entry.write.version);
    }
    // Every PATCH of a plan sets absolute values, so it can be sent twice without a further effect.
    const auto repeat = is_repeatable(entry.write) ? http::Repeat::harmless : http::Repeat::harmful;
    service_.client().send(std::move(request), repeat, std::move(entry.done));
}

void WriteQueue::send_batch(Batch batch) {
    if (batch.size() < 2) {
        std::for_each(
            batch.begin(), batch.end(), [&](auto& entry) { send_alone(std::move(entry)); });
        return;
    }
    std::string operations;
    for (const auto& entry : batch) {
        operations += (operations.empty() ? "" : ",") + scim::bulk_operation(entry.write);
    }
    const bool repeatable = std::all_of(
        batch.begin(), batch.end(), [](const auto& entry) { return is_repeatable(entry.write); });
    service_.client().send(
        service_.request("POST", "/Bulk", scim::bulk_request(operations)),
        repeatable ? http::Repeat::harmless : http::Repeat::harmful,
        [this, batch = std::move(batch), repeatable](const http::Result& result) mutable {
            const bool given_up =
                !http::is_success(result) && http::is_retryable(result, repeatable);
            took(std::move(batch), given_up, scim::as_meant(result));
        });
}

void WriteQueue::took(Batch batch, bool given_up, const http::Result& result) {
    std::vector<scim::Write> writes;
    std::transform(batch.begin(), batch.end(), std::back_inserter(writes), [](const auto& entry) {
        return entry.write;
    });
    auto results = http::is_success(result)
                       ? scim::bulk_results(writes, std::get<http::Response>(result))
                       : std::nullopt;
    if (results) {
        const bool repeated = std::get<http::Response>(result).repeated;
        for (std::size_t i = 0; i < batch.size(); ++i) {
            auto& each = (*results)[i];
            if (auto* response = std::get_if<http::Response>(&each)) {
                response->repeated = repeated;
            }
            settle(std::move(batch[i]), std::move(each));
        }
        return;
    }
    const int status = http::status_of(result);
    if (status == 413) {  // the service accepts less than its ServiceProviderConfig states
        const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
        send_batch({std::make_move_iterator(batch.begin()), std::make_move_iterator(middle)});
        send_batch({std::make_move_iterator(middle), std::make_move_iterator(batch.end())});
        return;
    }
    // 403: the credential may be valid for single writes.
    const bool refused = status >= 300 && status != 401 && !http::is_retryable(result, true);
    if (refused && bulk_) {
        logging::warning("/Bulk was refused (" + http::describe(result) +
                         "); from now on each change is sent in a request of its own");
        bulk_.reset();
    }
    const http::Result lost = http::Failure{http::Failure::Reason::unmatched,
                                            "the answer to /Bulk is not a BulkResponse"};
    for (auto& entry : batch) {
        if (refused) {
            send_alone(std::move(entry));
        } else if (http::is_success(result)) {
            settle(std::move(entry), lost);
        } else if (given_up) {  // the client has retried often enough
            entry.done(result);
        } else {
            settle(std::move(entry), result);
        }
    }
}

// A bulk operation that failed with a retryable error is resent as a single request with the usual
// backoff. If the answer does not have its result, the record is read first.
void WriteQueue::settle(Entry entry, http::Result result) {
    const auto* failure = std::get_if<http::Failure>(&result);
    const bool unmatched =
        failure != nullptr && failure->reason == http::Failure::Reason::unmatched;
    if (!unmatched && http::is_retryable(result, is_repeatable(entry.write))) {
        send_again(std::move(entry.write), std::move(entry.done));
    } else {
        entry.done(result);
    }
}

}  // namespace apply
