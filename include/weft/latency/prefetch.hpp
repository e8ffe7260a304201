// weft/latency/prefetch.hpp - asks for memory that a lookup is going to read, and lets other lookups run meanwhile.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace weft {

namespace detail::latency {

/// What one prefetch fetches. No processor that matters has shorter lines; where they are longer, some are asked for twice.
inline constexpr std::size_t line = 64;

/// What prefetch returns. The memory has been asked for when it is made; awaiting it only gives way.
template <class T>
struct [[nodiscard]] prefetched {
    T* address;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(Promise) const noexcept
    {
    }
    T* await_resume() const noexcept { return address; }
};

}  // namespace detail::latency

/// In a lookup, `co_await weft::prefetch(p)`: asks for the cache line at `p`, and goes on once each of the other lookups
/// in flight has had its turn. Gives `p`.
///
/// `p` is not dereferenced: it may be null, past the end, or anything else. The line may be gone again, or not there yet,
/// when the lookup goes on: this is a question of speed only.
///
/// Cost:    2 to 5 ns, where nothing is awaited.
/// Example: examples/latency/hash_probe.cpp
template <class T>
[[nodiscard, gnu::always_inline]] inline detail::latency::prefetched<T> prefetch(T* p) noexcept
{
    static_assert(!std::is_function_v<T>, "weft: prefetch is for data: this is the address of a function");
    __builtin_prefetch(const_cast<const void*>(static_cast<const volatile void*>(p)));
    return {p};
}

/// The same for each of the lines that hold some of the `bytes` bytes at `p`; for none of them if `bytes` is 0.
template <class T>
[[nodiscard, gnu::always_inline]] inline detail::latency::prefetched<T> prefetch(T* p, std::size_t bytes) noexcept
{
    static_assert(!std::is_function_v<T>, "weft: prefetch is for data: this is the address of a function");
    const auto first = reinterpret_cast<std::uintptr_t>(p);
    const char* const base = static_cast<const char*>(const_cast<const void*>(static_cast<const volatile void*>(p)));
    if (bytes != 0) {
        // As many lines as lie between the first byte and the last one, whatever the address is.
        const std::size_t lead = first % detail::latency::line;
        for (std::size_t at = 0; at < bytes + lead; at += detail::latency::line) __builtin_prefetch(base + at);
    }
    return {p};
}

}  // namespace weft
