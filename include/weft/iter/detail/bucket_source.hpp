// weft/iter/detail/bucket_source.hpp - hashed containers, bucket by bucket.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/iter/detail/held_range.hpp>
#include <weft/iter/detail/source.hpp>

#include <cstddef>
#include <type_traits>

namespace weft::detail {

/// std::unordered_map and its like, whose buckets are lists that can be reached by index.
template <class R>
concept bucket_container = std::ranges::forward_range<R> && requires(std::remove_reference_t<R>& c, std::size_t n) {
    static_cast<std::size_t>(c.bucket_count());
    *c.begin(n);
    c.begin(n) == c.end(n);
};

/// A position is a bucket: nothing is copied or noted, and no thread walks the whole container. R is a reference, or a
/// container that the chain owns, whose elements are moved out.
template <class R>
class bucket_source : public par_iterator<bucket_source<R>>, public source_base {
    using element = std::remove_reference_t<std::ranges::range_reference_t<R>>;

public:
    static constexpr indexing index_grade = indexing::none;
    using item = std::conditional_t<std::is_lvalue_reference_v<R>, element&, element&&>;

    explicit bucket_source(R&& r) : range_(static_cast<R&&>(r)) {}

    [[nodiscard]] std::size_t extent() const
    {
        auto& all = range_.get();
        return all.empty() ? 0 : static_cast<std::size_t>(all.bucket_count());
    }

    template <class Sink>
    auto run(piece p, Sink& sink) const
    {
        using result = answer<Sink, item>;
        auto& all = range_.get();
        for (std::size_t b = p.lo; b < p.hi; ++b) {
            const auto end = all.end(b);
            for (auto at = all.begin(b); at != end; ++at) {
                if (!sink(static_cast<item>(*at))) return result(false);
            }
        }
        return result(true);
    }

private:
    // Mutable, because a chain is shared as const: each element is touched by one thread only.
    mutable held_range<R> range_;
};

}  // namespace weft::detail
