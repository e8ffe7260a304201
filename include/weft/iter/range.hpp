// weft/iter/range.hpp - par_iter and par_range: chains over ranges and integers.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// To use them include <weft/iter/par_iter.hpp>, which defines what chains can do.
#pragma once

#include <weft/base/detail/packed.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/sound.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/iter/detail/bucket_source.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/seam/construct.hpp>
#include <weft/simd/reduce.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

template <class It>
struct iterator_reader {
    It begin;

    [[gnu::always_inline]] decltype(auto) operator()(std::size_t i) const
    {
        return begin[static_cast<std::iter_difference_t<It>>(i)];
    }
};

template <class T>
struct moving_reader {
    T* begin;

    [[gnu::always_inline]] T&& operator()(std::size_t i) const { return std::move(begin[i]); }
};

template <class It, class Item>
struct moving_iterator_reader {
    It begin;

    [[gnu::always_inline]] Item operator()(std::size_t i) const
    {
        return static_cast<Item>(std::ranges::iter_move(begin + static_cast<std::iter_difference_t<It>>(i)));
    }
};

/// What is moved out of a container that nobody else holds. If that would be a proxy object, it is the element's value,
/// because the container does not outlive the chain.
template <class R>
using moved_item = std::conditional_t<
    std::is_reference_v<std::ranges::range_rvalue_reference_t<R>> ||
        !std::is_constructible_v<std::ranges::range_value_t<R>, std::ranges::range_rvalue_reference_t<R>>,
    std::ranges::range_rvalue_reference_t<R>, std::ranges::range_value_t<R>>;

/// Elements that somebody else keeps: iterators and a length.
template <class It>
class borrowed_source : public par_iterator<borrowed_source<It>>,
                        public source_base,
                        public runs_reader<borrowed_source<It>> {
public:
    static constexpr indexing index_grade = indexing::random;
    using item = std::iter_reference_t<It>;

    borrowed_source(It begin, std::size_t size) : begin_(std::move(begin)), size_(size) {}

    [[nodiscard]] std::size_t extent() const { return size_; }
    [[nodiscard]] iterator_reader<It> reader() const { return {begin_}; }

    /// The numbers at these positions, for terminals that leave them to the kernels of simd.
    [[nodiscard]] auto numbers(piece p) const
        requires(std::is_pointer_v<It> && simd::number<std::iter_value_t<It>>)
    {
        return std::span<const std::iter_value_t<It>>(begin_ + p.lo, p.hi - p.lo);
    }

private:
    It begin_;
    std::size_t size_;
};

/// A container that the chain owns: its elements are moved out. The items of a view that the chain owns are what its
/// iterators give. The container is `mutable` because a chain is shared as const: each element is touched by one thread
/// only.
template <class R>
class owning_source : public par_iterator<owning_source<R>>, public source_base, public runs_reader<owning_source<R>> {
    static constexpr bool moves = !std::ranges::view<R>;

public:
    static constexpr indexing index_grade = indexing::random;
    using item = std::conditional_t<moves, moved_item<R>, std::ranges::range_reference_t<R>>;

    explicit owning_source(R&& range) : range_(std::move(range)) {}

    [[nodiscard]] std::size_t extent() const { return static_cast<std::size_t>(std::ranges::size(range_)); }

    [[nodiscard]] auto reader() const
    {
        using iterator = std::ranges::iterator_t<R>;
        if constexpr (moves && std::contiguous_iterator<iterator>) {
            return moving_reader<std::remove_reference_t<std::ranges::range_reference_t<R>>>{std::ranges::data(range_)};
        } else if constexpr (moves) {
            return moving_iterator_reader<iterator, item>{std::ranges::begin(range_)};
        } else {
            return iterator_reader<iterator>{std::ranges::begin(range_)};
        }
    }

    /// As for borrowed elements: numbers lose nothing by not being moved out.
    [[nodiscard]] auto numbers(piece p) const
        requires(moves && simd::number_range<R>)
    {
        return std::span<const std::ranges::range_value_t<R>>(std::ranges::data(range_) + p.lo, p.hi - p.lo);
    }

private:
    mutable R range_;
};

