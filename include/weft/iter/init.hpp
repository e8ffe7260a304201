// weft/iter/init.hpp - map_init, map_with, for_each_init, for_each_with: functions that keep a state for each worker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/lock_guard.hpp>
#include <weft/iter/for_each.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/seam/memory.hpp>
#include <weft/sync/mutex.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// States that are lent to blocks. A block that ends gives its state back, so there are never more states than blocks
/// at one time: one per worker and nesting level. The lock is held for two moves of a pointer, twice per block.
template <class T>
class state_pool {
    struct node {
        T state;
        node* next;

        template <class Make>
        node(const Make& make, node* behind) : state(make()), next(behind)
        {
        }
    };

public:
    state_pool() = default;
    state_pool(const state_pool&) noexcept {}  // a chain that is copied or moved has not run
    state_pool& operator=(const state_pool&) = delete;
    ~state_pool()
    {
        while (free_ != nullptr) detail::dispose(std::exchange(free_, free_->next));
    }

    /// A state, for as long as the object lives.
    class loan {
    public:
        template <class Make>
        loan(state_pool& from, const Make& make) : from_(from)
        {
            {
                const lock_guard hold(from.lock_);
                node_ = from.free_;
                if (node_ != nullptr) from.free_ = node_->next;
            }
            if (node_ == nullptr) node_ = detail::make<node>(make, nullptr);
        }
        ~loan()
        {
            const lock_guard hold(from_.lock_);
            node_->next = from_.free_;
            from_.free_ = node_;
        }
        loan(const loan&) = delete;
        loan& operator=(const loan&) = delete;

        T& operator*() const { return node_->state; }

    private:
        state_pool& from_;
        node* node_;
    };

private:
    mutex lock_;
    node* free_ = nullptr;
};

template <class Base, class Init, class F>
class map_init_iter : public par_iterator<map_init_iter<Base, Init, F>>, public adaptor_base<Base> {
    using state = std::remove_cvref_t<std::invoke_result_t<const Init&>>;

public:
    static constexpr indexing index_grade = detail::weaker(Base::index_grade, indexing::exact);
    static constexpr bool runs_functions = true;
    using item = decltype(detail::call_with(std::declval<const F&>(), std::declval<state&>(),
                                            std::declval<typename Base::item>()));

    map_init_iter(Base&& base, Init&& init, F&& f)
        : adaptor_base<Base>(std::move(base)), init_(std::move(init)), f_(std::move(f))
    {
    }

    template <class Piece, class Sink>
    auto run(Piece&& p, Sink& sink) const
    {
        const typename state_pool<state>::loan mine(states_, init_);
        map_init_sink<Sink> mapped{detail::local_function(f_), *mine, sink};
        return this->base_.run(p, mapped);
    }

private:
    template <class Sink>
    struct map_init_sink {
        const local_function_t<F> f;
        state& own;
        Sink& sink;

        template <class X>
        [[gnu::always_inline]] auto operator()(X&& x)
        {
            return sink(detail::call_with(f, own, std::forward<X>(x)));
        }
    };

    Init init_;
    F f_;
    mutable state_pool<state> states_;
};

template <class Init, class F, class Item>
struct check_init {
    static_assert(std::is_invocable_v<const Init&>,
                  "weft: the first argument must be a function without arguments that makes a state; several threads "
                  "call it, so a mutable lambda is not allowed here");
    static constexpr bool makes()
    {
        if constexpr (std::is_invocable_v<const Init&>) return !std::is_void_v<std::invoke_result_t<const Init&>>;
        return false;
    }
    static constexpr bool takes()
    {
        if constexpr (makes()) {
            return takes_item<const F&, Item, std::remove_cvref_t<std::invoke_result_t<const Init&>>&>;
        }
        return false;
    }
    static_assert(takes(),
                  "weft: this function must take a state by reference and an item, and be callable through a const "
                  "reference");
};

/// Makes copies of a value.
template <class T>
struct copy_of {
    static_assert(std::is_copy_constructible_v<T>,
                  "weft: each worker needs a copy of this state, so it must be copyable");

    T state;

    T operator()() const { return state; }
};

/// Calls f and returns something, so that an f without a result can be mapped.
template <class F>
struct call_only {
    F f;

    template <class State, class X>
        requires takes_item<const F&, X, State&>
    [[gnu::always_inline]] char operator()(State& state, X&& x) const
    {
        detail::call_with(f, state, std::forward<X>(x));
        return 0;
    }
};

}  // namespace detail

template <class Self>
template <class Init, class F>
auto par_iterator<Self>::map_init(Init init, F f)
{
    detail::check_init<Init, F, typename Self::item>();
    return detail::map_init_iter<Self, Init, F>(moved(), std::move(init), std::move(f));
}

template <class Self>
template <class T, class F>
auto par_iterator<Self>::map_with(T state, F f)
{
    return map_init(detail::copy_of<T>{std::move(state)}, std::move(f));
}

template <class Self>
template <class T, class F>
void par_iterator<Self>::for_each_with(T state, F f, place where)
{
    const auto region = this->region_at(where);
    for_each_init(detail::copy_of<T>{std::move(state)}, std::move(f), where);
}

template <class Self>
template <class Init, class F>
void par_iterator<Self>::for_each_init(Init init, F f, place where)
{
    const auto region = this->region_at(where);
    detail::check_init<Init, F, typename Self::item>();
    map_init(std::move(init), detail::call_only<F>{std::move(f)}).for_each([](char) {}, where);
}

}  // namespace weft
