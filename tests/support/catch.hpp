// Catch2 of either major version; the tests use the plain macros that both have.
#pragma once

#ifdef CATCH2_V2
#include <catch2/catch.hpp>
#else
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#endif
