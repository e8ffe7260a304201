// bench/algorithm/scan_bench.cpp - running totals over more than any cache holds, beside a copy of the same memory.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/algorithm/par_scan.hpp>
#include <weft/iter/par_iter.hpp>

#include <tbb/blocked_range.h>
#include <tbb/parallel_scan.h>

#include <cstdint>
#include <cstring>
#include <execution>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#ifdef _OPENMP
#include <parallel/numeric>
#endif

namespace {

std::size_t large() { return bench::quick() ? 20'000'000 : 100'000'000; }

template <class T>
struct arrays {
    std::vector<T> in;
    std::vector<T> out;

    static arrays& of(std::size_t n)
    {
        static arrays all;
        if (all.in.size() < n) {
            all.in.resize(n);
            all.out.resize(n);
            for (std::size_t i = 0; i < n; ++i) all.in[i] = static_cast<T>(i % 1000);
        }
        return all;
    }
};

template <class T>
void define(const std::string& type, std::size_t n)
{
    const std::string name = "inclusive " + type + " " + std::to_string(n);
    const bench::unit items{"items/s", static_cast<double>(n)};
    const auto each = [&](const char* impl, auto f) {
        bench::add_each("scan", name, impl, items, [=](int threads) {
            auto& [in, out] = arrays<T>::of(n);
            f(in.data(), out.data(), n, threads);
            benchmark::ClobberMemory();
        });
    };
    bench::add_serial("scan", name, items, [=] {
        auto& [in, out] = arrays<T>::of(n);
        std::inclusive_scan(in.data(), in.data() + n, out.data());
        benchmark::ClobberMemory();
    });
    each("weft", [](const T* in, T* out, std::size_t m, int) { weft::par_inclusive_scan(std::span(in, m), out); });
    each("tbb", [](const T* in, T* out, std::size_t m, int) {
        tbb::parallel_scan(
            tbb::blocked_range<std::size_t>(0, m), T{},
            [=](const tbb::blocked_range<std::size_t>& r, T sum, bool last) {
                if (last) {
                    for (std::size_t i = r.begin(); i < r.end(); ++i) out[i] = sum = static_cast<T>(sum + in[i]);
                } else {
                    for (std::size_t i = r.begin(); i < r.end(); ++i) sum = static_cast<T>(sum + in[i]);
                }
                return sum;
            },
            std::plus<>());
    });
    each("std par", [](const T* in, T* out, std::size_t m, int threads) {
        bench::in_tbb(threads, [&] { std::inclusive_scan(std::execution::par_unseq, in, in + m, out); });
    });
#ifdef _OPENMP
    each("gnu parallel", [](const T* in, T* out, std::size_t m, int threads) {
        __gnu_parallel::_Settings settings = __gnu_parallel::_Settings::get();
        settings.algorithm_strategy = __gnu_parallel::force_parallel;
        __gnu_parallel::_Settings::set(settings);
        omp_set_num_threads(threads);
        __gnu_parallel::partial_sum(in, in + m, out);
    });
#endif
    // The limit: the same memory read and written once.
    each("memcpy", [](const T* in, T* out, std::size_t m, int threads) {
        const std::size_t part = m / static_cast<std::size_t>(threads);
        bench::pool(threads).install([&] {
            weft::par_range(0, threads).with_max_len(1).for_each([=](int k) {
                const std::size_t at = static_cast<std::size_t>(k) * part;
                std::memcpy(out + at, in + at, part * sizeof(T));
            });
        });
    });
}

const bench::definition here([] {
    for (const std::size_t n : {std::size_t{1000}, std::size_t{100'000}, large()}) {
        define<std::uint64_t>("u64", n);
        define<float>("f32", n);
    }
});

}  // namespace
