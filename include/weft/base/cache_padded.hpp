// weft/base/cache_padded.hpp - a value alone on its cache lines.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/construct.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

/// Bytes to keep between values that different threads write. Fixed per architecture, so that object layouts agree
/// between translation units whatever the compiler flags. 128 on x86-64, where the adjacent-line prefetcher pulls
/// lines in pairs, and on aarch64 and PowerPC, where lines of 128 bytes exist; 256 on s390x; 64 elsewhere.
#if defined(__x86_64__) || defined(__aarch64__) || defined(__powerpc64__)
inline constexpr std::size_t cache_line_size = 128;
#elif defined(__s390x__)
inline constexpr std::size_t cache_line_size = 256;
#else
inline constexpr std::size_t cache_line_size = 64;
#endif

/// A T that shares no cache line with anything else, so that threads that write neighbouring values do not slow each
/// other down (false sharing). Behaves like a pointer to its value: `*padded`, `padded->member`.
///
/// Cost: sizeof is rounded up to a multiple of cache_line_size.
/// Thread safety: that of T.
template <class T>
class alignas(cache_line_size) cache_padded {
public:
    using value_type = T;

    constexpr cache_padded() noexcept(std::is_nothrow_default_constructible_v<T>)
        requires std::default_initializable<T>
        : value_()
    {
    }

    /// Constructs the value in place from `args`.
    template <class... Args>
        requires(sizeof...(Args) > 0) && std::constructible_from<T, Args...> &&
                (!(std::same_as<std::remove_cvref_t<Args>, cache_padded> && ...))
    constexpr explicit(sizeof...(Args) == 1) cache_padded(Args&&... args) : value_(std::forward<Args>(args)...)
    {
    }

    [[nodiscard]] constexpr T& operator*() & noexcept { return value_; }
    [[nodiscard]] constexpr const T& operator*() const& noexcept { return value_; }
    [[nodiscard]] constexpr T&& operator*() && noexcept { return std::move(value_); }
    [[nodiscard]] constexpr T* operator->() noexcept { return detail::address_of(value_); }
    [[nodiscard]] constexpr const T* operator->() const noexcept { return detail::address_of(value_); }

    // Written out: Clang does not accept a constexpr default for a T whose == is not constexpr.
    friend constexpr bool operator==(const cache_padded& a, const cache_padded& b)
        requires std::equality_comparable<T>
    {
        return a.value_ == b.value_;
    }

private:
    T value_;
};

template <class T>
cache_padded(T) -> cache_padded<T>;

}  // namespace weft
