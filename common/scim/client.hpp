// The calls made to a SCIM service, over any Transport.
#pragma once

#include "base/id_table.hpp"
#include "http/client.hpp"
#include "paging/list_walk.hpp"
#include "record/scim_resource.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace scim {

/// The advice to the operator if the service refuses the credential.
inline constexpr const char* kTokenHint =
    "check CW_SCIM_BEARER_TOKEN, and that \"Enable SCIM API\" and \"Enable Automated User "
    "Provisioning\" are on in the "
    "console's SCIM Configuration";

/// The parameters of the request for one page of a list.
struct PageRequest {
    std::string filter{};     ///< empty: no filter
    std::size_t offset = 0;   ///< rows to skip
    std::string cursor{};     ///< RFC 9865; used instead of the offset unless empty
    std::size_t count = 100;  ///< 0: the server decides
};

class ScimClient {
  public:
    /// `name` is the name of the service in messages. `hint` is the advice if it refuses the
    /// credential.
    ScimClient(http::Client& client,
               std::string base_url,
               std::size_t page_size,
               std::string name = "SCIM",
               std::string hint = kTokenHint,
               paging::Pages pages = paging::Pages::end_to_end)
        : client_(client),
          base_url_(std::move(base_url)),
          page_size_(page_size),
          name_(std::move(name)),
          hint_(std::move(hint)),
          pages_(pages) {}

    /// Lists every resource of `kind` that matches `filter` (empty: all), each once, page by page.
    /// Returns the ids of those that `each` received, numbered in that order. A server may ignore
    /// the filter. If it refuses the filter, everything is listed. In both cases the caller selects
    /// again. Throws Error: `retry_later` if the list is short, since its numbers may agree later;
    /// `unavailable` if an answer is not a list.
    IdTable list(record::Kind kind,
                 const std::string& filter,
                 const std::function<void(const nlohmann::json& resource)>& each);

    /// Lists the records whose externalId is managed, and any other record that the service returns
    /// with them. If there is no managed record, everything is listed: some services accept a
    /// filter that they do not understand. Leavers would then keep access, and groups would be
    /// created again in every run. plain_records() is the number of records without a namespace in
    /// that list.
    IdTable list_ours(record::Kind kind,
                      const std::function<void(const nlohmann::json& resource)>& each);
    /// The number of listed managed records that are left out because their id cannot be used, or
    /// that are malformed; each was logged. A row that is not a resource may be managed, and
    /// counts.
    [[nodiscard]] std::size_t left_out() const { return left_out_; }
    /// How many of them have no usable id, or are not a resource.
    [[nodiscard]] std::size_t without_id() const { return without_id_; }
    /// Counts a managed record that is malformed in another way.
    void add_malformed() { ++left_out_; }
    /// From now on list() passes on records without a usable id as well, because the caller counts
    /// them. On the desired side, a user who is left out would count as a user who has left.
    void pass_on_unusable() { passes_on_unusable_ = true; }
    [[nodiscard]] std::size_t plain_records() const { return plain_records_; }

    /// Whether the service has refused a filter. After a refusal, list() lists everything.
    [[nodiscard]] bool refuses_filters() const { return refuses_filters_; }

    /// One request for the resources that match `filter`, sent with others as soon as a request is
    /// allowed: see drain(). `done` gets the resources if the answer is a complete list on one
    /// page, otherwise nullopt: then call list(). The caller selects again.
    void search(record::Kind kind,
                const std::string& filter,
                const std::function<void(const std::optional<std::vector<nlohmann::json>>&)>& done);

    /// GET of one resource by id, sent with others as soon as a request is allowed: see drain().
    /// `done` gets the resource, or the failure. `query`: empty, or with its `?`.
    void get(record::Kind kind,
             const record::ResourceId& id,
             const std::string& query,
             const std::function<void(const http::Result&)>& done);
    void drain() { client_.drain(); }
    /// The resource in the answer of get(). Throws Error.
    [[nodiscard]] nlohmann::json resource_of(const std::string& what,
                                             const http::Result& result) const;

    /// GET of one resource; waits for the answer.
    [[nodiscard]] http::Result get_now(record::Kind kind, const record::ResourceId& id);
    /// One page, as the server returns it.
    [[nodiscard]] http::Result page(record::Kind kind, const PageRequest& wanted);

    /// The resources whose attribute `name` equals `value`; other resources in the answer are
    /// dropped. Throws like list().
    [[nodiscard]] std::vector<nlohmann::json> find(record::Kind kind,
                                                   std::string_view name,
                                                   std::string_view value);

    /// For the writes: a request on the base URL with SCIM's media types.
    [[nodiscard]] http::Request request(std::string method,
                                        const std::string& path,
                                        std::string body = {}) const;
    [[nodiscard]] http::Client& client() { return client_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& hint() const { return hint_; }
    [[nodiscard]] std::size_t page_size() const { return page_size_; }

  private:
    [[nodiscard]] bool concede(const http::Result& refusal,
                               PageRequest& wanted,
                               paging::ListWalk& walk);
    [[nodiscard]] http::Request page_request(record::Kind kind, const PageRequest& wanted) const;

    http::Client& client_;
    std::string base_url_;
    std::size_t page_size_;
    std::string name_;
    std::string hint_;
    paging::Pages pages_;
    void take_unusable(record::Kind kind,
                       const nlohmann::json& resource,
                       const std::function<void(const nlohmann::json&)>& each);

    std::size_t plain_records_ = 0;
    std::size_t left_out_ = 0;
    std::size_t without_id_ = 0;
    bool passes_on_unusable_ = false;
    bool refuses_filters_ = false;
};

/// The result with the status in its body: some servers send an Error with status 200.
[[nodiscard]] http::Result as_meant(http::Result result);

}  // namespace scim
