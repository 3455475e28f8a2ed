// The answer to /Bulk: the result of each write in it.
//
// Input: a line with a list of writes {"method","path","bulkId"}; the answer.

#include "base/parse_number.hpp"
#include "base/text.hpp"
#include "fuzz_target.hpp"
#include "http/describe_response.hpp"
#include "record/scim_resource.hpp"
#include "recorded_answers.hpp"
#include "scim/bulk.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fuzz::bulk_answer {

using nlohmann::json;

// As WriteQueue sends them: no two for one record, a bulkId for each POST and for no PATCH.
std::vector<scim::Write> writes_in(std::string_view line) {
    std::vector<scim::Write> writes;
    std::set<std::string> seen;
    const auto list = json::parse(line.begin(), line.end(), nullptr, false);
    if (!list.is_array()) {
        return writes;
    }
    for (const auto& row : list) {
        scim::Write write{
            text::of(row, "method"), text::of(row, "path"), {}, text::of(row, "bulkId"), "{}"};
        const bool create = write.method == "POST";
        const bool user = write.path.starts_with("/Users");
        const auto rest = write.path.substr(std::min<std::size_t>(user ? 6 : 7, write.path.size()));
        const bool known = user || write.path.starts_with("/Groups");
        const bool sound = create ? rest.empty() && !write.bulk_id.empty()
                                  : rest.size() > 1 && rest.front() == '/' &&
                                        rest.find('/', 1) == std::string::npos;
        if (known && sound && seen.insert(create ? write.bulk_id : write.path).second) {
            write.method = create ? "POST" : "PATCH";
            write.bulk_id = create ? write.bulk_id : "";
            writes.push_back(std::move(write));
        }
    }
    return writes;
}

std::string percent_decoded(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = text[at] == '%' && at + 2 < text.size()
                              ? parse_number<unsigned>(std::string_view(text).substr(at + 1, 2), 16)
                              : std::nullopt;
        out += byte ? static_cast<char>(*byte) : text[at];
        at += byte ? 2U : 0U;
    }
    return out;
}

bool names(const json& operation, const scim::Write& write) {
    return write.method == "POST" ? record::text_attribute(operation, "bulkId") == write.bulk_id
                                  : percent_decoded(record::text_attribute(operation, "location"))
                                        .ends_with(percent_decoded(write.path));
}

// Services send 200, "200" and {"code":"200"}.
int status_in(const json& operation) {
    const auto* status = record::attribute(operation, "status");
    const auto* code =
        status != nullptr && status->is_object() ? record::attribute(*status, "code") : status;
    const auto digits = code == nullptr     ? std::string()
                        : code->is_string() ? code->get<std::string>()
                                            : code->dump();
    return parse_number<int>(digits).value_or(0);
}

bool succeeded(const json& operation) {
    const int status = status_in(operation);
    return status >= 200 && status < 300;
}

void judge_results(const std::vector<scim::Write>& writes,
                   const http::Response& response,
                   const std::vector<http::Result>& results) {
    const auto body = http::json_body(response);
    const auto* operations = body ? record::attribute(*body, "Operations") : nullptr;
    require(operations != nullptr && operations->is_array(), "only a BulkResponse has results");
    require(results.size() == writes.size(), "each write has one result");
    // Then the results may be assigned by their order.
    const bool all_succeeded = operations->size() == writes.size() &&
                               std::all_of(operations->begin(), operations->end(), succeeded);
    for (std::size_t at = 0; at < writes.size() && !all_succeeded; ++at) {
        std::vector<json> named;
        std::copy_if(operations->begin(),
                     operations->end(),
                     std::back_inserter(named),
                     [&](const json& operation) { return names(operation, writes[at]); });
        if (const auto* result = std::get_if<http::Response>(&results[at])) {
            require(!named.empty(), "a write gets a result only of an operation that names it");
            require(
                !http::is_success(*result) || std::any_of(named.begin(), named.end(), succeeded),
                "a write succeeds only by an operation that names it and says 2xx");
        }
    }
}

void judge(std::string_view input) {
    const auto lines = lines_of(input);
    if (lines.size() < 2) {
        return;
    }
    const auto writes = writes_in(lines[0]);
    const auto result = answer_in(lines[1]);
    const auto* response = std::get_if<http::Response>(&result);
    if (response == nullptr) {
        return;
    }
    if (const auto results = scim::bulk_results(writes, *response)) {
        judge_results(writes, *response, *results);
    }
    if (const auto config = http::json_body(*response)) {
        const auto limits = scim::bulk_limits(*config);
        require(!limits || (limits->operations > 1 && limits->bytes > 0),
                "a service offers /Bulk only with limits that let two operations through");
    }
}

const Registration kTarget{"bulk_answer", judge};

}  // namespace fuzz::bulk_answer
