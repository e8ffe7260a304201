// src/simd/target.cpp - what this machine can do, and what WEFT_SIMD lets it do.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/simd/target.hpp>

#include "simd/dispatch.hpp"

#include <hwy/highway.h>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#if HWY_ARCH_X86
#include <cpuid.h>
#endif

namespace weft {
namespace {

struct named_target {
    std::int64_t bit;
    std::string_view name;
};

// The best first, as in Highway: the lower the bit the better.
constexpr named_target known[] = {
#ifdef HWY_AVX3_SPR
    {HWY_AVX3_SPR, "avx3_spr"},
#endif
#ifdef HWY_AVX3_ZEN4
    {HWY_AVX3_ZEN4, "avx3_zen4"},
#endif
#ifdef HWY_AVX3_DL
    {HWY_AVX3_DL, "avx3_dl"},
#endif
#ifdef HWY_AVX3
    {HWY_AVX3, "avx3"},
#endif
#ifdef HWY_AVX2
    {HWY_AVX2, "avx2"},
#endif
#ifdef HWY_SSE4
    {HWY_SSE4, "sse4"},
#endif
#ifdef HWY_SSSE3
    {HWY_SSSE3, "ssse3"},
#endif
#ifdef HWY_SSE2
    {HWY_SSE2, "sse2"},
#endif
#ifdef HWY_SVE2_128
    {HWY_SVE2_128, "sve2_128"},
#endif
#ifdef HWY_SVE_256
    {HWY_SVE_256, "sve_256"},
#endif
#ifdef HWY_SVE2
    {HWY_SVE2, "sve2"},
#endif
#ifdef HWY_SVE
    {HWY_SVE, "sve"},
#endif
#ifdef HWY_NEON
    {HWY_NEON, "neon"},
#endif
};

#if HWY_ARCH_X86
/// The registers that the system saves when it switches threads, as bits of XCR0. Instructions that use others cannot
/// be used, even though the processor reports them: in some emulators and virtual machines, and under a system that was
/// configured so.
std::uint64_t saved_registers() noexcept
{
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    constexpr unsigned has_xgetbv = 1U << 27U;  // OSXSAVE
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & has_xgetbv) == 0) return 0;
    unsigned low = 0;
    unsigned high = 0;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return std::uint64_t{high} << 32U | low;
}
#endif

/// The instructions whose registers the system saves.
std::int64_t usable() noexcept
{
#if HWY_ARCH_X86
    constexpr std::uint64_t wide = 0x06;   // halves of 128 bits: AVX
    constexpr std::uint64_t wider = 0xe6;  // and masks, and registers of 512 bits: AVX-512
    const std::uint64_t saved = saved_registers();
    if ((saved & wide) != wide) return ~(std::int64_t{HWY_SSE4} - 1);
    if ((saved & wider) != wider) return ~(std::int64_t{HWY_AVX2} - 1);
#endif
    return ~std::int64_t{0};
}

/// The targets that were compiled, that the processor has, and that the system allows.
std::int64_t available() noexcept
{
    static const std::int64_t bits = hwy::SupportedTargets() & HWY_TARGETS & usable();
    return bits;
}

struct choice {
    std::string_view name = "scalar";
    bool scalar = true;
};

choice choose() noexcept
{
    std::int64_t allowed = available();
    const char* const text = std::getenv("WEFT_SIMD");
    if (text != nullptr && *text != '\0') {
        const std::string_view cap(text);
        if (cap == "scalar") return {};
        bool found = false;
        for (const named_target& t : known) {
            if (t.name != cap) continue;
            allowed &= ~(t.bit - 1);
            found = true;
        }
        if (!found) {
            std::fprintf(stderr, "weft: WEFT_SIMD='%s' is ignored: expected scalar", text);
            for (const named_target& t : known) std::fprintf(stderr, ", %s", t.name.data());
            std::fprintf(stderr, "\n");
        }
    }
    for (const named_target& t : known) {
        if ((allowed & t.bit) == 0) continue;
        // Highway is told, too: its tables are indexed by the target that it has chosen, the best that is not disabled.
        const std::int64_t better = hwy::SupportedTargets() & (t.bit - 1);
        if (better != 0) hwy::DisableTargets(better);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        return {t.name, false};
    }
    return {};
}

const choice& chosen() noexcept
{
    static const choice c = choose();
    return c;
}

}  // namespace

namespace detail {

bool simd_is_scalar() noexcept { return chosen().scalar; }

}  // namespace detail

namespace simd {

std::string_view target() noexcept { return chosen().name; }

std::vector<std::string_view> supported_targets()
{
    std::vector<std::string_view> names;
    for (const named_target& t : known) {
        if ((available() & t.bit) != 0) names.push_back(t.name);
    }
    names.push_back("scalar");
    return names;
}

}  // namespace simd
}  // namespace weft
