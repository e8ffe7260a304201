// weft/async/when_any.hpp - several tasks side by side; the result of the first.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/group.hpp>
#include <weft/async/detail/stopped.hpp>
#include <weft/async/task.hpp>
#include <weft/async/when_all.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace weft {

namespace detail {

template <class T>
using or_monostate = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// What a when_any of these gives.
template <class... Ts>
struct any_results {
    static_assert(sizeof...(Ts) != 0, "weft: when_any needs a task at least");
    static_assert((!std::is_reference_v<Ts> && ...), "weft: when_any needs results that a variant can hold");
    // Refused: no more errors.
    using type = typename std::conditional_t<sizeof...(Ts) != 0, std::type_identity<std::variant<or_monostate<Ts>...>>,
                                             std::type_identity<std::monostate>>::type;
};
template <std::size_t I, class Variant, class T>
Variant take_as(group_member_of<T>& m)
{
    if constexpr (std::is_void_v<T>) {
        m.result().take();
        return Variant(std::in_place_index<I>);
    } else {
        return Variant(std::in_place_index<I>, m.result().take());
    }
}

template <class Variant, class List, std::size_t... Is>
Variant take_winner(List& members, const group_member* winner, std::index_sequence<Is...>)
{
    using take = Variant (*)(List&);
    static constexpr take by_index[] = {[](List& l) { return detail::take_as<Is, Variant>(std::get<Is>(l)); }...};
    const bool wins[] = {static_cast<const group_member*>(detail::address_of(std::get<Is>(members))) == winner...};
    std::size_t i = 0;
    while (!wins[i]) ++i;
    return by_index[i](members);
}

}  // namespace detail

/// A task that runs all `tasks` side by side on the pool until the first has ended, asks the others to stop, and ends when
/// they have. It gives a std::variant of the results in order (std::monostate for void), which holds that of the first
/// that has ended, but for those that ended with weft::stopped. If the first has failed, its exception is thrown. What the
/// others give or throw is dropped. If all were stopped, weft::stopped is thrown.
///
/// Throws:  from the call std::bad_alloc.
/// Cost:    as when_all.
/// Example: examples/async/race.cpp
template <class... Ts>
task<typename detail::any_results<Ts...>::type> when_any(task<Ts>... tasks)
{
    using results = typename detail::any_results<Ts...>::type;
    std::tuple<detail::group_member_of<Ts>...> members(std::move(tasks)...);
    detail::task_group group(detail::task_group::aim::any);
    std::apply([&](auto&... m) { (group.join(m), ...); }, members);
    co_await group;
    if (group.winner() == nullptr) detail::throw_stopped();
    co_return detail::take_winner<results>(members, group.winner(), std::index_sequence_for<Ts...>());
}

/// The same of any number of tasks with one type of result: the index of the first and its result; of task<void> the
/// index. Throws std::invalid_argument if there are none.
template <class T>
task<std::conditional_t<std::is_void_v<T>, std::size_t, std::pair<std::size_t, detail::or_monostate<T>>>> when_any(
    std::vector<task<T>> tasks)
{
    static_assert(!std::is_reference_v<T>, "weft: when_any needs results that a pair can hold");
    if (tasks.empty()) detail::throw_invalid_argument("weft::when_any: of no task none is the first");
    detail::task_group group(detail::task_group::aim::any);
    const detail::member_array<T> members(tasks, group);
    co_await group;
    if (group.winner() == nullptr) detail::throw_stopped();
    std::size_t i = 0;
    while (detail::address_of(members[i]) != group.winner()) ++i;
    if constexpr (std::is_void_v<T>) {
        members[i].result().take();
        co_return i;
    } else {
        co_return std::pair<std::size_t, T>(i, members[i].result().take());
    }
}

}  // namespace weft
