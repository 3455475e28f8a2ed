#include "activate/user_record.hpp"

#include "base/text.hpp"

#include <string>

namespace activate {

record::ExternalId external_id(const Person& person, const Naming& naming) {
    return {record::user_prefix() + (naming.key_is_username ? person.username : person.id)};
}

record::User user_record(const Person& person, const Naming& naming) {
    record::User user;
    user.external_id = external_id(person, naming);
    user.user_name = naming.user_name_is_username ? person.username : person.email;
    const auto& full = person.name.empty() ? person.username : person.name;
    const auto blank = full.rfind(' ');
    user.display_name = full;
    user.given_name = std::string(text::trim(full.substr(0, blank)));
    if (blank != std::string::npos) {
        user.family_name = full.substr(blank + 1);
    }
    if (!person.email.empty()) {
        user.email = person.email;
    }
    user.active = person.active;
    if (!naming.user_name_is_username && !naming.key_is_username && !person.username.empty()) {
        user.activate_username = person.username;
    }
    return user;
}

}  // namespace activate
