// Two exports as files. Both have 4,000 users, and one user differs.
#pragma once

#include "plan/unchanged/filter.hpp"
#include "record/read_exports.hpp"
#include "support/temporary_folder.hpp"

#include <string>
#include <vector>

namespace two_exports {

inline constexpr int kPeople = 4'000;  // more than a reader keeps in memory
inline constexpr int kChanged = 7;

inline constexpr int kFirst = 10'000;

inline std::string user(int number, bool current, const std::string& name = "Bob") {
    const auto text = std::to_string(number);
    return R"({"type":"user","externalId":"pw-activate:user:)" + text + "\"," +
           (current ? R"("id":"u)" + text + "\"," : R"("activateUsername":"A.)" + text + "\",") +
           R"("userName":"a)" + text + R"(@acme.org","displayName":")" + name +
           " of a house by the sea with a name that takes some room in a "
           "line\",\"active\":true,\"sshKeys\":[]}\n";
}

inline std::string stream_of(const std::vector<std::string>& users, bool current) {
    std::string text = std::string(R"({"type":"stream","format":1,"kind":"directory","side":")") +
                       (current ? "current" : "desired") + "\"}\n";
    for (const auto& line : users) {
        text += line;
    }
    return text + R"({"type":"end","users":)" + std::to_string(users.size()) + ",\"groups\":0}\n";
}

inline std::vector<std::string> people(bool current) {
    std::vector<std::string> users;
    for (int n = 0; n < kPeople; ++n) {
        users.push_back(user(kFirst + n, current, current && n == kChanged ? "Ada" : "Bob"));
    }
    return users;
}

/// A stream of users; on the current side one has another name.
inline std::string stream_of(bool current) {
    return stream_of(people(current), current);
}

/// `number` for a user of people().
inline std::string member(int number) {
    return "\"pw-activate:user:" + std::to_string(number) + "\"";
}

inline std::string group(const std::string& key, const std::vector<int>& members, bool current) {
    std::string list;
    for (const int number : members) {
        list += (list.empty() ? "" : ",") + member(number);
    }
    return R"({"type":"group","externalId":"pw-activate:group:)" + key + "\"," +
           (current ? R"("id":"g-)" + key + "\"," : "") + R"("displayName":")" + key +
           R"(","members":[)" + list + "]}\n";
}

inline std::string stream_with(const std::vector<std::string>& users,
                               const std::vector<std::string>& groups,
                               bool current) {
    auto text = stream_of(users, current);
    text.erase(text.find(R"({"type":"end")"));
    for (const auto& line : groups) {
        text += line;
    }
    return text + R"({"type":"end","users":)" + std::to_string(users.size()) + R"(,"groups":)" +
           std::to_string(groups.size()) + "}\n";
}

struct Read {
    explicit Read(const TemporaryFolder& folder)
        : Read(folder, stream_of(false), stream_of(true)) {}
    Read(const TemporaryFolder& folder,
         const std::string& desired_text,
         const std::string& current_text,
         bool current_first = false)
        : desired(stream::open_input(folder.file("desired", desired_text), true)),
          current(stream::open_input(folder.file("current", current_text), true)) {
        record::read_directories(current_first ? current : desired, sides, &filter.add_input());
        record::read_directories(current_first ? desired : current, sides, &filter.add_input());
    }

    stream::Reader desired;
    stream::Reader current;
    record::Sides sides{};
    plan::unchanged::Filter filter{};
};

}  // namespace two_exports
