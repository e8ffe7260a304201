// weft/channel/select.hpp - wait for several operations and carry out exactly one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/deadline.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/detail/arm.hpp>
#include <weft/channel/detail/dispatch.hpp>
#include <weft/channel/detail/random_order.hpp>
#include <weft/channel/detail/recv_arm.hpp>
#include <weft/channel/detail/send_arm.hpp>
#include <weft/channel/timer.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/seam/construct.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::channels {

/// The base of arms that carry out an operation. The other arms are ways out.
struct operation_tag {};

/// As try_now of an arm, for the channels that are not worth separate code.
template <class Arm, class Then>
[[gnu::noinline]] bool try_waiting_part(Arm& a, Then& then)
{
    typename Arm::waiting part(a);
    if (!part.start(false) || !part.finish()) return false;
    then([&]() -> decltype(auto) { return part.run(); });
    return true;
}

/// What on_recv returns: a receiver and a function. Its waiting part is made only if nothing is ready at first glance.
template <class T, class F>
class on_recv_arm : public operation_tag {
public:
    on_recv_arm(const receiver<T>& from, F f) : from_(detail::address_of(from)), function_(std::move(f)) {}

    using result_type = std::invoke_result_t<F&&, recv_result<T>&&>;

    class waiting final : public recv_arm<T> {
    public:
        explicit waiting(on_recv_arm& what) noexcept : recv_arm<T>(*what.from_), what_(detail::address_of(what)) {}
        result_type run() { return std::forward<F>(what_->function_)(std::move(this->result())); }

    private:
        on_recv_arm* what_;
    };

    /// If a quick look finds the channel ready, receives, and gives the call of the function to `then`.
    template <class Then>
    bool try_now(Then& then)
    {
        recv_result<T> result = result_access::nothing<T>();
        landing<T> land;
        bool is_buffered = true;
        const auto try_it = [&](auto& channel) {
            if constexpr (buffered<decltype(channel)>) {
                return channels::recv_now(channel, channel_access::view_of(*from_), false, land.into(result));
            } else {
                is_buffered = false;
                return channel_status::blocked;
            }
        };
        const channel_status s = channel_access::with_channel(*from_, try_it);
        if (!is_buffered) return channels::try_waiting_part(*this, then);
        if (s == channel_status::blocked) return false;
        land.end(result, s);
        then([&]() -> decltype(auto) { return std::forward<F>(function_)(std::move(result)); });
        return true;
    }

private:
    const receiver<T>* from_;
    F function_;
};

/// What on_send returns. V: a reference to a T, to what a T can be made from, or to a function that makes one.
template <class T, class V, class G>
class on_send_arm : public operation_tag {
    using element = typename kinds<T>::element;
    static constexpr bool is_value = std::constructible_from<T, V>;
    static constexpr bool is_ready = in_hand<T, argument<V>>;
    static constexpr bool is_element = is_ready && !std::is_lvalue_reference_v<V>;

public:
    on_send_arm(const sender<T>& to, V value, G g)
        : to_(detail::address_of(to)), value_(static_cast<V>(value)), function_(std::move(g))
    {
    }

    using result_type = std::invoke_result_t<G&&, send_result>;

    class waiting final : public send_arm<T> {
    public:
        explicit waiting(on_send_arm& what) noexcept
            : send_arm<T>(*what.to_, what.own_message()), what_(detail::address_of(what))
        {
        }
        bool finish()
        {
            return send_arm<T>::finish([this]() -> element& { return what_->message(); });
        }
        result_type run() { return std::forward<G>(what_->function_)(this->result()); }

    private:
        on_send_arm* what_;
    };

    /// If a quick look finds the channel ready, sends, and gives the call of the function to `then`.
    template <class Then>
    bool try_now(Then& then)
    {
        bool is_buffered = true;
        const auto try_it = [&](auto& channel) {
            if constexpr (!buffered<decltype(channel)>) {
                is_buffered = false;
                return channel_status::blocked;
            } else if constexpr (is_ready) {
                return channels::send_now(channel, false, static_cast<V>(value_));
            } else {
                const channel_status s = channel.promise();
                return s == channel_status::done ? channels::keep_promise<T>(channel, [this] { return make(); }) : s;
            }
        };
        const channel_status s = channel_access::with_channel(*to_, try_it);
        if (!is_buffered) return channels::try_waiting_part(*this, then);
        if (s == channel_status::blocked) return false;
        then([&]() -> decltype(auto) { return std::forward<G>(function_)(result_access::sent(s)); });
        return true;
    }

private:
    element make()
    {
        if constexpr (is_value) {
            return detail::make_held<T>(static_cast<V>(value_));
        } else {
            return detail::make_held<T>(static_cast<V>(value_)());
        }
    }

    /// Made once: if the partner for which it was made has left, another one may take it.
    element& message()
    {
        if constexpr (is_element) {
            return value_;
        } else {
            if (!made_) made_.emplace(make());
            return *made_;
        }
    }

    /// What is in hand; null if it has yet to be made.
    element* own_message() noexcept
    {
        if constexpr (is_element) {
            return detail::address_of(value_);
        } else if constexpr (is_ready) {
            return detail::address_of(made_ ? *made_ : made_.emplace(value_));
        } else {
            return made_ ? detail::address_of(*made_) : nullptr;
        }
    }

