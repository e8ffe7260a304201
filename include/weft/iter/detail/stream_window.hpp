// weft/iter/detail/stream_window.hpp - inputs go out to helpers, results come back to one consumer.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The consumer puts inputs into slots and publishes them; helpers, and the consumer while it waits, claim them in
// order, turn each input into a result, and say that it is done. A slot is in use from the moment its input is put in
// until the consumer lets go of the result; there are never more than a window of them.
//
// Roles       consumer: the one thread that owns the window.  helpers: tasks of the pool, behind the gate.
//
// Fields      published_   written by the consumer     inputs 0 .. published_ - 1 are in their slots
//             claimed_     written by all              inputs 0 .. claimed_ - 1 have somebody who runs them
//             done_tail_   written by all              unordered: results 0 .. done_tail_ - 1 have a place in marks_
//             marks_       written by all              0 pending, 1 the consumer sleeps on it, else slot + 2; ordered:
//                                                      mark p belongs to input p, else to the p-th result
//             slots_       written by both             the consumer before it publishes, the claimant until the mark,
//                                                      then the consumer
//             todo_        written by the consumer     unordered: the slot of input p, at p % window, till it is
//                          claimed
//
// Invariants  consumed_ <= done <= claimed_ <= published_ <= consumed_ + window
//
// Orders      O1  publish: published_ seq_cst store -> claim: published_ acquire. The claimant sees the input.
//             O2  mark: exchange release -> wait: acquire. The consumer sees the result, and may reuse the slot.
//             O3  done_tail_ acq_rel: whoever takes a place in marks_ for the second time sees that the consumer has
//                 reset it, because among the results before it there is one that was published after the reset.
//             O4  helpers leave, then look again: see gate.hpp (O2 there). claimed_ is a mere counter: relaxed.
//
// Progress    Lock-free between helpers; the consumer runs inputs itself while the next result is pending, and sleeps
//             when there are none. It never needs a helper to begin.
//
// Checked by  tests/model/stream_model.cpp: window_ordered (O1, O2), window_unordered_places (O3), window_calls
//             (O4), window_dropped; tests/iter/stream_test.cpp
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/spin_hint.hpp>
#include <weft/iter/detail/gate.hpp>
#include <weft/pool/observed_region.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/seam/atomic.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::detail {

/// Where the helpers of a window come from: they are tasks of the pool.
struct pool_helpers {
    static std::size_t most() { return current_num_threads() - 1; }  // the consumer takes part
    template <class F>
    static void start(F&& help)
    {
        weft::spawn(std::forward<F>(help));
    }
};

/// `Work` is called as work(In&) -> Out, by several threads at once.
template <class In, class Out, class Work, bool Ordered, class Helpers = pool_helpers>
class stream_window {
public:
    stream_window(const Work& work, std::size_t window)
        : work_(work),
          threads_(Helpers::most() + 1),
          helpers_(threads_ <= window ? threads_ - 1 : window - 1),  // what the consumer looks at is in the window, too
          window_(helpers_ == 0 ? 1 : window),
          slots_(window_),
          marks_(window_),
          todo_(Ordered ? 0 : window_)
    {
        if constexpr (!Ordered) {
            free_.reserve(window_);
            for (std::size_t i = window_; i-- > 0;) free_.push_back(i);
        }
    }
    stream_window(const stream_window&) = delete;
    stream_window& operator=(const stream_window&) = delete;

    /// Waits for the helpers that are inside; inputs that nobody has begun with are dropped.
    ~stream_window() { gate_->close(); }

    [[nodiscard]] std::size_t window() const noexcept { return window_; }

    /// How many threads there are for it.
    [[nodiscard]] std::size_t threads() const noexcept { return threads_; }

    /// What its helpers help, for traces and reports.
    [[nodiscard]] const void* helped() const noexcept { return gate_.get(); }

    /// How many inputs have been put in whose results have not been released.
    [[nodiscard]] std::size_t in_use() const noexcept { return put_ - consumed_; }

    /// Puts an input, or what was thrown instead of one, into the next slot; there must be room. If making the input
    /// throws, the slot is left for the next one.
    template <class... Args>
    void put(Args&&... args)
    {
        next_slot().in.emplace(std::forward<Args>(args)...);
        take_slot();
    }
    void put_error(std::exception_ptr error) noexcept
    {
        next_slot().error = std::move(error);
        take_slot();
    }

    /// Shows helpers what was put in, and calls more of them if there is more than the present ones can take.
    void publish()
    {
        const std::size_t before = published_->load(order::relaxed);
        if (put_ == before) return;
        published_->store(put_, order::seq_cst);  // O1, O4
        const std::size_t waiting = put_ - claimed_->load(order::relaxed);
        for (std::size_t n = 0; n < waiting && gate_->call(helpers_); ++n) spawn_helper();
    }

