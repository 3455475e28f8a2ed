#include "scim_error.hpp"

namespace sandbox {

Json ScimError::body() const {
    Json body = {{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}}};
    if (!type_.empty()) {
        body["scimType"] = type_;
    }
    body["detail"] = what();
    body["status"] = std::to_string(status_);  // a string, by the RFC
    return body;
}

Answer ScimError::answer() const {
    auto answer = scim_answer(status_, body());
    if (status_ == 401) {
        answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    }
    return answer;
}

Answer scim_answer(int status, const Json& body) {
    auto answer = json_answer(status, body);
    answer.type = "application/scim+json";
    return answer;
}

}  // namespace sandbox
