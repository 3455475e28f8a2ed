#include "plan/change_line.hpp"

#include "base/encoding.hpp"
#include "plan/line_check.hpp"
#include "record/patch_message.hpp"
#include "record/scim_resource.hpp"

#include <utility>

namespace plan {

using nlohmann::ordered_json;

namespace {

// A hash of target, before and after: the same change has the same id in every run, and another
// change another id.
std::string change_id(const ordered_json& line) {
    std::string identity;
    for (const auto* field : {"action", "externalId", "path", "before", "after"}) {
        identity += identity.empty() ? '[' : ',';
        identity += line[field].dump();
    }
    identity += ']';
    constexpr std::size_t kBytes = 16;
    return "c-" + encoding::sha256_hex(identity, kBytes);
}

}  // namespace

ordered_json begin_line(Action action,
                        record::Kind kind,
                        const record::ExternalId& external_id,
                        const record::ResourceId& current_id,
                        const std::string& version) {
    ordered_json
        line;  // field by field: an initializer list of pairs would build an array of each first
    line["type"] = "change";
    line["id"] = "";
    line["action"] = name_of(action);
    line["resource"] = record::resource_name(kind);
    line["externalId"] = external_id.value;
    if (current_id.value.empty()) {
        line["method"] = "POST";
        line["path"] = record::endpoint(kind);
        line["bulkId"] = external_id.value;
    } else {
        line["method"] = "PATCH";
        line["path"] = record::resource_path(kind, current_id);
        if (!version.empty()) {
            line["version"] = version;
        }
    }
    return line;
}

void end_line(ordered_json& line,
              ordered_json data,
              ordered_json before,
              ordered_json after,
              const std::vector<std::string>& why) {
    line["data"] = std::move(data);
    line["before"] = std::move(before);
    line["after"] = std::move(after);
    line["why"] = why;
    line["id"] = change_id(line);
    line["check"] = check_of(nlohmann::json(line));
}

void add_withheld(ordered_json& line, const char* word, const Withheld& withheld) {
    line[word] = withheld.reason;
    line["detail"] = withheld.detail;
    line["exitStatus"] = static_cast<int>(withheld.exit_status);
    if (withheld.acknowledged) {
        line["acknowledged"] = true;
    }
}

void Differences::note(std::string_view field, ordered_json was, ordered_json becomes) {
    before[std::string(field)] = std::move(was);
    after[std::string(field)] = std::move(becomes);
}

void Differences::set(std::string_view path, ordered_json value) {
    operations.push_back(value.is_null() ? record::remove_operation(path)
                                         : record::replace_operation(path, std::move(value)));
}

void Differences::end(ordered_json& line, const std::vector<std::string>& why) {
    end_line(line,
             record::patch_message(std::move(operations)),
             std::move(before),
             std::move(after),
             why);
}

}  // namespace plan
