#include "scim/client.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/keyed_hash.hpp"
#include "base/logging.hpp"
#include "base/text.hpp"
#include "http/describe_response.hpp"
#include "http/retry.hpp"
#include "scim/list_page.hpp"
#include "scim/messages.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace scim {

using nlohmann::json;
using record::Kind;

namespace {

std::string query_of(const PageRequest& wanted) {
    std::string query =
        wanted.filter.empty() ? "?" : "?filter=" + encoding::percent_encode(wanted.filter) + "&";
    query += wanted.cursor.empty() ? "startIndex=" + std::to_string(wanted.offset + 1)
                                   : "cursor=" + encoding::percent_encode(wanted.cursor);
    return wanted.count == 0 ? query : query + "&count=" + std::to_string(wanted.count);
}

/// A result with its body parsed once, and the status in the body: some servers send an Error with
/// status 200.
struct ListAnswer {
    http::Result result{};
    std::optional<json> body = std::nullopt;
};

ListAnswer read(http::Result result) {
    auto* response = std::get_if<http::Response>(&result);
    auto body =
        response != nullptr && http::is_success(result) ? http::json_body(*response) : std::nullopt;
    if (body) {
        response->status = error_status(*body).value_or(response->status);
    }
    return {std::move(result), std::move(body)};
}

json body_of(ListAnswer answer, const std::string& what, const std::string& hint) {
    if (!http::is_success(answer.result)) {
        http::throw_failure(what, answer.result, hint);
    }
    if (const int status = http::status_of(answer.result); status != 200) {
        throw Error(ExitStatus::unavailable,
                    what + ": HTTP " + std::to_string(status) +
                        ", but only 200 means that the list is complete");
    }
    if (!answer.body) {
        throw Error(
            ExitStatus::unavailable,
            what + ": " +
                http::no_json(std::get<http::Response>(answer.result), "is the base URL right?"));
    }
    return *std::move(answer.body);
}

std::string scim_type_of(const http::Result& result) {
    const auto* response = std::get_if<http::Response>(&result);
    const auto body = response == nullptr ? std::nullopt : http::json_body(*response);
    return body ? scim_type(*body) : std::string();
}

// RFC 7644 §3.12: the filter yields more results than the server returns, for example rows after
// the end of a search window. The rows exist.
bool is_too_many(const http::Result& result) {
    const int status = http::status_of(result);
    return (status == 400 || status == 413) && scim_type_of(result) == "toomany";
}

json page_body(ListAnswer answer, const std::string& what, const std::string& hint, bool is_first) {
    const auto* failure = std::get_if<http::Failure>(&answer.result);
    if (failure != nullptr && failure->reason == http::Failure::Reason::too_large) {
        throw Error(ExitStatus::unavailable,
                    what + ": " + http::describe(answer.result) +
                        "; ask for fewer records a page (for CoreWeave: CW_SCIM_PAGE_SIZE)");
    }
    if (is_too_many(answer.result)) {
        throw Error(ExitStatus::unavailable,
                    what + ": " + http::describe(answer.result) +
                        "; the service does not return the other records, and a part of a list is "
                        "not used: ask the operator of the service to raise that limit");
    }
    if (is_first && http::status_of(answer.result) == 404) {
        throw Error(ExitStatus::unavailable,
                    what + ": " + http::describe(answer.result) + "; is the base URL right?");
    }
    return body_of(std::move(answer), what, hint);
}

// Any definite answer for a page past the end means that there is no such page. No answer, a
// retryable error and 401 or 403 do not: the page may exist.
bool says_something(const http::Result& result) {
    const int status = http::status_of(result);
    return status != 0 && status != 401 && status != 403 &&
           (status == 500 || !http::is_retryable(result, true));
}

// Without a total, a fault in the middle of a list must not be treated as its end: only an explicit
// SCIM error is.
bool refuses_page(const http::Result& result) {
    const auto* response = std::get_if<http::Response>(&result);
    const auto body = response != nullptr && (response->status == 400 || response->status == 404)
                          ? http::json_body(*response)
                          : std::nullopt;
    return body && error_status(*body);
}

}  // namespace

http::Result as_meant(http::Result result) {
    return read(std::move(result)).result;
}

http::Request ScimClient::request(std::string method,
                                  const std::string& path,
                                  std::string body) const {
    http::Request request{.method = std::move(method),
                          .url = base_url_ + path,
                          .headers = {{"Accept", "application/scim+json, application/json"}},
                          .body = std::move(body)};
    if (!request.body.empty()) {
        request.headers.emplace_back("Content-Type", std::string(record::kMediaType));
    }
    return request;
}

