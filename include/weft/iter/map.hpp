// weft/iter/map.hpp - map, inspect, update, copied: a function between the source and the sink.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/par_iterator.hpp>

#include <cstddef>
#include <utility>

namespace weft {

namespace detail {

template <class Base, class F>
class map_iter : public par_iterator<map_iter<Base, F>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = Base::index_grade;
    static constexpr bool runs_functions = true;
    using item = lasting_result<call_result<F, typename Base::item>, typename Base::item>;

    map_iter(Base&& base, F&& f) : adaptor_base<Base>(std::move(base)), f_(std::move(f)) {}

    template <class Piece, class Sink>
    [[gnu::always_inline]] auto run(Piece&& p, Sink& sink) const
    {
        map_sink<Sink> mapped{detail::local_function(f_), sink};
        return this->base_.run(p, mapped);
    }

    auto reader() const
    {
        return map_reader<decltype(this->base_.reader())>{this->base_.reader(), detail::local_function(f_)};
    }

private:
    template <class Sink>
    struct map_sink {
        const local_function_t<F> f;
        Sink& sink;

        template <class X>
        [[gnu::always_inline]] auto operator()(X&& x)
        {
            return sink(detail::call(f, std::forward<X>(x)));
        }
    };

    template <class Reader>
    struct map_reader {
        Reader read;
        local_function_t<F> f;

        [[gnu::always_inline]] item operator()(std::size_t i) const { return detail::call(f, read(i)); }
    };

    F f_;
};

/// Calls f with the item, then passes on the item itself.
template <class F>
struct inspector {
    F f;

    template <class X>
        requires takes_item<const F&, std::add_const_t<std::remove_reference_t<X>>&>
    [[gnu::always_inline]] X operator()(X&& x) const
    {
        const std::remove_reference_t<X>& seen = x;
        detail::call(f, seen);
        return std::forward<X>(x);
    }
};

struct copier {
    template <class X>
    [[gnu::always_inline]] kept_t<X> operator()(X&& x) const
    {
        return kept_t<X>(std::forward<X>(x));
    }
};

/// Lets f change the item, then passes on the item itself.
template <class F>
struct updater {
    F f;

    template <class X>
        requires takes_item<const F&, std::remove_reference_t<X>&>
    [[gnu::always_inline]] X operator()(X&& x) const
    {
        detail::call(f, x);
        return std::forward<X>(x);
    }
};

}  // namespace detail

template <class Self>
template <class F>
auto par_iterator<Self>::update(F f)
{
    using item = typename Self::item;
    detail::check_callable<F, std::remove_reference_t<item>&>();
    using updater = detail::updater<F>;
    return detail::map_iter<Self, updater>(moved(), updater{std::move(f)});
}

template <class Self>
template <class F>
auto par_iterator<Self>::map(F f)
{
    detail::check_result<F, typename Self::item>();
    return detail::map_iter<Self, F>(moved(), std::move(f));
}

template <class Self>
auto par_iterator<Self>::copied()
{
    return map(detail::copier{});
}

template <class Self>
template <class F>
auto par_iterator<Self>::inspect(F f)
{
    using item = typename Self::item;
    detail::check_callable<F, const std::remove_reference_t<item>&>();
    using inspector = detail::inspector<F>;
    return detail::map_iter<Self, inspector>(moved(), inspector{std::move(f)});
}

}  // namespace weft
