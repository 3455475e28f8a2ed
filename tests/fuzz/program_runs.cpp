// Runs the programs on mutated streams: no status 70, no signal, no run over five seconds, and the
// status that a stream of a bad kind has.
//
//   program_runs RUNS TOOLS GOLDEN
//
// RUNS is the number of mutated inputs, the same in each call. Each is one file of a golden case of
// scim-diff, mutated. scim-diff reads the exports, and scim-apply --dry-run the plan. At a finding
// the input is written to finding-program in the current directory, and the status is 1.

#include "mutate.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Texts = std::vector<std::string>;

constexpr std::chrono::seconds kLongest{5};

struct Case {
    std::string name{};
    Texts exports{};     // paths
    std::string plan{};  // the standard output of scim-diff; empty if it has no change
};

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

std::vector<Case> cases_in(const fs::path& folder) {
    std::vector<Case> all;
    for (const auto& entry : fs::directory_iterator(folder)) {
        Case one{.name = entry.path().filename()};
        for (const auto* name : {"desired.jsonl",
                                 "current.jsonl",
                                 "confirmations.jsonl",
                                 "scim-confirmations.jsonl"}) {
            if (const auto path = entry.path() / name; fs::exists(path)) {
                one.exports.push_back(path);
            }
        }
        if (const auto plan = entry.path() / "stdout";
            fs::exists(plan) && content_of(plan).find("\"type\":\"change\"") != std::string::npos) {
            one.plan = plan;
        }
        if (one.exports.size() >= 2) {
            all.push_back(std::move(one));
        }
    }
    std::sort(all.begin(), all.end(), [](const Case& a, const Case& b) { return a.name < b.name; });
    return all;
}

/// The exit status; 128 and more: the signal; -1: it took too long.
int status_of(const Texts& command) {
    std::vector<char*> argv;
    for (const auto& word : command) {
        argv.push_back(const_cast<char*>(word.c_str()));
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files{};
    posix_spawn_file_actions_init(&files);
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
        posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_WRONLY, 0);
    }
    pid_t child = 0;
    std::array<char*, 1> no_environment{};
    if (posix_spawn(&child, argv[0], &files, nullptr, argv.data(), no_environment.data()) != 0) {
        std::perror(argv[0]);
        std::exit(1);
    }
    posix_spawn_file_actions_destroy(&files);
    const auto end = Clock::now() + kLongest;
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (Clock::now() > end) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return -1;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Texts command_for(const Case& from,
                  const std::string& tools,
                  const std::string& mutated,
                  std::size_t which) {
    if (which == from.exports.size()) {
        return {tools + "/scim-apply", "--dry-run", mutated};
    }
    Texts command{tools + "/scim-diff"};
    for (std::size_t i = 0; i < from.exports.size(); ++i) {
        command.push_back(i == which ? mutated : from.exports[i]);
    }
    return command;
}

}  // namespace

int main(int argc, char* argv[]) {
    const Texts words(argv + 1, argv + argc);
    if (words.size() != 3) {
        std::fprintf(stderr, "usage: program_runs RUNS TOOLS GOLDEN\n");
        return 64;
    }
    const auto cases = cases_in(words[2]);
    const auto mutated = fs::temp_directory_path() / ("program-runs." + std::to_string(getpid()));
    std::set<int> seen;
    for (std::size_t number = 0; number < std::stoul(words[0]); ++number) {
        fuzz::Dice dice(number);
        const auto& from = cases[number % cases.size()];
        const auto which = dice.below(from.exports.size() + (from.plan.empty() ? 0U : 1U));
        const auto bytes =
            content_of(which == from.exports.size() ? from.plan : from.exports[which]);
        const auto& other = dice.pick(cases).exports.front();
        const auto text = dice.below(3) > 0 ? fuzz::mutate_json_line(bytes, dice)
                                            : fuzz::mutate_bytes(bytes, content_of(other), dice);
        std::ofstream(mutated, std::ios::binary) << text;
        const auto command = command_for(from, words[1], mutated, which);
        const int status = status_of(command);
        seen.insert(status);
        if (status < 0 || status == 70 || status == 74 || status > 78) {
            std::ofstream("finding-program", std::ios::binary) << text;
            std::fprintf(
                stderr,
                "%s of %s, mutation %zu: %s\nThe input is in %s.\n",
                command[0].c_str(),
                from.name.c_str(),
                number,
                status < 0 ? "longer than 5 s" : ("status " + std::to_string(status)).c_str(),
                fs::absolute("finding-program").c_str());
            fs::remove(mutated);
            return 1;
        }
    }
    fs::remove(mutated);
    std::cout << words[0] << " mutated inputs of " << cases.size() << " cases, statuses";
    for (const int status : seen) {
        std::cout << ' ' << status;
    }
    std::cout << ": no finding\n";
    return 0;
}
