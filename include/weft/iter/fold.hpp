// weft/iter/fold.hpp - fold, fold_chunks, chunks and try_fold: one state per fixed block of positions.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/throw.hpp>
#include <weft/iter/detail/fallible.hpp>
#include <weft/iter/detail/tree.hpp>
#include <weft/iter/par_iterator.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// A value to copy, or a function that makes one.
template <class I>
struct fresh_state {
    static constexpr bool makes = std::is_invocable_v<const I&>;

    static auto type_of()
    {
        if constexpr (makes) {
            return std::type_identity<std::remove_cvref_t<std::invoke_result_t<const I&>>>();
        } else {
            return std::type_identity<I>();
        }
    }
    using type = typename decltype(type_of())::type;

    I identity;

    type operator()() const
    {
        if constexpr (makes) {
            return identity();
        } else {
            return identity;
        }
    }
};

/// f(state, item): the new state, or nothing if it changes the state in place.
template <class F, class State, class X>
[[gnu::always_inline]] constexpr void fold_item(F& f, State& state, X&& x)
{
    if constexpr (takes_item<F&, X&&, State&&>) {
        if constexpr (!std::is_void_v<decltype(detail::call_with(f, std::move(state), std::forward<X>(x)))>) {
            state = detail::call_with(f, std::move(state), std::forward<X>(x));
        } else if constexpr (takes_item<F&, X&&, State&>) {
            detail::call_with(f, state, std::forward<X>(x));
        } else {
            static_assert(!std::is_same_v<F, F>,
                          "weft: the function given to fold must return the new state, or take it by reference");
        }
    } else {
        if constexpr (std::is_void_v<decltype(detail::call_with(f, state, std::forward<X>(x)))>) {
            detail::call_with(f, state, std::forward<X>(x));
        } else {
            state = detail::call_with(f, state, std::forward<X>(x));
        }
    }
}

/// Folds items into a state.
template <class State, class F>
struct folder {
    using result = State;

    State state;
    const local_function_t<F> f;

    template <class X>
    [[gnu::always_inline]] go_on operator()(X&& x)
    {
        detail::fold_item(f, state, std::forward<X>(x));
        return {};
    }
};

/// What f(state, item) returns, the state taken by value or by reference.
template <class F, class State, class X>
auto try_step(F& f, State& state, X&& x)
{
    if constexpr (takes_item<F&, X&&, State&&>) {
        return detail::call_with(f, std::move(state), std::forward<X>(x));
    } else {
        return detail::call_with(f, state, std::forward<X>(x));
    }
}

/// Folds items into a state until a step fails. `Result` is an optional of the state, or like std::expected.
template <class State, class Result, class F>
struct try_folder {
    using result = Result;

    Result state;
    const local_function_t<F> f;

    template <class X>
    [[gnu::always_inline]] bool operator()(X&& x)
    {
        state = detail::try_step(f, *state, std::forward<X>(x));
        return static_cast<bool>(state);
    }
};

/// Position b stands for `length` positions of the chain below, from b * length on, which a Folder folds.
template <class Base, class I, class F, class Folder = folder<typename fresh_state<I>::type, F>>
class fold_iter : public par_iterator<fold_iter<Base, I, F, Folder>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = indexing::random;
    static constexpr bool runs_functions = true;
    static constexpr bool opens = false;  // a state is for whole positions
    using item = typename Folder::result;

    fold_iter(Base&& base, std::size_t length, I&& identity, F&& f)
        : adaptor_base<Base>(std::move(base)), length_(length), make_{std::move(identity)}, f_(std::move(f))
    {
    }

    [[nodiscard]] std::size_t extent() const
    {
        const std::size_t n = this->base_.extent();
        return n / length_ + (n % length_ != 0 ? 1 : 0);
    }

    [[nodiscard]] len_bounds bounds() const
    {
        len_bounds b = this->base_.bounds();
        b.min /= length_;
        b.max /= length_;
        return b;
    }

    void enter(piece p) const { this->base_.enter(below(p)); }
    void leave(piece p) const { this->base_.leave(below(p)); }

    template <class Sink>
    auto run(piece p, Sink& sink) const
    {
        using result = answer<Sink, item>;
        for (std::size_t b = p.lo; b < p.hi; ++b) {
            if (!sink(folded(b))) return result(false);
        }
        return result(true);
    }

    auto reader() const { return block_reader{*this}; }

