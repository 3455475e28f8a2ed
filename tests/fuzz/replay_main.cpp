// Replays inputs to a target without libFuzzer: each file as it is, then mutations of it.
//
//   fuzz_replay TARGET RUNS FILE_OR_FOLDER...
//
// RUNS is the number of mutated inputs, the same in each call. Ends with 1 at the first finding,
// after it has written the input to finding-TARGET in the current directory.

#include "fuzz_target.hpp"
#include "mutate.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr int kUsage = 64;

struct Input {
    std::string name{};
    std::string bytes{};
};

Input read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return {path.string(), bytes.str()};
}

// In the same order on every machine.
std::vector<Input> read_all(const std::vector<fs::path>& paths) {
    std::vector<Input> inputs;
    for (const auto& path : paths) {
        if (!fs::is_directory(path)) {
            inputs.push_back(read(path));
            continue;
        }
        for (const auto& entry : fs::directory_iterator(path)) {
            inputs.push_back(read(entry.path()));
        }
    }
    std::sort(inputs.begin(), inputs.end(), [](const Input& a, const Input& b) {
        return a.bytes != b.bytes ? a.bytes < b.bytes : a.name < b.name;
    });
    return inputs;
}

std::string fault_of(const fuzz::Target& target, const std::string& bytes) {
    constexpr std::chrono::seconds kLongest{5};
    try {
        const auto began = std::chrono::steady_clock::now();
        fuzz::run(target, bytes);
        return std::chrono::steady_clock::now() - began > kLongest ? "it took more than 5 s"
                                                                   : std::string();
    } catch (const fuzz::Finding& finding) {
        return std::string("not true: ") + finding.property;
    } catch (const std::exception& error) {
        return std::string("an exception left the target: ") + error.what();
    }
}

bool holds(const fuzz::Target& target, const Input& input, const std::string& how) {
    const auto fault = fault_of(target, input.bytes);
    if (fault.empty()) {
        return true;
    }
    const auto file = "finding-" + std::string(target.name);
    std::ofstream(file, std::ios::binary) << input.bytes;
    std::fprintf(stderr,
                 "%s: %s%s: %s\nThe input is in %s.\n",
                 std::string(target.name).c_str(),
                 input.name.c_str(),
                 how.c_str(),
                 fault.c_str(),
                 fs::absolute(file).c_str());
    return false;
}

std::string mutated(const std::vector<Input>& inputs, std::size_t at, fuzz::Dice& dice) {
    const auto& bytes = inputs[at].bytes;
    const bool as_json = dice.below(3) > 0;
    return as_json ? fuzz::mutate_json_line(bytes, dice)
                   : fuzz::mutate_bytes(bytes, dice.pick(inputs).bytes, dice);
}

int replay(const fuzz::Target& target, std::size_t runs, const std::vector<Input>& inputs) {
    for (const auto& input : inputs) {
        if (!holds(target, input, "")) {
            return 1;
        }
    }
    for (std::size_t number = 0; number < runs; ++number) {
        fuzz::Dice dice(number);
        const auto at = number % inputs.size();
        if (!holds(target, {inputs[at].name, mutated(inputs, at, dice)}, ", mutated")) {
            return 1;
        }
    }
    std::printf("%s: %zu inputs and %zu mutated ones: no finding\n",
                std::string(target.name).c_str(),
                inputs.size(),
                runs);
    return 0;
}

}  // namespace

int main(int argc, char* argv[]) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const auto target =
        std::find_if(fuzz::targets().begin(), fuzz::targets().end(), [&](const auto& known) {
            return !words.empty() && known.name == words[0];
        });
    if (words.size() < 3 || target == fuzz::targets().end()) {
        std::fprintf(stderr, "usage: fuzz_replay TARGET RUNS FILE_OR_FOLDER...; the targets are:");
        for (const auto& known : fuzz::targets()) {
            std::fprintf(stderr, " %s", std::string(known.name).c_str());
        }
        std::fprintf(stderr, "\n");
        return kUsage;
    }
    const auto inputs = read_all({words.begin() + 2, words.end()});
    if (inputs.empty()) {
        std::fprintf(stderr, "fuzz_replay: %s: there is no input\n", words[0].c_str());
        return kUsage;
    }
    return replay(*target, std::stoul(words[1]), inputs);
}
