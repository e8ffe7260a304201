// bench/algorithm/sort_case.hpp - one input, sorted by weft and by its peers; only the sorting is timed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "harness/bench.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace sort_bench {

/// Smaller inputs, for a first look (bench/run --quick).
inline bool quick() { return std::getenv("WEFT_BENCH_QUICK") != nullptr; }

inline std::size_t many() { return quick() ? 1'000'000 : 10'000'000; }
inline std::size_t many_strings() { return quick() ? 200'000 : 1'000'000; }

/// The input, made when the first implementation needs it, and the copy that is sorted.
template <class T>
class input {
public:
    using maker = std::vector<T> (*)(std::size_t);
    input(std::size_t size, maker make) : size_(size), make_(make) {}

    std::vector<T>& fresh()
    {
        if (original_.empty()) original_ = make_(size_);
        work_ = original_;
        return work_;
    }

private:
    std::size_t size_;
    maker make_;
    std::vector<T> original_;
    std::vector<T> work_;
};

template <class T>
class sort_case {
public:
    /// `sorted(work)` checks the first result of every implementation.
    using check = bool (*)(const std::vector<T>&);

    sort_case(std::string name, std::size_t size, typename input<T>::maker make, check sorted)
        : name_(std::move(name)), size_(size), input_(std::make_shared<input<T>>(size, make)), sorted_(sorted)
    {
    }

    /// weft, with every number of threads.
    template <class F>
    sort_case& weft(F f)
    {
        for (const int threads : bench::thread_counts()) {
            add("weft", threads, [=](const auto& measure) { bench::pool(threads).install([&] { measure(f); }); });
        }
        return *this;
    }
    /// What runs on oneTBB, with the largest number of threads.
    template <class F>
    sort_case& tbb(const char* impl, F f)
    {
        const int threads = most();
        add(impl, threads, [=](const auto& measure) { bench::in_tbb(threads, [&] { measure(f); }); });
        return *this;
    }
    /// What takes the number of threads as an argument.
    template <class F>
    sort_case& threaded(const char* impl, F f)
    {
        const int threads = most();
        add(impl, threads, [=](const auto& measure) { measure([=](std::vector<T>& v) { f(v, threads); }); });
        return *this;
    }
    template <class F>
    sort_case& serial(const char* impl, F f)
    {
        add(impl, 1, [=](const auto& measure) { measure(f); });
        return *this;
    }

private:
    static int most() { return *std::max_element(bench::thread_counts().begin(), bench::thread_counts().end()); }

    template <class Around>
    void add(const char* impl, int threads, Around around)
    {
        const bench::unit rate{"items/s", static_cast<double>(size_)};
        bench::add("sort", name_, impl, threads, rate,
                   [around, in = input_, sorted = sorted_](benchmark::State& state) {
                       around([&](const auto& sort) {
                           for (auto _ : state) {
                               std::vector<T>& work = in->fresh();
                               const auto start = std::chrono::steady_clock::now();
                               sort(work);
                               const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
                               state.SetIterationTime(took.count());
                               if (!sorted(work)) state.SkipWithError("not sorted");
                           }
                       });
                   })
            ->UseManualTime();
    }

    std::string name_;
    std::size_t size_;
    std::shared_ptr<input<T>> input_;
    check sorted_;
};

}  // namespace sort_bench
