// ACTIVATE_ORG_ID: the export ends unless the users are of that organization.

#include "activate/check.hpp"
#include "activate/export.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/paged_organization.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>

namespace {

struct Acme : Organization {
    Acme() { cap = 100; }

    void add(const std::string& name, const nlohmann::json& organization) {
        users.push_back(Organization::user(name));
        users.back()["organization"] = organization;
    }
    Caught exported(const std::string& org_id) {
        return caught([&] {
            std::ostringstream text;
            stream::Writer out(text);
            (void)activate::DesiredExport(service, nullptr, {.org_id = org_id}, out)
                .run({.kind = "directory", .side = "desired"});
        });
    }
    std::string checked(const std::string& org_id) {
        std::ostringstream text;
        cli::CheckReport findings(text);
        activate::check_desired_side(service, nullptr, "none", {.org_id = org_id}, findings);
        return text.str();
    }
};

}  // namespace

TEST_CASE("an expected organization that no user shows ends the export and fails the check") {
    Acme acme;
    acme.add("ann", GENERATE(values<nlohmann::json>({nullptr, "", 5})));
    acme.add("ben", nullptr);
    const auto error = acme.exported("o1");
    CHECK(error.status == ExitStatus::bad_config);
    CHECK(error.says("ACTIVATE_ORG_ID is set, but ACTIVATE shows the organization of no user"));
    CHECK(contains(acme.checked("o1"), "fail  ACTIVATE_ORG_ID is set, but"));
    CHECK(acme.exported("").status == ExitStatus::ok);
    CHECK_FALSE(contains(acme.checked(""), "ACTIVATE_ORG_ID"));
}

TEST_CASE("an expected organization that one user shows is accepted, and another one is not") {
    Acme acme;
    acme.add("ann", nullptr);
    acme.add("ben", "o1");
    CHECK(acme.exported("o1").status == ExitStatus::ok);
    CHECK_FALSE(contains(acme.checked("o1"), "ACTIVATE_ORG_ID"));
    CHECK(acme.exported("o2").status == ExitStatus::bad_config);
}

TEST_CASE("an expected organization is accepted if there are no users") {
    Acme acme;
    CHECK(acme.exported("o1").status == ExitStatus::ok);
    CHECK_FALSE(contains(acme.checked("o1"), "ACTIVATE_ORG_ID"));
}
