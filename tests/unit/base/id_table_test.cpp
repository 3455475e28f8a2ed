#include "base/id_table.hpp"

#include "support/catch.hpp"

#include <map>
#include <random>
#include <string>

TEST_CASE("ids are numbered from 0 in the order of their first use") {
    IdTable table;
    CHECK(table.size() == 0);
    CHECK_FALSE(table.find("a"));
    CHECK(table.add("a").is_new);
    CHECK(table.add("b").number == 1);
    const auto again = table.add("a");
    CHECK_FALSE(again.is_new);
    CHECK(again.number == 0);
    CHECK(table.size() == 2);
    CHECK(table.find("b") == 1U);
}

TEST_CASE("an empty id, one with a NUL and a long one are valid ids") {
    IdTable table;
    const std::string nul("a\0b", 3);
    const std::string longer(100'000, 'x');
    CHECK(table.add("").is_new);
    CHECK(table.add("a").is_new);
    CHECK(table.add(nul).is_new);
    CHECK(table.add(longer).is_new);
    CHECK(table.add(longer + "x").is_new);
    CHECK(table.find(nul) == 2U);
    CHECK(table.find("") == 0U);
}

TEST_CASE("a table without some of its ids numbers the others again, in the same order") {
    IdTable table;
    for (int i = 0; i < 100; ++i) {
        table.add("id-" + std::to_string(i));
    }
    const auto rest = table.without({0, 50, 99});
    CHECK(rest.size() == 97);
    CHECK_FALSE(rest.find("id-0"));
    CHECK_FALSE(rest.find("id-50"));
    CHECK(rest.find("id-1") == 0U);
    CHECK(rest.find("id-51") == 49U);
    CHECK(rest.find("id-98") == 96U);
}

TEST_CASE("a table gives the same answers as a map, at all its sizes") {
    std::mt19937 dice(7);
    IdTable table;
    std::map<std::string, std::size_t> map;
    for (int i = 0; i < 20'000; ++i) {
        const auto id = "id-" + std::to_string(dice() % 8'000);
        const auto [entry, is_new] = map.try_emplace(id, map.size());
        const auto added = table.add(id);
        REQUIRE(added.is_new == is_new);
        REQUIRE(added.number == entry->second);
        const auto other = "id-" + std::to_string(dice() % 16'000);
        REQUIRE(table.find(other).has_value() == map.contains(other));
    }
    CHECK(table.size() == map.size());
}

TEST_CASE("a pool returns each text by its number, even an empty one") {
    TextPool pool;
    CHECK(pool.add("one") == 0);
    CHECK(pool.add("") == 1);
    CHECK(pool.add("three") == 2);
    CHECK(pool.at(0) == "one");
    CHECK(pool.at(1).empty());
    CHECK(pool.at(2) == "three");
    CHECK(pool.size() == 3);
    CHECK_THROWS(pool.at(3));
}
