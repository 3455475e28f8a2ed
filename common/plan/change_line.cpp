#include "plan/change_line.hpp"

#include "base/encoding.hpp"
#include "record/patch_message.hpp"
#include "record/scim_resource.hpp"

#include <utility>

namespace plan {

namespace {

std::string path_of(const Target& target) {
    return target.id.value.empty() ? record::endpoint(target.kind)
                                   : record::resource_path(target.kind, target.id);
}

// A hash of target, before and after: the same change has the same id in every run, and another
// change another id.
std::string change_id(const Target& target, const LineContent& content) {
    JsonArray identity;  // with two more elements, which are long
    identity.add(name_of(target.action));
    identity.add(target.external_id.value);
    identity.add(path_of(target));
    const std::string_view open(identity.value().text());
    constexpr std::size_t kBytes = 16;
    return "c-" + encoding::sha256_hex({open.substr(0, open.size() - 1),
                                        ",",
                                        content.before.text(),
                                        ",",
                                        content.after.text(),
                                        "]"},
                                       kBytes);
}

template <class Change>
Target target_in(const Change& change, record::Kind kind) {
    static const record::ResourceId kNew;
    static const std::string kNoVersion;
    const auto* current = change.current;
    return {.action = change.action,
            .kind = kind,
            .external_id = (change.desired != nullptr ? change.desired : current)->external_id,
            .id = current != nullptr ? current->id : kNew,
            .version = current != nullptr ? current->version : kNoVersion};
}

}  // namespace

Target target_of(const UserChange& change) {
    return target_in(change, record::Kind::user);
}

Target target_of(const GroupChange& change) {
    return target_in(change, record::Kind::group);
}

JsonObject change_line(const Target& target,
                       const JsonObject& details,
                       const LineContent& content,
                       const std::vector<std::string>& why) {
    const bool is_new = target.id.value.empty();
    constexpr std::size_t kOtherFields = 1000;
    JsonObject line(content.data.text().size() + content.before.text().size() +
                    content.after.text().size() + kOtherFields);
    line.set("type", "change");
    line.set("id", change_id(target, content));
    line.set("action", name_of(target.action));
    line.set("resource", record::resource_name(target.kind));
    line.set("externalId", target.external_id.value);
    line.set("method", is_new ? "POST" : "PATCH");
    line.set("path", path_of(target));
    if (is_new) {
        line.set("bulkId", target.external_id.value);
    } else if (!target.version.empty()) {
        line.set("version", target.version);
    }
    line.set_all(details);
    line.set("data", content.data);
    line.set("before", content.before);
    line.set("after", content.after);
    line.set("why", why);
    return line;
}

void add_withheld(JsonObject& details, const char* word, const Withheld& withheld) {
    details.set(word, withheld.reason);
    details.set("detail", withheld.detail);
    details.set("exitStatus", static_cast<int>(withheld.exit_status));
    if (withheld.acknowledged) {
        details.set("acknowledged", true);
    }
}

void Differences::note(std::string_view field, const JsonText& was, const JsonText& becomes) {
    before.set(field, was);
    after.set(field, becomes);
}

void Differences::set(std::string_view path, const JsonText& value) {
    operations.add(value.is_null() ? record::remove_operation(path)
                                   : record::replace_operation(path, value));
}

JsonObject Differences::line(const Target& target,
                             const JsonObject& details,
                             const std::vector<std::string>& why) const {
    return change_line(target,
                       details,
                       {.data = record::patch_message(operations),
                        .before = before.value(),
                        .after = after.value()},
                       why);
}

}  // namespace plan
