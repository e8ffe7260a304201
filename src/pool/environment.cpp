// src/pool/environment.cpp - the environment variables of pools.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/environment.hpp"
#include "pool/limits.hpp"

#include <weft/topology/cpu_counts.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>

namespace weft::detail {
namespace {

void complain_once(std::once_flag& once, const char* variable, const char* value, const char* expected) noexcept
{
    std::call_once(once,
                   [&] { std::fprintf(stderr, "weft: %s='%s' is ignored: expected %s\n", variable, value, expected); });
}

}  // namespace

std::size_t default_thread_count() noexcept
{
    static std::once_flag complained;
    if (const char* const text = std::getenv("WEFT_NUM_THREADS"); text != nullptr && *text != '\0') {
        const std::string_view value(text);
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (error == std::errc() && end == value.data() + value.size() && number >= 1 && number <= most_threads)
            return number;
        static_assert(most_threads == 4096);
        complain_once(complained, "WEFT_NUM_THREADS", text, "a number from 1 to 4096");
    }
    const std::size_t available = available_parallelism();
    return std::min(available, most_threads);
}

pin_policy default_pin_policy() noexcept
{
    static std::once_flag complained;
    const char* const text = std::getenv("WEFT_PIN");
    if (text == nullptr || *text == '\0') return pin_policy::none;
    const std::string_view value(text);
    if (value == "none") return pin_policy::none;
    if (value == "core") return pin_policy::core;
    if (value == "numa") return pin_policy::numa;
    complain_once(complained, "WEFT_PIN", text, "none, core or numa");
    return pin_policy::none;
}

}  // namespace weft::detail
