#include "faults.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

namespace sandbox {

namespace {

const std::vector<std::string> kMembers{"match",
                                        "skip",
                                        "count",
                                        "status",
                                        "headers",
                                        "body",
                                        "delayMs",
                                        "truncate",
                                        "stall",
                                        "reset",
                                        "apply",
                                        "rate",
                                        "burst",
                                        "retryAfter",
                                        "size",
                                        "maxConcurrent",
                                        "surprise",
                                        "chance",
                                        "seed"};

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

void check_number(const Json& rule, const std::string& name) {
    if (rule.contains(name) && !(rule[name].is_number() && rule[name].get<double>() >= 0)) {
        throw std::invalid_argument("'" + name + "' must be a number");
    }
}

void check_rule(const Json& rule) {
    if (!rule.is_object()) {
        throw std::invalid_argument("a rule is an object");
    }
    for (const auto& [name, value] : rule.items()) {
        if (!contains(kMembers, name)) {
            throw std::invalid_argument("unknown member '" + name + "'");
        }
    }
    for (const auto* name : {"skip",
                             "count",
                             "status",
                             "delayMs",
                             "truncate",
                             "stall",
                             "rate",
                             "burst",
                             "size",
                             "maxConcurrent",
                             "chance",
                             "seed"}) {
        check_number(rule, name);
    }
    if (rule.contains("surprise") && !contains(surprise_names(), rule["surprise"])) {
        throw std::invalid_argument("there is no such surprise");
    }
    if (rule.contains("headers") && !rule["headers"].is_object()) {
        throw std::invalid_argument("'headers' must be an object");
    }
}

Answer made_answer(const Json& rule, int default_status) {
    Answer answer;
    answer.status = rule.value("status", default_status);
    const auto body = rule.value("body", Json());
    if (body.is_string()) {
        answer.type = "text/plain; charset=utf-8";
        answer.body = body.get<std::string>();
    } else if (!body.is_null()) {
        answer.body = body.dump();
    }
    return answer;
}

Answer refusal(const Json& rule, int default_status) {
    auto answer = made_answer(rule, default_status);
    const auto after = rule.value("retryAfter", Json());
    if (!after.is_null()) {
        // Seconds, or as a string a date or an invalid value (RFC 9110 §10.2.3).
        const auto text = after.is_string() ? after.get<std::string>() : after.dump();
        answer.headers.emplace_back("Retry-After", text);
    }
    return answer;
}

/// The next of a sequence of well mixed numbers (splitmix64).
std::uint64_t mixed(std::uint64_t number) {
    number += 0x9E3779B97F4A7C15ULL;
    number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    number = (number ^ (number >> 27U)) * 0x94D049BB133111EBULL;
    return number ^ (number >> 31U);
}

/// In [0, 1); the same for the same arguments.
double throw_of(std::uint64_t seed, std::string_view subject, std::uint64_t time) {
    auto number = mixed(seed ^ mixed(time));
    for (const char c : subject) {
        number = mixed(number ^ static_cast<unsigned char>(c));
    }
    constexpr double kSides =
        9007199254740992.0;  // 2^53, the largest range that a double represents exactly
    return static_cast<double>(number >> 11U) / kSides;
}

/// A refusal is immediate: the delays of later rules do not apply.
void refuse(Verdict& verdict, const Json& rule, int default_status) {
    verdict.perform = false;
    verdict.instead = refusal(rule, default_status);
}

void spoil(Verdict& verdict, const Json& rule) {
    if (rule.contains("truncate")) {
        verdict.spoil.truncate = rule["truncate"].get<std::size_t>();
    }
    verdict.spoil.stall += std::chrono::milliseconds(rule.value("stall", 0));
    verdict.spoil.reset = verdict.spoil.reset || rule.value("reset", false);
    verdict.headers.update(rule.value("headers", Json::object()));
    const bool answers = rule.contains("status") || rule.contains("body");
    if (answers) {
        verdict.instead = refusal(rule, 200);
    }
    const bool no_answer = rule.value("reset", false) && !rule.contains("truncate");
    if (answers || no_answer) {
        verdict.perform = rule.value("apply", false);
    }
}

}  // namespace

const std::vector<std::string>& surprise_names() {
    static const std::vector<std::string> names{"page-short",
                                                "items-per-page-lies",
                                                "start-index-ignored",
                                                "first-page-past-end",
                                                "row-repeated",
                                                "row-missing",
                                                "list-moves",
                                                "total-as-string",
                                                "resources-null",
                                                "resources-missing",
                                                "filter-ignored",
                                                "sw-unsupported",
                                                "members-omitted-in-list",
                                                "members-omitted-when-empty",
                                                "members-empty-in-list",
                                                "patch-204",
                                                "patch-ignored",
                                                "patch-202",
                                                "no-location",
                                                "schema-keys-string",
                                                "extension-lowercase",
                                                "members-replace-adds",
                                                "member-removal-empties",
                                                "members-apart",
                                                "weak-etags-refused",
                                                "body-limit",
                                                "conflict-bare",
                                                "conflict-500",
                                                "inactive-hidden",
                                                "keys-elsewhere",
                                                "names-not-unique",
                                                "post-no-body",
                                                "answer-partial",
                                                "cursor-forced",
                                                "cursor-expired",
                                                "cursor-invalid",
                                                "cursor-repeated",
                                                "count-refused",
                                                "total-missing"};
    return names;
}

void Faults::add(const Json& rule) {
    check_rule(rule);
    Rule next;
    next.spec = rule;
    const auto everything = rule.contains("surprise") ? "^[A-Z]+ /scim/v2/" : "";
    try {
        next.match = std::regex(rule.value("match", everything), std::regex::ECMAScript);
    } catch (const std::regex_error& error) {
        throw std::invalid_argument(std::string("'match' is no regular expression: ") +
                                    error.what());
    }
    next.skip = rule.value("skip", 0LL);
    if (rule.contains("count")) {
        next.count = rule["count"].get<long long>();
    }
    next.tokens = rule.value("burst", 1.0);
    next.filled = Clock::now();
    next.places = std::make_shared<int>();
    rules_.push_back(std::move(next));
}

Json Faults::rules() const {
    Json out = Json::array();
    for (const auto& rule : rules_) {
        out.push_back(rule.spec);
    }
    return out;
}

Verdict Faults::judge(const std::string& request, const std::string& subject) {
    Verdict verdict;
    for (auto& rule : rules_) {
        if (!std::regex_search(request, rule.match)) {
            continue;
        }
        if (rule.skip > 0) {
            --rule.skip;
            continue;
        }
        if (rule.count && (*rule.count)-- <= 0) {
            rule.count = 0;
            continue;
        }
        if (!falls_on(rule, subject)) {
            continue;
        }
        ++applied_;
        apply(rule, verdict);
        if (verdict.instead || verdict.spoil.reset) {
            break;
        }
    }
    return verdict;
}

bool Faults::falls_on(Rule& rule, const std::string& subject) {
    const auto chance = rule.spec.value("chance", 1.0);
    return chance >= 1 ||
           throw_of(rule.spec.value("seed", std::uint64_t{0}), subject, rule.seen[subject]++) <
               chance;
}

void Faults::apply(Rule& rule, Verdict& verdict) {
    const auto& spec = rule.spec;
    const auto delay = std::chrono::milliseconds(spec.value("delayMs", 0));
    if (spec.contains("surprise")) {
        verdict.surprises[spec["surprise"].get<std::string>()] = spec;
    } else if (spec.contains("rate")) {
        if (!take_token(rule)) {
            return refuse(verdict, spec, 429);
        }
    } else if (spec.contains("maxConcurrent")) {
        if (rule.places.use_count() > spec["maxConcurrent"].get<long>()) {
            return refuse(verdict, spec, 503);
        }
        verdict.permits.push_back(rule.places);
    } else {
        spoil(verdict, spec);
    }
    verdict.delay += delay;
}

/// A bucket of `burst` tokens that fills at `rate` a second.
bool Faults::take_token(Rule& rule) {
    const auto now = Clock::now();
    const std::chrono::duration<double> passed = now - rule.filled;
    const double burst = rule.spec.value("burst", 1.0);
    rule.filled = now;
    rule.tokens = std::min(burst, rule.tokens + passed.count() * rule.spec["rate"].get<double>());
    if (rule.tokens < 1) {
        return false;
    }
    rule.tokens -= 1;
    return true;
}

}  // namespace sandbox
