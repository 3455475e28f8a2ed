// Restoring the capture taken before a run undoes the run.

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"

#include "record/scim_resource.hpp"

#include <algorithm>
#include <map>

namespace {

using namespace laws;
using nlohmann::ordered_json;

using ById = std::map<std::string, ordered_json>;

// The records of an export by their SCIM id, without values that every write changes.
ById by_id(const std::string& text) {
    ById records;
    for (auto& record : records_of(text)) {
        if (record["type"] == "user" || record["type"] == "group") {
            record.erase("version");
            records.emplace(
                record["type"].get<std::string>() + " " + record["id"].get<std::string>(),
                std::move(record));
        }
    }
    return records;
}

struct Restored {
    std::string capture{};
    DiffAnswer run{};
    DiffAnswer back{};
    std::vector<Sent> sent{};
    std::string after{};
};

Restored run_and_restore(Organization& organization, DiffOptions options) {
    Restored restored;
    options.policy.limits = no_limits();
    options.policy.limits.takeovers = {0,
                                       {}};  // a record that was taken over stays with the new user
    options.allow_empty = true;
    restored.capture = organization.current();
    restored.run = run_diff({organization.desired(), restored.capture}, options);
    organization.server.apply(restored.run.plan);
    DiffOptions way_back;
    way_back.policy.limits = no_limits();
    way_back.allow_empty = true;
    way_back.capture = restored.capture;
    restored.back = run_diff({organization.current()}, way_back);
    INFO(restored.back.complaint);
    REQUIRE(made_a_plan(restored.back));
    REQUIRE(why_unreadable(restored.back.plan).empty());
    restored.sent = organization.server.apply(restored.back.plan);
    restored.after = organization.current();

    const auto again = run_diff({restored.after}, way_back);
    if (failed_subjects(restored.sent).empty()) {
        INFO(restored.back.plan << "left to do: " << again.plan);
        const auto waits = waiting(restored.back.plan, restored.back.warnings);
        for (const auto& line : changes_of(again.plan)) {
            REQUIRE(waits.contains(subject_of(line)));
        }
    }
    return restored;
}

bool is_member_anywhere(const ById& records, const std::string& external_id) {
    return std::any_of(records.begin(), records.end(), [&](const auto& entry) {
        const auto members = entry.second.value("members", ordered_json::array());
        return std::find(members.begin(), members.end(), external_id) != members.end();
    });
}

void check_newcomer(const ById& records, const ordered_json& record) {
    INFO(record.dump());
    if (record["type"] == "user") {
        REQUIRE(record["active"] == false);
        REQUIRE(!is_member_anywhere(records, record["externalId"].get<std::string>()));
    } else {
        REQUIRE(record["members"].empty());
    }
}

TEST_CASE("a restore after a run gives the state before the run, in every exported field") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, tidy(any_shape(dice)));
        auto options = any_options(dice, organization);
        options.policy.adopt_users.clear();
        options.policy.adopt_groups.clear();
        const auto restored = run_and_restore(organization, options);
        const auto before = by_id(restored.capture);
        const auto after = by_id(restored.after);
        INFO(restored.run.plan << "\n" << restored.back.plan);
        for (const auto& sent : restored.sent) {
            INFO(sent.line.dump() << "\n" << sent.why);
            REQUIRE(!sent.failed());
        }
        for (const auto& [id, record] : before) {
            REQUIRE(after.at(id).dump() == record.dump());
        }
        for (const auto& [id, record] : after) {
            if (!before.contains(id)) {
                check_newcomer(after, record);
            }
        }
    });
}

// A record that was managed under another external id keeps the new one, and gives the access that
// it gave before. A record that was unmanaged then is left unchanged and reported.
void check_adopted(const ordered_json& change,
                   const ModelServer& before,
                   const ModelServer& after) {
    if (change["resource"] != "User") {
        return;
    }
    const auto path = change["path"].get<std::string>();
    for (const auto& id : before.ids(record::Kind::user)) {
        const auto record = before.record(record::Kind::user, id);
        const bool ours = record.value("externalId", std::string()).starts_with(record::kPrefix);
        if (!ours || record::resource_path(record::Kind::user, {id}) != path) {
            continue;
        }
        INFO("adopted: " << id);
        REQUIRE(after.record(record::Kind::user, id)["active"] == record["active"]);
        for (const auto& group : before.ids(record::Kind::group)) {
            INFO("group " << group);
            REQUIRE(after.member_ids(group).contains(id) == before.member_ids(group).contains(id));
        }
    }
}

TEST_CASE(
    "a restore leaves unchanged, and names, what must not be sent; everything else is as before") {
    for_each_case([](Dice& dice) {
        auto organization = make_organization(dice, any_shape(dice));
        organization.unmanaged = true;
        const auto server_before = organization.server;
        const auto restored = run_and_restore(organization, any_options(dice, organization));
        const auto before = by_id(restored.capture);
        const auto after = by_id(restored.after);
        std::set<std::string> excused;
        for (const auto& skip : lines_of_type(restored.back.plan, "skip")) {
            excused.insert(subject_of(skip));
        }
        for (const auto& change : changes_of(restored.back.plan)) {
            if (change.contains("withheld")) {
                excused.insert(subject_of(change));
            }
        }
        INFO(restored.run.plan << "\n" << restored.back.plan);
        for (const auto& change : changes_of(restored.run.plan)) {
            if (change["action"] == "adopt" && !is_held(change)) {
                excused.insert(subject_of(change));
                check_adopted(change, server_before, organization.server);
            }
        }
        for (const auto& [id, record] : before) {
            const auto& is = after.at(id);
            if (record["type"] == "user" &&
                !excused.contains("User " + record.value("externalId", std::string())) &&
                !excused.contains("User " + is.value("externalId", std::string()))) {
                auto was = record;
                auto now = is;
                was.erase("sshKeys");  // users who are rejected do not return
                now.erase("sshKeys");
                REQUIRE(now.dump() == was.dump());
            }
        }
    });
}

}  // namespace
