// weft/channel/select.hpp - wait for several operations and carry out exactly one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/chrono.hpp>
#include <weft/base/construct.hpp>
#include <weft/base/deadline.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/detail/arm.hpp>
#include <weft/channel/timer.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::channels {

/// What carries out an operation; the other arms are ways out.
struct operation_tag {};

/// As try_now of an arm, for the flavours that are not worth code of their own.
template <class Arm, class Then>
[[gnu::noinline]] bool try_waiting_part(Arm& a, Then& then)
{
    typename Arm::waiting part(a);
    if (!part.start(false) || !part.finish()) return false;
    then([&]() -> decltype(auto) { return part.run(); });
    return true;
}

/// What on_recv gives: a receiver and a function. Its waiting part is made only where nothing is ready at first sight.
template <class T, class F>
class on_recv_arm : public operation_tag {
    using array = array_channel<T>;
    using list = list_channel<T>;

public:
    on_recv_arm(const receiver<T>& from, F f) : from_(&from), function_(std::move(f)) {}

    using result_type = std::invoke_result_t<F&&, recv_result<T>&&>;

    class waiting final : public recv_arm<T> {
    public:
        explicit waiting(on_recv_arm& what) noexcept : recv_arm<T>(*what.from_), what_(&what) {}
        result_type run() { return std::forward<F>(what_->function_)(std::move(this->result())); }

    private:
        on_recv_arm* what_;
    };

    /// Receives if a hasty look finds the channel ready, and gives the call of the function to `then`.
    template <class Then>
    bool try_now(Then& then)
    {
        recv_result<T> result = result_access::nothing<T>();
        const auto store = [&result](T&& m) { result_access::room(result).construct(std::move(m)); };
        channel_status s;
        switch (channel_access::flavour_of(*from_)) {
            case flavour::array: {
                array& channel = channel_access::channel_of<array>(*from_);
                typename array::claim c;
                s = channel.start_recv(c, false);
                if (s == channel_status::done) channel.finish_recv(c, store);
                break;
            }
            case flavour::list: {
                list& channel = channel_access::channel_of<list>(*from_);
                list_view& view = channel_access::view_of(*from_);
                typename list::claim c;
                s = channel.start_recv(c, view, false);
                if (s == channel_status::done) channel.finish_recv(c, view, store);
                break;
            }
            default:
                return try_waiting_part(*this, then);
        }
        if (s == channel_status::blocked) return false;
        result_access::set(result, s);
        then([&]() -> decltype(auto) { return std::forward<F>(function_)(std::move(result)); });
        return true;
    }

private:
    const receiver<T>* from_;
    F function_;
};

/// What on_send gives. V: a reference to a T, to what a T can be made from, or to a function that makes one.
template <class T, class V, class G>
class on_send_arm : public operation_tag {
    using array = array_channel<T>;
    using list = list_channel<T>;
    static constexpr bool is_value = std::constructible_from<T, V>;
    static constexpr bool is_message = std::same_as<V, T&&>;

public:
    on_send_arm(const sender<T>& to, V value, G g) : to_(&to), value_(static_cast<V>(value)), function_(std::move(g)) {}

    using result_type = std::invoke_result_t<G&&, send_result>;

    class waiting final : public send_arm<T> {
    public:
        explicit waiting(on_send_arm& what) noexcept : send_arm<T>(*what.to_, what.own_message()), what_(&what) {}
        bool finish()
        {
            return send_arm<T>::finish(what_->fill(), [this]() -> T& { return what_->message(); });
        }
        result_type run() { return std::forward<G>(what_->function_)(this->result()); }

    private:
        on_send_arm* what_;
    };

    /// Sends if a hasty look finds the channel ready, and gives the call of the function to `then`.
    template <class Then>
    bool try_now(Then& then)
    {
        channel_status s;
        switch (channel_access::flavour_of(*to_)) {
            case flavour::array: {
                array& channel = channel_access::channel_of<array>(*to_);
                typename array::claim c;
                s = channel.start_send(c, false);
                if (s == channel_status::done) channel.finish_send(c, fill());
                break;
            }
            case flavour::list: {
                list& channel = channel_access::channel_of<list>(*to_);
                typename list::claim c;
                s = channel.start_send(c, false);
                if (s == channel_status::done) channel.finish_send(c, fill());
                break;
            }
            default:
                return try_waiting_part(*this, then);
        }
        if (s == channel_status::blocked) return false;
        then([&]() -> decltype(auto) { return std::forward<G>(function_)(result_access::sent(s)); });
        return true;
    }

private:
    /// Constructs the message in its place.
    auto fill() noexcept
    {
        return [this](storage_cell<T>& cell) noexcept(is_message&& std::is_nothrow_move_constructible_v<T>) {
            if constexpr (is_value) {
                cell.construct(static_cast<V>(value_));
            } else {
                cell.construct(static_cast<V>(value_)());
            }
        };
    }