private:
    struct block_reader {
        const fold_iter& blocks;

        item operator()(std::size_t b) const { return blocks.folded(b); }
    };

    item folded(std::size_t b) const
    {
        Folder fold{item(make_()), detail::local_function(f_)};
        this->base_.run(below(piece{b, b + 1}), fold);
        return std::move(fold.state);
    }

    [[nodiscard]] piece below(piece p) const
    {
        const std::size_t n = this->base_.extent();
        return {p.lo * length_, p.hi > n / length_ ? n : p.hi * length_};
    }

    std::size_t length_;
    fresh_state<I> make_;
    F f_;
};

template <class F, class State, class Item>
struct check_fold {
    static constexpr bool as_const = takes_item<const F&, Item, State&> || takes_item<const F&, Item, State>;
    static constexpr bool as_mutable = takes_item<F&, Item, State&> || takes_item<F&, Item, State>;
    static_assert(as_const || !as_mutable,
                  "weft: several threads call this function at once, so it is called through a const reference: a "
                  "mutable lambda (or a non-const operator()) is not allowed here");
    static_assert(as_const || as_mutable,
                  "weft: this function must take a state and an item (the state is the first argument, or what it "
                  "returns if it is a function without arguments)");
};

}  // namespace detail

template <class Self>
template <class I, class F>
auto par_iterator<Self>::fold(I identity, F f)
{
    static_assert(!Self::pulled && !detail::is_windowed<Self>(),
                  "weft: fold cannot follow bridged input, which has no length");
    detail::check_fold<F, typename detail::fresh_state<I>::type, typename Self::item>();
    Self self(moved());
    const std::size_t n = self.extent();
    return detail::fold_iter<Self, I, F>(std::move(self), detail::fixed_blocks::block_length(n), std::move(identity),
                                         std::move(f));
}

template <class Self>
template <class I, class F>
auto par_iterator<Self>::try_fold(I identity, F f)
{
    static_assert(!Self::pulled && !detail::is_windowed<Self>(),
                  "weft: fold cannot follow bridged input, which has no length");
    using value = typename detail::fresh_state<I>::type;
    detail::check_fold<F, value, typename Self::item>();
    using result = std::remove_cvref_t<decltype(detail::try_step(std::declval<const F&>(), std::declval<value&>(),
                                                                 std::declval<typename Self::item>()))>;
    static_assert(detail::holds_value<result>,
                  "weft: the function given to try_fold must return an optional or something like std::expected");
    Self self(moved());
    const std::size_t n = self.extent();
    return detail::fold_iter<Self, I, F, detail::try_folder<value, result, F>>(
        std::move(self), detail::fixed_blocks::block_length(n), std::move(identity), std::move(f));
}

template <class Self>
template <class I, class F>
auto par_iterator<Self>::fold_chunks(std::size_t n, I identity, F f)
{
    detail::check_indexed<Self>();
    detail::check_fold<F, typename detail::fresh_state<I>::type, typename Self::item>();
    if (n == 0) detail::throw_invalid_argument("weft: fold_chunks: length 0");
    return detail::fold_iter<Self, I, F>(moved(), n, std::move(identity), std::move(f));
}

namespace detail {

template <class T>
struct empty_chunk {
    std::size_t room;

    std::vector<T> operator()() const
    {
        std::vector<T> v;
        v.reserve(room);
        return v;
    }
};

struct append_to_chunk {
    template <class T, class X>
    [[gnu::always_inline]] void operator()(std::vector<T>& chunk, X&& x) const
    {
        chunk.emplace_back(std::forward<X>(x));
    }
};

}  // namespace detail

template <class Self>
auto par_iterator<Self>::chunks(std::size_t n)
{
    detail::check_indexed<Self>();
    if (n == 0) detail::throw_invalid_argument("weft: chunks: length 0");
    const std::size_t all = size();
    using make = detail::empty_chunk<detail::kept_t<typename Self::item>>;
    return fold_chunks(n, make{n < all ? n : all}, detail::append_to_chunk{});
}

}  // namespace weft
