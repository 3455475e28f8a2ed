// Passes the inputs of libFuzzer to the one target of the program, and mutates them as JSON Lines.

#include "fuzz_target.hpp"
#include "mutate.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

std::string_view view(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        fuzz::run(fuzz::targets().front(), view(data, size));
    } catch (const fuzz::Finding& finding) {
        std::fprintf(stderr, "FINDING: not true: %s\n", finding.property);
        std::abort();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "FINDING: an exception left the target: %s\n", error.what());
        std::abort();
    }
    return 0;
}

// Half of the mutations are libFuzzer's own, of bytes. The other half keeps each line JSON, so that
// inputs pass the parser.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                               std::size_t size,
                                               std::size_t max_size,
                                               unsigned int seed) {
    fuzz::Dice dice(seed);
    if (dice.below(2) == 0) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    const auto text = fuzz::mutate_json_line(view(data, size), dice);
    if (text.size() > max_size || text == view(data, size)) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    std::copy(text.begin(), text.end(), data);
    return text.size();
}
