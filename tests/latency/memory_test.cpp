// tests/latency/memory_test.cpp - where frames and large arrays lie, and that nothing is allocated for a lookup.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/weft.hpp>

#include "random.hpp"
#include "test.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <list>
#include <memory>
#include <new>
#include <set>
#include <utility>
#include <vector>

namespace {

std::atomic<long> allocations{0};
std::atomic<long> fails_in{-1};

[[maybe_unused]] void* counted_malloc(std::size_t bytes)
{
    allocations.fetch_add(1, std::memory_order_relaxed);
    if (fails_in.load(std::memory_order_relaxed) >= 0 && fails_in.fetch_sub(1, std::memory_order_relaxed) == 0)
        throw std::bad_alloc();
    if (void* const p = std::malloc(bytes)) return p;
    throw std::bad_alloc();
}

}  // namespace

// A sanitizer has its own, and watches that all forms belong together.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define TEST_KEEPS_NEW
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define TEST_KEEPS_NEW
#endif
#endif

#ifndef TEST_KEEPS_NEW
void* operator new(std::size_t bytes) { return counted_malloc(bytes); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
#endif

namespace {

/// How often f() allocates.
template <class F>
long allocations_of(F&& f)
{
    const long before = allocations.load();
    f();
    return allocations.load() - before;
}

weft::lookup<int> after(int key, int turns)
{
    for (int i = 0; i < turns; ++i) co_await weft::prefetch(&key);
    co_return key;
}

/// Has a frame of some kilobytes.
template <std::size_t Bytes>
weft::lookup<int> large(int key)
{
    std::array<char, Bytes> text;
    text.fill(static_cast<char>(key % 100));
    co_await weft::prefetch(&text);
    for (const char c : text) {
        if (c != static_cast<char>(key % 100)) co_return -1;
    }
    co_return key;
}

}  // namespace

TEST_CASE("frames: no lookup allocates, however many there are")
{
    const auto keys = test::random_numbers(10'000);
    std::vector<int> out(keys.size());
    CHECK(allocations_of(
              [&] { weft::overlapped_transform(keys, out.begin(), [](int k) { return after(k, k % 3); }); }) == 0);
    CHECK(out == keys);
    CHECK(allocations_of([&] {
              weft::overlapped_for_each(keys, [](int k) -> weft::lookup<void> { co_await after(k, k % 3); });
          }) == 0);
}

TEST_CASE("frames: nested and larger ones allocate a few times in a call, not for each lookup")
{
    const auto keys = test::random_numbers(10'000);
    std::vector<int> out(keys.size());
    CHECK(allocations_of([&] {
              weft::overlapped_transform(keys, out.begin(), [](int k) -> weft::lookup<int> {
                  auto a = after(k, 2);
                  auto b = after(k, 1);
                  co_return co_await std::move(a) + co_await std::move(b) - co_await large<300>(k);
              });
          }) < 12);
    CHECK(out == keys);
    CHECK(allocations_of(
              [&] { weft::overlapped_transform<64>(keys, out.begin(), [](int k) { return large<1500>(k); }); }) < 12);
    CHECK(out == keys);
}

TEST_CASE("frames: huge ones are allocated one by one, and freed")
{
    const auto keys = test::random_numbers(200);
    std::vector<int> out(keys.size());
    weft::overlapped_transform(keys, out.begin(), [](int k) { return large<20'000>(k); });
    CHECK(out == keys);
}

TEST_CASE("frames: of many sizes in one call")
{
    const auto keys = test::random_numbers(3000, 100'000);
    std::vector<int> out(keys.size());
    weft::overlapped_transform<7>(keys, out.begin(), [](int k) {
        switch (k % 7) {
            case 0:
                return large<10>(k);
            case 1:
                return large<100>(k);
            case 2:
                return large<500>(k);
            case 3:
                return large<1000>(k);
            case 4:
                return large<2000>(k);
            case 5:
                return large<5000>(k);
            default:
                return after(k, 3);
        }
    });
    CHECK(out == keys);
}

TEST_CASE("frames: when memory runs out the exception arrives, and nothing is lost")
{
    const auto keys = test::random_numbers(100);
    std::vector<int> out(keys.size());
    bool through = false;
    int failures = 0;
    for (long at = 0; !through; ++at) {
        REQUIRE(at < 1000);
        fails_in = at;
        try {
            weft::overlapped_transform(keys, out.begin(), [](int k) -> weft::lookup<int> {
                auto a = large<1800>(k);
                co_return co_await std::move(a) + co_await large<4000>(k) - co_await after(k, 1);
            });
            through = true;
        } catch (const std::bad_alloc&) {
            ++failures;
        }
        fails_in = -1;
    }
    CHECK((test::sanitized || failures > 50));
    CHECK(out == keys);
}

TEST_CASE("frames: the arena gives apart, aligned memory, and takes it back in any order")
{
    struct alignas(64) room {
        char bytes[4096];
    };
    struct arena : weft::detail::latency::frame_arena {
        explicit arena(room& r, frame_arena* outer = nullptr) : frame_arena(r.bytes, sizeof(r.bytes), outer) {}
    };
    const auto outside = std::make_unique<room>();
    const auto inside = std::make_unique<room>();
    arena a(*outside);
    CHECK(a.is_unused());
    weft::rng random(5);
    std::vector<std::pair<unsigned char*, std::size_t>> held;
    bool whole = true;
    for (int i = 0; i < 20'000; ++i) {
        if (random.below(2) == 0 || held.empty()) {
            const std::size_t bytes = 1 + random.below(i % 100 == 0 ? 5000 : 700);
            auto* const p = static_cast<unsigned char*>(a.allocate(bytes));
            whole = whole && reinterpret_cast<std::uintptr_t>(p) % 16 == 0;
            std::memset(p, static_cast<int>(bytes % 251), bytes);
            held.emplace_back(p, bytes);
        } else {
            const std::size_t at = random.below(static_cast<std::uint32_t>(held.size()));
            const auto [p, bytes] = held[at];
            for (std::size_t b = 0; b < bytes; ++b) whole = whole && p[b] == bytes % 251;
            a.free(p, bytes);
            held[at] = held.back();
            held.pop_back();
        }
        if (held.size() > 50) {
            while (held.size() > 10) {
                a.free(held.back().first, held.back().second);
                held.pop_back();
            }
        }
    }
    CHECK(whole);
    {
        // Frames of the outer arena come back to it through the inner one.
        arena b(*inside, &a);
        void* const own = b.allocate(100);
        void* const other = a.allocate(100);
        CHECK(!b.is_unused());
        b.free(other, 100);
        b.free(own, 100);
        CHECK(b.is_unused());
    }
    for (const auto& [p, bytes] : held) a.free(p, bytes);
    CHECK(a.is_unused());
}

TEST_CASE("huge_page_allocator: arrays of every size, usable and at the right place")
{
    weft::huge_page_allocator<std::uint64_t> allocator;
    for (const std::size_t n : {std::size_t{1}, std::size_t{100}, std::size_t{262'143}, std::size_t{262'144},
                                std::size_t{262'145}, std::size_t{1'000'000}}) {
        std::uint64_t* const p = allocator.allocate(n);
        if (n * 8 >= (std::size_t{2} << 20)) CHECK(reinterpret_cast<std::uintptr_t>(p) % (std::size_t{2} << 20) == 0);
        p[0] = 1;
        p[n - 1] = 2;
        CHECK(p[n - 1] == 2);
        allocator.deallocate(p, n);
    }
}

TEST_CASE("huge_page_allocator: in containers, converted, compared, with large alignments")
{
    std::vector<int, weft::huge_page_allocator<int>> v(3'000'000, 7);
    v.resize(6'000'000, 8);
    CHECK(v[0] == 7);
    CHECK(v.back() == 8);
    auto moved = std::move(v);
    CHECK(moved.size() == 6'000'000);
    std::list<int, weft::huge_page_allocator<int>> l(100, 3);
    CHECK(l.back() == 3);
    std::set<int, std::less<int>, weft::huge_page_allocator<int>> s{3, 1, 2};
    CHECK(*s.begin() == 1);
    const weft::huge_page_allocator<char> other(l.get_allocator());
    CHECK(other == weft::huge_page_allocator<int>());
    struct alignas(256) wide {
        char c[256];
    };
    std::vector<wide, weft::huge_page_allocator<wide>> w(10);
    CHECK(reinterpret_cast<std::uintptr_t>(w.data()) % 256 == 0);
}

TEST_CASE("huge_page_allocator: sizes that do not fit are refused")
{
    weft::huge_page_allocator<std::uint64_t> allocator;
    CHECK_THROWS_AS(allocator.allocate(static_cast<std::size_t>(-1) / 8), std::bad_array_new_length);
    CHECK_THROWS_AS(allocator.allocate((static_cast<std::size_t>(-1) >> 2) / 8), std::bad_alloc);
}

TEST_CASE("latency: everything is in weft.hpp")
{
    const std::vector<int> keys{2, 1, 3};
    std::vector<int> out(3);
    weft::overlapped_transform(keys, out.begin(), [](int k) { return after(k, 1); });
    CHECK(out == keys);
    std::vector<std::size_t> found(3);
    weft::batch_lower_bound(std::vector<int>{1, 2, 3}, keys, found.begin());
    CHECK(found == std::vector<std::size_t>{1, 0, 2});
    CHECK(weft::par_overlapped_for_each(
              keys, [](int) -> weft::lookup<weft::control_flow> { co_return weft::control_flow::go_on; }) == 3);
}
