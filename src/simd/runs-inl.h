// src/simd/runs-inl.h - finds and reverses runs of keys, for the instructions that Highway is compiling for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#if defined(WEFT_SIMD_RUNS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WEFT_SIMD_RUNS_INL
#undef WEFT_SIMD_RUNS_INL
#else
#define WEFT_SIMD_RUNS_INL
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <type_traits>
#include <utility>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Where the second may not follow the first, which is the case with NaN, in either direction.
template <bool Down, class V>
HWY_INLINE auto breaks_run(V first, V second)
{
    if constexpr (std::is_floating_point_v<hn::TFromV<V> >) {
        return hn::Not(Down ? hn::Ge(first, second) : hn::Le(first, second));
    } else {
        return Down ? hn::Lt(first, second) : hn::Gt(first, second);
    }
}

template <bool Down, class T>
std::size_t run(const T* HWY_RESTRICT keys, std::size_t n)
{
    if (n < 2) return n;
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t pairs = n - 1;
    const auto breaks = [&](std::size_t i)
                            HWY_ATTR { return breaks_run<Down>(hn::LoadU(d, keys + i), hn::LoadU(d, keys + i + 1)); };
    std::size_t i = 0;
    for (; i + 4 * lanes <= pairs; i += 4 * lanes) {
        const auto m01 = hn::Or(breaks(i), breaks(i + lanes));
        const auto m23 = hn::Or(breaks(i + 2 * lanes), breaks(i + 3 * lanes));
        if (!hn::AllFalse(d, hn::Or(m01, m23))) break;
    }
    for (; i + lanes <= pairs; i += lanes) {
        const auto at = hn::FindFirstTrue(d, breaks(i));
        if (at >= 0) return i + static_cast<std::size_t>(at) + 1;
    }
    while (i < pairs && (Down ? keys[i] >= keys[i + 1] : keys[i] <= keys[i + 1])) ++i;
    return i + 1;
}

template <class T>
void swap_mirrored(T* first, T* last, std::size_t n)
{
    const hn::ScalableTag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    std::size_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        const auto a = hn::LoadU(d, first + i);
        const auto b = hn::LoadU(d, last - i - lanes);
        hn::StoreU(hn::Reverse(d, b), d, first + i);
        hn::StoreU(hn::Reverse(d, a), d, last - i - lanes);
    }
    for (; i < n; ++i) std::swap(first[i], *(last - i - 1));
}

}  // namespace
}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
