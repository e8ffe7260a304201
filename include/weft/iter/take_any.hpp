// weft/iter/take_any.hpp - take_any, skip_any, take_any_while, skip_any_while, while_some: limits shared by all pieces.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Fields      shared_gate::left_   written by all, only ever lowered   items still to be counted, or 1/0 for
//             open/closed
//
// Orders      All relaxed: which items come first is not promised, only how many there are.
#pragma once

#include <weft/iter/par_iterator.hpp>
#include <weft/seam/atomic.hpp>

#include <cstddef>
#include <utility>

namespace weft {

namespace detail {

/// A number that pieces count down together. Copied only while the chain is being built.
class shared_gate {
public:
    explicit shared_gate(std::size_t n) : left_(n) {}
    shared_gate(const shared_gate& other) : left_(other.left_.load(order::relaxed)) {}
    shared_gate& operator=(const shared_gate&) = delete;

    [[nodiscard]] bool closed() const { return left_.load(order::relaxed) == 0; }
    void close() { left_.store(0, order::relaxed); }

    /// Takes one; false if none is left.
    bool take()
    {
        std::size_t seen = left_.load(order::relaxed);
        while (seen != 0) {
            if (left_.compare_exchange_weak(seen, seen - 1, order::relaxed, order::relaxed)) return true;
        }
        return false;
    }

private:
    atomic<std::size_t> left_;
};

/// While the gate is open: `Rule::pass(gate, p, item)` says whether an item goes through. A gate that is closed for
/// good ends each piece at its next block: the remaining blocks do not even begin.
template <class Base, class Rule, class P>
class gated_iter : public par_iterator<gated_iter<Base, Rule, P>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = indexing::none;
    using item = typename Base::item;

    gated_iter(Base&& base, std::size_t n, P&& p) : adaptor_base<Base>(std::move(base)), gate_(n), p_(std::move(p)) {}

    [[nodiscard]] bool exhausted(piece p) const
    {
        return (Rule::ends_when_closed && gate_.closed()) || detail::is_exhausted(this->base_, p);
    }

    template <class Piece, class Sink>
    auto run(Piece&& p, Sink& sink) const
    {
        gated_sink<Sink> gated{detail::local_function(p_), gate_, sink};
        using result = decltype(this->base_.run(p, gated));
        if constexpr (Rule::ends_when_closed) {
            if (gate_.closed()) return result(true);
        }
        return this->base_.run(p, gated);
    }

private:
    template <class Sink>
    struct gated_sink {
        const local_function_t<P> p;
        shared_gate& gate;
        Sink& sink;

        template <class X>
        [[gnu::always_inline]] auto operator()(X&& x)
        {
            using result = decltype(sink(std::forward<X>(x)));
            const std::remove_reference_t<X>& seen = x;
            if (Rule::pass(gate, p, seen)) return sink(std::forward<X>(x));
            return result(true);
        }
    };

    mutable shared_gate gate_;
    P p_;
};

struct take_any_rule {
    static constexpr bool ends_when_closed = true;
    template <class P, class X>
    static bool pass(shared_gate& gate, P&, const X&)
    {
        return gate.take();
    }
};

struct skip_any_rule {
    static constexpr bool ends_when_closed = false;
    template <class P, class X>
    static bool pass(shared_gate& gate, P&, const X&)
    {
        return !gate.take();
    }
};

struct take_any_while_rule {
    static constexpr bool ends_when_closed = true;
    template <class P, class X>
    static bool pass(shared_gate& gate, P& p, const X& x)
    {
        if (gate.closed()) return false;
        if (detail::call(p, x)) return true;
        gate.close();
        return false;
    }
};

struct skip_any_while_rule {
    static constexpr bool ends_when_closed = false;
    template <class P, class X>
    static bool pass(shared_gate& gate, P& p, const X& x)
    {
        if (gate.closed()) return true;
        if (detail::call(p, x)) return false;
        gate.close();
        return true;
    }
};

struct has_value {
    template <class X>
    bool operator()(const X& x) const
    {
        return static_cast<bool>(x);
    }
};

/// The value of an optional that is known to have one.
struct contents {
    template <class X>
        requires requires(X&& x) { *std::forward<X>(x); }
    [[gnu::always_inline]] constexpr decltype(auto) operator()(X&& x) const
    {
        using value = decltype(*std::forward<X>(x));
        // The value of an optional that is about to be destroyed is moved out, not referred to.
        if constexpr (std::is_rvalue_reference_v<value>) {
            return std::remove_reference_t<value>(*std::forward<X>(x));
        } else {
            return static_cast<value>(*std::forward<X>(x));
        }
    }
};

}  // namespace detail

template <class Self>
auto par_iterator<Self>::take_any(std::size_t n)
{
    return detail::gated_iter<Self, detail::take_any_rule, detail::has_value>(moved(), n, {});
}

template <class Self>
auto par_iterator<Self>::skip_any(std::size_t n)
{
    return detail::gated_iter<Self, detail::skip_any_rule, detail::has_value>(moved(), n, {});
}

template <class Self>
template <class P>
auto par_iterator<Self>::take_any_while(P p)
{
    detail::check_predicate<P, const std::remove_reference_t<typename Self::item>&>();
    return detail::gated_iter<Self, detail::take_any_while_rule, P>(moved(), 1, std::move(p));
}

template <class Self>
template <class P>
auto par_iterator<Self>::skip_any_while(P p)
{
    detail::check_predicate<P, const std::remove_reference_t<typename Self::item>&>();
    return detail::gated_iter<Self, detail::skip_any_while_rule, P>(moved(), 1, std::move(p));
}

template <class Self>
auto par_iterator<Self>::while_some()
{
    static_assert(
        requires(typename Self::item x) {
            static_cast<bool>(x);
            *x;
        }, "weft: while_some needs items that are optionals");
    return take_any_while(detail::has_value{}).map(detail::contents{});
}

}  // namespace weft
