// tests/algorithm/par_scan_test.cpp - scans against std.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_scan.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/thread_pool.hpp>

#include "common.hpp"
#include "random.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using test::random_values;
using test::sizes;

}  // namespace

TEST_CASE("scan: inclusive and exclusive agree with std, also in place")
{
    for (const std::size_t n : sizes) {
        const auto v = random_values<std::uint64_t>(n);
        std::vector<std::uint64_t> expected(n);
        std::vector<std::uint64_t> out(n);
        std::inclusive_scan(v.begin(), v.end(), expected.begin());
        CHECK(weft::par_inclusive_scan(v, out.begin()) == out.end());
        CHECK(out == expected);
        out = v;
        weft::par_inclusive_scan(out, out.begin());
        CHECK(out == expected);
        std::exclusive_scan(v.begin(), v.end(), expected.begin(), std::uint64_t{7});
        out = v;
        CHECK(weft::par_exclusive_scan(out, out.begin(), std::uint64_t{7}) == out.end());
        CHECK(out == expected);
        const auto greater = [](std::uint64_t a, std::uint64_t b) { return std::max(a, b); };
        std::inclusive_scan(v.begin(), v.end(), expected.begin(), greater);
        weft::par_inclusive_scan(v, out.begin(), greater);
        CHECK(out == expected);
    }
}

