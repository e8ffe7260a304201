// weft/pool/context.hpp - fork-join for authors of parallel algorithms: the worker is passed along in registers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/detail/outcome.hpp>
#include <weft/pool/detail/worker.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace weft {

/// Where an algorithm runs: the worker of this thread and the top of its deque. Two words, passed by value. Each
/// forked function gets its own context and must use that one, not its parent's.
///
/// Thread safety: only for the thread that got it, until the function it was passed to returns.
class fork_context {
public:
    /// True if an idle worker has asked for work, or workers sleep: a fork now is likely to be taken. One load.
    [[nodiscard]] bool wanted() const noexcept { return worker_->jobs.attention(); }

    /// For wanted() work so short (in ticks) that waking a worker for it costs as much: whether a fork pays even so.
    /// It does if a worker is awake and looks for work. If none is, it pays now and then, when such work keeps coming:
    /// the worker that is woken then stays awake for what follows.
    /// Cost: a call and one or two loads.
    [[nodiscard]] bool wanted_for(std::uint64_t work) const noexcept;

    /// The number of threads of the pool.
    [[nodiscard]] std::size_t num_threads() const noexcept;

    /// True in a test_pool: sizes and choices must come from draw() there, not from the clock, to be repeatable.
    [[nodiscard]] bool in_test_pool() const noexcept { return worker_->in_test_pool; }

    /// A number below `bound`, drawn from the seed of the test_pool; 0 in every other pool.
    [[nodiscard]] std::size_t draw(std::size_t bound) const noexcept;

    /// True if both contexts belong to one worker: a forked function that was not stolen.
    friend bool same_worker(fork_context a, fork_context b) noexcept { return a.worker_ == b.worker_; }

private:
    template <class F>
    friend decltype(auto) with_context(F&& f);
    template <class A, class B>
    friend void fork_join(fork_context c, A&& a, B&& b);

    explicit fork_context(detail::worker& self) noexcept : worker_(&self), head_(self.jobs.head()) {}
    fork_context(detail::worker* self, detail::job_slot* head) noexcept : worker_(self), head_(head) {}

    detail::worker* worker_;
    detail::job_slot* head_;
};

/// Calls f(fork_context) on this thread, inside a pool: the one this thread works in, else the global one, in which
/// it takes a place for the duration of the call. Returns what f returns.
///
/// Throws: what f throws; from outside a pool also std::bad_alloc or std::system_error if the global pool cannot start.
/// Cost:   a thread-local read inside a pool; some 50 ns from outside.
template <class F>
decltype(auto) with_context(F&& f)
{
    if (detail::worker* self = detail::current_worker::get()) return std::forward<F>(f)(fork_context(*self));
    const detail::visit here;
    return std::forward<F>(f)(fork_context(here.place()));
}

/// join for algorithms: calls a(fork_context) on this thread and b(fork_context) here or on a worker that took it. Both
/// have ended when fork_join returns or throws. Results travel by reference.
///
/// Throws:   what `a` threw, else what `b` threw. Both functions always run.
/// Blocking: if `b` was taken, this thread runs other jobs of `b` until `b` ends; see join.
/// Order:    all that `b` did happens before the return.
/// Cost:     as for join if `b` is not taken; the worker is in registers.
/// Example:  include/weft/iter/detail/drive.hpp
template <class A, class B>
void fork_join(fork_context c, A&& a, B&& b)
{
    using function = std::remove_reference_t<B>;
    struct nothing {};
    using frame_type = detail::outcome_frame<function, nothing>;
    detail::worker& self = *c.worker_;
    detail::job_slot* const slot = c.head_;
    const auto run_right = [&] {
        b(fork_context(&self, slot));
        return nothing{};
    };

    frame_type frame{detail::address_of(b)};
    // Algorithms keep their own account of what was worth dividing.
    static constexpr detail::job_kind kind{[](void* memory, detail::worker& thief) -> bool {
                                               auto& mine = *static_cast<frame_type*>(memory);
                                               return mine.capture([&] {
                                                   (*mine.function)(fork_context(thief));
                                                   return nothing{};
                                               });
                                           },
                                           nullptr, nullptr};
    slot->kind.write() = detail::address_of(kind);
    slot->frame.write() = detail::address_of(frame);
    if (!self.jobs.can_push(slot)) [[unlikely]] {
        if (!detail::push_cold(self, slot)) {
            try {
                a(c);
            } catch (...) {
                detail::run_and_forget(run_right);
                throw;
            }
            run_right();
            return;
        }
    }
    // Written for code further down that reads the head from memory: a user's own join inside an algorithm.
    self.jobs.set_head(slot + 1);
    try {
        a(fork_context(&self, slot + 1));
    } catch (...) {
        detail::finish_after_throw(self, slot, frame, run_right);
        throw;
    }
    self.jobs.set_head(slot);
    if (!self.jobs.is_private(slot)) [[unlikely]] {
        if (!detail::take_back_or_wait(self, slot)) {
            frame.take(*slot);
            return;
        }
    }
    run_right();
}

namespace detail {

/// Whether this thread works in a test_pool, where nothing may depend on what was remembered: a seed decides.
inline bool in_test_pool() noexcept
{
    const worker* const here = current_worker::get();
    return here != nullptr && here->in_test_pool;
}

}  // namespace detail

}  // namespace weft
