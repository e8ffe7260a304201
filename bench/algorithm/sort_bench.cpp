// bench/algorithm/sort_bench.cpp - the sorts, on random input and on patterns, beside their peers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "algorithm/sort_case.hpp"
#include "algorithm/sort_inputs.hpp"

#include <weft/algorithm/par_sort.hpp>
#include <weft/algorithm/par_sort_permutation.hpp>

#include <tbb/parallel_sort.h>
#include <boost/sort/block_indirect_sort/block_indirect_sort.hpp>
#include <boost/sort/parallel_stable_sort/parallel_stable_sort.hpp>
#include <boost/sort/sample_sort/sample_sort.hpp>
#include <boost/sort/spreadsort/spreadsort.hpp>

#include <algorithm>
#include <cstddef>
#include <execution>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#ifdef _OPENMP
#include <parallel/algorithm>
#endif

namespace {

using sort_bench::many;
using sort_bench::many_strings;
using sort_bench::record;
using sort_bench::sort_case;

struct by_key {
    bool operator()(const record& a, const record& b) const { return a.key < b.key; }
};

template <class T>
using less_of = std::conditional_t<std::is_same_v<T, record>, by_key, std::less<T>>;

template <class T>
bool in_order(const std::vector<T>& v)
{
    return std::is_sorted(v.begin(), v.end(), less_of<T>());
}

bool stably_in_order(const std::vector<record>& v)
{
    return std::is_sorted(v.begin(), v.end(), [](const record& a, const record& b) {
        return a.key != b.key ? a.key < b.key : a.value < b.value;
    });
}

template <class T, class Weft>
void unstable(const std::string& name, std::size_t n, std::vector<T> (*make)(std::size_t), Weft by_weft)
{
    using values = std::vector<T>;
    const less_of<T> less;
    sort_case<T> all(name, n, make, &in_order<T>);
    all.weft(by_weft);
    all.serial("serial", [=](values& v) { std::sort(v.begin(), v.end(), less); });
    all.tbb("tbb", [=](values& v) { tbb::parallel_sort(v.begin(), v.end(), less); });
    all.tbb("std_par", [=](values& v) { std::sort(std::execution::par, v.begin(), v.end(), less); });
#ifdef _OPENMP
    all.threaded("gnu_parallel", [=](values& v, int threads) {
        __gnu_parallel::sort(v.begin(), v.end(), less,
                             __gnu_parallel::parallel_tag(static_cast<__gnu_parallel::_ThreadIndex>(threads)));
    });
#endif
    all.threaded("boost_block_indirect", [=](values& v, int threads) {
        boost::sort::block_indirect_sort(v.begin(), v.end(), less, static_cast<std::uint32_t>(threads));
    });
    all.threaded("boost_sample", [=](values& v, int threads) {
        boost::sort::sample_sort(v.begin(), v.end(), less, static_cast<std::uint32_t>(threads));
    });
    if constexpr (std::is_integral_v<T>) {
        all.serial("boost_spread", [](values& v) { boost::sort::spreadsort::integer_sort(v.begin(), v.end()); });
    } else if constexpr (std::is_floating_point_v<T>) {
        all.serial("boost_spread", [](values& v) { boost::sort::spreadsort::float_sort(v.begin(), v.end()); });
    } else if constexpr (std::is_same_v<T, std::string>) {
        all.serial("boost_spread", [](values& v) { boost::sort::spreadsort::string_sort(v.begin(), v.end()); });
    }
}

template <class T, class Weft>
void stable(const std::string& name, std::size_t n, std::vector<T> (*make)(std::size_t),
            bool (*check)(const std::vector<T>&), Weft by_weft)
{
    using values = std::vector<T>;
    const less_of<T> less;
    sort_case<T> all(name, n, make, check);
    all.weft(by_weft);
    all.serial("serial", [=](values& v) { std::stable_sort(v.begin(), v.end(), less); });
    all.tbb("std_par", [=](values& v) { std::stable_sort(std::execution::par, v.begin(), v.end(), less); });
#ifdef _OPENMP
    all.threaded("gnu_parallel", [=](values& v, int threads) {
        __gnu_parallel::stable_sort(v.begin(), v.end(), less,
                                    __gnu_parallel::parallel_tag(static_cast<__gnu_parallel::_ThreadIndex>(threads)));
    });
#endif
    all.threaded("boost_parallel_stable", [=](values& v, int threads) {
        boost::sort::parallel_stable_sort(v.begin(), v.end(), less, static_cast<std::uint32_t>(threads));
    });
}

/// The order of the records by their keys, written where their values were.
template <class OrderOf>
auto write_order(OrderOf order_of)
{
    return [=](std::vector<record>& v) {
        const std::vector<std::size_t> order = order_of(v);
        for (std::size_t i = 0; i < v.size(); ++i) v[i].value = order[i];
    };
}

bool names_the_order(const std::vector<record>& v)
{
    return std::is_sorted(v.begin(), v.end(), [&](const record& a, const record& b) {
        const auto key = [&](const record& x) { return std::pair(v[x.value].key, x.value); };
        return key(a) < key(b);
    });
}

/// What a plain loop would do.
template <class Key>
std::vector<std::size_t> serial_order(std::size_t n, const Key& key)
{
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    return order;
}

/// The first half of the numbers are keys, the second half a column beside them.
template <class Sort>
auto in_columns(Sort sort)
{
    return [=](std::vector<std::uint64_t>& v) {
        const std::span all(v);
        sort(all.first(v.size() / 2), all.subspan(v.size() / 2));
    };
}

bool first_half_in_order(const std::vector<std::uint64_t>& v)
{
    return std::is_sorted(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2));
}

