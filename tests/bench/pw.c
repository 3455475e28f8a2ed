/* Stands in for pw: `pw ssh-public-keys NAME` takes 50 to 150 ms, always the same for one name, and
   prints a key. `pw total < names` prints how many milliseconds all of them take together. */
#include <stdio.h>
#include <string.h>
#include <time.h>

static unsigned hash_of(const char* name) {
    unsigned hash = 2166136261u; /* FNV-1a */
    for (; *name != '\0'; ++name) hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

static long milliseconds(const char* name) {
    return 50 + (long)(hash_of(name) % 101);
}

int main(int argc, char* argv[]) {
    if (argc == 2 && strcmp(argv[1], "total") == 0) {
        char name[1024];
        long total = 0;
        while (fgets(name, sizeof name, stdin) != NULL) {
            name[strcspn(name, "\n")] = '\0';
            total += milliseconds(name);
        }
        printf("%ld\n", total);
        return 0;
    }
    if (argc != 3)
        return 64;
    struct timespec wait = {0, milliseconds(argv[2]) * 1000000};
    nanosleep(&wait, NULL);
    printf("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI%043u\n", hash_of(argv[2]));
    return 0;
}
