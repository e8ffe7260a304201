// weft/iter/stop.hpp - stop_on and deadline: loops that can be ended from outside.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/base/clock.hpp>
#include <weft/iter/par_iterator.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

namespace weft {

namespace detail {

/// How many positions of a chain have been run. Relaxed: a number; it is final when all pieces have ended, which
/// happens before the terminal throws.
struct stop_count {
    atomic<std::size_t> done{0};
    std::size_t total = 0;
};

}  // namespace detail

/// Thrown by a terminal whose chain was stopped by stop_on or deadline before it was done.
class stopped : public std::exception {
public:
    stopped() = default;
    explicit stopped(std::shared_ptr<const detail::stop_count> count) noexcept : count_(std::move(count)) {}

    [[nodiscard]] const char* what() const noexcept override { return "weft: the loop was stopped"; }

    /// How far the loop came: how many of the positions in front of stop_on or deadline were run, not necessarily the
    /// first ones. A position is an item of the source, or a byte of a text. Bridged input has no total: 0.
    [[nodiscard]] std::size_t done() const noexcept
    {
        return count_ == nullptr ? 0 : count_->done.load(detail::order::relaxed);
    }
    [[nodiscard]] std::size_t total() const noexcept { return count_ == nullptr ? 0 : count_->total; }

private:
    std::shared_ptr<const detail::stop_count> count_;
};

namespace detail {

template <class Base, class Token>
class stop_iter : public par_iterator<stop_iter<Base, Token>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = Base::index_grade;
    static constexpr bool runs_functions = true;
    using item = typename Base::item;

    stop_iter(Base&& base, Token&& token)
        : adaptor_base<Base>(std::move(base)), token_(std::move(token)), count_(std::make_shared<stop_count>())
    {
        if constexpr (!Base::streaming && !is_windowed<Base>()) count_->total = this->extent();
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
        count_->done.fetch_add(p.hi - p.lo, order::relaxed);
    }

    template <class Piece, class Sink>
    [[gnu::always_inline]] auto run(Piece&& p, Sink& sink) const
    {
        return this->base_.run(p, sink);
    }

    auto reader() const { return this->base_.reader(); }

private:
    Token token_;
    std::shared_ptr<stop_count> count_;
};

struct deadline_token {
    clock::time_point end;
    [[nodiscard]] bool stop_requested() const noexcept { return clock::now() >= end; }
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
auto par_iterator<Self>::deadline(std::chrono::steady_clock::time_point end)
{
    return detail::stop_iter<Self, detail::deadline_token>(moved(), detail::deadline_token{end});
}

}  // namespace weft
