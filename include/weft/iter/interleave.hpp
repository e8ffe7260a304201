// weft/iter/interleave.hpp - interleave and intersperse: items between items.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/throw.hpp>
#include <weft/iter/chain.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/range.hpp>
#include <weft/iter/take.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>
#include <utility>

namespace weft {

namespace detail {

template <class First, class Second>
class interleave_iter : public par_iterator<interleave_iter<First, Second>>,
                        public source_base,
                        public runs_reader<interleave_iter<First, Second>> {
public:
    static constexpr indexing index_grade = indexing::random;
    static constexpr bool runs_functions = First::runs_functions || Second::runs_functions;
    using item = common_item<typename First::item, typename Second::item>;

    interleave_iter(First&& first, Second&& second) : first_(std::move(first)), second_(std::move(second))
    {
        if (second_.extent() > static_cast<std::size_t>(-1) - first_.extent()) {
            throw_length_error("weft: interleave is too long");
        }
    }

    [[nodiscard]] std::size_t extent() const { return first_.extent() + second_.extent(); }

    /// How many items there are before it is the turn of a chain that has none left.
    [[nodiscard]] std::size_t turns() const
    {
        const std::size_t a = first_.extent();
        const std::size_t b = second_.extent();
        return a <= b ? 2 * a : 2 * b + 1;
    }

    // The positions below are not one piece: the chains below are told that a block begins and ends, but not where.
    void enter(piece) const
    {
        first_.enter(piece{0, 0});
        second_.enter(piece{0, 0});
    }
    void leave(piece) const
    {
        first_.leave(piece{0, 0});
        second_.leave(piece{0, 0});
    }

    auto reader() const
    {
        const std::size_t a = first_.extent();
        const std::size_t b = second_.extent();
        return both_reader<decltype(first_.reader()), decltype(second_.reader())>{first_.reader(), second_.reader(),
                                                                                  a < b ? a : b, a > b};
    }

private:
    template <class A, class B>
    struct both_reader {
        A first;
        B second;
        std::size_t pairs;
        bool first_is_longer;

        [[gnu::always_inline]] item operator()(std::size_t i) const
        {
            const bool paired = i / 2 < pairs;
            const std::size_t at = paired ? i / 2 : i - pairs;
            if (paired ? i % 2 == 0 : first_is_longer) return static_cast<item>(first(at));
            return static_cast<item>(second(at));
        }
    };

    First first_;
    Second second_;
};

template <class Base>
class intersperse_iter : public par_iterator<intersperse_iter<Base>>,
                         public source_base,
                         public runs_reader<intersperse_iter<Base>> {
public:
    static constexpr indexing index_grade = indexing::random;
    static constexpr bool runs_functions = Base::runs_functions;
    using item = kept_t<typename Base::item>;

    intersperse_iter(Base&& base, item&& between) : base_(std::move(base)), between_(std::move(between))
    {
        if (base_.extent() > static_cast<std::size_t>(-1) / 2) throw_length_error("weft: intersperse is too long");
    }

    [[nodiscard]] std::size_t extent() const
    {
        const std::size_t n = base_.extent();
        return n == 0 ? 0 : 2 * n - 1;
    }

    void enter(piece) const { base_.enter(piece{0, 0}); }
    void leave(piece) const { base_.leave(piece{0, 0}); }

    auto reader() const
    {
        return between_reader<decltype(base_.reader())>{base_.reader(), detail::address_of(between_)};
    }

private:
    template <class Reader>
    struct between_reader {
        Reader read;
        const item* between;

        [[gnu::always_inline]] item operator()(std::size_t i) const
        {
            if (i % 2 != 0) return *between;
            return item(read(i / 2));
        }
    };

    Base base_;
    item between_;
};

}  // namespace detail

template <class Self>
template <class Other>
auto par_iterator<Self>::interleave(Other&& other)
{
    detail::check_random<Self>();
    detail::check_random<detail::source_t<Other>>();
    return detail::interleave_iter<Self, detail::source_t<Other>>(moved(),
                                                                  detail::as_source(std::forward<Other>(other)));
}

template <class Self>
template <class Other>
auto par_iterator<Self>::interleave_shortest(Other&& other)
{
    auto both = interleave(std::forward<Other>(other));
    const std::size_t n = both.turns();
    return both.take(n);
}

template <class Self>
template <class T>
auto par_iterator<Self>::intersperse(T between)
{
    detail::check_random<Self>();
    using value = detail::kept_t<typename Self::item>;
    static_assert(std::is_constructible_v<value, T&&>, "weft: intersperse takes a value that converts to the items");
    return detail::intersperse_iter<Self>(moved(), value(std::move(between)));
}

}  // namespace weft
