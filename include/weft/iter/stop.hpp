// weft/iter/stop.hpp - stop_on and deadline: loops that can be ended from outside.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/stopped.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/memory.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

template <class Base, class Token>
class stop_iter : public par_iterator<stop_iter<Base, Token>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = Base::index_grade;
    static constexpr bool runs_functions = true;
    using item = typename Base::item;

    stop_iter(Base&& base, Token&& token)
        : adaptor_base<Base>(std::move(base)), token_(std::move(token)), count_(make<stop_count>())
    {
        if constexpr (!Base::pulled && !detail::is_windowed<Base>()) count_.get()->total = this->extent();
    }

    /// Once per block.
    void enter(piece p) const
    {
        if (token_.stop_requested()) throw stopped(count_);
        this->base_.enter(p);
    }
    void leave(piece p) const
    {
        this->base_.leave(p);
        count_.get()->done.fetch_add(p.hi - p.lo, order::relaxed);
    }

    template <class Piece, class Sink>
    [[gnu::always_inline]] auto run(Piece&& p, Sink& sink) const
    {
        return this->base_.run(p, sink);
    }

    auto reader() const { return this->base_.reader(); }

private:
    Token token_;
    shared_stop_count count_;
};

/// A point in time of a steady clock. Everything is derived from the type given: <chrono> would be the most expensive
/// header of every chain.
template <class Time>
concept steady_time = requires(const Time& t) {
    requires Time::clock::is_steady;
    typename Time::clock::time_point;
    t.time_since_epoch().count();
    Time::clock::now() >= t;
};

template <class Time>
class deadline_token {
    using point = typename Time::clock::time_point;

public:
    explicit deadline_token(const Time& end) : end_(seconds(end) < seconds(point::max()) ? point(end) : point::max()) {}
    [[nodiscard]] bool stop_requested() const noexcept { return Time::clock::now() >= end_; }

private:
    /// The resolution of Time may be coarser than that of the clock that is read.
    template <class T>
    static double seconds(const T& time)
    {
        using period = typename T::duration::period;
        return static_cast<double>(time.time_since_epoch().count()) * period::num / period::den;
    }

    point end_;
};

}  // namespace detail

template <class Self>
template <class Token>
auto par_iterator<Self>::stop_on(Token token)
{
    static_assert(
        requires(const Token& t) { static_cast<bool>(t.stop_requested()); },
        "weft: stop_on needs a std::stop_token, or something else with stop_requested()");
    return detail::stop_iter<Self, Token>(moved(), std::move(token));
}

template <class Self>
template <class Time>
auto par_iterator<Self>::deadline(Time end)
{
    static_assert(detail::steady_time<Time>, "weft: deadline needs a time_point of std::chrono::steady_clock");
    return detail::stop_iter<Self, detail::deadline_token<Time>>(moved(), detail::deadline_token<Time>(end));
}

}  // namespace weft
