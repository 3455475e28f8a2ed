// A SCIM server in a few maps, written from RFC 7643 and 7644: the service in the laws.
//
// Resources are stored as JSON, with names in the schemas' spelling. The model does not know how a
// plan is made. The only code of the project in it turns a resource into a record, which is the
// work of the export and not of a server.
#pragma once

#include "dice.hpp"
#include "record/record.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace laws {

/// The handling of a member that refers to a user whom this plan did not create. RFC 7644 §3.7.2
/// allows the server to refuse the operation; a client that sends line by line may leave the member
/// out.
enum class Unresolved { refused, left_out };

/// One line of a plan, and the status of the answer; 0 if it was not sent because it is held.
struct Sent {
    nlohmann::ordered_json line{};
    int status = 0;
    std::string id{};   ///< of the resource
    std::string why{};  ///< of a refusal

    [[nodiscard]] bool failed() const { return status >= 400; }
};

class ModelServer {
  public:
    /// `etags`: resources have versions, and If-Match is checked (RFC 7644 §3.14).
    explicit ModelServer(bool etags = false) : etags_(etags) {}

    /// Stores a resource as an administrator could: only its form is checked. Gives it an `id`
    /// unless it has one, and returns the id.
    std::string put(record::Kind kind, nlohmann::json resource);

    struct Answer {
        int status = 0;
        std::string id{};
        std::string why{};
    };
    Answer post(record::Kind kind, const nlohmann::json& body);
    Answer patch(record::Kind kind,
                 const std::string& id,
                 const nlohmann::json& body,
                 const std::string& if_match);

    /// Sends the lines of a plan one after the other, without held lines; failures do not stop it.
    std::vector<Sent> apply(const std::string& plan, Unresolved unresolved = Unresolved::left_out);

    /// The output of scim-export, with --unmanaged or without.
    [[nodiscard]] std::string export_current(bool unmanaged = false) const;
    /// One record of it; null if there is none.
    [[nodiscard]] nlohmann::ordered_json record(record::Kind kind, const std::string& id) const;

    /// The `value` of every member of a group: ids of users and groups, managed or not.
    [[nodiscard]] std::set<std::string> member_ids(const std::string& group) const;

    /// Ids in their order.
    [[nodiscard]] std::vector<std::string> ids(record::Kind kind) const;

  private:
    using Resources = std::map<std::string, nlohmann::json>;

    [[nodiscard]] Resources& resources(record::Kind kind) {
        return kind == record::Kind::user ? users_ : groups_;
    }
    [[nodiscard]] const Resources& resources(record::Kind kind) const {
        return kind == record::Kind::user ? users_ : groups_;
    }
    [[nodiscard]] bool is_duplicated(const record::ExternalId& external_id) const;
    void judge(record::Kind kind, const std::string& id, const nlohmann::json& resource) const;
    void keep(record::Kind kind, const std::string& id, nlohmann::json resource);
    Answer send(const nlohmann::ordered_json& line, const nlohmann::json& data);

    Resources users_{};
    Resources groups_{};
    bool etags_ = false;
    std::size_t next_id_ = 1;
    std::size_t next_version_ = 1;
};

}  // namespace laws