IdTable ScimClient::list(Kind kind,
                         const std::string& filter,
                         const std::function<void(const json&)>& each) {
    const std::string what = name_ + " " + record::endpoint(kind);
    paging::ListWalk walk(what, pages_);
    const KeyedHash hash;
    const auto began = client_.now();
    const auto bytes_before = client_.traffic().bytes;
    std::size_t number = 0;  // index of the record in the table of the list walk
    std::vector<std::size_t> unusable;
    bool is_probably_complete = false;  // another page was requested only because of itemsPerPage
    PageRequest wanted{.filter = refuses_filters_ ? std::string() : filter, .count = page_size_};
    while (!walk.complete()) {
        wanted.offset = walk.offset();
        wanted.cursor = walk.cursor();
        auto answer = read(client_.fetch(page_request(kind, wanted)));
        if (!http::is_success(answer.result) && concede(answer.result, wanted, walk)) {
            continue;
        }
        const bool may_be_no_page =
            walk.is_behind_the_last() && !is_too_many(answer.result) &&
            (refuses_page(answer.result) ||
             ((walk.has_sound_total() || is_probably_complete) && says_something(answer.result)));
        std::optional<ListResponse> list;
        try {
            list = list_from_json(page_body(std::move(answer), what, hint_, walk.offset() == 0),
                                  !wanted.cursor.empty());
        } catch (const Error&) {
            if (!may_be_no_page) {
                throw;
            }
            walk.take_nothing();
            continue;
        }
        const auto& response = *list;
        if (number == 0) {
            require_ids(response.resources);
        }
        auto page = page_of(response, walk.offset(), wanted.count, hash);
        is_probably_complete = may_be_own_limit(response, wanted.count);
        page.bytes = client_.traffic().bytes - bytes_before;
        page.elapsed = std::chrono::duration_cast<std::chrono::seconds>(client_.now() - began);
        for (const auto place : walk.take(page)) {
            const auto& resource = response.resources[place];
            if (has_usable_id(resource)) {
                each(resource);
            } else {
                unusable.push_back(number);
                take_unusable(kind, resource, each);
            }
            ++number;
        }
    }
    auto ids = std::move(walk).take_ids();
    return unusable.empty() ? std::move(ids) : ids.without(unusable);
}

// One malformed record must not prevent the sync of all others. If it is managed, its access stays
// unchanged.
void ScimClient::take_unusable(Kind kind,
                               const json& resource,
                               const std::function<void(const json&)>& each) {
    if (passes_on_unusable_) {
        each(resource);
        return;
    }
    const auto list = name_ + " " + record::endpoint(kind) + ": ";
    if (!resource.is_object()) {
        ++left_out_;
        ++without_id_;
        logging::error(list + "a row of the list is " + record::shown_value(resource) +
                       " and not a record, so the record in that place is not compared; report "
                       "this to the operator of that service");
        return;
    }
    const auto id = record::external_id_of(resource);
    const bool has_id = !record::text_attribute(resource, "id").empty();
    const auto user_name = record::text_attribute(resource, "userName");
    const auto sentence =
        list + "record " +
        (user_name.empty() ? record::text_attribute(resource, "displayName") : user_name) + " (" +
        (id.value.empty() ? "no externalId" : id.value) + ") has " +
        (has_id ? "an id that cannot be part of a path" : "no id") +
        "; it is left out: delete the record in CoreWeave";
    if (record::is_managed(id, kind)) {
        ++left_out_;
        ++without_id_;
        logging::error(sentence);
    } else {
        logging::warning(sentence);
    }
}

IdTable ScimClient::list_ours(Kind kind, const std::function<void(const json&)>& each) {
    const auto filter = filter_starts_with("externalId", record::managed_prefix());
    auto ids = list(kind, filter, each);
    if (ids.size() > 0 || refuses_filters_) {
        return ids;
    }
    // No record is emitted yet. A service that has accepted the filter may refuse this list of
    // unmanaged records, and then the filtered list is the result.
    const std::string found =
        name_ + " " + record::endpoint(kind) + ": the filter " + filter + " finds nothing, and ";
    std::size_t ours = 0;
    try {
        list(kind, "", [&](const json& resource) {
            const auto id = record::external_id_of(resource);
            ours += record::is_managed(id, kind) ? 1U : 0U;
            plain_records_ += record::is_of_no_namespace(id.value) ? 1U : 0U;
        });
    } catch (const Error& error) {
        if (error.status() != ExitStatus::unavailable && error.status() != ExitStatus::denied) {
            throw;
        }
        logging::warning(found + "the list without a filter, which would verify this, failed (" +
                         error.what() + "); so no record is taken to be managed");
        return ids;
    }
    if (ours == 0) {
        return ids;
    }
    logging::warning(found + "without it there are " + std::to_string(ours) +
                     "; everything is listed, and selected here; scim-export --check has details");
    return list(kind, "", each);
}

