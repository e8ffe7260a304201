// weft/iter/sources.hpp - par_repeat, par_repeat_n, par_once, par_empty, par_drain, par_split_with.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/invoke.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_walk_tree.hpp>  // IWYU pragma: export

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// The same value for every index.
template <class T>
struct always {
    T value;

    T operator()(std::size_t) const { return value; }
};

}  // namespace detail

/// `value`, n times. Each item is a copy.
template <class T>
auto par_repeat_n(T value, std::size_t n)
{
    static_assert(std::is_copy_constructible_v<T>, "weft: each item is a copy of this value, so it must be copyable");
    return weft::par_range(std::size_t{0}, n).map(detail::always<T>{std::move(value)});
}

/// `value` without end: for zip, or with take.
template <class T>
auto par_repeat(T value)
{
    return weft::par_repeat_n(std::move(value), static_cast<std::size_t>(-1));
}

/// One item.
template <class T>
auto par_once(T value)
{
    return weft::par_iter(std::array<T, 1>{std::move(value)});
}

/// No items.
template <class T>
auto par_empty()
{
    return weft::par_iter(std::vector<T>());
}

namespace detail {

/// An empty container with as much room as `c`, which orders or hashes its elements as `c` does.
template <class C>
C empty_like(const C& c)
{
    if constexpr (requires { C(c.bucket_count(), c.hash_function(), c.key_eq(), c.get_allocator()); }) {
        C empty(0, c.hash_function(), c.key_eq(), c.get_allocator());
        empty.max_load_factor(c.max_load_factor());
        empty.rehash(c.bucket_count());
        return empty;
    } else if constexpr (requires { C(c.key_comp(), c.get_allocator()); }) {
        return C(c.key_comp(), c.get_allocator());
    } else if constexpr (requires { C(c.get_allocator()); }) {
        C empty(c.get_allocator());
        if constexpr (requires { empty.reserve(c.capacity()); }) empty.reserve(c.capacity());
        return empty;
    } else {
        return C();
    }
}

}  // namespace detail

/// All elements of a container, moved out; the container is empty when par_drain returns, and has as much room as
/// before: the same capacity, or as many buckets.
///
/// Throws: std::bad_alloc.
/// Cost:   nothing per element beyond par_iter: the chain takes the container's memory, and the container gets as much
///         new memory.
template <class C>
auto par_drain(C& container)
{
    if constexpr (detail::container_adaptor<C>) {
        return weft::par_drain(detail::adaptor_opener<C>::container_of(container));
    } else {
        C taken = detail::empty_like(container);
        std::ranges::swap(taken, container);
        return weft::par_iter(std::move(taken));
    }
}

/// Elements first .. last - 1 of a std::vector, std::deque or std::string, moved out; they are no longer in the
/// container when par_drain returns. Throws std::out_of_range if they are not there.
template <class C>
auto par_drain(C& container, std::size_t first, std::size_t last)
{
    if (first > last || last > container.size()) detail::throw_out_of_range("weft: par_drain: no such elements");
    const auto begin = container.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = container.begin() + static_cast<std::ptrdiff_t>(last);
    std::vector<std::ranges::range_value_t<C>> taken(std::make_move_iterator(begin), std::make_move_iterator(end));
    container.erase(begin, end);
    return weft::par_iter(std::move(taken));
}

namespace detail {

template <class D, class F>
struct check_division {
    static constexpr bool gives_pair()
    {
        if constexpr (std::is_invocable_v<const F&, D>) {
            return requires(std::invoke_result_t<const F&, D> parts) {
                D(std::move(parts.first));
                static_cast<bool>(parts.second);
                D(*std::move(parts.second));
            };
        } else {
            return std::is_invocable_v<F&, D>;  // if not, the error below says what is wrong
        }
    }
    static_assert(gives_pair(),
                  "weft: the function given to par_split_with must return a pair: a part, and an optional of the other "
                  "one");
    static_assert(std::is_invocable_v<const F&, D> || !std::is_invocable_v<F&, D>,
                  "weft: several threads call this function at once, so it is called through a const reference: a "
                  "mutable lambda (or a non-const operator()) is not allowed here");
};

/// Divides data again and again, all parts in parallel, and keeps them in order.
template <class D, class F>
class division {
    struct part {
        std::optional<D> data;
        std::size_t next;
    };

public:
    explicit division(D&& data)
    {
        parts_.push_back({std::optional<D>(std::move(data)), 0});
        divisible_.push_back(0);
    }

    /// Divides until there are `enough` parts, or none can be divided.
    void run(const F& f, std::size_t enough)
    {
        while (!divisible_.empty() && parts_.size() < enough) {
            auto halves = weft::par_iter(divisible_)
                              .map([&](std::size_t i) { return detail::invoke(f, std::move(*parts_[i].data)); })
                              .with_max_len(1)
                              .to_vector();
            std::vector<std::size_t> again;
            again.reserve(2 * halves.size());
            for (std::size_t k = 0; k < halves.size(); ++k) {
                const std::size_t left = divisible_[k];
                parts_[left].data.emplace(std::move(halves[k].first));
                if (!halves[k].second) continue;
                const std::size_t right = parts_.size();
                parts_.push_back({std::optional<D>(*std::move(halves[k].second)), parts_[left].next});
                parts_[left].next = right;
                again.push_back(left);
                again.push_back(right);
            }
            divisible_ = std::move(again);
        }
    }

    [[nodiscard]] std::vector<D> in_order()
    {
        std::vector<D> all;
        all.reserve(parts_.size());
        std::size_t i = 0;
        do {
            all.push_back(std::move(*parts_[i].data));
            i = parts_[i].next;
        } while (i != 0);
        return all;
    }

private:
    std::vector<part> parts_;  // each knows the one behind it; the last one, the first
    std::vector<std::size_t> divisible_;
};

}  // namespace detail

/// The parts of `data` when it is divided again and again: `f(data)` returns a pair, the first part and (a
/// std::optional) the second, if there is one. The parts keep their order; none is divided further once there are a
/// thousand or so, enough for hundreds of threads, so how many there are depends on the data alone. Several threads
/// call `f` at once.
///
/// Throws: what `f` threw first.
/// Cost:   the division is done here, by all threads: first the parts that there are, then those that they gave, and so
///         on.
template <class D, class F>
auto par_split_with(D data, F f)
{
    detail::check_division<D, F>();
    constexpr std::size_t enough = 1024;
    detail::division<D, F> parts(std::move(data));
    parts.run(f, enough);
    return weft::par_iter(parts.in_order());
}

}  // namespace weft
