// weft/algorithm/detail/merge_sort.hpp - the stable sort, and the merge of two sorted ranges.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Halves are sorted and merged from one array into another and back. Both arrays hold live elements all the time, so a
// step that is left out after a failure loses nothing.
#pragma once

#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/scratch.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/seam/construct.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace weft::detail::algorithm {

/// Where the sequence [first, first + n) stops satisfying `before`.
template <class I, class Before>
std::size_t first_not(I first, std::size_t n, const Before& before)
{
    std::size_t lo = 0;
    while (n > 0) {
        const std::size_t half = n / 2;
        if (before(nth(first, lo + half))) {
            lo += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return lo;
}

/// Small plain elements are chosen without a branch, which no processor could predict.
template <class A, class B, class Out>
inline constexpr bool selects =
    std::is_same_v<std::iter_reference_t<A>, std::iter_reference_t<B>> &&
    std::is_same_v<std::iter_value_t<A>, std::iter_value_t<Out>> &&
    std::is_lvalue_reference_v<std::iter_reference_t<A>> && std::is_trivially_copyable_v<std::iter_value_t<A>> &&
    sizeof(std::iter_value_t<A>) <= 16;

/// One of two elements. If they fit a register, this is a conditional move. For larger ones the address is chosen, by
/// arithmetic: a compiler may turn a conditional into a branch, even where no processor could predict it.
template <class I, class J>
[[gnu::always_inline]] inline std::iter_value_t<I> choose(bool second, I one, J other)
{
    using value = std::iter_value_t<I>;
    if constexpr (sizeof(value) <= sizeof(void*)) {
        const value a = *one;
        const value b = *other;
        return second ? b : a;
    } else if constexpr (std::contiguous_iterator<I> && std::contiguous_iterator<J>) {
        const auto a = reinterpret_cast<std::uintptr_t>(std::to_address(one));
        const auto b = reinterpret_cast<std::uintptr_t>(std::to_address(other));
        return *reinterpret_cast<const value*>(a ^ ((a ^ b) & (std::uintptr_t{0} - (second ? 1U : 0U))));
    } else {
        return second ? *other : *one;
    }
}

/// Merges half of the shorter range from the front and as much from the back, and leaves what is between. The two do
/// not wait for each other, and cannot meet, whatever a comparator answers: together they take no more than the shorter
/// range has.
template <class A, class B, class Out, class Less>
void merge_ends(A& a, std::size_t& na, B& b, std::size_t& nb, Out& out, const Less& less)
{
    constexpr std::size_t most = 64;  // then it looks again at what comes next
    const std::size_t steps = std::min(std::min(na, nb) / 2, most);
    std::size_t i = 0;
    std::size_t j = 0;
    std::size_t p = na;
    std::size_t q = nb;
    for (std::size_t k = 0; k < steps; ++k) {
        const bool second = less(nth(b, j), nth(a, i));
        nth(out, k) = algorithm::choose(second, past(a, i), past(b, j));
        i += second ? 0 : 1;
        j += second ? 1 : 0;
        const bool first = less(nth(b, q - 1), nth(a, p - 1));
        nth(out, na + nb - 1 - k) = algorithm::choose(first, past(b, q - 1), past(a, p - 1));
        p -= first ? 1 : 0;
        q -= first ? 0 : 1;
    }
    a = past(a, i);
    b = past(b, j);
    out = past(out, steps);
    na = p - i;
    nb = q - j;
}

/// Takes many elements from one range at once, as long as they come first; so sorted parts cost little more than a
/// copy. Does nothing for ranges that alternate.
template <class A, class B, class Out, class Less>
void merge_long_turns(A& a, std::size_t& na, B& b, std::size_t& nb, Out& out, const Less& less)
{
    constexpr std::size_t turn = 32;
    const auto take = [&](auto& from, std::size_t& n) {
        for (std::size_t k = 0; k < turn; ++k) nth(out, k) = nth(from, k);
        from = past(from, turn);
        n -= turn;
        out = past(out, turn);
    };
    while (std::min(na, nb) >= turn) {
        if (!less(nth(b, 0), nth(a, turn - 1))) {
            take(a, na);
        } else if (less(nth(b, turn - 1), nth(a, 0))) {
            take(b, nb);
        } else {
            return;
        }
    }
}

/// Merges a and b into out; among equals those of a come first. `take` moves or copies an element.
template <class A, class B, class Out, class Less, class Take>
void merge(fork_context c, A a, std::size_t na, B b, std::size_t nb, Out out, const Less& less, const Take& take)
{
    constexpr std::size_t worth_a_fork = 8192;
    if (na + nb > worth_a_fork && c.wanted()) {
        std::size_t ma = na / 2;
        std::size_t mb = 0;
        if (na >= nb) {
            mb = algorithm::first_not(b, nb, [&](const auto& x) { return less(x, nth(a, ma)); });
        } else {
            mb = nb / 2;
            ma = algorithm::first_not(a, na, [&](const auto& x) { return !less(nth(b, mb), x); });
        }
        weft::fork_join(
            c, [&](fork_context here) { algorithm::merge(here, a, ma, b, mb, out, less, take); },
            [&](fork_context there) {
                algorithm::merge(there, past(a, ma), na - ma, past(b, mb), nb - mb, past(out, ma + mb), less, take);
            });
        return;
    }
    if constexpr (selects<A, B, Out>) {
        while (std::min(na, nb) >= 16) {
            algorithm::merge_long_turns(a, na, b, nb, out, less);
            algorithm::merge_ends(a, na, b, nb, out, less);
        }
    }
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < na && j < nb) {
        const bool second = less(nth(b, j), nth(a, i));
        if constexpr (selects<A, B, Out>) {
            nth(out, i + j) = algorithm::choose(second, past(a, i), past(b, j));
        } else if (second) {
            take(nth(b, j), nth(out, i + j));
        } else {
            take(nth(a, i), nth(out, i + j));
        }
        i += second ? 0 : 1;
        j += second ? 1 : 0;
    }
    for (; i < na; ++i) take(nth(a, i), nth(out, i + j));
    for (; j < nb; ++j) take(nth(b, j), nth(out, i + j));
}

struct take_by_move {
    template <class From, class To>
    void operator()(From&& from, To&& to) const
    {
        to = std::move(from);
    }
};

template <class I, class Out>
void move_all(I from, std::size_t n, Out to)
{
    for (std::size_t i = 0; i < n; ++i) nth(to, i) = std::ranges::iter_move(past(from, i));
}

/// Moves elements, by all threads.
template <class I, class Out>
void move_all(fork_context c, I from, std::size_t n, Out to)
{
    constexpr std::size_t worth_a_fork = 32768;
    if (n > worth_a_fork && c.wanted()) {
        const std::size_t m = n / 2;
        weft::fork_join(
            c, [&](fork_context here) { algorithm::move_all(here, from, m, to); },
            [&](fork_context there) { algorithm::move_all(there, past(from, m), n - m, past(to, m)); });
        return;
    }
    algorithm::move_all(from, n, to);
}

/// The elements are in `here`; afterwards they are sorted, in `here`, or in `there` if asked.
template <class I, class J, class Less>
void merge_sort(fork_context c, I here, J there, std::size_t n, bool into_there, const Less& less)
{
    constexpr std::size_t small = selects<I, I, J> ? 12 : 24;
    constexpr std::size_t worth_a_fork = 4096;
    if (n <= small || less.failed()) {
        if (!less.failed()) algorithm::insertion_sort(here, n, less);
        if (into_there) algorithm::move_all(here, n, there);
        return;
    }
    const std::size_t m = n / 2;
    const auto left = [&](fork_context k) { algorithm::merge_sort(k, here, there, m, !into_there, less); };
    const auto right = [&](fork_context k) {
        algorithm::merge_sort(k, past(here, m), past(there, m), n - m, !into_there, less);
    };
    if (n >= worth_a_fork && c.wanted()) {
        weft::fork_join(c, left, right);
    } else {
        left(c);
        right(c);
    }
    const auto sorted_already = [&](auto from) { return !less(nth(from, m), nth(from, m - 1)); };
    if (into_there ? sorted_already(here) : sorted_already(there)) {
        // Nearly sorted input: the halves follow each other.
        if (into_there) {
            algorithm::move_all(c, here, n, there);
        } else {
            algorithm::move_all(c, there, n, here);
        }
    } else if (into_there) {
        algorithm::merge(c, here, m, past(here, m), n - m, there, less, take_by_move());
    } else {
        algorithm::merge(c, there, m, past(there, m), n - m, here, less, take_by_move());
    }
}

/// A second array of live elements, made by moving from the first.
template <class T>
class sort_scratch {
public:
    /// Calls `prepare` when there is memory, before the first move. If a move throws, the moved elements are moved back
    /// as far as possible; nothing is leaked.
    template <class I, class Prepare>
    sort_scratch(I first, std::size_t n, const Prepare& prepare) : memory_(n)
    {
        prepare();
        if constexpr (!std::is_trivially_copyable_v<T>) {
            living guard{memory_.data()};
            try {
                for (; guard.count < n; ++guard.count)
                    detail::construct(guard.first + guard.count, std::ranges::iter_move(past(first, guard.count)));
            } catch (...) {
                for (std::size_t i = 0; i < guard.count; ++i) nth(first, i) = std::move(guard.first[i]);
                throw;
            }
            std::swap(living_.first, guard.first);
            std::swap(living_.count, guard.count);
        } else {
            static_cast<void>(first);
        }
    }
    sort_scratch(const sort_scratch&) = delete;
    sort_scratch& operator=(const sort_scratch&) = delete;

    [[nodiscard]] T* data() const noexcept { return memory_.data(); }
    /// True if the elements are here now, and not where they came from.
    static constexpr bool holds = !std::is_trivially_copyable_v<T>;

private:
    struct living {
        T* first = nullptr;
        std::size_t count = 0;
        ~living() { detail::destruct_n(first, count); }
    };
    raw_scratch<T> memory_;
    living living_{};
};

template <class I, class Less>
void stable_sort(fork_context c, I first, std::size_t n, const Less& less)
{
    const sort_scratch<std::iter_value_t<I>> scratch(first, n, [] {});
    if constexpr (scratch.holds) {
        algorithm::merge_sort(c, scratch.data(), first, n, true, less);
    } else {
        algorithm::merge_sort(c, first, scratch.data(), n, false, less);
    }
}

}  // namespace weft::detail::algorithm
