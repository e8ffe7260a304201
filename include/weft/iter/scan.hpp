// weft/iter/scan.hpp - scan: prefixes of the items.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/collect.hpp>
#include <weft/iter/for_each.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/range.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// A bool that a vector stores like any other type.
class own_bool {
public:
    template <class X>
        requires(!std::is_same_v<std::remove_cvref_t<X>, own_bool> && std::is_constructible_v<bool, X>)
    own_bool(X&& x) : value_(static_cast<bool>(std::forward<X>(x)))
    {
    }
    operator bool() const { return value_; }

private:
    bool value_;
};

/// Prefixes in place: those within each block, then what comes before each block, which is then combined with its
/// elements.
template <class T, class Op>
void scan_in_place(std::vector<T>& all, const T& identity, const Op& op)
{
    constexpr std::size_t length = 4096;
    const std::size_t n = all.size();
    const std::size_t blocks = n / length + (n % length != 0 ? 1 : 0);
    const auto end_of = [n](std::size_t b) { return n - b * length < length ? n : (b + 1) * length; };
    T* const item = all.data();
    detail::integer_source<std::size_t>(0, blocks).for_each([&](std::size_t b) {
        for (std::size_t i = b * length + 1; i < end_of(b); ++i)
            item[i] = detail::invoke(op, std::as_const(item[i - 1]), item[i]);
    });
    std::vector<T> before;
    before.reserve(blocks);
    for (std::size_t b = 0; b < blocks; ++b) {
        before.push_back(
            b == 0 ? identity
                   : T(detail::invoke(op, std::as_const(before[b - 1]), std::as_const(item[b * length - 1]))));
    }
    detail::integer_source<std::size_t>(0, blocks).for_each([&](std::size_t b) {
        for (std::size_t i = b * length; i < end_of(b); ++i)
            item[i] = detail::invoke(op, std::as_const(before[b]), item[i]);
    });
}

}  // namespace detail

template <class Self>
template <class T, class Op>
auto par_iterator<Self>::scan(T identity, Op op)
{
    static_assert(!Self::pulled, "weft: bridged input has no order: use par_bridge(...).ordered()");
    static_assert(
        std::is_constructible_v<T, typename Self::item> && std::is_invocable_r_v<T, const Op&, T, T>,
        "weft: the items of scan must convert to the identity's type, and the operation must combine two such "
        "values into one and be callable through a const reference");
    const Self self(moved());
    // The bits of a vector<bool> cannot be written by two threads.
    using kept = std::conditional_t<std::is_same_v<T, bool>, detail::own_bool, T>;
    std::vector<kept> all = detail::collect_vector<kept>(self);
    if constexpr (std::is_same_v<T, bool>) {
        detail::scan_in_place(all, kept(identity), op);
        return weft::par_iter(std::move(all)).map([](bool x) { return x; });
    } else {
        detail::scan_in_place(all, identity, op);
        return weft::par_iter(std::move(all));
    }
}

}  // namespace weft
