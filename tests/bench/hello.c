// The least that a program can be.
#include <stdio.h>

int main(void) {
    return puts("hello") < 0;
}
