// weft/iter/with_len.hpp - with_min_len, with_max_len, by_uniform_blocks, by_exponential_blocks: how a loop is cut.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/throw.hpp>
#include <weft/iter/par_iterator.hpp>

#include <cstddef>
#include <utility>

namespace weft {

namespace detail {

template <class Base>
class with_len_iter : public par_iterator<with_len_iter<Base>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = Base::index_grade;
    using item = typename Base::item;

    with_len_iter(Base&& base, len_bounds own) : adaptor_base<Base>(std::move(base)), own_(own) {}

    [[nodiscard]] len_bounds bounds() const
    {
        const len_bounds b = this->base_.bounds();
        return {b.min > own_.min ? b.min : own_.min, b.max < own_.max ? b.max : own_.max,
                own_.block != 0 ? own_.block : b.block, own_.block != 0 ? own_.doubles : b.doubles};
    }

    template <class Piece, class Sink>
    [[gnu::always_inline]] auto run(Piece&& p, Sink& sink) const
    {
        return this->base_.run(p, sink);
    }

    auto reader() const { return this->base_.reader(); }

private:
    len_bounds own_;
};

}  // namespace detail

template <class Self>
auto par_iterator<Self>::with_min_len(std::size_t n)
{
    return detail::with_len_iter<Self>(moved(), detail::len_bounds{.min = n});
}

template <class Self>
auto par_iterator<Self>::with_max_len(std::size_t n)
{
    return detail::with_len_iter<Self>(moved(), detail::len_bounds{.max = n == 0 ? 1 : n});
}

template <class Self>
auto par_iterator<Self>::by_uniform_blocks(std::size_t n)
{
    if (n == 0) detail::throw_invalid_argument("weft: by_uniform_blocks(0)");
    return detail::with_len_iter<Self>(moved(), detail::len_bounds{.block = n});
}

template <class Self>
auto par_iterator<Self>::by_exponential_blocks()
{
    constexpr std::size_t first = 64;
    return detail::with_len_iter<Self>(moved(), detail::len_bounds{.block = first, .doubles = true});
}

}  // namespace weft
