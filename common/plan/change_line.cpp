#include "plan/change_line.hpp"

#include "base/encoding.hpp"
#include "plan/line_check.hpp"
#include "record/patch_message.hpp"
#include "record/scim_resource.hpp"

#include <utility>

namespace plan {

namespace {

// A hash of target, before and after: the same change has the same id in every run, and another
// change another id.
std::string change_id(const JsonObject& line) {
    std::string identity;
    for (const auto* field : {"action", "externalId", "path", "before", "after"}) {
        identity += identity.empty() ? '[' : ',';
        identity += line.find(field)->text();
    }
    identity += ']';
    constexpr std::size_t kBytes = 16;
    return "c-" + encoding::sha256_hex(identity, kBytes);
}

}  // namespace

JsonObject begin_line(Action action,
                      record::Kind kind,
                      const record::ExternalId& external_id,
                      const record::ResourceId& current_id,
                      const std::string& version) {
    JsonObject line;
    line.set("type", "change");
    line.set("id", "");
    line.set("action", name_of(action));
    line.set("resource", record::resource_name(kind));
    line.set("externalId", external_id.value);
    if (current_id.value.empty()) {
        line.set("method", "POST");
        line.set("path", record::endpoint(kind));
        line.set("bulkId", external_id.value);
    } else {
        line.set("method", "PATCH");
        line.set("path", record::resource_path(kind, current_id));
        if (!version.empty()) {
            line.set("version", version);
        }
    }
    return line;
}

std::string end_line(JsonObject line, LineContent content, const std::vector<std::string>& why) {
    line.set("data", std::move(content.data));
    line.set("before", std::move(content.before));
    line.set("after", std::move(content.after));
    line.set("why", why);
    line.set("id", change_id(line));
    const auto value = line.value();
    auto text = value.text();
    text.pop_back();
    text += ",\"check\":\"" + check_of_sorted(value.sorted()) + "\"}";
    return text;
}

void add_withheld(JsonObject& line, const char* word, const Withheld& withheld) {
    line.set(word, withheld.reason);
    line.set("detail", withheld.detail);
    line.set("exitStatus", static_cast<int>(withheld.exit_status));
    if (withheld.acknowledged) {
        line.set("acknowledged", true);
    }
}

void Differences::note(std::string_view field, JsonText was, JsonText becomes) {
    before.set(field, std::move(was));
    after.set(field, std::move(becomes));
}

void Differences::set(std::string_view path, const JsonText& value) {
    operations.add(value.is_null() ? record::remove_operation(path)
                                   : record::replace_operation(path, value));
}

std::string Differences::end(JsonObject line, const std::vector<std::string>& why) const {
    return end_line(std::move(line),
                    {.data = record::patch_message(operations),
                     .before = before.value(),
                     .after = after.value()},
                    why);
}

}  // namespace plan
