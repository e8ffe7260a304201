// weft/iter/detail/held_range.hpp - an input range that somebody else keeps, or that is kept here.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/construct.hpp>

#include <utility>

namespace weft::detail {

/// What the chain holds of a range: a pointer to one that somebody else keeps, or the range itself.
template <class R>
class held_range {
public:
    explicit held_range(R&& r) : range_(std::move(r)) {}
    R& get() { return range_; }

private:
    R range_;
};
template <class R>
class held_range<R&> {
public:
    explicit held_range(R& r) : range_(detail::address_of(r)) {}
    R& get() { return *range_; }

private:
    R* range_;
};

}  // namespace weft::detail
