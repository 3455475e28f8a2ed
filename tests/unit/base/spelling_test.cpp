#include "base/spelling.hpp"

#include "support/catch.hpp"

TEST_CASE("the nearest word is the one with the fewest edits, if these are few") {
    CHECK(text::edit_distance("kitten", "sitting") == 3);
    CHECK(text::edit_distance("", "abc") == 3);
    CHECK(text::nearest("interns-2026", {"hpc", "interns-2027", "staff"}) == "interns-2027");
    CHECK(text::nearest("hpc", {"a-long-name"}).empty());
    CHECK(text::nearest("hpc", {}).empty());
    CHECK(text::nearest("hpc", {"abc", "HPC"}) == "HPC");
}
