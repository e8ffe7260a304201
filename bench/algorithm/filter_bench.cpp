// bench/algorithm/filter_bench.cpp - half of the elements kept, in order: copied, collected, partitioned.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/algorithm/par_filter.hpp>
#include <weft/iter/par_iter.hpp>

#include <algorithm>
#include <cstdint>
#include <execution>
#include <span>
#include <string>
#include <vector>

#ifdef _OPENMP
#include <parallel/algorithm>
#endif

namespace {

std::size_t large() { return bench::quick() ? 10'000'000 : 100'000'000; }

constexpr auto kept = [](auto x) { return x % 2 == 0; };

/// Random numbers, and room for as many.
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
            std::uint64_t x = 1;
            for (T& y : all.in) {
                x = x * 6364136223846793005u + 1442695040888963407u;
                y = static_cast<T>(x >> 33);
            }
        }
        return all;
    }
};

template <class T>
void define(const std::string& type, std::size_t n)
{
    const bench::unit items{"items/s", static_cast<double>(n)};
    const std::string copy = "copy_if " + type + " " + std::to_string(n);
    const auto each = [&](const std::string& name, const char* impl, auto f) {
        bench::add_each("filter", name, impl, items, [=](int threads) {
            auto& [in, out] = arrays<T>::of(n);
            benchmark::DoNotOptimize(f(std::span<const T>(in.data(), n), out.data(), threads));
            benchmark::ClobberMemory();
        });
    };
    bench::add_serial("filter", copy, items, [=] {
        auto& [in, out] = arrays<T>::of(n);
        benchmark::DoNotOptimize(std::copy_if(in.data(), in.data() + n, out.data(), kept));
        benchmark::ClobberMemory();
    });
    each(copy, "weft", [](std::span<const T> in, T* out, int) { return weft::par_copy_if(in, out, kept); });
    each(copy, "std par", [](std::span<const T> in, T* out, int threads) {
        return bench::in_tbb(
            threads, [&] { return std::copy_if(std::execution::par, in.data(), in.data() + in.size(), out, kept); });
    });
    const std::string collect = "collect " + type + " " + std::to_string(n);
    bench::add_serial("filter", collect, items, [=] {
        auto& [in, out] = arrays<T>::of(n);
        std::vector<T> all;
        for (const T x : std::span<const T>(in.data(), n)) {
            if (kept(x)) all.push_back(x);
        }
        benchmark::DoNotOptimize(all.data());
    });
    each(collect, "weft", [](std::span<const T> in, T*, int) {
        return weft::par_iter(in).filter([](T x) { return kept(x); }).to_vector().size();
    });
    // Partitions change their input: each works on a copy, and making it counts for all of them.
    const std::string partition = "partition " + type + " " + std::to_string(n);
    bench::add_serial("filter", partition, items, [=] {
        auto& [in, out] = arrays<T>::of(n);
        std::copy_n(in.data(), n, out.data());
        benchmark::DoNotOptimize(std::partition(out.data(), out.data() + n, kept));
    });
    each(partition, "weft", [](std::span<const T> in, T* out, int) {
        std::ranges::copy(in, out);
        return weft::par_partition(std::span(out, in.size()), kept).size();
    });
    each(partition, "std par", [](std::span<const T> in, T* out, int threads) {
        std::ranges::copy(in, out);
        return bench::in_tbb(threads,
                             [&] { return std::partition(std::execution::par, out, out + in.size(), kept) - out; });
    });
#ifdef _OPENMP
    each(partition, "gnu parallel", [](std::span<const T> in, T* out, int threads) {
        std::ranges::copy(in, out);
        omp_set_num_threads(threads);
        return __gnu_parallel::partition(out, out + in.size(), kept) - out;
    });
#endif
}

const bench::definition here([] {
    for (const std::size_t n : {std::size_t{1000}, std::size_t{100'000}, large()}) {
        define<std::uint64_t>("u64", n);
        if (n == large()) define<std::uint32_t>("u32", n);
    }
});

}  // namespace
