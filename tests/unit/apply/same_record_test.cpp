// The record in an answer: ours, or another one.

#include "apply/same_record.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

using apply::other_record_in;
using nlohmann::json;

TEST_CASE("a resource is another record if its id or its externalId shows it") {
    struct Row {
        json resource;
        const char* reason;
    };
    const auto row = GENERATE(values<Row>({
        {json::object(), ""},
        {json::array(), ""},
        {{{"id", "a/1"}, {"externalId", "ours"}, {"userName", "ada"}}, ""},
        {{{"ID", "a/1"}, {"externalid", "ours"}}, ""},
        {{{"id", "a/1"}}, ""},
        {{{"userName", "ada"}}, ""},
        {{{"id", 7}, {"externalId", nullptr}}, ""},
        {{{"id", "a/2"}, {"externalId", "ours"}}, "not-verified"},
        {{{"id", "a/1"}, {"externalId", "theirs"}}, "moved"},
        {{{"externalId", "Ours"}}, "moved"},
        {{{"id", "a/1"}, {"userName", "ada"}}, "moved"},
        {{{"id", "a/1"}, {"displayName", "hpc"}, {"externalId", nullptr}}, "moved"},
    }));
    const auto other = other_record_in(row.resource, "/Users/a%2F1", {"ours"});
    CHECK((other ? std::string(other->reason) : "") == row.reason);
    CHECK((other ? !other->why.empty() : true));
}

TEST_CASE("if the externalId is not known yet, only the id is compared") {
    CHECK_FALSE(other_record_in({{"id", "1"}, {"externalId", "x"}}, "/Users/1", {}));
    CHECK_FALSE(other_record_in({{"id", "1"}, {"userName", "ada"}}, "/Users/1", {}));
    CHECK(other_record_in({{"id", "2"}}, "/Users/1", {}));
}
