// weft/iter/stop.hpp - stop_on and deadline: loops that can be ended from outside.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/clock.hpp>
#include <weft/iter/par_iterator.hpp>

#include <cstddef>
#include <exception>
#include <utility>

namespace weft {

/// Thrown by a terminal whose chain was stopped by stop_on or deadline before it was done.
class stopped : public std::exception {
public:
    [[nodiscard]] const char* what() const noexcept override { return "weft: the loop was stopped"; }
};

namespace detail {

template <class Base, class Token>
class stop_iter : public par_iterator<stop_iter<Base, Token>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = Base::index_grade;
    using item = typename Base::item;

    stop_iter(Base&& base, Token&& token) : adaptor_base<Base>(std::move(base)), token_(std::move(token)) {}

    /// Once per block.
    void enter(piece p) const
    {
        if (token_.stop_requested()) throw stopped();
        this->base_.enter(p);
    }

    template <class Piece, class Sink>
    [[gnu::always_inline]] auto run(Piece&& p, Sink& sink) const
    {
        return this->base_.run(p, sink);
    }

    auto reader() const { return this->base_.reader(); }

private:
    Token token_;
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
