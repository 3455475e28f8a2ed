#include "record/patch_message.hpp"

#include <utility>
#include <vector>

namespace record {

namespace {

JsonObject operation_on(std::string_view path, std::string_view name) {
    JsonObject operation;
    operation.set("op", name);
    operation.set("path", path);
    return operation;
}

}  // namespace

JsonText replace_operation(std::string_view path, const JsonText& value) {
    auto operation = operation_on(path, "replace");
    operation.set("value", value);
    return std::move(operation).value();
}

JsonText remove_operation(std::string_view path) {
    return operation_on(path, "remove").value();
}

JsonText patch_message(const JsonArray& operations) {
    JsonObject message;
    message.set("schemas", std::vector{kPatchSchema});
    message.set("Operations", operations.value());
    return std::move(message).value();
}

}  // namespace record
