#include "organization.hpp"

#include "group_maker.hpp"
#include "settings.hpp"
#include "support/ssh_blob.hpp"
#include "user_maker.hpp"

#include <algorithm>

namespace laws {

Shape any_shape(Dice& dice) {
    Shape shape;
    const auto size = dice.below(1000);
    shape.users = size < 700   ? dice.below(10)
                  : size < 950 ? dice.between(10, 30)
                  : size < 995 ? 60
                               : dice.between(200, 300);
    shape.users = std::min<std::size_t>(shape.users, setting("LAW_USERS", shape.users));
    shape.groups = dice.below(std::min<std::size_t>(shape.users / 3 + 3, 12));
    shape.odd = dice.chance(50);
    shape.duplicates = dice.chance(40);
    shape.strangers = dice.chance(60);
    shape.unknown = dice.chance(70);
    shape.renames = dice.chance(60);
    shape.etags = dice.chance(40);
    return shape;
}

Shape tidy(Shape shape) {
    shape.odd = false;
    shape.duplicates = false;
    return shape;
}

Organization make_organization(Dice& dice, const Shape& shape) {
    Organization made;
    made.server = ModelServer(shape.etags);
    made.unmanaged = shape.strangers && dice.chance(60);
    made.confirmed = dice.chance(30);
    UserMaker users(dice, shape, made);
    for (std::size_t i = 0; i < shape.users; ++i) {
        users.make_person();
    }
    if (shape.strangers) {
        users.make_strangers();
    }
    GroupMaker groups(dice, shape, made, users);
    for (std::size_t i = 0; i < shape.groups; ++i) {
        groups.make_group();
    }
    if (shape.strangers && dice.chance(40)) {
        groups.make_stray_group();
    }
    return made;
}

std::string key_of(std::size_t number) {
    return ssh_blob::valid_line(static_cast<unsigned>(number));
}

}  // namespace laws
