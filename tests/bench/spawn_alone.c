/* spawn_alone JOBS PROGRAM ARGUMENT < NAMES: runs PROGRAM ARGUMENT NAME for each name, JOBS at
   once, with its output thrown away: posix_spawn and wait, and nothing else. What no program that
   runs another for everybody can be faster than. Prints wall seconds, and its own CPU milliseconds
   for each run. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char** environ;

static double seconds(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char* argv[]) {
    if (argc != 4) {
        fputs("usage: spawn_alone JOBS PROGRAM ARGUMENT < NAMES\n", stderr);
        return 64;
    }
    const int jobs = atoi(argv[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    char name[1024];
    int running = 0;
    int runs = 0;
    for (; fgets(name, sizeof name, stdin) != NULL; ++runs) {
        name[strcspn(name, "\n")] = '\0';
        if (running == jobs) {
            wait(NULL);
            --running;
        }
        char* command[] = {argv[2], argv[3], name, NULL};
        pid_t child;
        const int fault = posix_spawnp(&child, argv[2], &actions, NULL, command, environ);
        if (fault != 0) {
            fprintf(stderr, "spawn_alone: %s: %s\n", argv[2], strerror(fault));
            return 70;
        }
        ++running;
    }
    while (wait(NULL) > 0) {
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("%.4f\t%.3f\n",
           (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9,
           1000 * (seconds(used.ru_utime) + seconds(used.ru_stime)) / runs);
}
