// weft/iter/filter.hpp - filter and filter_map: only some of the items.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/unsigned_word.hpp>
#include <weft/iter/par_iterator.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

template <class Base, class P>
class filter_iter : public par_iterator<filter_iter<Base, P>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = indexing::none;
    using item = typename Base::item;

    filter_iter(Base&& base, P&& p) : adaptor_base<Base>(std::move(base)), p_(std::move(p)) {}

    template <class Piece, class Sink>
    [[gnu::always_inline]] auto run(Piece&& p, Sink& sink) const
    {
        filter_sink<Sink> filtered{detail::local_function(p_), sink};
        return this->base_.run(p, filtered);
    }

    /// As run with a sink that ends the loop at its first item. A loop with an exit at each item is not vectorised;
    /// here 32 numbers are tested before looking whether there was a hit. Each is tested once, including those after
    /// the hit.
    template <class Sink>
    bool run_to_first(piece p, Sink& sink) const
        requires(copied_into_loop<P> && has_numbers<Base>)
    {
        const auto numbers = this->base_.numbers(p);
        const auto f = detail::local_function(p_);
        // A flag as wide as a number: then compilers test as many numbers at once as a vector has.
        using answers = unsigned_word<sizeof(numbers[0])>;
        constexpr std::size_t group = 32;
        std::size_t i = 0;
        for (; numbers.size() - i >= group; i += group) {
            answers passes[group];
            answers any = 0;
            for (std::size_t k = 0; k < group; ++k) passes[k] = static_cast<bool>(detail::call(f, numbers[i + k]));
            for (std::size_t k = 0; k < group; ++k) any = static_cast<answers>(any | passes[k]);
            if (any == 0) continue;
            std::size_t first = 0;
            while (passes[first] == 0) ++first;
            sink(numbers[i + first]);
            return false;
        }
        for (; i < numbers.size(); ++i) {
            if (!detail::call(f, numbers[i])) continue;
            sink(numbers[i]);
            return false;
        }
        return true;
    }

private:
    template <class Sink>
    struct filter_sink {
        const local_function_t<P> p;
        Sink& sink;

        template <class X>
        [[gnu::always_inline]] auto operator()(X&& x)
        {
            const std::remove_reference_t<X>& seen = x;
            // A sink that can take an item conditionally, without a branch, is given the condition: a sum adds zero.
            // Otherwise it depends on the compiler whether the branch goes away.
            if constexpr (requires { sink.when(true, std::forward<X>(x)); }) {
                return sink.when(static_cast<bool>(detail::call(p, seen)), std::forward<X>(x));
            } else {
                using result = decltype(sink(std::forward<X>(x)));
                if (detail::call(p, seen)) return sink(std::forward<X>(x));
                return result(true);
            }
        }
    };

    P p_;
};

template <class Base, class F>
class filter_map_iter : public par_iterator<filter_map_iter<Base, F>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = indexing::none;
    using item = decltype(*std::declval<call_result<F, typename Base::item>>());

    filter_map_iter(Base&& base, F&& f) : adaptor_base<Base>(std::move(base)), f_(std::move(f)) {}

    template <class Piece, class Sink>
    [[gnu::always_inline]] auto run(Piece&& p, Sink& sink) const
    {
        filter_map_sink<Sink> filtered{detail::local_function(f_), sink};
        return this->base_.run(p, filtered);
    }

private:
    template <class Sink>
    struct filter_map_sink {
        const local_function_t<F> f;
        Sink& sink;

        template <class X>
        [[gnu::always_inline]] auto operator()(X&& x)
        {
            auto&& found = detail::call(f, std::forward<X>(x));
            using result = decltype(sink(*std::forward<decltype(found)>(found)));
            if (found) return sink(*std::forward<decltype(found)>(found));
            return result(true);
        }
    };

    F f_;
};

}  // namespace detail

template <class Self>
template <class P>
auto par_iterator<Self>::filter(P p)
{
    detail::check_predicate<P, const std::remove_reference_t<typename Self::item>&>();
    return detail::filter_iter<Self, P>(moved(), std::move(p));
}

template <class Self>
template <class F>
auto par_iterator<Self>::filter_map(F f)
{
    detail::check_callable<F, typename Self::item>();
    static_assert(
        requires(detail::call_result<F, typename Self::item> found) {
            static_cast<bool>(found);
            *found;
        }, "weft: the function given to filter_map or find_map must return an optional");
    return detail::filter_map_iter<Self, F>(moved(), std::move(f));
}

}  // namespace weft
