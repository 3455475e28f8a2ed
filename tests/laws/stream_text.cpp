#include "stream_text.hpp"

#include <algorithm>

namespace laws {

using nlohmann::ordered_json;

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string text_of(const Lines& lines) {
    std::string text;
    for (const auto& line : lines) {
        text += line + "\n";
    }
    return text;
}

Records records_of(std::string_view text) {
    Records records;
    for (const auto& line : lines_of(text)) {
        records.push_back(ordered_json::parse(line));
    }
    return records;
}

std::string directory_text(std::string_view side, const Records& users, const Records& groups) {
    std::string text = ordered_json{{"type", "stream"},
                                    {"format", 1},
                                    {"kind", "directory"},
                                    {"side", side},
                                    {"source", side == "desired" ? "activate" : "scim"},
                                    {"at", "2026-11-23T18:00:00Z"}}
                           .dump() +
                       "\n";
    for (const auto* records : {&users, &groups}) {
        for (const auto& record : *records) {
            text += record.dump() + "\n";
        }
    }
    return text +
           ordered_json{{"type", "end"}, {"users", users.size()}, {"groups", groups.size()}}
               .dump() +
           "\n";
}

std::string confirmations_text(const Records& confirmations) {
    std::string text =
        ordered_json{{"type", "stream"}, {"format", 1}, {"kind", "confirmations"}}.dump() + "\n";
    for (const auto& record : confirmations) {
        text += record.dump() + "\n";
    }
    return text + ordered_json{{"type", "end"}, {"confirmations", confirmations.size()}}.dump() +
           "\n";
}

std::string resealed(const std::string& plan, const Lines& changes) {
    const auto all = lines_of(plan);
    auto seal = ordered_json::parse(all.back());
    for (const auto* field : {"create",
                              "update",
                              "deactivate",
                              "reactivate",
                              "adopt",
                              "unchanged",
                              "skipped",
                              "held"}) {
        seal[field] = 0;
    }
    const auto count = [&](const std::string& field) {
        seal[field] = seal[field].get<std::size_t>() + 1;
    };
    for (const auto& line : changes) {
        const auto record = ordered_json::parse(line);
        const auto type = record["type"].get<std::string>();
        count(type == "change" ? record["action"].get<std::string>()
              : type == "skip" ? "skipped"
                               : type);
        if (record.contains("held")) {
            count("held");
        }
    }
    seal["resealed"] = true;
    Lines lines{all.front()};
    lines.insert(lines.end(), changes.begin(), changes.end());
    lines.push_back(seal.dump());
    return text_of(lines);
}

}  // namespace laws
