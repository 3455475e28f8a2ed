#include "losses.hpp"

#include <algorithm>

namespace laws {

using nlohmann::ordered_json;
using record::Kind;

namespace {

void compare_lists(const ordered_json& before,
                   const ordered_json& after,
                   const char* field,
                   std::vector<std::string>& lost) {
    const auto now = after.value(field, ordered_json::array());
    for (const auto& element : before.value(field, ordered_json::array())) {
        if (std::find(now.begin(), now.end(), element) == now.end()) {
            lost.push_back(before["id"].get<std::string>() + " " + field + " " + element.dump());
        }
    }
}

}  // namespace

std::vector<std::string> losses(const ModelServer& before, const ModelServer& after) {
    std::vector<std::string> lost;
    for (const auto& id : before.ids(Kind::user)) {
        const auto was = before.record(Kind::user, id);
        const auto is = after.record(Kind::user, id);
        if (was["active"] == true && (is.is_null() || is["active"] == false)) {
            lost.push_back(id + " is not active");
        }
        compare_lists(was, is, "sshKeys", lost);
    }
    for (const auto& id : before.ids(Kind::group)) {
        const auto was = before.record(Kind::group, id);
        const auto is = after.record(Kind::group, id);
        compare_lists(was, is, "members", lost);
        compare_lists(was, is, "foreignMembers", lost);
    }
    return lost;
}

std::vector<std::string> losses_of(ModelServer server, const std::string& plan) {
    const auto before = server;
    server.apply(plan);
    return losses(before, server);
}

}  // namespace laws
