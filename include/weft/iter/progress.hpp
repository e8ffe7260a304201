// weft/iter/progress.hpp - progress: a function that is told how far a loop has come.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/lock_guard.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/sync/spinlock.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

template <class Base, class F>
class progress_iter : public par_iterator<progress_iter<Base, F>>, public adaptor_base<Base> {
public:
    static constexpr indexing index_grade = Base::index_grade;
    static constexpr bool runs_functions = true;
    using item = typename Base::item;

    progress_iter(Base&& base, F&& f, std::size_t every)
        : adaptor_base<Base>(std::move(base)), f_(std::move(f)), every_(every == 0 ? 1 : every)
    {
    }
    progress_iter(const progress_iter&) = default;
    progress_iter(progress_iter&&) = default;

    /// Once per block, when it is done.
    void leave(piece p) const
    {
        this->base_.leave(p);
        const std::size_t n = p.hi - p.lo;
        if (n == 0) return;
        const lock_guard hold(tally_.lock);
        const std::size_t before = tally_.done;
        tally_.done += n;
        const std::size_t total = this->base_.extent();
        if (before / every_ != tally_.done / every_ || tally_.done == total) f_(tally_.done, total);
    }

    template <class Piece, class Sink>
    [[gnu::always_inline]] auto run(Piece&& p, Sink& sink) const
    {
        return this->base_.run(p, sink);
    }

    auto reader() const { return this->base_.reader(); }

private:
    /// Copied only while the chain is being built.
    struct tally {
        spinlock lock;
        std::size_t done = 0;

        tally() = default;
        tally(const tally&) {}
    };

    F f_;
    std::size_t every_;
    mutable tally tally_;
};

}  // namespace detail

template <class Self>
template <class F>
auto par_iterator<Self>::progress(F f, std::size_t every)
{
    static_assert(!Self::pulled && !detail::is_windowed<Self>(),
                  "weft: progress cannot follow bridged input, which has no length");
    static_assert(std::is_invocable_v<const F&, std::size_t, std::size_t>,
                  "weft: the function given to progress must take two numbers, done and total, and be callable through "
                  "a const reference");
    return detail::progress_iter<Self, F>(moved(), std::move(f), every);
}

}  // namespace weft
