// weft/channel/select.hpp - wait for several operations and carry out exactly one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/clock.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/detail/arm.hpp>
#include <weft/channel/timer.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::channels {

template <class T, class F>
class on_recv_arm final : public recv_arm<T> {
public:
    on_recv_arm(const receiver<T>& from, F f) : recv_arm<T>(from), function_(std::move(f)) {}

    using result_type = std::invoke_result_t<F&&, recv_result<T>&&>;
    result_type run() { return std::forward<F>(function_)(std::move(this->result())); }

private:
    F function_;
};

/// V: a reference to a T, to what a T can be made from, or to a function that makes one.
template <class T, class V, class G>
class on_send_arm final : public send_arm<T> {
    static constexpr bool is_value = std::constructible_from<T, V>;
    static constexpr bool is_message = std::same_as<V, T&&>;

public:
    on_send_arm(const sender<T>& to, V value, G g)
        : send_arm<T>(to, message_in(value)), value_(static_cast<V>(value)), function_(std::move(g))
    {
    }

    bool finish()
    {
        return send_arm<T>::finish(
            [this](storage_cell<T>& cell) noexcept(is_message&& std::is_nothrow_move_constructible_v<T>) {
                if constexpr (is_value) {
                    cell.construct(static_cast<V>(value_));
                } else {
                    cell.construct(static_cast<V>(value_)());
                }
            },
            [this]() -> T& {
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
            });
    }

    using result_type = std::invoke_result_t<G&&, send_result>;
    result_type run() { return std::forward<G>(function_)(this->result()); }

private:
    static T* message_in([[maybe_unused]] std::remove_reference_t<V>& value) noexcept
    {
        if constexpr (is_message) {
            return std::addressof(value);
        } else {
            return nullptr;
        }
    }

    struct nothing {};
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
concept select_arm = is_default<std::remove_cvref_t<A>> || is_timeout<std::remove_cvref_t<A>> ||
                     std::derived_from<std::remove_cvref_t<A>, arm>;

/// What select returns: nothing if one of the functions returns nothing.
template <class... Results>
struct result_of_select : std::common_type<Results...> {};
template <class... Results>
    requires(std::is_void_v<Results> || ...)
struct result_of_select<Results...> {
    using type = void;
};

/// Carries out one of the operations among `all`, or the way out.
template <bool Fair, class... Arms>
auto select_from(Arms&... all)
{
    using result = typename result_of_select<typename Arms::result_type...>::type;
    constexpr std::size_t count = (std::size_t{std::derived_from<Arms, arm>} + ...);
    constexpr bool waits = !(is_default<Arms> || ...);
    static_assert(count + 1 >= sizeof...(Arms), "weft: select takes one on_default or one on_timeout, not both");
    static_assert(count != 0 || !waits || (is_timeout<Arms> || ...), "weft: select needs an operation");

    std::array<arm*, count> arms{};
    std::size_t filled = 0;
    clock::time_point deadline = no_deadline;
    const auto look_at = [&](auto& a) {
        using type = std::remove_reference_t<decltype(a)>;
        if constexpr (std::derived_from<type, arm>) {
            arms[filled++] = &a;
        } else if constexpr (is_timeout<type>) {
            deadline = a.deadline;
        }
    };
    (look_at(all), ...);

    for (;;) {
        arm* chosen = nullptr;
        // First a quick look at each, known by its type; the walk is the same as that of choose().
        walk order(count, prime_from(count), Fair);
        for (std::size_t i = 0; i < count && chosen == nullptr; ++i, order.next()) {
            std::size_t at = 0;
            const auto try_it = [&](auto& a) {
                if constexpr (std::derived_from<std::remove_reference_t<decltype(a)>, arm>) {
                    if (at++ == order.current() && a.start(false)) chosen = &a;
                }
            };
            (try_it(all), ...);
        }
        if (chosen == nullptr) chosen = waits ? choose(arms, Fair, deadline) : choose_now(arms, Fair);

        // At most one arm is run; a partner at a rendezvous may still have gone back.
        bool gone_back = false;
        std::optional<std::conditional_t<std::is_void_v<result>, bool, result>> outcome;
        const auto run_it = [&](auto& a) {
            using type = std::remove_reference_t<decltype(a)>;
            const auto call = [&](auto&& f) {
                if constexpr (std::is_void_v<result>) {
                    static_cast<void>(f());
                    outcome = true;
                } else {
                    outcome.emplace(f());
                }
            };
            if constexpr (std::derived_from<type, arm>) {
                if (chosen != &a) return;
                if (a.finish()) {
                    call([&]() -> decltype(auto) { return a.run(); });
                } else {
                    gone_back = true;
                }
            } else {
                if (chosen == nullptr) call([&]() -> decltype(auto) { return std::move(a.function)(); });
            }
        };
        (run_it(all), ...);
        if (gone_back) continue;
        if constexpr (std::is_void_v<result>) {
            return;
        } else {
            return result(*std::move(outcome));
        }
    }
}

}  // namespace detail::channels

/// An arm of select that receives from `from` and calls `f(recv_result<T>)`. A closed channel counts as ready.
/// `from` must live until select has returned.
template <class T, class F>
    requires std::invocable<F&&, recv_result<T>&&>
[[nodiscard]] auto on_recv(const receiver<T>& from, F f)
{
    return detail::channels::on_recv_arm<T, F>(from, std::move(f));
}

/// An arm of select that sends `value` to `to` and calls `g(send_result)`. `value` is a T, what a T can be constructed
/// from, or a function that makes one; it is copied, moved or called only if this arm is chosen. A closed channel
/// counts as ready; then the value is left alone. `to` and `value` must live until select has returned.
template <class T, class V, class G>
    requires std::invocable<G&&, send_result> &&
             (std::constructible_from<T, V &&> || requires(V&& v) { T(std::forward<V>(v)()); })
[[nodiscard]] auto on_send(const sender<T>& to, V&& value, G g)
{
    return detail::channels::on_send_arm<T, V&&, G>(to, std::forward<V>(value), std::move(g));
}

/// What select does if no operation is ready now.
template <std::invocable H>
[[nodiscard]] auto on_default(H h)
{
    return detail::channels::default_arm<H>{std::move(h)};
}

/// What select does if no operation becomes ready within `limit`, counted from here.
template <class Rep, class Period, std::invocable H>
[[nodiscard]] auto on_timeout(std::chrono::duration<Rep, Period> limit, H h)
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
/// Cost:     nothing is allocated. Some nanoseconds per arm to look; a locked operation to do it.
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
