#include "record/merge.hpp"

#include "base/sort_unique.hpp"
#include "record/attributes.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>

namespace record {

namespace {

// An active row before an inactive one: its names are those in use.
bool comes_before(const User* a, const User* b) {
    if (a->active != b->active || a->user_name != b->user_name) {
        return a->active != b->active ? a->active : a->user_name < b->user_name;
    }
    for (const auto& attribute : kUserAttributes) {
        if (attribute.text != nullptr && a->*attribute.text != b->*attribute.text) {
            return a->*attribute.text < b->*attribute.text;
        }
    }
    return false;
}

}  // namespace

const std::string& name_of(const User& user) {
    return user.user_name;
}
const std::string& name_of(const Group& group) {
    return group.display_name;
}

User merged(std::vector<const User*> rows) {
    std::sort(rows.begin(), rows.end(), comes_before);
    User user = *rows.front();
    for (const auto* row : rows) {
        if (row->active != user.active) {
            continue;  // the keys of an inactive row do not give access
        }
        if (!row->ssh_keys || !user.ssh_keys) {
            user.ssh_keys.reset();
        } else {
            user.ssh_keys->insert(
                user.ssh_keys->end(), row->ssh_keys->begin(), row->ssh_keys->end());
        }
    }
    if (user.ssh_keys) {
        sort_ssh_keys(*user.ssh_keys);
    }
    return user;
}

Group merged(std::vector<const Group*> rows) {
    std::sort(rows.begin(), rows.end(), [](const Group* a, const Group* b) {
        return a->display_name < b->display_name;
    });
    Group group = *rows.front();
    for (const auto* row : rows) {
        group.unlisted = std::max(group.unlisted, row->unlisted);
        if (!row->members || !group.members) {
            group.members.reset();
        } else {
            group.members->insert(group.members->end(), row->members->begin(), row->members->end());
        }
    }
    if (group.members) {
        sort_unique(*group.members);
    }
    return group;
}

}  // namespace record
