// tests/simd/stream_copy_test.cpp - copies that bypass the caches are copies: every length and place, and nothing else.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/simd/detail/stream_copy.hpp>

#include "random.hpp"
#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace {

/// Copies `bytes` from in + from to out + to; whether they arrive and the bytes around them stay as they are.
bool copies(const std::vector<unsigned char>& in, std::size_t from, std::size_t to, std::size_t bytes)
{
    std::vector<unsigned char> out(to + bytes + 70, 0xa5);
    std::vector<unsigned char> expected = out;
    std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(from), bytes,
                expected.begin() + static_cast<std::ptrdiff_t>(to));
    weft::detail::stream_copy(out.data() + to, in.data() + from, bytes);
    weft::detail::end_of_stream();
    return out == expected;
}

}  // namespace

TEST_CASE("stream: copies every length from and to every place in a line")
{
    const auto in = test::random_values<unsigned char>(1024);
    bool right = true;
    for (std::size_t to = 0; to < 64; ++to) {
        for (std::size_t bytes = 0; bytes <= 200; ++bytes) right = right && copies(in, 0, to, bytes);
        for (const std::size_t from : {1U, 4U, 15U, 63U, 64U}) {
            for (const std::size_t bytes : {63U, 64U, 65U, 127U, 128U, 129U, 700U})
                right = right && copies(in, from, to, bytes);
        }
    }
    CHECK(right);
}

TEST_CASE("stream: copies more than a cache holds")
{
    const auto in = test::random_values<unsigned char>(test::sanitized ? 1'000'003 : 9'000'003);
    CHECK(copies(in, 3, 5, in.size() - 7));
}

TEST_CASE("stream: nothing is copied from nowhere")
{
    weft::detail::stream_copy(nullptr, nullptr, 0);
    unsigned char one = 7;
    weft::detail::stream_copy(&one, nullptr, 0);
    weft::detail::end_of_stream();
    CHECK(one == 7);
}

TEST_CASE("stream: who hears of the end of a stream sees what it wrote")
{
    const auto in = test::random_values<unsigned char>(4096);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < test::scaled(300); ++i) {
        std::vector<unsigned char> out(in.size() + 1);
        std::atomic<bool> written{false};
        std::vector<unsigned char> seen;
        test::run_threads(2, [&](std::size_t id) {
            if (id == 0) {
                weft::detail::stream_copy(out.data() + 1, in.data(), in.size());
                weft::detail::end_of_stream();
                written.store(true, std::memory_order_release);
            } else {
                while (!written.load(std::memory_order_acquire)) std::this_thread::yield();
                seen.assign(out.begin() + 1, out.end());
            }
        });
        wrong += seen != in ? 1 : 0;
    }
    CHECK(wrong == 0);
}