    /// The message for a partner at a rendezvous. Made once: the partner may refuse, and another one take it.
    T& message()
    {
        if constexpr (is_message) {
            return value_;
        } else {
            if (!made_) {
                if constexpr (is_value) {
                    made_.emplace(static_cast<V>(value_));
                } else {
                    made_.emplace(static_cast<V>(value_)());
                }
            }
            return *made_;
        }
    }

    T* own_message() noexcept
    {
        if constexpr (is_message) {
            return detail::address_of(value_);
        } else {
            return nullptr;
        }
    }

    struct nothing {};
    const sender<T>* to_;
    V value_;
    [[no_unique_address]] std::conditional_t<is_message, nothing, std::optional<T>> made_;
    G function_;
};

template <class H>
struct default_arm {
    H function;
    using result_type = std::invoke_result_t<H&&>;
};

template <class H>
struct timeout_arm {
    clock::time_point deadline;
    H function;
    using result_type = std::invoke_result_t<H&&>;
};

template <class A>
inline constexpr bool is_default = false;
template <class H>
inline constexpr bool is_default<default_arm<H>> = true;
template <class A>
inline constexpr bool is_timeout = false;
template <class H>
inline constexpr bool is_timeout<timeout_arm<H>> = true;

template <class A>
inline constexpr bool is_operation = std::derived_from<A, operation_tag>;

template <class A>
inline constexpr bool is_arm = is_default<A> || is_timeout<A> || is_operation<A>;

// What the compiler says about other arguments, in the first line.

template <class A>
struct check_arm {
    static constexpr bool ok = true;
    static_assert(is_arm<A>, "weft: select takes arms: on_recv, on_send, on_default or on_timeout");
};
template <class A>
concept select_arm = is_arm<std::remove_cvref_t<A>> || check_arm<std::remove_cvref_t<A>>::ok;

template <class F, class T>
struct check_received {
    static constexpr bool ok = true;
    static_assert(std::is_invocable_v<F&&, recv_result<T>&&>,
                  "weft: the function of on_recv is called with a recv_result of this channel, which may be closed");
};
template <class F, class T>
concept takes_received = check_received<F, T>::ok;

template <class G>
struct check_sent_function {
    static constexpr bool ok = true;
    static_assert(std::is_invocable_v<G&&, send_result>, "weft: the function of on_send is called with a send_result");
};
template <class G>
concept takes_sent = check_sent_function<G>::ok;

/// What on_send may be given to make a T from.
template <class V, class T>
concept makes_message = std::constructible_from<T, V&&> || requires(V&& v) { T(std::forward<V>(v)()); };

template <class V, class T>
struct check_offered {
    static constexpr bool ok = true;
    static_assert(makes_message<V, T>,
                  "weft: a message of this channel cannot be made from this argument (nor from what it returns)");
};
template <class V, class T>
concept offers_message = makes_message<V, T> || check_offered<V, T>::ok;

template <class H>
struct check_way_out {
    static constexpr bool ok = true;
    static_assert(std::is_invocable_v<H&&>,
                  "weft: the function of on_default, or of on_timeout, is called without arguments");
};
template <class H>
concept way_out = check_way_out<H>::ok;

template <class... Results>
concept have_common_type = requires { typename std::common_type<Results...>::type; };

/// What select returns: nothing if one of the functions returns nothing.
template <class... Results>
struct result_of_select : std::common_type<Results...> {};
template <class... Results>
    requires(std::is_void_v<Results> || ...)
struct result_of_select<Results...> {
    using type = void;
};

/// The waiting part of an operation; nothing for a way out.
template <class Arm>
struct waiting_part {
    explicit waiting_part(Arm& a) noexcept : way_out(&a) {}
    Arm* way_out;
};
template <class Arm>
    requires is_operation<Arm>
struct waiting_part<Arm> {
    explicit waiting_part(Arm& a) noexcept : operation(a) {}
    typename Arm::waiting operation;
};

/// Of the arms in the order of `walk`, carries out the first one that is ready at a hasty look.
template <bool Fair, class Then, class... Arms>
bool select_now(Then& then, Arms&... all)
{
    constexpr std::size_t count = (std::size_t{is_operation<Arms>} + ...);
    const auto try_at = [&](std::size_t wanted) {
        std::size_t at = 0;
        const auto try_it = [&](auto& a) {
            if constexpr (is_operation<std::remove_reference_t<decltype(a)>>) {
                return at++ == wanted && a.try_now(then);
            } else {
                return false;
            }
        };
        return (try_it(all) || ...);
    };
    walk_of<count, Fair> order;
    for (std::size_t i = 0; i < count; ++i, order.next()) {
        if (try_at(order.current())) return true;
    }
    return false;
}