TEMPLATE_TEST_CASE("scan: numbers of every kind, at any alignment, in tiles and segments", "", std::int8_t,
                   std::uint16_t, std::int32_t, std::uint64_t, float, double)
{
    using T = TestType;
    // Small integers: any order of additions gives the same floats.
    for (const std::size_t n : {1U, 7U, 2049U, 16'384U, 16'385U, 200'003U, 5'000'000U}) {
        if (n > 1'000'000 && sizeof(T) < 4) continue;
        for (const std::size_t offset : {0U, 1U, 3U}) {
            if (offset == 3 && n > 1'000'000) continue;
            std::vector<T> in(n + offset);
            for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<T>((i * 7 + i / 3) % 3);
            const std::span<const T> v = std::span(in).subspan(offset);
            std::vector<T> expected(n);
            std::vector<T> out(n + 2, T(99));
            T total{};
            for (std::size_t i = 0; i < n; ++i) expected[i] = total = static_cast<T>(total + v[i]);
            CHECK(weft::par_inclusive_scan(v, out.begin() + 1) == out.end() - 1);
            CHECK(std::equal(expected.begin(), expected.end(), out.begin() + 1));
            CHECK((out.front() == T(99) && out.back() == T(99)));
            weft::par_exclusive_scan(v, out.begin(), T(0));
            CHECK((out[0] == T(0) && std::equal(expected.begin(), expected.end() - 1, out.begin() + 1)));
            std::vector<T> same(v.begin(), v.end());
            weft::par_inclusive_scan(same, same.begin());
            CHECK(same == expected);
            const auto most = [](T a, T b) { return a < b ? b : a; };
            same.assign(v.begin(), v.end());
            weft::par_exclusive_scan(same, same.begin(), T(1), most);
            T so_far(1);
            bool right = true;
            for (std::size_t i = 0; i < n; ++i) {
                right = right && same[i] == so_far;
                so_far = most(so_far, v[i]);
            }
            CHECK(right);
        }
    }
}

TEST_CASE("scan: the operation need not commute")
{
    std::vector<std::string> v(20'000, "");
    for (std::size_t i = 0; i < v.size(); i += 1000) v[i] = std::to_string(i) + ",";
    std::vector<std::string> expected(v.size());
    std::vector<std::string> out(v.size());
    std::inclusive_scan(v.begin(), v.end(), expected.begin());
    weft::par_inclusive_scan(v, out.begin());
    CHECK(out == expected);
}

TEST_CASE("scan: floats have the same bits for any number of threads")
{
    std::mt19937 random(1);
    std::vector<float> v(200'000);
    for (float& x : v) x = static_cast<float>(random());
    std::vector<float> one(v.size());
    std::vector<float> many(v.size());
    weft::thread_pool alone{{.num_threads = 1}};
    weft::thread_pool four{{.num_threads = 4}};
    alone.install([&] { weft::par_inclusive_scan(v, one.begin()); });
    four.install([&] { weft::par_inclusive_scan(v, many.begin()); });
    CHECK(one == many);
}

TEST_CASE("scan: known operations over many blocks, in turns of more threads than processors")
{
    for (const std::size_t threads : {1U, 2U, 5U}) {
        weft::thread_pool pool{{.num_threads = threads}};
        pool.install([] {
            for (const std::size_t n : {32'768U, 65'536U, 65'537U, 200'001U, 600'000U}) {
                const auto v = random_values<std::uint64_t>(n);
                std::vector<std::uint64_t> expected(n);
                std::vector<std::uint64_t> out(n);
                const auto both = [&](auto op, std::uint64_t init) {
                    std::inclusive_scan(v.begin(), v.end(), expected.begin(), op);
                    out = v;
                    weft::par_inclusive_scan(out, out.begin(), op);
                    CHECK(out == expected);
                    std::exclusive_scan(v.begin(), v.end(), expected.begin(), init, op);
                    out.assign(n, 0);
                    weft::par_exclusive_scan(v, out.begin(), init, op);
                    CHECK(out == expected);
                };
                both(std::plus<>(), 9);
                both(std::multiplies<std::uint64_t>(), 3);
                both(std::bit_xor<>(), 5);
                std::inclusive_scan(v.begin(), v.end(), expected.begin());
                weft::par_inclusive_scan(v, out.begin());
                CHECK(out == expected);
                const std::vector<std::uint8_t> bytes(v.begin(), v.end());
                std::vector<std::uint8_t> totals(n);
                weft::par_inclusive_scan(bytes, totals.begin());
                CHECK(std::ranges::equal(totals, expected, {}, {},
                                         [](std::uint64_t x) { return static_cast<std::uint8_t>(x); }));
            }
        });
    }
}

TEST_CASE("scan: signed totals of blocks may overflow where no total from the front does")
{
    std::vector<std::int64_t> v(300'000, 0);
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    v[0] = -most;
    v[40'000] = most;
    v[200'000] = most;
    weft::thread_pool pool{{.num_threads = 3}};
    std::vector<std::int64_t> out(v.size());
    pool.install([&] { weft::par_inclusive_scan(v, out.begin()); });
    CHECK(out[39'999] == -most);
    CHECK(out[199'999] == 0);
    CHECK(out.back() == most);
}

TEST_CASE("scan: what is too large for a cache, written past it, and scans in scans")
{
    const std::size_t n = 5'000'003;
    std::vector<float> v(n);
    for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<float>(i % 97) * 0.25F;
    std::vector<float> one(n + 1);
    std::vector<float> many(n + 1);
    std::vector<std::uint32_t> w(n, 3);
    std::vector<std::uint32_t> counted(n + 1);
    weft::thread_pool alone{{.num_threads = 1}};
    alone.install([&] { weft::par_inclusive_scan(v, one.begin() + 1); });
    weft::thread_pool pool{{.num_threads = 4}};
    pool.install([&] {
        weft::join([&] { weft::par_inclusive_scan(v, many.begin() + 1); },
                   [&] { weft::par_exclusive_scan(w, counted.begin() + 1, std::uint32_t{1}); });
    });
    CHECK(one == many);
    bool right = true;
    for (std::size_t i = 0; i < n; ++i) right = right && counted[i + 1] == 1 + 3 * static_cast<std::uint32_t>(i);
    CHECK(right);
}

TEST_CASE("scan: what the operation throws comes out")
{
    const std::vector<int> v(50'000, 1);
    std::vector<int> out(v.size());
    CHECK_THROWS_AS(weft::par_inclusive_scan(v, out.begin(),
                                             [](int a, int b) -> int {
                                                 if (a > 1000) throw std::runtime_error("enough");
                                                 return a + b;
                                             }),
                    std::runtime_error);
}

TEST_CASE("scan: parts of a sum or product may overflow where the whole does not")
{
    for (const std::size_t n : {std::size_t{3000}, std::size_t{500'000}}) {
        std::vector<std::int32_t> v(n);  // down by 2000 steps, up by 4000, down by 4000, ...
        for (std::size_t i = 0; i < n; ++i) v[i] = (i + 2000) / 4000 % 2 == 0 ? -(1 << 20) : 1 << 20;
        std::vector<std::int32_t> expected(n);
        std::partial_sum(v.begin(), v.end(), expected.begin());
        std::vector<std::int32_t> out(n);
        weft::par_inclusive_scan(v, out.begin());
        CHECK(out == expected);
        weft::par_inclusive_scan(v, out.begin(), std::plus<>{});
        CHECK(out == expected);
        weft::par_inclusive_scan(v, out.begin(), std::plus<std::int32_t>{});
        CHECK(out == expected);

        std::vector<std::uint16_t> factors(n, 65535);
        std::vector<std::int32_t> signed_factors(n, 65535);
        factors[0] = 0;
        signed_factors[0] = 0;
        std::vector<std::uint16_t> products(n, 1);
        weft::par_inclusive_scan(factors, products.begin(), std::multiplies<std::uint16_t>{});
        CHECK(products == std::vector<std::uint16_t>(n, 0));
        weft::par_inclusive_scan(signed_factors, out.begin(), std::multiplies<>{});
        CHECK(out == std::vector<std::int32_t>(n, 0));
    }
}
