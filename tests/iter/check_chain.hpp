// tests/iter/check_chain.hpp - what every chain must do, whatever it is made of.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "test.hpp"

#include <weft/iter/par_iter.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace test {

/// The items of positions lo .. hi - 1, run as one piece.
template <class Chain>
auto items_of(const Chain& chain, std::size_t lo, std::size_t hi)
{
    using value = weft::detail::kept_t<typename Chain::item>;
    std::vector<value> items;
    auto sink = [&](auto&& x) {
        items.push_back(value(std::forward<decltype(x)>(x)));
        return weft::detail::go_on();
    };
    chain.run(weft::detail::piece{lo, hi}, sink);
    return items;
}

/// The same through a sink that says stop after `most` items.
template <class Chain>
auto first_items_of(const Chain& chain, std::size_t most)
{
    using value = weft::detail::kept_t<typename Chain::item>;
    std::vector<value> items;
    auto sink = [&](auto&& x) -> bool {
        items.push_back(value(std::forward<decltype(x)>(x)));
        return items.size() < most;
    };
    chain.run(weft::detail::piece{0, chain.extent()}, sink);
    return items;
}

/// A function for any items.
struct ones {
    template <class... X>
    int operator()(const X&...) const
    {
        return 1;
    }
};

/// A range for any items.
struct two_ones {
    template <class... X>
    std::vector<int> operator()(const X&...) const
    {
        return {1, 1};
    }
};

/// Members of a chain's class must not hide what every chain has.
template <class Chain>
concept has_the_names_of_chains = requires(Chain c, ones f, two_ones g) {
    c.count();
    c.to_vector();
    c.inspect(f);
    c.filter(f);
    c.for_each(f);
    c.any_of(f);
    c.find_any(f);
    c.map(f).sum();
    c.map(f).min();
    c.map(f).take_any(1);
    c.flat_map_iter(g);
    c.flat_map(g);
    c.fold(0, f);
    c.with_min_len(1).with_max_len(2);
    c.partition(f);
};

/// `make()` gives a chain (a fresh one each time) whose items are `expected`. It is cut at every point, run in blocks
/// of every small length, read by index where it has indices, stopped after every item, and run whole.
template <class Make, class T>
void check_chain(Make make, const std::vector<T>& expected)
{
    using chain_type = decltype(make());
    static_assert(has_the_names_of_chains<chain_type>);
    const std::size_t extent = make().extent();

    bool halves = true;
    for (std::size_t cut = 0; cut <= extent; ++cut) {
        const auto chain = make();
        auto items = items_of(chain, 0, cut);
        for (auto& x : items_of(chain, cut, extent)) items.push_back(std::move(x));
        halves = halves && items == expected;
    }
    CHECK(halves);

    bool blocks = true;
    for (std::size_t length : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}}) {
        const auto chain = make();
        std::vector<T> items;
        for (std::size_t lo = 0; lo < extent; lo += length) {
            for (auto& x : items_of(chain, lo, std::min(extent, lo + length))) items.push_back(std::move(x));
        }
        blocks = blocks && items == expected;
    }
    CHECK(blocks);

    if constexpr (chain_type::index_grade == weft::detail::indexing::random) {
        const auto chain = make();
        const auto read = chain.reader();
        std::vector<T> items;
        for (std::size_t i = 0; i < extent; ++i) items.push_back(T(read(i)));
        CHECK(items == expected);
    }
    if constexpr (chain_type::index_grade != weft::detail::indexing::none) CHECK(extent == expected.size());

    bool stops = true;
    for (std::size_t most = 1; most <= expected.size(); ++most) {
        stops = stops && first_items_of(make(), most) ==
                             std::vector<T>(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(most));
    }
    CHECK(stops);

    CHECK(make().to_vector() == expected);
    CHECK(make().count() == expected.size());
}

}  // namespace test
