// weft/algorithm/detail/merge_sort.hpp - the stable sort, and the merge of two sorted ranges.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Halves are sorted and merged from one array into another and back. Both arrays hold living elements all the time, so
// a step that is left out after a failure loses nothing.
#pragma once

#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/base/memory.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

namespace weft::detail::algorithm {

/// Where the sequence [first, first + n) ceases to satisfy `before`.
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

/// Merges a and b into out; of equals those of a come first. `take` moves or copies an element.
template <class A, class B, class Out, class Less, class Take>
void merge(fork_context c, A a, std::size_t na, B b, std::size_t nb, Out out, const Less& less, const Take& take)
{
    constexpr std::size_t worth_a_fork = 8192;
    if (na + nb > worth_a_fork && c.wanted()) {
        std::size_t ma = na / 2;
        std::size_t mb = 0;
        if (na >= nb) {
            mb = first_not(b, nb, [&](const auto& x) { return less(x, nth(a, ma)); });
        } else {
            mb = nb / 2;
            ma = first_not(a, na, [&](const auto& x) { return !less(nth(b, mb), x); });
        }
        fork_join(
            c, [&](fork_context here) { merge(here, a, ma, b, mb, out, less, take); },
            [&](fork_context there) {
                merge(there, past(a, ma), na - ma, past(b, mb), nb - mb, past(out, ma + mb), less, take);
            });
        return;
    }
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < na && j < nb) {
        const bool second = less(nth(b, j), nth(a, i));
        if constexpr (selects<A, B, Out>) {
            nth(out, i + j) = second ? nth(b, j) : nth(a, i);
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
    void operator()(From& from, To& to) const
    {
        to = std::move(from);
    }
};

template <class I, class Out>
void move_all(I from, std::size_t n, Out to)
{
    for (std::size_t i = 0; i < n; ++i) nth(to, i) = std::ranges::iter_move(past(from, i));
}

/// The elements lie in `here`; afterwards they lie sorted in `here`, or in `there` if asked.
template <class I, class J, class Less>
void merge_sort(fork_context c, I here, J there, std::size_t n, bool into_there, const Less& less)
{
    constexpr std::size_t small = 24;
    constexpr std::size_t worth_a_fork = 4096;
    if (n <= small || less.failed()) {
        if (!less.failed()) insertion_sort(here, n, less);
        if (into_there) move_all(here, n, there);
        return;
    }
    const std::size_t m = n / 2;
    const auto left = [&](fork_context k) { merge_sort(k, here, there, m, !into_there, less); };
    const auto right = [&](fork_context k) { merge_sort(k, past(here, m), past(there, m), n - m, !into_there, less); };
    if (n >= worth_a_fork && c.wanted()) {
        fork_join(c, left, right);
    } else {
        left(c);
        right(c);
    }
    if (into_there) {
        merge(c, here, m, past(here, m), n - m, there, less, take_by_move());
    } else {
        merge(c, there, m, past(there, m), n - m, here, less, take_by_move());
    }
}

/// A second array of living elements, made by moving from the first.
template <class T>
class sort_scratch {
public:
    template <class I>
    sort_scratch(I first, std::size_t n) : size_(n), memory_(static_cast<T*>(allocate(n * sizeof(T), alignof(T))))
    {
        if constexpr (!std::is_trivially_copyable_v<T>) {
            for (; living_ < n; ++living_)
                std::construct_at(memory_ + living_, std::ranges::iter_move(past(first, living_)));
        } else {
            static_cast<void>(first);
        }
    }
    sort_scratch(const sort_scratch&) = delete;
    sort_scratch& operator=(const sort_scratch&) = delete;
    ~sort_scratch()
    {
        std::destroy_n(memory_, living_);
        deallocate(memory_, size_ * sizeof(T), alignof(T));
    }
    [[nodiscard]] T* data() const noexcept { return memory_; }
    /// True if the elements lie here now, and not where they came from.
    static constexpr bool holds = !std::is_trivially_copyable_v<T>;

private:
    std::size_t size_;
    std::size_t living_ = 0;
    T* memory_;
};

template <class I, class Less>
void stable_sort(fork_context c, I first, std::size_t n, const Less& less)
{
    const sort_scratch<std::iter_value_t<I>> scratch(first, n);
    if constexpr (scratch.holds) {
        merge_sort(c, scratch.data(), first, n, true, less);
    } else {
        merge_sort(c, first, scratch.data(), n, false, less);
    }
}

}  // namespace weft::detail::algorithm
