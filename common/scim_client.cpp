#include "scim_client.hpp"

#include "error.hpp"
#include "list_walk.hpp"
#include "text.hpp"

#include <nlohmann/json.hpp>

namespace scim {

using identity::Kind;
using nlohmann::json;

namespace {

ListResponse list_of(const std::string& what, const http::Result& result) {
    if (!http::is_success(result)) {
        http::throw_failure(what, result, kTokenHint);
    }
    auto body = http::json_body(std::get<http::Response>(result));
    if (!body) {
        throw Error(ExitStatus::unavailable, what + ": not JSON but " + http::describe_body(std::get<http::Response>(result)) + "; is the base URL right?");
    }
    return list_from_json(*std::move(body));
}

}  // namespace

http::Request Service::request(std::string method, const std::string& path, std::string body) const {
    http::Request request{std::move(method), base_url_ + path, {{"Accept", "application/scim+json, application/json"}}, std::move(body)};
    if (!request.body.empty()) {
        request.headers.emplace_back("Content-Type", std::string(kMediaType));
    }
    return request;
}

void Service::list(Kind kind, const std::string& filter, const std::function<void(const json&)>& each) {
    const std::string what = "SCIM " + endpoint(kind);
    identity::ListWalk walk(what);
    while (!walk.complete()) {
        const std::string query = (filter.empty() ? "?" : "?filter=" + http::percent_encode(filter) + "&") +
                                  "startIndex=" + std::to_string(walk.offset() + 1) + "&count=" + std::to_string(page_size_);
        const auto page = list_of(what, client_.fetch(request("GET", endpoint(kind) + query)));
        std::vector<std::string> ids;
        for (const auto& resource : page.resources) {
            ids.push_back(id_of(resource));
        }
        const auto begins_at = page.start_index && *page.start_index > 0 && !ids.empty()
                                   ? std::optional<std::size_t>(*page.start_index - 1)
                                   : std::nullopt;
        for (const auto place : walk.take(ids, page.total_results, begins_at)) {
            each(page.resources[place]);
        }
    }
}

void Service::get(Kind kind, const identity::ResourceId& id, const std::function<void(const http::Result&)>& done) {
    client_.send(request("GET", resource_path(kind, id)), http::Repeat::harmless, done);
}

http::Result Service::get_now(Kind kind, const identity::ResourceId& id) {
    return client_.fetch(request("GET", resource_path(kind, id)));
}

std::vector<json> Service::find(Kind kind, std::string_view name, std::string_view value) {
    std::vector<json> found;
    list(kind, filter_equals(name, value), [&](const json& resource) {
        const auto* attribute_value = attribute(resource, name);
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
