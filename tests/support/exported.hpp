// The lines of scim-export for the lists of a ListServer.
#pragma once

#include "scim/export.hpp"
#include "stream/jsonl.hpp"
#include "support/list_server.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

/// The output of scim-export.
struct Exported {
    std::vector<nlohmann::json> lines{};

    explicit Exported(Lists& lists, scim::CurrentExportSettings settings = {}) {
        std::ostringstream text;
        stream::Writer out(text);
        scim::export_current(
            lists.service, settings, {.kind = "directory", .side = "current"}, out);
        std::istringstream in(text.str());
        for (std::string line; std::getline(in, line);) {
            lines.push_back(nlohmann::json::parse(line));
        }
    }
    [[nodiscard]] nlohmann::json group(const std::string& key) const {
        const auto found =
            std::find_if(lines.begin(), lines.end(), [&](const nlohmann::json& line) {
                return line.value("id", "") == "g-" + key;
            });
        return found == lines.end() ? nlohmann::json() : *found;
    }
};
