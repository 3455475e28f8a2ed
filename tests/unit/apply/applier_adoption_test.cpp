// Members of groups whose record is adopted in the same run.

#include "support/apply_run.hpp"

using namespace apply_run;

TEST_CASE("a group refers to an adopted user only if the adoption was applied") {
    const int status = GENERATE(200, 403);
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            return Scripted{answer(200, listed({}, 0))};
        }
        return contains(request.url, "/Users/") && status != 200 ? Scripted{answer(status)}
                                                                 : yes(request);
    });
    auto adopt = deactivate_user("ada");
    adopt["action"] = "adopt";
    adopt["data"]["Operations"] = {
        {{"op", "replace"}, {"path", "externalId"}, {"value", user_id("ada")}}};
    adopt["before"] = {{"externalId", "pw-activate:user:old"}};
    adopt["after"] = {{"externalId", user_id("ada")}};
    run.apply({adopt, update_group("hpc", {"7f", "bulkId:" + user_id("ada")})});
    CHECK(run.how("d-ada") == (status == 200 ? "applied" : "failed"));
    CHECK(members_sent(run.writes().back()) == (status == 200 ? Texts{"7f", "ada"} : Texts{"7f"}));
}

TEST_CASE("a user whose adoption succeeds except for the name is a member of the groups") {
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            auto record = record_of("ada");
            record["displayName"] = "ada";
            return Scripted{answer(200, record.dump())};
        }
        return contains(request.url, "/Users/") ? Scripted{answer(200, record_of("ada").dump())}
                                                : yes(request);
    });
    auto adopt = rename_user("ada", "Ada Lovelace");
    adopt["action"] = "adopt";
    adopt["data"]["Operations"].push_back(
        {{"op", "replace"}, {"path", "externalId"}, {"value", user_id("ada")}});
    adopt["before"]["externalId"] = "pw-activate:user:old";
    adopt["after"]["externalId"] = user_id("ada");
    run.apply({adopt, update_group("hpc", {"7f", "bulkId:" + user_id("ada")})});
    CHECK(run.reason("n-ada") == "did-not-take");
    CHECK(members_sent(run.writes().back()) == Texts{"7f", "ada"});
}
