// weft/algorithm/detail/guarded_less.hpp - a comparator that cannot throw.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The sorts stay in bounds whatever a comparator answers. So an exception is kept, the answer is "no", and the sort
// ends soon without calling the comparator again: the elements are a permutation at every moment between two swaps or
// moves.
#pragma once

#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/plain_order.hpp>
#include <weft/seam/atomic.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace weft::detail::algorithm {

/// The first exception of several threads.
class sort_failure {
public:
    void keep() noexcept
    {
        if (!taken_.exchange(true, order::relaxed)) first_ = std::current_exception();
        failed_.store(true, order::relaxed);
    }
    [[nodiscard]] bool failed() const noexcept { return failed_.load(order::relaxed); }

    /// Requires: everything that could fail has ended.
    void rethrow()
    {
        if (first_ != nullptr) std::rethrow_exception(std::exchange(first_, nullptr));
    }

private:
    atomic<bool> taken_{false};
    atomic<bool> failed_{false};
    std::exception_ptr first_;
};

/// Whether the first argument comes before the second, each seen through its projection. A merge asks about an element
/// of the second range first.
template <class Compare, class Projection, class Projection2 = Projection>
class guarded_less {
    template <class P, class A>
    using key_of = decltype(detail::algorithm::invoke(std::declval<const P&>(), std::declval<A>()));

public:
    guarded_less(const Compare& compare, const Projection& project, sort_failure& failure)
        requires std::is_same_v<Projection, Projection2>
        : guarded_less(compare, project, project, failure)
    {
    }
    guarded_less(const Compare& compare, const Projection& project, const Projection2& project2, sort_failure& failure)
        : compare_(compare), project_(project), project2_(project2), failure_(failure)
    {
    }
    template <class A, class B>
    bool operator()(A&& a, B&& b) const noexcept
    {
        try {
            return static_cast<bool>(detail::algorithm::invoke(compare_, detail::algorithm::invoke(project_, a),
                                                               detail::algorithm::invoke(project2_, b)));
        } catch (...) {
            failure_.keep();
            return false;
        }
    }
    [[nodiscard]] bool failed() const noexcept { return failure_.failed(); }

    /// Whether the keys of such elements are numbers of which NaN is the last: for the first argument, and for the
    /// second.
    template <class A>
    static constexpr bool has_nan = moves_nan_last<Compare, key_of<Projection, A>>;
    template <class A>
    static constexpr bool second_has_nan = moves_nan_last<Compare, key_of<Projection2, A>>;
    /// Even after a failure of the projection.
    template <class A>
    bool is_nan(A&& a) const noexcept
    {
        return key_is_nan(project_, a);
    }
    template <class A>
    bool second_is_nan(A&& a) const noexcept
    {
        return key_is_nan(project2_, a);
    }

private:
    template <class P, class A>
    bool key_is_nan(const P& project, A& a) const noexcept
    {
        try {
            const auto& key = detail::algorithm::invoke(project, a);
            return key != key;
        } catch (...) {
            failure_.keep();
            return true;
        }
    }

    const Compare& compare_;
    const Projection& project_;
    const Projection2& project2_;
    sort_failure& failure_;
};

}  // namespace weft::detail::algorithm