/// Elements that can only be reached one after the other (lists, sets, maps): their addresses are noted first.
/// An owned container moves with the chain; its elements stay where they are.
template <class R>
class node_source : public par_iterator<node_source<R>>, public source_base, public runs_reader<node_source<R>> {
    using range = std::remove_reference_t<R>;
    using element = std::remove_reference_t<std::ranges::range_reference_t<range>>;
    static constexpr bool owns = !std::is_lvalue_reference_v<R>;

public:
    static constexpr indexing index_grade = indexing::random;
    using item = std::conditional_t<owns, element&&, element&>;

    explicit node_source(R&& r) : range_(std::forward<R>(r)) { note_places(); }
    /// A copy of an owned container has elements of its own.
    node_source(const node_source& other)
        : par_iterator<node_source<R>>(other),
          source_base(other),
          runs_reader<node_source<R>>(other),
          range_(other.range_)
    {
        note_places();
    }
    node_source(node_source&&) = default;

    [[nodiscard]] std::size_t extent() const { return places_.size(); }

    struct node_reader {
        element* const* places;
        [[gnu::always_inline]] item operator()(std::size_t i) const { return static_cast<item>(*places[i]); }
    };
    [[nodiscard]] node_reader reader() const { return {places_.data()}; }

private:
    void note_places()
    {
        if constexpr (std::ranges::sized_range<range>) places_.reserve(std::ranges::size(range_));
        for (element& x : range_) places_.push_back(detail::address_of(x));
    }

    R range_;
    std::vector<element*> places_;
};

/// A type that says itself how it is to be iterated.
template <class R>
concept has_par_iter = requires(R&& r) { weft_par_iter(std::forward<R>(r)); };

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// An optional as a range of none or one: the value of an lvalue stays where it is, the chain owns that of an rvalue.
template <class O>
auto optional_source(O&& o)
{
    using value = std::remove_reference_t<decltype(*o)>;
    if constexpr (std::is_lvalue_reference_v<O>) {
        return borrowed_source<value*>(o ? detail::address_of(*o) : nullptr, o ? 1 : 0);
    } else {
        std::vector<value> one;
        if (o) one.push_back(*std::move(o));
        return owning_source<std::vector<value>>(std::move(one));
    }
}

/// Containers whose elements keep their addresses, even when the container is moved.
template <class R>
concept node_container =
    std::ranges::forward_range<R> && !std::ranges::random_access_range<R> &&
    std::is_lvalue_reference_v<std::ranges::range_reference_t<R>> && !std::ranges::view<std::remove_cvref_t<R>>;

/// std::priority_queue, std::queue and std::stack: they keep a container, which their derived classes can reach.
template <class Q>
concept container_adaptor = !std::ranges::range<Q> && requires(std::remove_cvref_t<Q>& q) {
    typename std::remove_cvref_t<Q>::container_type;
    q.pop();
    q.size();
};

template <class Q>
struct adaptor_opener : Q {
    static typename Q::container_type& container_of(Q& q) { return q.*(&adaptor_opener::c); }
    static const typename Q::container_type& container_of(const Q& q) { return q.*(&adaptor_opener::c); }
};

struct all_members;  // complete behind par_iter.hpp

/// The members of chains are defined in headers of their own, all of which par_iter.hpp includes.
template <class R>
struct check_members {
    static constexpr bool there = requires { sizeof(std::conditional_t<std::is_void_v<R>, R, all_members>); };
    static_assert(there, "weft: include <weft/iter/par_iter.hpp>: range.hpp alone does not know what chains can do");
};

