// src/simd/target.cpp - what this machine can do, and what WEFT_SIMD lets it do.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/simd/target.hpp>

#include "simd/dispatch.hpp"

#include <hwy/highway.h>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

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

/// What the processor has, of what was compiled.
std::int64_t available() noexcept
{
    static const std::int64_t bits = hwy::SupportedTargets() & HWY_TARGETS;
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
        // Tells Highway too: its tables are looked up by the target that it has chosen.
        if (allowed != available()) hwy::DisableTargets(available() & ~allowed);
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