/// Carries out one of the arms, waiting for it if `waits`. False: a partner at a rendezvous has gone back.
template <bool Fair, class Then, class... Arms>
[[gnu::noinline]] bool select_slowly(bool waits, Then& then, Arms&... all)
{
    constexpr std::size_t count = (std::size_t{is_operation<Arms>} + ...);
    std::tuple<waiting_part<Arms>...> parts(all...);
    std::array<arm*, count> arms{};
    std::size_t filled = 0;
    clock::time_point deadline = no_deadline;
    const auto look_at = [&]<class Arm>(waiting_part<Arm>& part) {
        if constexpr (is_operation<Arm>) {
            arms[filled++] = &part.operation;
        } else if constexpr (is_timeout<Arm>) {
            deadline = part.way_out->deadline;
        }
    };
    const auto for_each = [&](auto f) { std::apply([&](auto&... part) { (f(part), ...); }, parts); };
    for_each(look_at);

    arm* const chosen = waits ? choose(arms, Fair, deadline) : choose_now(arms, Fair);
    bool done = true;
    for_each([&]<class Arm>(waiting_part<Arm>& part) {
        if constexpr (is_operation<Arm>) {
            if (chosen != &part.operation) return;
            done = part.operation.finish();
            if (done) then([&]() -> decltype(auto) { return part.operation.run(); });
        } else {
            if (chosen == nullptr) then([&]() -> decltype(auto) { return std::move(part.way_out->function)(); });
        }
    });
    return done;
}

/// Carries out one of the operations among `all`, or the way out.
template <bool Fair, class... Arms>
auto select_from(Arms&... all)
{
    static_assert(
        (std::is_void_v<typename Arms::result_type> || ...) || have_common_type<typename Arms::result_type...>,
        "weft: the functions of a select return types that have nothing in common");
    using result = typename result_of_select<typename Arms::result_type...>::type;
    constexpr std::size_t count = (std::size_t{is_operation<Arms>} + ...);
    constexpr bool waits = !(is_default<Arms> || ...);
    static_assert(count + 1 >= sizeof...(Arms), "weft: select takes one on_default or one on_timeout, not both");
    static_assert(count != 0 || !waits || (is_timeout<Arms> || ...), "weft: select needs an operation");

    std::optional<std::conditional_t<std::is_void_v<result>, bool, result>> outcome;
    auto then = [&](auto&& call) {
        if constexpr (std::is_void_v<result>) {
            static_cast<void>(call());
        } else {
            outcome.emplace(call());
        }
    };
    while (!select_now<Fair>(then, all...) && !select_slowly<Fair>(waits, then, all...)) {}
    if constexpr (!std::is_void_v<result>) return result(*std::move(outcome));
}

}  // namespace detail::channels

/// An arm of select that receives from `from` and calls `f(recv_result<T>)`. A closed channel counts as ready.
/// `from` must live until select has returned.
template <class T, detail::channels::takes_received<T> F>
[[nodiscard]] auto on_recv(const receiver<T>& from, F f)
{
    return detail::channels::on_recv_arm<T, F>(from, std::move(f));
}

/// An arm of select that sends `value` to `to` and calls `g(send_result)`. `value` is a T, what a T can be constructed
/// from, or a function that makes one; it is copied, moved or called only if this arm is chosen. A closed channel
/// counts as ready; then the value is left alone. `to` and `value` must live until select has returned.
template <class T, detail::channels::offers_message<T> V, detail::channels::takes_sent G>
[[nodiscard]] auto on_send(const sender<T>& to, V&& value, G g)
{
    return detail::channels::on_send_arm<T, V&&, G>(to, std::forward<V>(value), std::move(g));
}

/// What select does if no operation is ready now.
template <detail::channels::way_out H>
[[nodiscard]] auto on_default(H h)
{
    return detail::channels::default_arm<H>{std::move(h)};
}

/// What select does if no operation becomes ready within `limit`, counted from here.
template <detail::duration Limit, detail::channels::way_out H>
[[nodiscard]] auto on_timeout(Limit limit, H h)
{
    return detail::channels::timeout_arm<H>{detail::deadline_after(limit), std::move(h)};
}

/// Waits until one of several operations can be done, does exactly that one, and calls its function; returns what that
/// returns (the common type of all; nothing if one of them returns nothing). Of several ready ones each has the same
/// chance. The functions are called after the operation, by this thread.
///
///     select(on_recv(jobs, [&](auto job) { … }), on_recv(stop, [&](auto) { … }), on_timeout(1s, [&] { … }));
///
/// The same channel may appear in several arms; a thread never meets itself at a rendezvous.
///
/// Blocking: until an operation can be done, unless there is an on_default or on_timeout.
/// Throws:   what moving a message, making a value, or the function throws. If making a value throws, nothing was sent.
/// Cost:     nothing is allocated. Ready: about a nanosecond per arm to look, a locked operation to do it.
/// Example:  examples/select_timeout/main.cpp
/// Source:   Go's select; Hoare, Communicating Sequential Processes (CACM 1978).
template <detail::channels::select_arm... Arms>
auto select(Arms&&... arms)
{
    return detail::channels::select_from<true>(arms...);
}

/// As select, but of several ready operations the first one is done. A busy first one starves the others.
template <detail::channels::select_arm... Arms>
auto select_biased(Arms&&... arms)
{
    return detail::channels::select_from<false>(arms...);
}

}  // namespace weft