/// Integers from `first` on.
template <class T>
class integer_source : public par_iterator<integer_source<T>>,
                       public source_base,
                       public runs_reader<integer_source<T>> {
public:
    static constexpr indexing index_grade = indexing::random;
    using item = T;

    integer_source(T first, std::size_t size) : first_(first), size_(size) {}

    [[nodiscard]] std::size_t extent() const { return size_; }

    struct integer_reader {
        T first;
        [[gnu::always_inline]] T operator()(std::size_t i) const
        {
            // Unsigned: the sum wraps to the right value although `i` may not fit T.
            return static_cast<T>(static_cast<std::size_t>(first) + i);
        }
    };
    [[nodiscard]] integer_reader reader() const { return {first_}; }

private:
    T first_;
    std::size_t size_;
};

/// std::vector<bool> packs its elements, so two threads cannot write to neighbours: it is read only.
template <class R>
inline constexpr bool packs_elements =
    !std::is_reference_v<std::ranges::range_reference_t<R>> && std::is_same_v<std::ranges::range_value_t<R>, bool> &&
    !std::ranges::view<std::remove_cvref_t<R>>;

/// The value of a bit.
struct read_bit {
    template <class Bit>
    [[gnu::always_inline]] constexpr bool operator()(const Bit& bit) const
    {
        return static_cast<bool>(bit);
    }
};

/// A range other than a container of bits.
template <class R>
auto whole_source(R&& r)
{
    using plain = std::remove_cvref_t<R>;
    if constexpr ((std::is_lvalue_reference_v<R> && !std::ranges::view<plain>) || std::ranges::borrowed_range<R>) {
        return borrowed_source<std::ranges::iterator_t<R>>(std::ranges::begin(r),
                                                           static_cast<std::size_t>(std::ranges::size(r)));
    } else {
        return owning_source<plain>(plain(std::forward<R>(r)));
    }
}

template <class R>
auto range_source(R&& r)
{
    static_assert(std::ranges::random_access_range<R> && std::ranges::sized_range<R>,
                  "weft: par_iter needs a random-access range that knows its size; par_bridge takes any input range");
    using plain = std::remove_cvref_t<R>;
    if constexpr (std::ranges::contiguous_range<R> &&
                  (std::is_lvalue_reference_v<R> || std::ranges::borrowed_range<R>)) {
        using element = std::remove_reference_t<std::ranges::range_reference_t<R>>;
        return borrowed_source<element*>(std::ranges::data(r), static_cast<std::size_t>(std::ranges::size(r)));
    } else if constexpr (packs_elements<R>) {
        if constexpr (std::is_lvalue_reference_v<R>) {
            const plain& packed = r;
            return borrowed_source<std::ranges::iterator_t<const plain>>(std::ranges::begin(packed), packed.size());
        } else {
            return owning_source<std::vector<char>>(std::vector<char>(r.begin(), r.end())).map([](char c) {
                return c != 0;
            });
        }
    } else if constexpr (is_packed<std::ranges::range_reference_t<R>, std::ranges::range_value_t<R>>) {
        return detail::whole_source(std::forward<R>(r)).map(read_bit{});  // a view of bits is read only, too
    } else {
        return detail::whole_source(std::forward<R>(r));
    }
}

}  // namespace detail

