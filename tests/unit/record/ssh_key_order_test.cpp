// The order of keys in a list, and the keys that are listed once.

#include "record/ssh_key.hpp"

#include "support/catch.hpp"
#include "support/ssh_blob.hpp"

#include <algorithm>
#include <string>
#include <vector>

TEST_CASE("keys are sorted by blob and unique by blob, with any text around it") {
    std::vector<std::string> keys{"ssh-rsa CCCC",
                                  "ssh-ed25519 BBBB ada",
                                  "ssh-rsa AAAA z",
                                  "ssh-ed25519 BBBB",
                                  "ssh-rsa AAAA a"};
    std::sort(keys.begin(), keys.end());
    do {
        auto sorted = keys;
        record::sort_ssh_keys(sorted);
        REQUIRE(sorted ==
                std::vector<std::string>{"ssh-rsa AAAA a", "ssh-ed25519 BBBB", "ssh-rsa CCCC"});
    } while (std::next_permutation(keys.begin(), keys.end()));
}

TEST_CASE("lines without a blob are sorted and unique by their text") {
    std::vector<std::string> keys{"zzz", "command=\"x\" ssh-rsa AAAA", "zzz"};
    record::sort_ssh_keys(keys);
    CHECK(keys == std::vector<std::string>{"command=\"x\" ssh-rsa AAAA", "zzz"});
}

TEST_CASE("a key or another text that is listed many times is kept once") {
    for (const auto& line : {ssh_blob::valid_line(1), std::string("zzz")}) {
        std::vector<std::string> keys{"zzzz"};  // so that there is something to sort
        keys.resize(100, line);
        record::sort_ssh_keys(keys);
        CHECK(keys == std::vector<std::string>{line, "zzzz"});
    }
}
