// weft/iter/take.hpp - take, skip, step_by and rev: some of the positions, or all in another order.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/throw.hpp>
#include <weft/iter/par_iterator.hpp>

#include <cstddef>
#include <utility>

namespace weft {

namespace detail {

/// Positions skip .. skip + extent - 1 of the chain below.
template <class Base>
class slice_iter : public par_iterator<slice_iter<Base>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = Base::index_grade;
    using item = typename Base::item;

    slice_iter(Base&& base, std::size_t first, std::size_t extent)
        : adaptor_base<Base>(std::move(base)), first_(first), extent_(extent)
    {
    }

    [[nodiscard]] std::size_t extent() const { return extent_; }

    template <class Sink>
    [[gnu::always_inline]] auto run(piece p, Sink& sink) const
    {
        return this->base_.run(piece{p.lo + first_, p.hi + first_}, sink);
    }

    auto reader() const { return slice_reader<decltype(this->base_.reader())>{this->base_.reader(), first_}; }

private:
    template <class Reader>
    struct slice_reader {
        Reader read;
        std::size_t first;

        [[gnu::always_inline]] item operator()(std::size_t i) const { return read(i + first); }
    };

    std::size_t first_;
    std::size_t extent_;
};

template <class Base>
class step_iter : public par_iterator<step_iter<Base>>, public adaptor_base<Base>, public runs_reader<step_iter<Base>> {
public:
    static constexpr indexing index_grade = indexing::random;
    using item = typename Base::item;

    step_iter(Base&& base, std::size_t step) : adaptor_base<Base>(std::move(base)), step_(step) {}

    [[nodiscard]] std::size_t extent() const
    {
        const std::size_t n = this->base_.extent();
        return n / step_ + (n % step_ != 0 ? 1 : 0);
    }

    auto reader() const { return step_reader<decltype(this->base_.reader())>{this->base_.reader(), step_}; }

private:
    template <class Reader>
    struct step_reader {
        Reader read;
        std::size_t step;

        [[gnu::always_inline]] item operator()(std::size_t i) const { return read(i * step); }
    };

    std::size_t step_;
};

template <class Base>
class rev_iter : public par_iterator<rev_iter<Base>>, public adaptor_base<Base>, public runs_reader<rev_iter<Base>> {
public:
    static constexpr indexing index_grade = indexing::random;
    using item = typename Base::item;

    explicit rev_iter(Base&& base) : adaptor_base<Base>(std::move(base)), last_(this->base_.extent() - 1) {}

    auto reader() const { return rev_reader<decltype(this->base_.reader())>{this->base_.reader(), last_}; }

private:
    template <class Reader>
    struct rev_reader {
        Reader read;
        std::size_t last;

        [[gnu::always_inline]] item operator()(std::size_t i) const { return read(last - i); }
    };

    std::size_t last_;
};

}  // namespace detail

template <class Self>
auto par_iterator<Self>::take(std::size_t n)
{
    detail::check_indexed<Self>();
    const std::size_t all = size();
    return detail::slice_iter<Self>(moved(), 0, n < all ? n : all);
}

template <class Self>
auto par_iterator<Self>::skip(std::size_t n)
{
    detail::check_indexed<Self>();
    const std::size_t all = size();
    const std::size_t first = n < all ? n : all;
    return detail::slice_iter<Self>(moved(), first, all - first);
}

template <class Self>
auto par_iterator<Self>::step_by(std::size_t n)
{
    detail::check_random<Self>();
    if (n == 0) detail::throw_invalid_argument("weft: step_by(0)");
    return detail::step_iter<Self>(moved(), n);
}

template <class Self>
auto par_iterator<Self>::rev()
{
    detail::check_random<Self>();
    return detail::rev_iter<Self>(moved());
}

}  // namespace weft
