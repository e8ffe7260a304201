// weft/algorithm/detail/guarded_less.hpp - a comparator that cannot throw.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The sorts stay in bounds whatever a comparator answers. So an exception is kept, the answer is "no", and the sort
// ends soon without calling again: the elements are a permutation at every moment between two swaps or moves.
#pragma once

#include <weft/algorithm/detail/invoke.hpp>
#include <weft/base/atomic.hpp>

#include <exception>
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

    /// Requires: all that could fail has ended.
    void rethrow()
    {
        if (first_ != nullptr) std::rethrow_exception(std::exchange(first_, nullptr));
    }

private:
    atomic<bool> taken_{false};
    atomic<bool> failed_{false};
    std::exception_ptr first_;
};

template <class Compare, class Projection>
class guarded_less {
public:
    guarded_less(const Compare& compare, const Projection& project, sort_failure& failure)
        : compare_(compare), project_(project), failure_(failure)
    {
    }
    template <class A, class B>
    bool operator()(A&& a, B&& b) const noexcept
    {
        try {
            return static_cast<bool>(detail::algorithm::invoke(compare_, detail::algorithm::invoke(project_, a),
                                                               detail::algorithm::invoke(project_, b)));
        } catch (...) {
            failure_.keep();
            return false;
        }
    }
    [[nodiscard]] bool failed() const noexcept { return failure_.failed(); }

private:
    const Compare& compare_;
    const Projection& project_;
    sort_failure& failure_;
};

}  // namespace weft::detail::algorithm
