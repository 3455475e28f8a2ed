#include "record/list_keys.hpp"

#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace record {

void list_keys(const Sides& sides, stream::Writer& out) {
    std::size_t keys = 0;
    std::size_t refused = 0;
    const auto list = [&](const std::optional<Directory>& directory, const char* side) {
        for (const auto& user : directory ? directory->users : std::vector<User>{}) {
            for (const auto key : views_of(user.ssh_keys)) {
                const auto judged = judge_key(key);
                nlohmann::ordered_json line{{"type", "ssh-key"},
                                            {"side", side},
                                            {"externalId", user.external_id.value},
                                            {"userName", user.user_name},
                                            {"fingerprint", ssh_key_fingerprint(key)},
                                            {"accepted", !judged.sent.empty()}};
                if (!judged.fault.empty()) {
                    line["detail"] = judged.fault;
                }
                out.record(line);
                ++keys;
                refused += judged.sent.empty() ? 1U : 0U;
            }
        }
    };
    list(sides.desired, "desired");
    list(sides.current, "current");
    out.seal({{"keys", keys}, {"refused", refused}});
}

}  // namespace record
