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

/// What an operator should look at when the service refuses the credential.
inline constexpr const char* kTokenHint =
    "check CW_SCIM_BEARER_TOKEN, and that \"Enable SCIM API\" and \"Enable Automated User "
    "Provisioning\" are on in the "
    "console's SCIM Configuration";

/// How a page of a list is asked for.
struct PageRequest {
    std::string filter{};     ///< empty: none
    std::size_t offset = 0;   ///< rows to skip
    std::string cursor{};     ///< RFC 9865; instead of the offset unless empty
    std::size_t count = 100;  ///< 0: as many as the server likes
};

class ScimClient {
  public:
    /// `name` is the service's in messages; `hint` says what to look at when it refuses the
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

    /// Every resource of `kind` that matches `filter` (empty: all), each once, page by page;
    /// returns the ids of those that `each` got, numbered in that order. A server may ignore the
    /// filter, and one that refuses it is asked for everything: the caller selects again. Throws
    /// Error: `retry_later` rather than a list that is short, whose numbers may add up later;
    /// `unavailable` for what is no list at all.
    IdTable list(record::Kind kind,
                 const std::string& filter,
                 const std::function<void(const nlohmann::json& resource)>& each);

    /// The same of those whose externalId is ours, and of any other record that the service lists
    /// with them. Where it finds none, everything is listed: a filter that a service takes and does
    /// not understand would let leavers stay, and groups be made again and again.
    /// How many records without a namespace it met then is plain_records().
    IdTable list_ours(record::Kind kind,
                      const std::function<void(const nlohmann::json& resource)>& each);
    /// How many managed records the lists had whose id cannot be used; each was logged.
    [[nodiscard]] std::size_t left_out() const { return left_out_; }
    /// From now on such a record ends the list with Error{unavailable}: on the desired side a user
    /// who is left out would be a user who has left.
    void require_usable_ids() { requires_usable_ids_ = true; }
    [[nodiscard]] std::size_t plain_records() const { return plain_records_; }

    /// Whether the service has refused a filter: since then, list() lists everything.
    [[nodiscard]] bool refuses_filters() const { return refuses_filters_; }

    /// One request for what matches `filter`, sent with others as there is room: see drain().
    /// `done` gets the resources if the answer is a complete list on one page, else nullopt: then
    /// list() decides. The caller selects again.
    void search(record::Kind kind,
                const std::string& filter,
                const std::function<void(const std::optional<std::vector<nlohmann::json>>&)>& done);

    /// GET of one resource by id, sent with others as there is room: see drain(). `done` gets the
    /// resource, or what kept it away.
    void get(record::Kind kind,
             const record::ResourceId& id,
             const std::function<void(const http::Result&)>& done);
    void drain() { client_.drain(); }
    /// The resource in the answer of get(). Throws Error; for one that is gone since it was listed,
    /// `retry_later`.
    [[nodiscard]] nlohmann::json resource_of(const std::string& what,
                                             const http::Result& result) const;

    /// GET of one resource, at once.
    [[nodiscard]] http::Result get_now(record::Kind kind, const record::ResourceId& id);
    /// One page, as the server answers it.
    [[nodiscard]] http::Result page(record::Kind kind, const PageRequest& wanted);

    /// The resources whose attribute `name` equals `value`, selected again here. Throws like
    /// list().
    [[nodiscard]] std::vector<nlohmann::json> find(record::Kind kind,
                                                   std::string_view name,
                                                   std::string_view value);

    /// A request on the base URL with SCIM's media types, for the writes.
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
    void leave_out(record::Kind kind, const nlohmann::json& resource);

    std::size_t plain_records_ = 0;
    std::size_t left_out_ = 0;
    bool requires_usable_ids_ = false;
    bool refuses_filters_ = false;
};

/// The result, or what its body says it is: some servers send an Error with status 200.
[[nodiscard]] http::Result as_meant(http::Result result);

}  // namespace scim