/// A parallel chain over the elements of a random-access range that knows its size, or the value of a std::optional.
///
/// For an lvalue, the items are references to its elements (to const if it is const); the range must outlive the chain.
/// An rvalue container is owned by the chain, and the items are moved out of it. The items of a view are what its
/// iterators give, so std::views may come first. A chain is returned as it is. std::vector<bool> is read only, and so
/// are views of it and the elements of an lvalue std::priority_queue, queue or stack, which come in the order in which
/// they are stored.
///
/// For lists, sets and maps, the addresses of the elements are noted first, on this thread; then they are indexed, too.
/// Hashed containers are taken bucket by bucket, without a pass over the whole: their items come in the order of the
/// buckets, which need not be that of the iterators, and are not indexed.
///
/// Cost: nothing per element, except for lists, sets and maps, where noting costs a pass over all nodes, about as long
///       as a plain loop that does next to nothing with them, and a pointer per element: a parallel loop over them pays
///       if it spends more time than that on each. A vector or a hashed container has no such price.
///
/// A type of your own says how it is iterated by a function `weft_par_iter(x)` in its namespace (or a friend), which
/// returns a chain or a range; it takes precedence, and chains accept the type wherever they accept a range.
///
/// Example: examples/iter/par_iter.cpp, examples/iter/own_type.cpp
template <class R>
auto par_iter(R&& r)
{
    static_assert(detail::sound<detail::check_members<R>>);
    if constexpr (detail::any_chain<R>) {
        return std::remove_cvref_t<R>(std::forward<R>(r));
    } else if constexpr (detail::has_par_iter<R>) {
        return weft::par_iter(weft_par_iter(std::forward<R>(r)));
    } else if constexpr (detail::is_optional<std::remove_cvref_t<R>>) {
        return detail::optional_source(std::forward<R>(r));
    } else if constexpr (detail::container_adaptor<R>) {
        using opener = detail::adaptor_opener<std::remove_cvref_t<R>>;
        if constexpr (std::is_lvalue_reference_v<R>) {
            return weft::par_iter(opener::container_of(std::as_const(r)));
        } else {
            return weft::par_iter(std::move(opener::container_of(r)));
        }
    } else if constexpr (detail::bucket_container<R>) {
        using held = std::conditional_t<std::is_lvalue_reference_v<R>, R, std::remove_cvref_t<R>>;
        return detail::bucket_source<held>(static_cast<held&&>(held(std::forward<R>(r))));
    } else if constexpr (detail::node_container<R>) {
        // A constant temporary is copied once, here: each adaptor would copy a container that is const.
        using held = std::conditional_t<std::is_lvalue_reference_v<R>, R, std::remove_cvref_t<R>>;
        return detail::node_source<held>(static_cast<held&&>(held(std::forward<R>(r))));
    } else {
        return detail::range_source(std::forward<R>(r));
    }
}

/// The integers first, first + 1, ... last - 1, of any integer type; none if last <= first. The items have the common
/// type of both ends.
///
/// Throws: std::invalid_argument if one end does not fit the common type (a negative one with an unsigned one).
template <class A, class B>
auto par_range(A first, B last)
{
    static_assert(detail::sound<detail::check_members<A>>);
    static_assert(std::is_integral_v<A> && std::is_integral_v<B>, "weft: par_range takes two integers");
    using T = std::common_type_t<A, B>;
    if constexpr (!std::is_same_v<A, B>) {
        if (!std::in_range<T>(first) || !std::in_range<T>(last)) {
            detail::throw_invalid_argument("weft: par_range: one end does not fit the common type of both");
        }
    }
    const T a = static_cast<T>(first);
    const T b = static_cast<T>(last);
    static_assert(sizeof(T) <= sizeof(std::size_t), "weft: par_range cannot count integers wider than std::size_t");
    return detail::integer_source<T>(a, a < b ? static_cast<std::size_t>(b) - static_cast<std::size_t>(a) : 0);
}

/// The integers first, first + 1, ... last, the last one included; none if last < first. As par_range otherwise.
///
/// Throws: std::invalid_argument as par_range; std::length_error if there are more integers than std::size_t counts.
template <class A, class B>
auto par_range_inclusive(A first, B last)
{
    auto before_last = weft::par_range(first, last);
    using T = typename decltype(before_last)::item;
    const T a = static_cast<T>(first);
    const T b = static_cast<T>(last);
    const std::size_t n = before_last.size();
    if (n == static_cast<std::size_t>(-1)) detail::throw_length_error("weft: par_range_inclusive: too many integers");
    return detail::integer_source<T>(a, b < a ? 0 : n + 1);
}

namespace detail {

/// What an adaptor that takes a second chain or range works with.
template <class X>
auto as_source(X&& x)
{
    return weft::par_iter(std::forward<X>(x));
}

template <class X>
using source_t = decltype(detail::as_source(std::declval<X>()));

}  // namespace detail

}  // namespace weft
