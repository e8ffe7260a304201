// examples/demos/demo.hpp - what the demo programs share: one argument, times, and a verdict.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/join.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace demo {

/// What a demo's one argument means.
struct argument {
    const char* name;      ///< its name in the help
    std::size_t standard;  ///< used if it is left out
    std::size_t least;
    std::size_t most;
    std::size_t big;  ///< a size that keeps the machine busy for a while
};

/// The size that the command line asks for. Ends the program after --help, and if the size is not valid.
inline std::size_t size_of(int argc, char** argv, const argument& a)
{
    if (argc < 2) return a.standard;
    const std::string_view text = argv[1];
    if (text == "--help" || text == "-h") {
        std::printf("usage: %s [%s]\n  %s: a number from %zu to %zu; %zu if it is left out. Try %zu.\n", argv[0],
                    a.name, a.name, a.least, a.most, a.standard, a.big);
        std::exit(0);
    }
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (argc > 2 || error != std::errc() || end != text.data() + text.size() || size < a.least || size > a.most) {
        std::fprintf(stderr, "%s: %s must be one number from %zu to %zu, not '%s'; --help says more\n", argv[0], a.name,
                     a.least, a.most, argc > 2 ? argv[2] : argv[1]);
        std::exit(2);
    }
    return size;
}

/// Calls `f()`, prints how long it took, and returns what it returned.
template <class F>
auto timed(const char* name, F f)
{
    const auto begin = std::chrono::steady_clock::now();
    const auto print = [&] {
        const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;
        std::printf("%-14s %10.2f ms\n", name, spent.count());
    };
    if constexpr (std::is_void_v<decltype(f())>) {
        f();
        print();
    } else {
        auto result = f();
        print();
        return result;
    }
}

/// The program's exit status, said in words.
inline int verdict(bool right)
{
    std::puts(right ? "the results agree" : "THE RESULTS DIFFER");
    return right ? 0 : 1;
}

/// Two ways to call several functions. A recursion that is told which one to use is its own serial twin.
inline constexpr auto one_by_one = [](auto&&... functions) { (functions(), ...); };
inline constexpr auto at_once = [](auto&&... functions) { weft::join(functions...); };

}  // namespace demo
