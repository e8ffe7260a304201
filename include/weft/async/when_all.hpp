// weft/async/when_all.hpp - several tasks side by side; all of their results.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/group.hpp>
#include <weft/async/task.hpp>

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

template <class T>
using result_list = std::conditional_t<std::is_void_v<T>, std::tuple<>, std::tuple<T>>;

/// The results but for void, as join gives them: a tuple, or the only one.
template <class List>
struct joined_results {
    using type = List;
};
template <class T>
struct joined_results<std::tuple<T>> {
    using type = T;
};
template <>
struct joined_results<std::tuple<>> {
    using type = void;
};
template <class... Ts>
using all_results = typename joined_results<decltype(std::tuple_cat(std::declval<result_list<Ts>>()...))>::type;

template <class T>
result_list<T> take_as_list(group_member_of<T>& m)
{
    if constexpr (std::is_void_v<T>) {
        m.result().take();
        return {};
    } else {
        return result_list<T>(m.result().take());
    }
}

/// Throws what the first member has that failed.
template <class T>
void rethrow_failure(group_member_of<T>& m)
{
    if (m.has_failed()) std::rethrow_exception(m.result().take_error());
}

template <class... Ts>
all_results<Ts...> take_all(group_member_of<Ts>&... members)
{
    (detail::rethrow_failure(members), ...);
    if constexpr (std::is_void_v<all_results<Ts...>>) {
        return;
    } else {
        auto results = std::tuple_cat(detail::take_as_list(members)...);
        if constexpr (std::tuple_size_v<decltype(results)> == 1) {
            return std::get<0>(std::move(results));
        } else {
            return results;
        }
    }
}

template <class... Ts>
struct member_list {
    explicit member_list(weft::task<Ts>&... tasks) : members(std::move(tasks)...)
    {
        std::apply([this](auto&... m) { (group.join(m), ...); }, members);
    }
    std::tuple<group_member_of<Ts>...> members;
    task_group group{task_group::aim::all};
};

/// Members for a vector of tasks.
template <class T>
class member_array {
public:
    member_array(std::vector<weft::task<T>>& tasks, task_group& group)
        : count_(tasks.size()), members_(std::make_unique<group_member_of<T>[]>(tasks.size()))
    {
        for (std::size_t i = 0; i < count_; ++i) members_[i].take_on(std::move(tasks[i]));
        for (std::size_t i = 0; i < count_; ++i) group.join(members_[i]);
    }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] group_member_of<T>& operator[](std::size_t i) const noexcept { return members_[i]; }

private:
    std::size_t count_;
    std::unique_ptr<group_member_of<T>[]> members_;
};

template <class T>
using vector_of_results = std::conditional_t<std::is_void_v<T>, std::vector<char>, std::vector<T>>;

}  // namespace detail

/// A task that runs all `tasks` side by side on the pool and ends when all have ended. It gives a std::tuple of their
/// results in order, void left out as in join; with one left that one, with none void.
///
/// The first that fails asks the others to stop. When all have ended, the exception of the first one in order is thrown
/// that failed; weft::stopped of one that was stopped for that reason is no failure. If this task is asked to stop, all
/// of them are.
///
/// Throws:  from the call std::bad_alloc.
/// Cost:    a frame; for each task what make it run elsewhere costs, but for the last, which begins here.
/// Example: examples/async/hello.cpp
template <class... Ts>
task<detail::all_results<Ts...>> when_all(task<Ts>... tasks)
{
    detail::member_list<Ts...> all(tasks...);
    co_await all.group;
    co_return std::apply([](auto&... m) -> decltype(auto) { return detail::take_all(m...); }, all.members);
}

/// The same of any number of tasks with one type of result: a vector of the results in order, nothing if that is void.
template <class T>
task<std::conditional_t<std::is_void_v<T>, void, detail::vector_of_results<T>>> when_all(std::vector<task<T>> tasks)
{
    static_assert(!std::is_reference_v<T>, "weft: when_all of a vector of tasks needs results that a vector can hold");
    detail::task_group group(detail::task_group::aim::all);
    const detail::member_array<T> members(tasks, group);
    co_await group;
    for (std::size_t i = 0; i < members.size(); ++i) detail::rethrow_failure(members[i]);
    if constexpr (!std::is_void_v<T>) {
        std::vector<T> results;
        results.reserve(members.size());
        for (std::size_t i = 0; i < members.size(); ++i) results.push_back(members[i].result().take());
        co_return results;
    }
}

}  // namespace weft
