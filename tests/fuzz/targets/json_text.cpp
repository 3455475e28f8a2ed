// JSON text: our two readers (simdjson first, nlohmann for the rest) against nlohmann alone.

#include "base/json_text.hpp"
#include "base/json_parse.hpp"
#include "fuzz_target.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace fuzz::json_text {

using nlohmann::json;

// The largest number of nested lists and objects.
int depth_of(const json& value) {
    int depth = 0;
    if (value.is_structured()) {
        for (const auto& element : value) {
            depth = std::max(depth, depth_of(element));
        }
        ++depth;
    }
    return depth;
}

// Both readers read -0 as 0.
void drop_sign_of_zero(json& value) {
    if (value.is_number_integer() && value == 0) {
        value = 0U;
    }
    if (value.is_structured()) {
        for (auto& element : value) {
            drop_sign_of_zero(element);
        }
    }
}

void judge(std::string_view input) {
    constexpr int kMostDepth = 8;
    constexpr std::size_t kDeep = 2'000;
    if (std::count_if(input.begin(), input.end(), [](char c) { return c == '[' || c == '{'; }) >
        static_cast<std::ptrdiff_t>(kDeep)) {
        (void)try_parse_json(input, kMostDepth);  // the other reader has no limit
        return;
    }
    const auto ours = try_parse_json(input, kMostDepth);
    auto theirs = json::parse(input.begin(), input.end(), nullptr, false);
    // nlohmann takes a NUL byte for the end of the text.
    const bool accepted = !theirs.is_discarded() && depth_of(theirs) <= kMostDepth &&
                          input.find('\0') == std::string_view::npos;
    require(ours.has_value() == accepted, "both readers accept the same texts");
    if (ours) {
        drop_sign_of_zero(theirs);
        require(*ours == theirs, "both readers read the same values");
        require(ours->dump() == theirs.dump(), "both readers read the same types of numbers");
        require(JsonText::of(*ours).text() == theirs.dump(), "both writers write the same text");
        auto again = json::parse(R"({"a":[{"b":"c"},1],"d":{}})");
        parse_json(input, kMostDepth, again);
        require(again.dump() == theirs.dump(), "the content before leaves nothing");
    }
}

const Registration kTarget{"json_text", judge};

}  // namespace fuzz::json_text
