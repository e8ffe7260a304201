// weft/interop/execution.hpp - the parallel algorithms of the standard library, by their own names and signatures.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/par_filter.hpp>
#include <weft/algorithm/par_nth_element.hpp>
#include <weft/algorithm/par_scan.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/algorithm/par_transform.hpp>
#include <weft/algorithm/subrange.hpp>
#include <weft/base/detail/code_place.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/range.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

/// `weft::for_each(weft::execution::par, first, last, f)` in place of `std::for_each(std::execution::par, ...)`, and so
/// on: to move a program over, replace the namespace. The calls run on the pool of this thread, else on the global one.
///
/// They do what the standard says, with two differences. Iterators must have random access (for lists and maps there is
/// weft::par_iter). And an exception that a function throws arrives at the caller, when all that was begun has ended,
/// where the standard ends the program. Functions are called by several threads at once, through a const reference.
///
/// Who writes something new is better off with weft::par_iter and the weft::par_ algorithms on ranges.
///
/// Throws:  what the functions throw, and std::bad_alloc: many algorithms need memory for parts of their results.
/// Cost:    that of the algorithm they call; see docs/algorithms.md.
/// Example: examples/interop/execution.cpp
namespace weft::execution {

/// The type of `par`.
struct parallel_policy {};
/// The type of `par_unseq`.
struct parallel_unsequenced_policy {};

/// Several threads may call the functions of an algorithm at once.
inline constexpr parallel_policy par{};
/// The same here: the compiler vectorises what it can prove to be the same.
inline constexpr parallel_unsequenced_policy par_unseq{};

}  // namespace weft::execution

