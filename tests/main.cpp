// Catch2's main, alone: by far the slowest file to compile. Version 3 brings its own.
#ifdef CATCH2_V2
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