// Whether another form of the request remains. If so, `wanted` is changed, or the pass begins
// again. Unsupported parameters are rejected on the first page, with unpredictable status codes.
bool ScimClient::concede(const http::Result& refusal, PageRequest& wanted, paging::ListWalk& walk) {
    const int status = http::status_of(refusal);
    const bool count_refused = scim_type_of(refusal) == "invalidcount";
    if (!wanted.cursor.empty() &&
        status == 400) {  // RFC 9865 §2.1: invalidCursor, expiredCursor, invalidCount
        wanted.count = count_refused ? 0 : wanted.count;
        walk.restart(http::describe(refusal));
        return true;
    }
    if (walk.offset() != 0) {
        return false;
    }
    if (!wanted.filter.empty() && !count_refused &&
        (status == 400 || status == 500 || status == 501)) {
        logging::info(name_ + " takes no filter (" + http::describe(refusal) +
                      "); everything is listed, and selected here");
        refuses_filters_ = true;
        wanted.filter.clear();
        return true;
    }
    if (wanted.count != 0 && status == 400) {
        wanted.count = 0;
        return true;
    }
    return false;
}

http::Request ScimClient::page_request(Kind kind, const PageRequest& wanted) const {
    return request("GET", record::endpoint(kind) + query_of(wanted));
}

http::Result ScimClient::page(Kind kind, const PageRequest& wanted) {
    return as_meant(client_.fetch(page_request(kind, wanted)));
}

void ScimClient::search(Kind kind,
                        const std::string& filter,
                        const std::function<void(const std::optional<std::vector<json>>&)>& done) {
    client_.wait_for_room();
    client_.send(
        page_request(kind, {.filter = filter, .count = page_size_}),
        http::Repeat::harmless,
        [done, asked = page_size_](http::Result result) {
            auto answer = read(std::move(result));
            if (http::status_of(answer.result) != 200 || !answer.body) {
                done(std::nullopt);
                return;
            }
            try {
                const auto list = list_from_json(*std::move(answer.body));
                const bool is_complete =
                    std::all_of(list.resources.begin(), list.resources.end(), has_usable_id) &&
                    list.next_cursor.empty() && list.resources.size() < asked &&
                    list.total_results.value_or(list.resources.size()) == list.resources.size();
                done(is_complete ? std::optional(list.resources) : std::nullopt);
            } catch (const Error&) {
                done(std::nullopt);
            }
        });
}

void ScimClient::get(Kind kind,
                     const record::ResourceId& id,
                     const std::string& query,
                     const std::function<void(const http::Result&)>& done) {
    client_.wait_for_room();
    client_.send(request("GET", record::resource_path(kind, id) + query),
                 http::Repeat::harmless,
                 [done](http::Result result) { done(as_meant(std::move(result))); });
}

json ScimClient::resource_of(const std::string& what, const http::Result& result) const {
    if (http::status_of(result) == 404) {
        throw Error(ExitStatus::retry_later,
                    what + ": " + http::describe(result) +
                        "; it may have been deleted since it was listed");
    }
    return body_of(read(result), what, hint_);
}

http::Result ScimClient::get_now(Kind kind, const record::ResourceId& id) {
    return as_meant(client_.fetch(request("GET", record::resource_path(kind, id))));
}

std::vector<json> ScimClient::find(Kind kind, std::string_view name, std::string_view value) {
    std::vector<json> found;
    list(kind, filter_equals(name, value), [&](const json& resource) {
        const auto* attribute_value = record::attribute(resource, name);
        const bool folds = name == "userName";
        if (attribute_value != nullptr && attribute_value->is_string() &&
            (folds ? text::fold(attribute_value->get<std::string>()) == text::fold(value)
                   : attribute_value->get<std::string>() == value)) {
            found.push_back(resource);
        }
    });
    return found;
}

}  // namespace scim