namespace weft {

namespace detail::standard {

template <class P>
concept policy = std::same_as<std::remove_cvref_t<P>, execution::parallel_policy> ||
                 std::same_as<std::remove_cvref_t<P>, execution::parallel_unsequenced_policy>;

template <class I>
constexpr bool has_random_access()
{
    static_assert(
        std::random_access_iterator<I>,
        "weft: the algorithms with weft::execution::par need random-access iterators; for a list, a set or a map "
        "write weft::par_iter(container)");
    return true;
}

template <class I>
using count_of = std::iter_difference_t<I>;

template <class I>
[[nodiscard]] subrange<I> between(I first, I last)
{
    static_assert(has_random_access<I>());
    return {first, last};
}

/// The indices of first .. last - 1.
template <class I>
[[nodiscard]] auto indices(I first, I last)
{
    static_assert(has_random_access<I>());
    return par_range(count_of<I>{0}, last - first);
}

struct assign {
    template <class T>
    constexpr T&& operator()(T&& x) const noexcept
    {
        return static_cast<T&&>(x);
    }
};
struct plus {
    template <class A, class B>
    constexpr auto operator()(A&& a, B&& b) const
    {
        return static_cast<A&&>(a) + static_cast<B&&>(b);
    }
};
struct times {
    template <class A, class B>
    constexpr auto operator()(A&& a, B&& b) const
    {
        return static_cast<A&&>(a) * static_cast<B&&>(b);
    }
};
struct less {
    template <class A, class B>
    constexpr bool operator()(const A& a, const B& b) const
    {
        return static_cast<bool>(a < b);
    }
};
struct equal_to {
    template <class A, class B>
    constexpr bool operator()(const A& a, const B& b) const
    {
        return static_cast<bool>(a == b);
    }
};

/// Elements that threads may write to side by side.
template <class I>
constexpr bool has_elements_of_its_own()
{
    static_assert(!std::is_same_v<std::iter_value_t<I>, bool> || std::is_reference_v<std::iter_reference_t<I>>,
                  "weft: several threads write side by side, and these elements are bits that share a word "
                  "(std::vector<bool>): use a std::vector<char>");
    return true;
}

/// A function that several threads call at once.
template <class F>
struct shared {
    const F& f;
    template <class... X>
    decltype(auto) operator()(X&&... x) const
    {
        static_assert(std::is_invocable_v<const F&, X...> || !std::is_invocable_v<F&, X...>,
                      "weft: several threads call this function at once, so it is called through a const reference: a "
                      "mutable lambda is not allowed here");
        return f(static_cast<X&&>(x)...);
    }
};
template <class F>
shared(const F&) -> shared<F>;

/// The same for a question.
template <class P>
struct asks {
    const P& p;
    template <class... X>
    bool operator()(X&&... x) const
    {
        return static_cast<bool>(shared<P>{p}(static_cast<X&&>(x)...));
    }
};
template <class P>
asks(const P&) -> asks<P>;

/// The first index for which p(index) holds, else the number of them.
template <class I, class P>
[[nodiscard]] count_of<I> first_index(I first, I last, const P& p, code_place where)
{
    const auto found = indices(first, last).position_first(p, where);
    return found ? static_cast<count_of<I>>(*found) : last - first;
}

}  // namespace detail::standard

// --- one element after the other -------------------------------------------------------------------------------------

/// f(element) for each. Throws what `f` throws.
template <detail::standard::policy P, class I, class F>
void for_each(P&&, I first, I last, F f, detail::code_place where = detail::code_place::here())
{
    par_iter(detail::standard::between(first, last))
        .for_each([&f](auto&& x) { static_cast<void>(detail::standard::shared(f)(static_cast<decltype(x)>(x))); },
                  where);
}

/// f(element) for the first `n`; returns the end of them. Throws what `f` throws.
template <detail::standard::policy P, class I, class Size, class F>
I for_each_n(P&& par, I first, Size n, F f, detail::code_place where = detail::code_place::here())
{
    if (n <= 0) return first;
    const I last = first + static_cast<detail::standard::count_of<I>>(n);
    weft::for_each(par, first, last, std::move(f), where);
    return last;
}

/// Assigns f(element) to the elements from `out` on, which may be `first`; returns the end of the output. Throws what
/// `f` throws.
template <detail::standard::policy P, class I, class Out, class F>
Out transform(P&&, I first, I last, Out out, F f, detail::code_place where = detail::code_place::here())
{
    static_assert(detail::standard::has_random_access<Out>());
    return par_transform(detail::standard::between(first, last), out, detail::standard::shared(f), {}, where);
}

/// Assigns f(a, b), where b comes from the elements from `first2` on.
template <detail::standard::policy P, class I, class J, class Out, class F>
    requires std::random_access_iterator<J> && std::weakly_incrementable<Out>
Out transform(P&&, I first, I last, J first2, Out out, F f, detail::code_place where = detail::code_place::here())
{
    static_assert(detail::standard::has_random_access<I>() && detail::standard::has_random_access<Out>());
    const J last2 = first2 + static_cast<detail::standard::count_of<J>>(last - first);
    return par_transform(detail::standard::between(first, last), detail::standard::between(first2, last2), out,
                         detail::standard::shared(f), {}, {}, where);
}

/// Assigns `value` to each element.
template <detail::standard::policy P, class I, class T>
void fill(P&&, I first, I last, const T& value, detail::code_place where = detail::code_place::here())
{
    par_fill(detail::standard::between(first, last), value, where);
}

/// Assigns `value` to the first `n`; returns the end of them.
template <detail::standard::policy P, class I, class Size, class T>
I fill_n(P&& par, I first, Size n, const T& value, detail::code_place where = detail::code_place::here())
{
    if (n <= 0) return first;
    const I last = first + static_cast<detail::standard::count_of<I>>(n);
    weft::fill(par, first, last, value, where);
    return last;
}

/// Assigns g() to each element; which call is for which element is not said. Throws what `g` throws.
template <detail::standard::policy P, class I, class G>
void generate(P&&, I first, I last, G g, detail::code_place where = detail::code_place::here())
{
    par_tabulate(
        detail::standard::between(first, last),
        [&g](std::size_t) -> decltype(auto) { return detail::standard::shared(g)(); }, where);
}

/// Copies the elements to `out` and beyond, which must not overlap them; returns the end of the output.
template <detail::standard::policy P, class I, class Out>
Out copy(P&&, I first, I last, Out out, detail::code_place where = detail::code_place::here())
{
    static_assert(detail::standard::has_random_access<Out>());
    return par_transform(detail::standard::between(first, last), out, detail::standard::assign{}, {}, where);
}

/// Copies the elements that satisfy `p`, in order; returns the end of the output. Throws what `p` throws.
template <detail::standard::policy P, class I, class Out, class Pred>
Out copy_if(P&&, I first, I last, Out out, Pred p, detail::code_place where = detail::code_place::here())
{
    static_assert(detail::standard::has_random_access<Out>());
    return par_copy_if(detail::standard::between(first, last), out, detail::standard::asks(p), {}, where);
}

/// Assigns `value` to the elements that satisfy `p`. Throws what `p` throws.
template <detail::standard::policy P, class I, class Pred, class T>
void replace_if(P&& par, I first, I last, Pred p, const T& value, detail::code_place where = detail::code_place::here())
{
    static_assert(detail::standard::has_elements_of_its_own<I>());
    weft::for_each(
        par, first, last,
        [&](auto& x) {
            if (detail::standard::asks(p)(std::as_const(x))) x = value;
        },
        where);
}

/// Assigns `value` to the elements that equal `old`.
template <detail::standard::policy P, class I, class T>
void replace(P&& par, I first, I last, const T& old, const T& value,
             detail::code_place where = detail::code_place::here())
{
    weft::replace_if(par, first, last, [&old](const auto& x) { return x == old; }, value, where);
}

/// Turns the order of the elements round.
template <detail::standard::policy P, class I>
void reverse(P&&, I first, I last, detail::code_place where = detail::code_place::here())
{
    static_assert(detail::standard::has_elements_of_its_own<I>());
    static_assert(detail::standard::has_random_access<I>());
    const auto n = last - first;
    par_range(detail::standard::count_of<I>{0}, n / 2)
        .for_each([&](auto i) { std::iter_swap(first + i, first + (n - 1 - i)); }, where);
}

// --- one value of all ------------------------------------------------------------------------------------------------

/// `init` and all elements, combined by `op`, which must be associative and commutative. Throws what `op` throws.
template <detail::standard::policy P, class I, class T, class Op = detail::standard::plus>
    requires(!std::same_as<T, detail::code_place>)
[[nodiscard]] T reduce(P&&, I first, I last, T init, Op op = {}, detail::code_place where = detail::code_place::here())
{
    auto sum =
        par_iter(detail::standard::between(first, last))
            .map([](auto&& x) -> T { return static_cast<T>(x); })
            .reduce([&op](T a, T b) -> T { return detail::standard::shared(op)(std::move(a), std::move(b)); }, where);
    if (!sum) return init;
    return op(std::move(init), std::move(*sum));
}

/// The sum of all elements and a value-initialised one.
template <detail::standard::policy P, class I>
[[nodiscard]] auto reduce(P&& par, I first, I last, detail::code_place where = detail::code_place::here())
{
    return weft::reduce(par, first, last, std::iter_value_t<I>{}, detail::standard::plus{}, where);
}

/// `init` and f(element) of all elements, combined by `op`. Throws what `op` or `f` throws.
template <detail::standard::policy P, class I, class T, class Op, class F>
    requires std::invocable<F&, std::iter_reference_t<I>>
[[nodiscard]] T transform_reduce(P&&, I first, I last, T init, Op op, F f,
                                 detail::code_place where = detail::code_place::here())
{
    auto sum =
        par_iter(detail::standard::between(first, last))
            .map([&f](auto&& x) -> T {
                return static_cast<T>(detail::standard::shared(f)(static_cast<decltype(x)>(x)));
            })
            .reduce([&op](T a, T b) -> T { return detail::standard::shared(op)(std::move(a), std::move(b)); }, where);
    if (!sum) return init;
    return op(std::move(init), std::move(*sum));
}

/// `init` and f(a, b) of all pairs, combined by `op`, where b comes from the elements from `first2` on: an inner product
/// if nothing else is said. Throws what `op` or `f` throws.
template <detail::standard::policy P, class I, class J, class T, class Op = detail::standard::plus,
          class F = detail::standard::times>
    requires std::random_access_iterator<J> && std::invocable<F&, std::iter_reference_t<I>, std::iter_reference_t<J>>
[[nodiscard]] T transform_reduce(P&&, I first, I last, J first2, T init, Op op = {}, F f = {},
                                 detail::code_place where = detail::code_place::here())
{
    auto sum =
        detail::standard::indices(first, last)
            .map([&](auto i) -> T {
                return static_cast<T>(
                    detail::standard::shared(f)(first[i], first2[static_cast<detail::standard::count_of<J>>(i)]));
            })
            .reduce([&op](T a, T b) -> T { return detail::standard::shared(op)(std::move(a), std::move(b)); }, where);
    if (!sum) return init;
    return op(std::move(init), std::move(*sum));
}

/// How many elements satisfy `p`. Throws what `p` throws.
template <detail::standard::policy P, class I, class Pred>
[[nodiscard]] auto count_if(P&&, I first, I last, Pred p, detail::code_place where = detail::code_place::here())
{
    using count = detail::standard::count_of<I>;
    return par_iter(detail::standard::between(first, last))
        .map([&p](auto&& x) -> count { return detail::standard::asks(p)(static_cast<decltype(x)>(x)) ? 1 : 0; })
        .sum(where);
}

/// How many elements equal `value`.
template <detail::standard::policy P, class I, class T>
[[nodiscard]] auto count(P&& par, I first, I last, const T& value,
                         detail::code_place where = detail::code_place::here())
{
    return weft::count_if(par, first, last, [&value](const auto& x) { return x == value; }, where);
}

/// Whether `p` holds for every element; of nothing: true. Throws what `p` throws.
template <detail::standard::policy P, class I, class Pred>
[[nodiscard]] bool all_of(P&&, I first, I last, Pred p, detail::code_place where = detail::code_place::here())
{
    return par_iter(detail::standard::between(first, last)).all_of(detail::standard::asks(p), where);
}

/// Whether `p` holds for any element. Throws what `p` throws.
template <detail::standard::policy P, class I, class Pred>
[[nodiscard]] bool any_of(P&&, I first, I last, Pred p, detail::code_place where = detail::code_place::here())
{
    return par_iter(detail::standard::between(first, last)).any_of(detail::standard::asks(p), where);
}

/// Whether `p` holds for no element. Throws what `p` throws.
template <detail::standard::policy P, class I, class Pred>
[[nodiscard]] bool none_of(P&& par, I first, I last, Pred p, detail::code_place where = detail::code_place::here())
{
    return !weft::any_of(par, first, last, std::move(p), where);
}

// --- searches --------------------------------------------------------------------------------------------------------

/// The first element that satisfies `p`, else `last`. Throws what `p` throws.
template <detail::standard::policy P, class I, class Pred>
[[nodiscard]] I find_if(P&&, I first, I last, Pred p, detail::code_place where = detail::code_place::here())
{
    return first + detail::standard::first_index(
                       first, last, [&](auto i) { return detail::standard::asks(p)(first[i]); }, where);
}

/// The first element that does not satisfy `p`, else `last`. Throws what `p` throws.
template <detail::standard::policy P, class I, class Pred>
[[nodiscard]] I find_if_not(P&& par, I first, I last, Pred p, detail::code_place where = detail::code_place::here())
{
    return weft::find_if(
        par, first, last, [&p](auto&& x) { return !detail::standard::asks(p)(static_cast<decltype(x)>(x)); }, where);
}

/// The first element that equals `value`, else `last`.
template <detail::standard::policy P, class I, class T>
[[nodiscard]] I find(P&& par, I first, I last, const T& value, detail::code_place where = detail::code_place::here())
{
    return weft::find_if(par, first, last, [&value](const auto& x) { return x == value; }, where);
}

/// The first of two neighbours for which equal(a, b) holds, else `last`. Throws what `equal` throws.
template <detail::standard::policy P, class I, class Equal = detail::standard::equal_to>
[[nodiscard]] I adjacent_find(P&&, I first, I last, Equal equal = {},
                              detail::code_place where = detail::code_place::here())
{
    if (last - first < 2) return last;
    const auto found = detail::standard::first_index(
        first, last - 1, [&](auto i) { return detail::standard::asks(equal)(first[i], first[i + 1]); }, where);
    return found == last - 1 - first ? last : first + found;
}

/// The first place where the two differ, in both. Throws what `equal` throws.
template <detail::standard::policy P, class I, class J, class Equal = detail::standard::equal_to>
    requires(!std::same_as<J, Equal>)
[[nodiscard]] std::pair<I, J> mismatch(P&&, I first, I last, J first2, J last2, Equal equal = {},
                                       detail::code_place where = detail::code_place::here())
{
    static_assert(detail::standard::has_random_access<J>());
    using other = detail::standard::count_of<J>;
    const auto n = last - first < static_cast<detail::standard::count_of<I>>(last2 - first2)
                       ? last - first
                       : static_cast<detail::standard::count_of<I>>(last2 - first2);
    const auto i = detail::standard::first_index(
        first, first + n,
        [&](auto k) { return !detail::standard::asks(equal)(first[k], first2[static_cast<other>(k)]); }, where);
    return {first + i, first2 + static_cast<other>(i)};
}

/// The same where the second is at least as long as the first.
template <detail::standard::policy P, class I, class J, class Equal = detail::standard::equal_to>
    requires(!std::same_as<J, Equal>)
[[nodiscard]] std::pair<I, J> mismatch(P&& par, I first, I last, J first2, Equal equal = {},
                                       detail::code_place where = detail::code_place::here())
{
    return weft::mismatch(par, first, last, first2, first2 + static_cast<detail::standard::count_of<J>>(last - first),
                          std::move(equal), where);
}

/// Whether the two are equally long, with equal elements. Throws what `same` throws.
template <detail::standard::policy P, class I, class J, class Equal = detail::standard::equal_to>
    requires(!std::same_as<J, Equal>)
[[nodiscard]] bool equal(P&& par, I first, I last, J first2, J last2, Equal same = {},
                         detail::code_place where = detail::code_place::here())
{
    if (static_cast<detail::standard::count_of<I>>(last2 - first2) != last - first) return false;
    return weft::mismatch(par, first, last, first2, last2, std::move(same), where).first == last;
}

/// The same where the second is at least as long as the first.
template <detail::standard::policy P, class I, class J, class Equal = detail::standard::equal_to>
    requires(!std::same_as<J, Equal>)
[[nodiscard]] bool equal(P&& par, I first, I last, J first2, Equal same = {},
                         detail::code_place where = detail::code_place::here())
{
    return weft::mismatch(par, first, last, first2, std::move(same), where).first == last;
}

/// The smallest element, of equals the first; `last` if there are none. Throws what `less` throws.
template <detail::standard::policy P, class I, class Less = detail::standard::less>
[[nodiscard]] I min_element(P&&, I first, I last, Less less = {}, detail::code_place where = detail::code_place::here())
{
    const auto best =
        detail::standard::indices(first, last)
            .reduce([&](auto a, auto b) { return detail::standard::asks(less)(first[b], first[a]) ? b : a; }, where);
    return best ? first + *best : last;
}

/// The largest element, of equals the first; `last` if there are none. Throws what `less` throws.
template <detail::standard::policy P, class I, class Less = detail::standard::less>
[[nodiscard]] I max_element(P&&, I first, I last, Less less = {}, detail::code_place where = detail::code_place::here())
{
    const auto best =
        detail::standard::indices(first, last)
            .reduce([&](auto a, auto b) { return detail::standard::asks(less)(first[a], first[b]) ? b : a; }, where);
    return best ? first + *best : last;
}

/// The smallest element, of equals the first, and the largest, of equals the last. Throws what `less` throws.
template <detail::standard::policy P, class I, class Less = detail::standard::less>
[[nodiscard]] std::pair<I, I> minmax_element(P&&, I first, I last, Less less = {},
                                             detail::code_place where = detail::code_place::here())
{
    using index = detail::standard::count_of<I>;
    const auto best =
        detail::standard::indices(first, last)
            .map([](index i) { return std::pair<index, index>(i, i); })
            .reduce(
                [&](std::pair<index, index> a, std::pair<index, index> b) {
                    return std::pair<index, index>(
                        detail::standard::asks(less)(first[b.first], first[a.first]) ? b.first : a.first,
                        detail::standard::asks(less)(first[b.second], first[a.second]) ? a.second : b.second);
                },
                where);
    return best ? std::pair<I, I>(first + best->first, first + best->second) : std::pair<I, I>(last, last);
}

// --- prefixes --------------------------------------------------------------------------------------------------------

/// out[i] = in[0] op ... op in[i]; returns the end of the output, which may be the input. Throws what `op` throws.
template <detail::standard::policy P, class I, class Out, class Op = detail::standard::plus>
Out inclusive_scan(P&&, I first, I last, Out out, Op op = {}, detail::code_place where = detail::code_place::here())
{
    static_assert(detail::standard::has_random_access<Out>());
    return par_inclusive_scan(detail::standard::between(first, last), out, std::move(op), where);
}

/// out[i] = init op in[0] op ... op in[i - 1]. Throws what `op` throws.
template <detail::standard::policy P, class I, class Out, class T, class Op = detail::standard::plus>
Out exclusive_scan(P&&, I first, I last, Out out, T init, Op op = {},
                   detail::code_place where = detail::code_place::here())
{
    static_assert(detail::standard::has_random_access<Out>());
    return par_exclusive_scan(detail::standard::between(first, last), out, std::move(init), std::move(op), where);
}

// --- order -----------------------------------------------------------------------------------------------------------

/// Sorts; equals may change places. Throws what `less` throws.
template <detail::standard::policy P, class I, class Less = detail::standard::less>
void sort(P&&, I first, I last, Less less = {}, detail::code_place where = detail::code_place::here())
{
    par_sort(detail::standard::between(first, last), std::move(less), {}, where);
}

/// Sorts; equals keep their order. Throws what `less` throws.
template <detail::standard::policy P, class I, class Less = detail::standard::less>
void stable_sort(P&&, I first, I last, Less less = {}, detail::code_place where = detail::code_place::here())
{
    par_stable_sort(detail::standard::between(first, last), std::move(less), {}, where);
}

/// The smallest middle - first elements, sorted, at the front. Throws what `less` throws.
template <detail::standard::policy P, class I, class Less = detail::standard::less>
void partial_sort(P&&, I first, I middle, I last, Less less = {}, detail::code_place where = detail::code_place::here())
{
    par_partial_sort(detail::standard::between(first, last), middle, std::move(less), {}, where);
}

/// The element that belongs at `nth`, smaller ones before it, larger ones behind. Throws what `less` throws.
template <detail::standard::policy P, class I, class Less = detail::standard::less>
void nth_element(P&&, I first, I nth, I last, Less less = {}, detail::code_place where = detail::code_place::here())
{
    par_nth_element(detail::standard::between(first, last), nth, std::move(less), {}, where);
}

/// Whether no element is less than the one before it. Throws what `less` throws.
template <detail::standard::policy P, class I, class Less = detail::standard::less>
[[nodiscard]] bool is_sorted(P&&, I first, I last, Less less = {},
                             detail::code_place where = detail::code_place::here())
{
    return par_is_sorted(detail::standard::between(first, last), std::move(less), {}, where);
}

/// Merges two sorted ranges to `out`, which overlaps neither; returns the end of the output. Throws what `less` throws.
template <detail::standard::policy P, class I, class J, class Out, class Less = detail::standard::less>
Out merge(P&&, I first, I last, J first2, J last2, Out out, Less less = {},
          detail::code_place where = detail::code_place::here())
{
    static_assert(detail::standard::has_random_access<Out>());
    return par_merge(detail::standard::between(first, last), detail::standard::between(first2, last2), out,
                     std::move(less), {}, {}, where);
}

/// Moves the elements that satisfy `p` to the front; returns the end of them. Throws what `p` throws.
template <detail::standard::policy P, class I, class Pred>
I partition(P&&, I first, I last, Pred p, detail::code_place where = detail::code_place::here())
{
    return par_partition(detail::standard::between(first, last), detail::standard::asks(p), {}, where).first;
}

/// The same, and both sides keep their order. Throws what `p` throws.
template <detail::standard::policy P, class I, class Pred>
I stable_partition(P&&, I first, I last, Pred p, detail::code_place where = detail::code_place::here())
{
    return par_stable_partition(detail::standard::between(first, last), detail::standard::asks(p), {}, where).first;
}

/// Moves the elements that do not satisfy `p` to the front, in order; returns the end of them. Throws what `p` throws.
template <detail::standard::policy P, class I, class Pred>
[[nodiscard]] I remove_if(P&& par, I first, I last, Pred p, detail::code_place where = detail::code_place::here())
{
    return weft::stable_partition(
        par, first, last, [&p](auto&& x) { return !detail::standard::asks(p)(static_cast<decltype(x)>(x)); }, where);
}

/// Moves the elements that do not equal `value` to the front, in order; returns the end of them.
template <detail::standard::policy P, class I, class T>
[[nodiscard]] I remove(P&& par, I first, I last, const T& value, detail::code_place where = detail::code_place::here())
{
    return weft::stable_partition(par, first, last, [&value](const auto& x) { return !(x == value); }, where);
}

/// Keeps the first of each run of equals, in order, at the front; returns the end of them. Throws what `same` throws.
template <detail::standard::policy P, class I, class Equal = detail::standard::equal_to>
[[nodiscard]] I unique(P&&, I first, I last, Equal same = {}, detail::code_place where = detail::code_place::here())
{
    return par_unique(detail::standard::between(first, last), std::move(same), {}, where).first;
}

}  // namespace weft
