// The plan of redacted exports is the redacted plan: diff(redact(x)) = redact(diff(x)).

#include "any_options.hpp"
#include "cases.hpp"
#include "organization.hpp"
#include "plan_view.hpp"
#include "run_diff.hpp"
#include "stream_text.hpp"

#include "base/encoding.hpp"
#include "record/redaction.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace {

using namespace laws;
using nlohmann::ordered_json;

constexpr std::string_view kSecret = "a secret of at least 16 bytes";

record::Sides sides_of(const std::vector<std::string>& inputs) {
    record::Sides sides;
    for (const auto& text : inputs) {
        std::istringstream in(text);
        stream::Reader lines(in, "input");
        record::read_directories(lines, sides);
    }
    return sides;
}

std::string redacted(const std::vector<std::string>& inputs) {
    std::ostringstream text;
    stream::Writer out(text);
    record::write_redacted(sides_of(inputs), kSecret, out);
    return text.str();
}

// The substitute of each text of the exports, found by reading both next to each other.
class Dictionary {
  public:
    Dictionary(const record::Sides& before, const record::Sides& after)
        : redaction_(kSecret, before) {
        for (const auto side :
             {&record::Sides::desired, &record::Sides::current, &record::Sides::found}) {
            if (before.*side) {
                add(*(before.*side), *(after.*side));
            }
        }
    }

    [[nodiscard]] bool joins_are_kept() const { return joins_are_kept_; }

    [[nodiscard]] std::string operator()(const std::string& text) {
        constexpr std::string_view kBulk = "bulkId:";
        if (text.starts_with(kBulk)) {
            return std::string(kBulk) + (*this)(text.substr(kBulk.size()));
        }
        for (const std::string_view path : {"/Users/", "/Groups/"}) {
            if (text.starts_with(path)) {
                const auto id = encoding::percent_decode(text.substr(path.size()));
                return std::string(path) + encoding::percent_encode((*this)(id.value_or("")));
            }
        }
        if (keys_.contains(text) || record::parse_ssh_key(text)) {
            return redaction_.ssh_key(text);
        }
        const auto found = words_.find(text);
        return found == words_.end() ? text : found->second;
    }

  private:
    void learn(const std::string& before, const std::string& after) {
        const auto [known, is_new] = words_.emplace(before, after);
        joins_are_kept_ = joins_are_kept_ && (is_new || known->second == after || before.empty());
    }
    void learn(const std::optional<std::string>& before, const std::optional<std::string>& after) {
        REQUIRE(before.has_value() == after.has_value());
        if (before) {
            words_.emplace(*before, *after);
        }
    }
    template <class Record>
    static bool is_twice(const std::vector<Record>& records, std::size_t at) {
        return std::count_if(records.begin(), records.end(), [&](const Record& one) {
                   return one.external_id == records[at].external_id;
               }) > 1;
    }
    void add(const record::Directory& before, const record::Directory& after) {
        const auto users = [&](const auto& from, const auto& to) {
            REQUIRE(from.size() == to.size());
            for (std::size_t i = 0; i < from.size(); ++i) {
                learn(from[i].external_id.value, to[i].external_id.value);
                learn(from[i].id.value, to[i].id.value);
                learn(from[i].version, to[i].version);
                // Of several rows with one id, only the names of one are written.
                const auto copy = is_twice(from, i) ? redaction_.redacted(from[i]) : to[i];
                learn(from[i].user_name, copy.user_name);
                learn(from[i].display_name, copy.display_name);
                learn(from[i].given_name, copy.given_name);
                learn(from[i].family_name, copy.family_name);
                learn(from[i].email, copy.email);
                CHECK(from[i].active == to[i].active);
                for (const auto& key : from[i].ssh_keys.value_or(std::vector<std::string>{})) {
                    keys_.insert(key);
                }
            }
        };
        users(before.users, after.users);
        users(before.unmanaged_users, after.unmanaged_users);
        const auto groups = [&](const auto& from, const auto& to) {
            REQUIRE(from.size() == to.size());
            for (std::size_t i = 0; i < from.size(); ++i) {
                learn(from[i].external_id.value, to[i].external_id.value);
                learn(from[i].id.value, to[i].id.value);
                learn(from[i].version, to[i].version);
                learn(from[i].display_name,
                      is_twice(from, i) ? redaction_.group_name(from[i].display_name)
                                        : to[i].display_name);
                REQUIRE(from[i].members.has_value() == to[i].members.has_value());
                for (std::size_t m = 0; from[i].members && m < from[i].members->size(); ++m) {
                    learn((*from[i].members)[m].value, (*to[i].members)[m].value);
                }
                REQUIRE(from[i].foreign_members.size() == to[i].foreign_members.size());
                for (std::size_t m = 0; m < from[i].foreign_members.size(); ++m) {
                    learn(from[i].foreign_members[m].value, to[i].foreign_members[m].value);
                }
            }
        };
        groups(before.groups, after.groups);
        groups(before.unmanaged_groups, after.unmanaged_groups);
    }

    record::Redaction redaction_;
    std::map<std::string, std::string> words_{};
    std::set<std::string> keys_{};
    bool joins_are_kept_ = true;
};

// Keys are compared as sets, by what `name` makes of each.
template <class Name>
ordered_json view_of(const ordered_json& value, const Name& name) {
    if (value.is_string()) {
        return name(value.get<std::string>());
    }
    if (value.is_array()) {
        auto list = ordered_json::array();
        for (const auto& one : value) {
            list.push_back(view_of(one, name));
        }
        std::sort(list.begin(), list.end());
        return list;
    }
    if (!value.is_object()) {
        return value;
    }
    auto object = ordered_json::object();
    for (const auto& [key, member] : value.items()) {
        object[key] = view_of(member, name);
    }
    return object;
}

// A plan without what is made of its texts: hashes, digests and sentences. Of the sentences, their
// number stays.
template <class Name>
Records view_of_plan(const std::string& plan, const Name& name) {
    Records view;
    for (auto line : records_of(plan)) {
        for (const auto* field :
             {"id", "check", "detail", "note", "heldDigest", "heldDigests", "org"}) {
            line.erase(field);
        }
        if (line.contains("why")) {
            line["why"] = line["why"].size();
        }
        view.push_back(view_of(line, name));
    }
    return view;
}

TEST_CASE("the plan of redacted exports is the redacted plan") {
    for_each_case([](Dice& dice) {
        const auto organization = make_organization(dice, any_shape(dice));
        DiffOptions options;
        options.all = true;
        options.allow_empty = true;
        const auto inputs = organization.inputs();
        const auto text = redacted(inputs);
        Dictionary dictionary(sides_of(inputs), sides_of({text}));
        CHECK(dictionary.joins_are_kept());
        const auto plain = run_diff(inputs, options);
        const auto other = run_diff({text}, options);
        REQUIRE(other.status == plain.status);
        const auto wanted =
            view_of_plan(plain.plan, [&](const std::string& word) { return dictionary(word); });
        const auto found = view_of_plan(other.plan, [](const std::string& word) { return word; });
        REQUIRE(found.size() == wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            REQUIRE(found[i].dump() == wanted[i].dump());
        }
    });
}

TEST_CASE(
    "redacting twice with one secret gives the same bytes, and with another one other bytes") {
    Dice dice(7);
    const auto inputs = make_organization(dice, any_shape(dice)).inputs();
    CHECK(redacted(inputs) == redacted(inputs));
    std::ostringstream text;
    stream::Writer out(text);
    record::write_redacted(sides_of(inputs), "another secret of 16 bytes", out);
    CHECK(text.str() != redacted(inputs));
}

}  // namespace
