#include "schedule.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace chaos {

namespace {

/// The requests to which a rule applies.
std::string any_match(Dice& dice) {
    constexpr std::array kMatches{"^[A-Z]+ /scim",
                                  "^GET /scim",
                                  "^PATCH /scim/v2/Groups",
                                  "^PATCH /scim/v2/Users",
                                  "^GET /api",
                                  "ssh-public-keys",
                                  "/organizations/[^/]+/users",
                                  "."};
    constexpr std::array kWrites{"^(POST|PATCH) /scim", "^POST /scim", "^PATCH /scim"};
    return dice.chance(40) ? dice.pick(kWrites) : dice.pick(kMatches);
}

double any_chance(Dice& dice) {
    constexpr std::array kChances{0.03, 0.1, 0.3, 0.7, 1.0};
    return dice.pick(kChances);
}

/// A part of the requests that match, in a part of the run.
Json struck(Dice& dice, const std::string& match, Json rule) {
    rule["match"] = match;
    rule["seed"] = dice.below(1'000'000);
    rule["chance"] = any_chance(dice);
    if (rule["chance"] >= 0.7 || dice.chance(50)) {
        const bool writes = match.find("PATCH") != std::string::npos ||
                            match.find("POST") != std::string::npos;  // they are fewer
        rule["skip"] = dice.below(writes ? 8 : 25);
        rule["count"] = dice.between(1, 30);
    }
    return rule;
}

void add_retry_after(Dice& dice, Json& rule) {
    constexpr std::array kTexts{"1",
                                "0",
                                "0.5",
                                "-5",
                                "soon",
                                "400",
                                "Sun, 06 Nov 1994 08:49:37 GMT",
                                "Sunday, 06-Nov-94 08:49:37 GMT",
                                "Fri, 31 Dec 2100 23:59:59 GMT"};
    if (dice.chance(60)) {
        rule["headers"]["Retry-After"] = dice.pick(kTexts);
    }
    if (dice.chance(20)) {
        rule["headers"]["Date"] = "Thu, 01 Jan 2099 00:00:00 GMT";
    }
}

Json storm(Dice& dice) {
    constexpr std::array kStatuses{429, 503, 503, 500, 502, 504, 408};
    Json rule = {{"status", dice.pick(kStatuses)}};
    add_retry_after(dice, rule);
    if (dice.chance(40)) {
        rule["apply"] = true;
    }
    return struck(dice, any_match(dice), std::move(rule));
}

Json refusal(Dice& dice) {
    constexpr std::array kStatuses{403, 403, 401, 400, 404, 409, 412, 413, 501};
    Json rule = {{"status", dice.pick(kStatuses)}};
    const auto match = rule["status"] == 403 || rule["status"] == 401
                           ? any_match(dice)
                           : std::string("^(POST|PATCH) /scim");
    return struck(dice, match, std::move(rule));
}

Json lost_answer(Dice& dice) {
    const auto match = dice.chance(50) ? "^POST /scim" : any_match(dice);
    Json rule = dice.chance(50) ? Json{{"reset", true}}
                                : Json{{"status", dice.pick(std::array{500, 502, 503, 504})}};
    rule["apply"] = dice.chance(70);
    return struck(dice, match, std::move(rule));
}

Json torn_answer(Dice& dice) {
    return struck(
        dice, any_match(dice), {{"truncate", dice.below(300)}, {"reset", dice.chance(50)}});
}

Json late_answer(Dice& dice) {
    const auto milliseconds = dice.chance(90) ? dice.between(1, 15) : 900;
    auto rule =
        struck(dice, any_match(dice), {{dice.chance(50) ? "delayMs" : "stall", milliseconds}});
    if (milliseconds > 100) {
        rule["count"] = 2;
    }
    return rule;
}

Json strange_answer(Dice& dice) {
    constexpr std::array kBodies{"", "<html>a login page</html>", "{}", "null", "[]", "{\"a\":"};
    const std::string body = dice.pick(kBodies);
    // A PATCH that only grants counts as made after an empty answer, so it is carried out. Some
    // empty answers of ACTIVATE mean no keys, or no groups.
    const bool means_nothing = body.empty() || body == "null" || body == "[]";
    return struck(dice,
                  means_nothing ? "^[A-Z]+ /scim" : any_match(dice),
                  {{"status", 200}, {"body", body}, {"apply", body.empty() || dice.chance(50)}});
}

Json crowd(Dice& dice) {
    if (dice.chance(50)) {
        return {{"match", "/scim/"}, {"maxConcurrent", dice.between(1, 4)}, {"status", 503}};
    }
    return {{"match", any_match(dice)},
            {"rate", dice.between(100, 1000)},
            {"burst", dice.between(1, 20)},
            {"status", 429}};
}

Json lie(Dice& dice) {
    constexpr std::array kNames{
        "patch-204",      "patch-ignored",       "patch-202",           "no-location",
        "post-no-body",   "row-missing",         "row-repeated",        "list-moves",
        "cursor-forced",  "first-page-past-end", "inactive-hidden",     "members-omitted-in-list",
        "keys-elsewhere", "start-index-ignored", "resources-null",      "answer-partial",
        "conflict-500",   "total-missing",       "items-per-page-lies", "total-as-string"};
    return struck(dice, dice.chance(80) ? "/scim/v2" : ".", {{"surprise", dice.pick(kNames)}});
}

/// A list that is incomplete, or changes, while it is read page by page.
Json list_in_motion(Dice& dice) {
    constexpr std::array kNames{"row-missing", "list-moves", "row-repeated"};
    constexpr std::array kLists{"/organizations/[^/]+/(users|groups|scim/v2/Users)[?]",
                                "/scim/v2/(Users|Groups)[?]"};
    return struck(dice, dice.pick(kLists), {{"surprise", dice.pick(kNames)}});
}

Json any_rule(Dice& dice) {
    using Make = Json (*)(Dice&);
    constexpr std::array<Make, 13> kMakes{storm,
                                          storm,
                                          refusal,
                                          lost_answer,
                                          lost_answer,
                                          torn_answer,
                                          late_answer,
                                          strange_answer,
                                          crowd,
                                          list_in_motion,
                                          list_in_motion,
                                          lie,
                                          lie};
    return dice.pick(kMakes)(dice);
}

Event any_event(Dice& dice) {
    using Kind = Event::Kind;
    constexpr std::array kKinds{Kind::kill_any,
                                Kind::kill_any,
                                Kind::kill_run,
                                Kind::stop_run,
                                Kind::stop_any,
                                Kind::jump,
                                Kind::jump,
                                Kind::change_activate,
                                Kind::change_activate,
                                Kind::change_scim};
    constexpr std::array<long long, 6> kJumps{-86'400, -3'600, -2, 2, 3'600, 31'536'000};
    Event event;
    event.kind = dice.pick(kKinds);
    event.counts_writes = dice.chance(40);
    event.at = dice.between(1, event.counts_writes ? 12 : 50);
    event.number =
        event.kind == Kind::jump ? dice.pick(kJumps) : static_cast<long long>(dice.below(1000));
    return event;
}

Disturbance any_disturbance(Dice& dice) {
    constexpr std::array kTools{"activate-export", "scim-export", "scim-diff", "scim-apply"};
    Disturbance run;
    for (auto left = dice.below(6); left > 0; --left) {
        run.rules.push_back(any_rule(dice));
    }
    for (auto left = dice.below(3); left > 0; --left) {
        run.events.push_back(any_event(dice));
    }
    const auto company = dice.below(100);
    run.company = company < 8    ? Company::same_lock
                  : company < 16 ? Company::other_lock
                                 : Company::none;
    if (dice.chance(8)) {
        run.victim = dice.pick(kTools);
        run.at_write = dice.between(1, 3);
    }
    run.changes = dice.below(4);
    run.waits = dice.chance(70);
    return run;
}

std::vector<Json> any_quirks(Dice& dice) {
    constexpr std::array kNames{"patch-204",
                                "patch-202",
                                "no-location",
                                "post-no-body",
                                "page-short",
                                "resources-null",
                                "filter-ignored",
                                "sw-unsupported",
                                "members-omitted-in-list",
                                "members-omitted-when-empty",
                                "extension-lowercase",
                                "answer-partial",
                                "cursor-forced",
                                "conflict-bare",
                                "weak-etags-refused"};
    std::vector<Json> quirks;
    for (auto left = dice.below(3); left > 0; --left) {
        quirks.push_back({{"surprise", dice.pick(kNames)}});
    }
    if (dice.chance(30)) {
        quirks.push_back({{"surprise", "names-not-unique"}});
    }
    if (dice.chance(30)) {
        quirks.push_back({{"surprise", "page-short"},
                          {"match", "/organizations/[^/]+/users"},
                          {"size", dice.between(2, 5)}});
    }
    return quirks;
}

/// The form in which members are written, and a service with a fault in the other form.
void choose_group_writes(Dice& dice, Schedule& schedule) {
    const bool replace = dice.chance(60);
    schedule.settings.push_back(std::string("SYNC_GROUP_WRITES=") +
                                (replace ? "replace" : "add-remove"));
    if (dice.chance(25)) {
        schedule.quirks.push_back(
            {{"surprise", replace ? "member-removal-empties" : "members-replace-adds"}});
    }
}

}  // namespace

Schedule make_schedule(Dice& dice) {
    constexpr std::array kInFlight{"1", "2", "4", "16"};
    constexpr std::array kPageSizes{"3", "10", "100"};
    constexpr std::array kSwitches{
        "SYNC_VERIFY", "SYNC_VERIFY_BEFORE", "SYNC_BULK", "SYNC_RENAME_USERS"};
    Schedule schedule;
    schedule.quirks = any_quirks(dice);
    choose_group_writes(dice, schedule);
    schedule.settings.push_back(std::string("SYNC_MAX_IN_FLIGHT=") + dice.pick(kInFlight));
    schedule.settings.push_back(std::string("CW_SCIM_PAGE_SIZE=") + dice.pick(kPageSizes));
    if (dice.chance(15)) {
        schedule.settings.push_back("ACTIVATE_SOURCE=scim");
    }
    for (const auto* name : kSwitches) {
        schedule.settings.push_back(std::string(name) + (dice.chance(15) ? "=true" : "=false"));
    }
    // If the service allows two groups with one name, two hosts may both look it up, and both
    // create it.
    const bool unique =
        std::none_of(schedule.quirks.begin(), schedule.quirks.end(), [](const Json& rule) {
            return rule["surprise"] == "names-not-unique";
        });
    const auto runs = dice.chance(60) ? 1 : dice.between(2, 3);
    for (std::size_t i = 0; i < runs; ++i) {
        auto run = any_disturbance(dice);
        if (!unique && run.company == Company::other_lock) {
            run.company = Company::none;
        }
        schedule.runs.push_back(std::move(run));
    }
    return schedule;
}

std::string describe(const Disturbance& run) {
    constexpr std::array kKinds{"kill any process",
                                "kill the entrypoint",
                                "stop the entrypoint",
                                "stop any process",
                                "the clock jumps",
                                "a change in ACTIVATE",
                                "a change in SCIM that is not ours"};
    std::string text;
    for (const auto& rule : run.rules) {
        text += "  rule " + rule.dump() + "\n";
    }
    for (const auto& event : run.events) {
        text += std::string("  at ") + (event.counts_writes ? "write " : "request ") +
                std::to_string(event.at) + ": " + kKinds[static_cast<std::size_t>(event.kind)] +
                " (" + std::to_string(event.number) + ")\n";
    }
    if (run.company != Company::none) {
        text += std::string("  two runs at once, with ") +
                (run.company == Company::same_lock ? "one lock\n" : "two locks\n");
    }
    if (!run.victim.empty()) {
        text += "  " + run.victim + " dies in write " + std::to_string(run.at_write) + "\n";
    }
    return text + "  changes in ACTIVATE before: " + std::to_string(run.changes) +
           (run.waits ? "\n" : "; the next run does not wait for orphans\n");
}

}  // namespace chaos
