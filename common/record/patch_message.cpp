#include "record/patch_message.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace record {

using nlohmann::ordered_json;

ordered_json replace_operation(std::string_view path, ordered_json value) {
    ordered_json operation;
    operation["op"] = "replace";
    operation["path"] = path;
    operation["value"] = std::move(value);
    return operation;
}

ordered_json remove_operation(std::string_view path) {
    return {{"op", "remove"}, {"path", path}};
}

ordered_json patch_message(ordered_json operations) {
    ordered_json message;
    message["schemas"].push_back(kPatchSchema);
    message["Operations"] = std::move(operations);
    return message;
}

}  // namespace record