void sort_columns_serially(std::span<std::uint64_t> keys, std::span<std::uint64_t> values)
{
    const std::vector<std::size_t> order = serial_order(keys.size(), [&](std::size_t i) { return keys[i]; });
    for (const std::span<std::uint64_t> column : {keys, values}) {
        const std::vector<std::uint64_t> old(column.begin(), column.end());
        for (std::size_t i = 0; i < old.size(); ++i) column[i] = old[order[i]];
    }
}

const auto sort_plainly = [](auto& v) { weft::par_sort(v); };
const auto sort_stably = [](auto& v) { weft::par_stable_sort(v); };

const bench::definition here([] {
    unstable<std::uint64_t>("u64", many(), sort_bench::random_u64, sort_plainly);
    unstable<std::uint64_t>("u64 by a function", many(), sort_bench::random_u64,
                            [](auto& v) { weft::par_sort(v, [](std::uint64_t a, std::uint64_t b) { return a < b; }); });
    unstable<std::uint64_t>("u64 sorted", many(), sort_bench::sorted_u64, sort_plainly);
    unstable<std::uint64_t>("u64 reversed", many(), sort_bench::reversed_u64, sort_plainly);
    unstable<std::uint64_t>("u64 of 64 values", many(), sort_bench::few_u64, sort_plainly);
    unstable<std::uint64_t>("u64 organ pipe", many(), sort_bench::organ_pipe_u64, sort_plainly);
    unstable<std::uint64_t>("u64 nearly sorted", many(), sort_bench::nearly_u64, sort_plainly);
    unstable<float>("f32", many(), sort_bench::random_f32, sort_plainly);
    unstable<std::int16_t>("i16", many(), sort_bench::random_i16, sort_plainly);
    unstable<record>("key and value", many(), sort_bench::random_records,
                     [](auto& v) { weft::par_sort(v, {}, &record::key); });
    unstable<record>("key and value by a function", many(), sort_bench::random_records,
                     [](auto& v) { weft::par_sort(v, by_key()); });
    unstable<std::string>("strings", many_strings(), sort_bench::random_strings, sort_plainly);
});

const bench::definition stable_ones([] {
    stable<std::uint64_t>("stable u64", many(), sort_bench::random_u64, &in_order<std::uint64_t>, sort_stably);
    stable<std::uint64_t>("stable u64 by a function", many(), sort_bench::random_u64, &in_order<std::uint64_t>,
                          [](auto& v) { weft::par_stable_sort(v, [](auto a, auto b) { return a < b; }); });
    stable<std::uint64_t>("stable u64 nearly sorted by a function", many(), sort_bench::nearly_u64,
                          &in_order<std::uint64_t>,
                          [](auto& v) { weft::par_stable_sort(v, [](auto a, auto b) { return a < b; }); });
    stable<record>("stable key and value", many(), sort_bench::random_records, &stably_in_order,
                   [](auto& v) { weft::par_stable_sort(v, {}, &record::key); });
    stable<record>("stable key and value by a function", many(), sort_bench::random_records, &stably_in_order,
                   [](auto& v) { weft::par_stable_sort(v, by_key()); });
    stable<std::string>("stable strings", many_strings(), sort_bench::random_strings, &in_order<std::string>,
                        sort_stably);
    // The key is the string itself; but no implementation may know that.
    stable<std::string>("cached key", many_strings(), sort_bench::random_strings, &in_order<std::string>,
                        [](auto& v) { weft::par_sort_by_cached_key(v, [](const std::string& s) { return s; }); });
});

const bench::definition permutations([] {
    sort_case<record> order("permutation by key", many(), sort_bench::random_records, &names_the_order);
    order.weft(write_order([](auto& v) { return weft::par_sort_permutation(v, {}, &record::key); }));
    order.serial("serial",
                 write_order([](auto& v) { return serial_order(v.size(), [&](std::size_t i) { return v[i].key; }); }));
    sort_case<std::uint64_t> columns("columns by key", many(), sort_bench::random_u64, &first_half_in_order);
    columns.weft(in_columns([](auto keys, auto values) { weft::par_sort_by_key(keys, values); }));
    columns.serial("serial", in_columns(sort_columns_serially));
});

}  // namespace