    struct nothing {};
    const sender<T>* to_;
    V value_;
    [[no_unique_address]] std::conditional_t<is_element, nothing, std::optional<element>> made_;
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
    clock::duration limit;
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

// What the compiler says, in its first line, about arguments that do not fit.

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

/// The waiting part of an operation; for a way out, the way out itself.
template <class Arm>
struct waiting_part {
    explicit waiting_part(Arm& a) noexcept : way_out(detail::address_of(a)) {}
    Arm* way_out;
};
template <class Arm>
    requires is_operation<Arm>
struct waiting_part<Arm> {
    explicit waiting_part(Arm& a) noexcept : operation(a) {}
    typename Arm::waiting operation;
};

/// Looks at the arms quickly, in random order or in the order given, and carries out the first one that is ready.
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
    random_order_of<count, Fair> order;
    for (std::size_t i = 0; i < count; ++i, order.next()) {
        if (try_at(order.current())) return true;
    }
    return false;
}

/// The waiting parts of the arms of a select.
template <class... Arms>
class select_parts {
    static constexpr std::size_t count = (std::size_t{is_operation<Arms>} + ... + 0);

public:
    explicit select_parts(Arms&... all) noexcept : parts_(all...)
    {
        std::size_t filled = 0;
        const auto look_at = [&]<class Arm>(waiting_part<Arm>& part) {
            if constexpr (is_operation<Arm>) {
                arms_[filled++] = detail::address_of(part.operation);
            } else if constexpr (is_timeout<Arm>) {
                deadline_ = part.way_out->deadline;
            }
        };
        std::apply([&](auto&... part) { (look_at(part), ...); }, parts_);
    }
    select_parts(const select_parts&) = delete;
    select_parts& operator=(const select_parts&) = delete;

    [[nodiscard]] std::span<arm* const> arms() const noexcept { return arms_; }
    [[nodiscard]] clock::time_point deadline() const noexcept { return deadline_; }

    /// Gives the call of the chosen one's function, or of the way out's if that is null, to `then`. False: a partner at a
    /// rendezvous has gone back.
    template <class Then>
    bool finish(const arm* chosen, Then& then)
    {
        bool done = true;
        const auto look_at = [&]<class Arm>(waiting_part<Arm>& part) {
            if constexpr (is_operation<Arm>) {
                if (chosen != detail::address_of(part.operation)) return;
                done = part.operation.finish();
                if (done) then([&]() -> decltype(auto) { return part.operation.run(); });
            } else {
                if (chosen == nullptr) then([&]() -> decltype(auto) { return std::move(part.way_out->function)(); });
            }
        };
        std::apply([&](auto&... part) { (look_at(part), ...); }, parts_);
        return done;
    }

private:
    std::tuple<waiting_part<Arms>...> parts_;
    std::array<arm*, count> arms_{};
    clock::time_point deadline_ = no_deadline;
};

/// Carries out one of the arms, waiting for it if `waits`. False: a partner at a rendezvous has gone back.
template <bool Fair, class Then, class... Arms>
[[gnu::noinline]] bool select_slowly(bool waits, Then& then, Arms&... all)
{
    select_parts<Arms...> parts(all...);
    arm* const chosen = waits ? detail::channels::choose(parts.arms(), Fair, parts.deadline())
                              : detail::channels::choose_now(parts.arms(), Fair);
    return parts.finish(chosen, then);
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
    while (!detail::channels::select_now<Fair>(then, all...) &&
           !detail::channels::select_slowly<Fair>(waits, then, all...)) {}
    if constexpr (!std::is_void_v<result>) return result(*std::move(outcome));
}

}  // namespace detail::channels

/// An arm of select that receives from `from` and calls `f(recv_result<T>)`. A closed channel counts as ready.
///
/// Requires: `from` lives until select has returned.
template <class T, detail::channels::takes_received<T> F>
[[nodiscard]] auto on_recv(const receiver<T>& from, F f)
{
    return detail::channels::on_recv_arm<T, F>(from, std::move(f));
}

/// An arm of select that sends `value` to `to` and calls `g(send_result)`. `value` is a T, something that a T can be
/// constructed from, or a function that makes one; it is copied, moved or called only if this arm is chosen. A closed
/// channel counts as ready; then the value is left alone.
///
/// While the message is being made a place is kept for it, but no receiver waits for it: receivers find the channel as
/// it is without the message, and may leave. So the receiver at a rendezvous for which it was made may have run out of
/// time by then. Select then goes on with the message in hand, and if another arm is ready first the message is lost.
/// It is also lost if the channel closes meanwhile because its last receiver has gone.
///
/// Requires: `to` and `value` live until select has returned.
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
    return detail::channels::timeout_arm<H>{detail::deadline_after(limit), detail::ticks_of(limit), std::move(h)};
}

/// Waits until one of several operations can be done, does exactly that one, calls its function, and returns what that
/// returns (as the common type of all functions; nothing if one of them returns nothing). If several operations are
/// ready, each has the same chance. The function is called after the operation, by this thread.
///
///     select(on_recv(jobs, [&](auto job) { … }), on_recv(stop, [&](auto) { … }), on_timeout(1s, [&] { … }));
///
/// The same channel may appear in several arms; a thread never meets itself at a rendezvous.
///
/// Blocking: until an operation can be done, unless there is an on_default or on_timeout.
/// Throws:   what moving a message, making a value, or the function throws. If making a value throws, nothing is sent.
/// Cost:     nothing is allocated. Ready: about a nanosecond per arm to look, a locked operation to do it.
/// Example:  examples/channel/select_timeout.cpp
/// Source:   Go's select; Hoare, Communicating Sequential Processes (CACM 1978).
template <detail::channels::select_arm... Arms>
auto select(Arms&&... arms)
{
    return detail::channels::select_from<true>(arms...);
}

/// As select, but if several operations are ready the first of them is done. A first one that is always ready starves
/// the others.
template <detail::channels::select_arm... Arms>
auto select_biased(Arms&&... arms)
{
    return detail::channels::select_from<false>(arms...);
}

}  // namespace weft
