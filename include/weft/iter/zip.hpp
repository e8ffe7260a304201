// weft/iter/zip.hpp - zip and enumerate: items with the same index, together.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/throw.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/range.hpp>

#include <cstddef>
#include <tuple>
#include <utility>

namespace weft {

namespace detail {

template <class... Readers>
class zip_reader {
public:
    explicit zip_reader(Readers... readers) : read_(std::move(readers)...) {}

    [[gnu::always_inline]] auto operator()(std::size_t i) const
    {
        return all(i, std::index_sequence_for<Readers...>());
    }

private:
    template <std::size_t... K>
    [[gnu::always_inline]] auto all(std::size_t i, std::index_sequence<K...>) const
    {
        return std::tuple<decltype(std::get<K>(read_)(i))...>(std::get<K>(read_)(i)...);
    }

    std::tuple<Readers...> read_;
};

/// The first chain may come in order only: it leads, and the others are read beside it.
template <class First, class... Others>
class zip_iter : public par_iterator<zip_iter<First, Others...>> {
public:
    static constexpr indexing index_grade = First::index_grade;
    static constexpr bool pulled = false;
    static constexpr bool runs_functions = First::runs_functions || (Others::runs_functions || ...);
    using item = std::tuple<typename First::item, typename Others::item...>;

    zip_iter(First&& first, Others&&... others) : first_(std::move(first)), others_(std::move(others)...) {}

    [[nodiscard]] std::size_t extent() const
    {
        std::size_t n = first_.extent();
        each([&](const auto& other) { n = other.extent() < n ? other.extent() : n; });
        return n;
    }

    [[nodiscard]] len_bounds bounds() const
    {
        len_bounds all = first_.bounds();
        each([&](const auto& other) {
            const len_bounds b = other.bounds();
            all.min = b.min > all.min ? b.min : all.min;
            all.max = b.max < all.max ? b.max : all.max;
        });
        return all;
    }

    void enter(piece p) const
    {
        first_.enter(p);
        each([&](const auto& other) { other.enter(p); });
    }
    void leave(piece p) const
    {
        first_.leave(p);
        each([&](const auto& other) { other.leave(p); });
    }

    template <class Sink>
    [[gnu::always_inline]] auto run(piece p, Sink& sink) const
    {
        if constexpr (index_grade == indexing::random) {
            return detail::run_reader(reader(), p, sink);
        } else {
            auto beside = others_reader();
            beside_sink<Sink, decltype(beside)> both{beside, p.lo, sink};
            return first_.run(p, both);
        }
    }

    auto reader() const
    {
        return std::apply(
            [&](const Others&... other) {
                return zip_reader<decltype(first_.reader()), decltype(other.reader())...>(first_.reader(),
                                                                                          other.reader()...);
            },
            others_);
    }

private:
    template <class Sink, class Beside>
    struct beside_sink {
        Beside beside;
        std::size_t i;
        Sink& sink;

        template <class X>
        [[gnu::always_inline]] auto operator()(X&& x)
        {
            return sink(item(std::tuple_cat(std::tuple<X&&>(std::forward<X>(x)), beside(i++))));
        }
    };

    auto others_reader() const
    {
        return std::apply(
            [](const Others&... other) { return zip_reader<decltype(other.reader())...>(other.reader()...); }, others_);
    }

    template <class F>
    void each(F f) const
    {
        std::apply([&](const Others&... other) { (f(other), ...); }, others_);
    }

    First first_;
    std::tuple<Others...> others_;
};

template <class Base>
class enumerate_iter : public par_iterator<enumerate_iter<Base>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = Base::index_grade;
    using item = std::tuple<std::size_t, typename Base::item>;

    explicit enumerate_iter(Base&& base) : adaptor_base<Base>(std::move(base)) {}

    template <class Sink>
    [[gnu::always_inline]] auto run(piece p, Sink& sink) const
    {
        if constexpr (index_grade == indexing::random) {
            return detail::run_reader(reader(), p, sink);
        } else {
            counting_sink<Sink> counted{p.lo, sink};
            return this->base_.run(p, counted);
        }
    }

    auto reader() const { return counting_reader<decltype(this->base_.reader())>{this->base_.reader()}; }

private:
    template <class Sink>
    struct counting_sink {
        std::size_t i;
        Sink& sink;

        template <class X>
        [[gnu::always_inline]] auto operator()(X&& x)
        {
            return sink(item(i++, std::forward<X>(x)));
        }
    };

    template <class Reader>
    struct counting_reader {
        Reader read;

        [[gnu::always_inline]] item operator()(std::size_t i) const { return item(i, read(i)); }
    };
};

}  // namespace detail

template <class Self>
auto par_iterator<Self>::enumerate()
{
    detail::check_indexed<Self>();
    return detail::enumerate_iter<Self>(moved());
}

template <class Self>
template <class... Others>
auto par_iterator<Self>::zip(Others&&... others)
{
    static_assert(sizeof...(Others) > 0, "weft: zip needs something to zip with");
    detail::check_indexed<Self>();
    (detail::check_random<detail::source_t<Others>>(), ...);
    return detail::zip_iter<Self, detail::source_t<Others>...>(moved(),
                                                               detail::as_source(std::forward<Others>(others))...);
}

template <class Self>
template <class... Others>
auto par_iterator<Self>::zip_eq(Others&&... others)
{
    detail::check_indexed<Self>();
    (detail::check_random<detail::source_t<Others>>(), ...);
    const std::size_t n = size();
    return [&](auto... sources) {
        if ((... || (sources.size() != n))) detail::throw_invalid_argument("weft: zip_eq: the lengths differ");
        return zip(std::move(sources)...);
    }(detail::as_source(std::forward<Others>(others))...);
}

}  // namespace weft
