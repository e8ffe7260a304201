// weft/iter/chain.hpp - chain: one chain after the other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/throw.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/range.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// References stay references only if both chains give the same type.
template <class A, class B>
struct common_item_of {
    static_assert(
        requires { typename std::common_type_t<A, B>; },
        "weft: the items of both chains have no common type: map them to one first");
    using type = std::common_type_t<A, B>;
};
template <class A>
struct common_item_of<A, A> {
    using type = A;
};
template <class A, class B>
using common_item = typename common_item_of<A, B>::type;

/// Positions of `First`, then positions of `Second`.
template <class First, class Second>
class chain_iter : public par_iterator<chain_iter<First, Second>> {
    static_assert(!First::pulled && !Second::pulled && !detail::is_windowed<First>() && !detail::is_windowed<Second>(),
                  "weft: chain cannot follow or precede bridged input, which has no length");

public:
    static constexpr indexing index_grade = detail::weaker(First::index_grade, Second::index_grade);
    static constexpr bool pulled = false;
    static constexpr bool runs_functions = First::runs_functions || Second::runs_functions;
    using item = common_item<typename First::item, typename Second::item>;

    chain_iter(First&& first, Second&& second)
        : first_(std::move(first)), second_(std::move(second)), middle_(first_.extent())
    {
        if (second_.extent() > static_cast<std::size_t>(-1) - middle_) throw_length_error("weft: chain is too long");
    }

    [[nodiscard]] std::size_t extent() const { return middle_ + second_.extent(); }

    [[nodiscard]] len_bounds bounds() const
    {
        const len_bounds a = first_.bounds();
        const len_bounds b = second_.bounds();
        return {a.min > b.min ? a.min : b.min, a.max < b.max ? a.max : b.max};
    }

    [[nodiscard]] bool exhausted(piece p) const
    {
        return (p.lo >= middle_ || detail::is_exhausted(first_, front(p))) &&
               (p.hi <= middle_ || detail::is_exhausted(second_, back(p)));
    }

    void enter(piece p) const
    {
        if (p.lo < middle_) first_.enter(front(p));
        if (p.hi > middle_) second_.enter(back(p));
    }
    void leave(piece p) const
    {
        if (p.lo < middle_) first_.leave(front(p));
        if (p.hi > middle_) second_.leave(back(p));
    }

    template <class Sink>
    [[gnu::always_inline]] auto run(piece p, Sink& sink) const
    {
        item_sink<Sink> common{sink};
        using result = answer<item_sink<Sink>, item>;
        if (p.lo < middle_) {
            if (!first_.run(front(p), common)) return result(false);
        }
        if (p.hi > middle_) return static_cast<result>(static_cast<bool>(second_.run(back(p), common)));
        return result(true);
    }

    auto reader() const
    {
        return chain_reader<decltype(first_.reader()), decltype(second_.reader())>{first_.reader(), second_.reader(),
                                                                                   middle_};
    }

private:
    [[nodiscard]] piece front(piece p) const { return {p.lo, p.hi < middle_ ? p.hi : middle_}; }
    [[nodiscard]] piece back(piece p) const { return {p.lo > middle_ ? p.lo - middle_ : 0, p.hi - middle_}; }

    template <class Sink>
    struct item_sink {
        Sink& sink;

        template <class X>
        [[gnu::always_inline]] auto operator()(X&& x)
        {
            return sink(static_cast<item>(std::forward<X>(x)));
        }
    };

    template <class A, class B>
    struct chain_reader {
        A first;
        B second;
        std::size_t middle;

        [[gnu::always_inline]] item operator()(std::size_t i) const
        {
            if (i < middle) return static_cast<item>(first(i));
            return static_cast<item>(second(i - middle));
        }
    };

    First first_;
    Second second_;
    std::size_t middle_;
};

}  // namespace detail

template <class Self>
template <class Other>
auto par_iterator<Self>::chain(Other&& other)
{
    return detail::chain_iter<Self, detail::source_t<Other>>(moved(), detail::as_source(std::forward<Other>(other)));
}

}  // namespace weft
