// weft/iter/stop.hpp - stop_on and deadline: loops that can be ended from outside.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/base/memory.hpp>
#include <weft/iter/par_iterator.hpp>

#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// How many positions of a chain have been run. Relaxed: a number; it is final when all pieces have ended, which
/// happens before the terminal throws. The chain and the exceptions share it: the last one disposes of it.
struct stop_count {
    atomic<std::size_t> done{0};
    std::size_t total = 0;
    atomic<std::size_t> owners{1};
};

/// One of the owners of a count, or of none.
class shared_stop_count {
public:
    shared_stop_count() = default;
    explicit shared_stop_count(stop_count* fresh) noexcept : count_(fresh) {}
    shared_stop_count(const shared_stop_count& other) noexcept : count_(other.count_)
    {
        if (count_ != nullptr) count_->owners.fetch_add(1, order::relaxed);
    }
    shared_stop_count& operator=(shared_stop_count other) noexcept
    {
        std::swap(count_, other.count_);
        return *this;
    }
    ~shared_stop_count()
    {
        // Acquire and release: what the other owners did to the count happens before its end.
        if (count_ != nullptr && count_->owners.fetch_sub(1, order::acq_rel) == 1) dispose(count_);
    }

    [[nodiscard]] stop_count* get() const noexcept { return count_; }

private:
    stop_count* count_ = nullptr;
};

}  // namespace detail

/// Thrown by a terminal whose chain was stopped by stop_on or deadline before it was done.
class stopped : public std::exception {
public:
    stopped() = default;
    explicit stopped(detail::shared_stop_count count) noexcept : count_(std::move(count)) {}

    [[nodiscard]] const char* what() const noexcept override { return "weft: the loop was stopped"; }

    /// How far the loop came: how many of the positions in front of stop_on or deadline were run, not necessarily the
    /// first ones. A position is an item of the source, or a byte of a text. Bridged input has no total: 0.
    [[nodiscard]] std::size_t done() const noexcept
    {
        return count_.get() == nullptr ? 0 : count_.get()->done.load(detail::order::relaxed);
    }
    [[nodiscard]] std::size_t total() const noexcept { return count_.get() == nullptr ? 0 : count_.get()->total; }

private:
    detail::shared_stop_count count_;
};

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
        if constexpr (!Base::streaming && !is_windowed<Base>()) count_.get()->total = this->extent();
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

/// A point in time of a steady clock. What is known of the type comes from the type: <chrono> would be the dearest part
/// of every chain.
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
    /// A coarse clock may say more than the one that is read.
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
