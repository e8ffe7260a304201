// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/detail/short_lived.hpp>

#include "test.hpp"

#include <cstdint>
#include <cstring>
#include <vector>

using weft::detail::allocate_short_lived;
using weft::detail::free_short_lived;

TEST_CASE("frames: of every size, apart from each other, and aligned")
{
    std::vector<std::pair<void*, std::size_t>> all;
    for (std::size_t bytes = 1; bytes < 3000; bytes += 37) {
        for (int i = 0; i < 3; ++i) {
            void* const f = allocate_short_lived(bytes);
            CHECK(reinterpret_cast<std::uintptr_t>(f) % 16 == 0);
            std::memset(f, static_cast<int>(all.size() % 251), bytes);
            all.emplace_back(f, bytes);
        }
    }
    bool whole = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto* const p = static_cast<const unsigned char*>(all[i].first);
        for (std::size_t b = 0; b < all[i].second; ++b) whole = whole && p[b] == i % 251;
    }
    CHECK(whole);
    for (auto [f, bytes] : all) free_short_lived(f, bytes);
}

TEST_CASE("frames: what one thread makes and another ends comes back, and does not pile up")
{
    // Were nothing handed back, the makers would take all of this from the system, and the enders keep it.
    constexpr std::size_t bytes = 200;
    const std::size_t rounds = test::scaled(200);
    std::vector<void*> made(1000);
    for (std::size_t r = 0; r < rounds; ++r) {
        for (void*& f : made) {
            f = allocate_short_lived(bytes);
            std::memset(f, 1, bytes);
        }
        std::thread([&] {
            for (void* f : made) free_short_lived(f, bytes);
        }).join();
    }
    SUCCEED();
}

TEST_CASE("frames: many threads at once, each with what others have ended")
{
    constexpr std::size_t slots = 256;
    std::vector<std::atomic<unsigned char*>> shared(slots);
    std::atomic<bool> intact{true};
    const std::size_t rounds = test::scaled(200'000);
    test::run_threads(4, [&](std::size_t who) {
        std::uint64_t random = who + 1;
        for (std::size_t r = 0; r < rounds; ++r) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            auto& slot = shared[(random >> 33) % slots];
            auto* const fresh = static_cast<unsigned char*>(allocate_short_lived(100));
            fresh[0] = fresh[99] = static_cast<unsigned char>(r);
            unsigned char* const old = slot.exchange(fresh);
            if (old == nullptr) continue;
            if (old[0] != old[99]) intact = false;
            free_short_lived(old, 100);
        }
    });
    for (auto& slot : shared) {
        if (unsigned char* const f = slot.load()) free_short_lived(f, 100);
    }
    CHECK(intact);
}
