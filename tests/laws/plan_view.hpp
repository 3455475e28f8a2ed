// A plan in the form that the laws need.
#pragma once

#include "model_server.hpp"
#include "stream_text.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <vector>

namespace laws {

[[nodiscard]] inline Records lines_of_type(const std::string& plan, std::string_view type) {
    Records found;
    for (auto& record : records_of(plan)) {
        if (record["type"] == type) {
            found.push_back(std::move(record));
        }
    }
    return found;
}

[[nodiscard]] inline Records changes_of(const std::string& plan) {
    return lines_of_type(plan, "change");
}

[[nodiscard]] inline nlohmann::ordered_json seal_of(const std::string& plan) {
    return nlohmann::ordered_json::parse(lines_of(plan).back());
}

[[nodiscard]] inline bool is_held(const nlohmann::ordered_json& line) {
    return line.contains("held");
}

[[nodiscard]] inline std::size_t held_lines(const std::string& plan) {
    std::size_t count = 0;
    for (const auto& line : changes_of(plan)) {
        count += is_held(line) ? 1U : 0U;
    }
    return count;
}

/// `User pw-activate:user:…`: the subject of a change.
[[nodiscard]] inline std::string subject_of(const nlohmann::ordered_json& line) {
    return line["resource"].get<std::string>() + " " + line["externalId"].get<std::string>();
}

[[nodiscard]] inline std::set<std::string> held_subjects(const std::string& plan) {
    std::set<std::string> held;
    for (const auto& line : changes_of(plan)) {
        if (is_held(line)) {
            held.insert(subject_of(line));
        }
    }
    return held;
}

[[nodiscard]] inline std::set<std::string> failed_subjects(const std::vector<Sent>& sent) {
    std::set<std::string> failed;
    for (const auto& one : sent) {
        if (one.failed()) {
            failed.insert(subject_of(one.line));
        }
    }
    return failed;
}

/// Users who wait for the next run, because the POSIX name or the SSH key that they need belongs to
/// a record which was still active in this one.
[[nodiscard]] inline std::set<std::string> waiting(const std::string& plan,
                                                   const std::vector<std::string>& warnings) {
    std::set<std::string> subjects;
    for (const auto& skip : lines_of_type(plan, "skip")) {
        if (skip["reason"] == "posix-collision" || skip["reason"] == "rename-waits") {
            subjects.insert(subject_of(skip));
        }
    }
    for (const auto& change : changes_of(plan)) {
        if (change.value("withheld", std::string()) == "rename-waits") {
            subjects.insert(subject_of(change));
        }
    }
    for (const auto& warning : warnings) {
        const bool shared = warning.starts_with("SSH key ");
        for (auto at = shared ? warning.find(record::user_prefix()) : std::string::npos;
             at != std::string::npos;
             at = warning.find(record::user_prefix(), at + 1)) {
            subjects.insert("User " + warning.substr(at, warning.find_first_of(", );", at) - at));
        }
    }
    return subjects;
}

}  // namespace laws