    /// The next result, which stays until release(). Throws what the work, or the input, threw. in_use() > 0.
    Out& await()
    {
        atomic<std::uint32_t>& mark = marks_[consumed_ % window_];
        std::uint32_t value = mark.load(order::acquire);  // O2
        for (int spins = 0; value < 2; ++spins) {
            if (run_one()) {
                spins = 0;
            } else if (spins < most_spins) {
                spin_hint();
            } else if (value == 1 || mark.compare_exchange_strong(value, 1, order::relaxed, order::relaxed)) {
                const blocking_section elsewhere("stream");  // somebody else may have the seat meanwhile
                wait_on(mark, 1);
            }
            value = mark.load(order::acquire);  // O2
        }
        current_ = value - 2;
        slot& s = slots_[current_];
        if (s.error) {
            std::exception_ptr error = std::move(s.error);
            s.error = nullptr;
            std::rethrow_exception(std::move(error));
        }
        return *s.out;
    }

    /// Lets go of the result that await() gave.
    void release()
    {
        slots_[current_].out.reset();
        marks_[consumed_ % window_].store(0, order::relaxed);
        if constexpr (!Ordered) free_.push_back(current_);
        ++consumed_;
    }

private:
    struct slot {
        std::optional<In> in;
        std::optional<Out> out;
        std::exception_ptr error;
    };

    static constexpr int most_spins = 200;

    slot& next_slot() noexcept
    {
        if constexpr (Ordered) {
            return slots_[put_ % window_];
        } else {
            return slots_[free_.back()];
        }
    }

    /// The next slot is in use from here on.
    void take_slot() noexcept
    {
        if constexpr (!Ordered) {
            todo_[put_ % window_].store(static_cast<std::uint32_t>(free_.back()), order::relaxed);  // O1
            free_.pop_back();
        }
        ++put_;
    }

    void spawn_helper()
    {
        try {
            Helpers::start([this, shared = gate_] {
                if (!shared->enter()) return;
                {
                    const observed_help counts(shared.get());
                    help();
                }
                shared->leave();
            });
        } catch (...) {
            gate_->rest();
            throw;
        }
    }

    void help() noexcept
    {
        do {
            while (run_some()) {}
            gate_->rest();  // O4
        } while (more_to_do() && gate_->call(helpers_));
    }

    [[nodiscard]] bool more_to_do() const noexcept
    {
        return !gate_->is_closed() && claimed_->load(order::relaxed) < published_->load(order::seq_cst);  // O4
    }

    static constexpr std::size_t most_at_once = 16;

    /// Inputs first .. first + count - 1; unordered, also their slots.
    struct claimed {
        std::size_t first = 0;
        std::size_t count = 0;
        std::uint32_t slots[Ordered ? 1 : most_at_once];
    };

    /// Claims a part of the inputs that wait, at least one if there is one.
    bool claim(claimed& c, std::size_t share) noexcept
    {
        c.first = claimed_->load(order::relaxed);
        for (;;) {
            const std::size_t published = published_->load(order::acquire);  // O1
            if (published <= c.first) return false;  // the value read here may be older than the claim
            const std::size_t waiting = published - c.first;
            c.count = waiting / share == 0 ? 1 : waiting / share;
            if (c.count > most_at_once) c.count = most_at_once;
            // Read before they are claimed: afterwards the consumer may put other slots there. If they are stale, the
            // claim fails.
            if constexpr (!Ordered) {
                for (std::size_t i = 0; i < c.count; ++i) {
                    c.slots[i] = todo_[(c.first + i) % window_].load(order::relaxed);
                }
            }
            if (claimed_->compare_exchange_weak(c.first, c.first + c.count, order::relaxed, order::relaxed))
                return true;
        }
    }

    /// Helpers claim several inputs at once while there are many.
    bool run_some() noexcept
    {
        claimed c;
        if (!claim(c, 4 * (helpers_ + 1))) return false;
        for (std::size_t i = 0; i < c.count; ++i) {
            if (gate_->is_closed()) return false;
            run(c, i);
        }
        return true;
    }

    bool run_one() noexcept
    {
        claimed c;
        if (!claim(c, static_cast<std::size_t>(-1))) return false;
        run(c, 0);
        return true;
    }

    void run(const claimed& c, std::size_t i) noexcept
    {
        std::size_t at = (c.first + i) % window_;
        std::size_t place = at;
        if constexpr (!Ordered) at = c.slots[i];
        slot& s = slots_[at];
        if (!s.error) {
            try {
                s.out.emplace(work_(*s.in));
            } catch (...) {
                s.error = std::current_exception();
            }
            s.in.reset();
        }
        if constexpr (!Ordered) place = done_tail_->fetch_add(1, order::acq_rel) % window_;  // O3
        atomic<std::uint32_t>& mark = marks_[place];
        if (mark.exchange(static_cast<std::uint32_t>(at) + 2, order::release) == 1) wake_one(&mark);  // O2
    }

    const Work& work_;
    const std::size_t threads_;
    const std::size_t helpers_;
    const std::size_t window_;
    std::vector<slot> slots_;
    std::vector<atomic<std::uint32_t>> marks_;
    std::vector<atomic<std::uint32_t>> todo_;  // unordered: the slots of the inputs
    std::vector<std::size_t> free_;
    std::shared_ptr<gate> gate_ = std::make_shared<gate>();
    std::size_t put_ = 0;
    std::size_t consumed_ = 0;
    std::size_t current_ = 0;
    cache_padded<atomic<std::size_t>> published_{std::size_t{0}};
    cache_padded<atomic<std::size_t>> claimed_{std::size_t{0}};
    cache_padded<atomic<std::size_t>> done_tail_{std::size_t{0}};
};

}  // namespace weft::detail
