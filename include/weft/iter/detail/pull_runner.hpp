// weft/iter/detail/pull_runner.hpp - runs a chain over input that can only be pulled.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Workers, tasks of one scope, take turns in the input (turns.hpp): whoever has pulled something leaves the input and
// runs what it has, and calls for another worker if the pool has an idle thread, or if a worker has ended because it
// got no turn.
//
// Input that is read once is pulled item by item: what it shows next may depend on what becomes of the item before, so
// an item that has been read is run before the next is asked for, by the same thread. Elements that last are pulled in
// batches, which grow as long as reading and running one takes less than some tens of microseconds. A batch that turns
// out to take much longer is divided.
//
// Where items take so little time that workers would mostly pass the input to each other, workers end.
//
// Fields      spent_, rounds_   written while the turns are decided: by one worker at a time
//             items_            written by the one worker that has the input
//             spare_            guarded by lock_
//
// Checked by  tests/iter/par_bridge_test.cpp, tests/iter/every_input_test.cpp
#pragma once

#include <weft/base/detail/lock_guard.hpp>
#include <weft/base/spin_hint.hpp>
#include <weft/iter/detail/control.hpp>
#include <weft/iter/detail/parked.hpp>
#include <weft/iter/detail/source.hpp>
#include <weft/iter/detail/turns.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/pace.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/memory.hpp>
#include <weft/seam/ticks.hpp>
#include <weft/sync/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace weft::detail {

template <class S, class K>
class pull_runner {
public:
    using state = typename K::state;

    pull_runner(const S& source, const K& consumer, control& stop)
        : source_(source), consumer_(consumer), control_(stop)
    {
    }
    pull_runner(const pull_runner&) = delete;
    pull_runner& operator=(const pull_runner&) = delete;
    ~pull_runner()
    {
        while (spare_ != nullptr) detail::dispose(std::exchange(spare_, spare_->next));
    }

    void run(fork_context c, state& st)
    {
        threads_ = c.num_threads();
        in_test_pool_ = c.in_test_pool();
        // A test_pool makes the same decisions each time, so it must not look at the clock.
        if (!in_test_pool_) {
            tick_ = ticks_per_microsecond();
            if (const std::uint64_t learned = learned_.load(order::relaxed); learned != 0) {
                spent_ = learned * enough_rounds;
                rounds_ = enough_rounds;
            }
        }
        detail::scope_in_region([&](task_scope& s) {
            scope_ = &s;
            work(st);
        });
        if (rounds_ != 0) learned_.store(spent_ / rounds_, order::relaxed);
        if (!in_test_pool_) excess_.teach(batches_, static_cast<float>(items_), threads_);
        for (; spare_ != nullptr; detail::dispose(std::exchange(spare_, spare_->next))) {
            if (!control_.failed()) consumer_.merge(st, spare_->found);
        }
    }

private:
    /// What a worker that has ended has found; the next one goes on with it.
    struct spare_state {
        state found;
        spare_state* next;

        explicit spare_state(const K& consumer) : found(consumer.make(0)), next(nullptr) {}
    };

    void work(state& st) noexcept
    {
        try {
            weft::with_context([&](fork_context c) { pull(c, st); });
        } catch (...) {
            control_.fail();
        }
    }

    void work_as_task() noexcept
    {
        spare_state* mine = nullptr;
        {
            const lock_guard hold(lock_);
            if (spare_ != nullptr) mine = std::exchange(spare_, spare_->next);
        }
        try {
            if (mine == nullptr) mine = detail::make<spare_state>(consumer_);
        } catch (...) {
            return control_.fail();
        }
        weft::with_context([&](fork_context c) {
            try {
                pull(c, mine->found);
            } catch (...) {
                control_.fail();
            }
        });
        const lock_guard hold(lock_);
        mine->next = std::exchange(spare_, mine);
    }

    void pull(fork_context c, state& st)
    {
        auto batch = source_.make_batch();
        const bool timed = tick_ != 0 && (threads_ > 1 || batch.most > 1);
        std::size_t size = 1;
        std::uint64_t spent = 0;
        std::uint64_t since = timed ? ticks() : 0;
        while (!control_.stopped()) {
            const turns::entry how =
                turns_.enter([&](std::size_t workers) { return control_.stopped() || too_many(workers); },
                             [&] { return input_becomes_free(); });
            if (how == turns::entry::refused) return;
            batch.clear();
            batch.limit = size;
            // A worker that throws in the input leaves it occupied: nobody else may touch it.
            const bool more = source_.pull(batch);
            items_ += batch.size();
            if (turns_.leave(how, [&](std::size_t workers, bool missed) {
                    return wants_help(c, more, spent, workers, missed);
                })) {
                call_another();
            }
            if (batch.empty()) return;
            // Pulling is slow where input goes from one processor to another: that is no reason for more workers.
            if (timed && how == turns::entry::in_turn) since = ticks();
            if (!run(c, batch, st)) {
                if constexpr (requires { K::ends_all; }) {
                    control_.stop();
                    return;
                }
            }
            if (in_test_pool_) {
                size = 1 + c.draw(batch.most < 16 ? batch.most : 16);
            } else if (timed) {
                const std::uint64_t now = ticks();
                spent = now - since;
                since = now;
                const std::uint64_t target = batch_microseconds * tick_;
                if (spent * 2 <= target && size < batch.most) size *= 2;
                if (spent > 2 * target && size > 1) size /= 2;
            }
        }
    }

    [[nodiscard]] bool input_becomes_free() const
    {
        if (in_test_pool_) return false;
        const std::uint64_t begin = ticks();
        do {
            if (turns_.looks_free()) return true;
            spin_hint();
        } while (!control_.stopped() && ticks() - begin < wait_microseconds * tick_);
        return false;
    }

    /// Whether another worker is to be called. One worker at a time is in here.
    bool wants_help(fork_context c, bool more, std::uint64_t spent, std::size_t workers, bool missed)
    {
        if (spent != 0) note_round(spent);
        if (!more) {
            control_.stop();  // the input has ended: workers that are on their way need not begin
            return false;
        }
        return workers < threads_ && (missed || c.wanted()) && !too_many(workers + 1);
    }

    /// A worker took `spent` to run a batch and, if it is alone, to pull it. Older rounds count half each time that
    /// enough new ones have come. A round that was clearly worth another worker counts no more than that: the system
    /// may have run something else meanwhile.
    void note_round(std::uint64_t spent)
    {
        const std::uint64_t most_counted = 16 * threads_ * worth_nanoseconds * tick_ / 1000;
        spent_ += spent < most_counted ? spent : most_counted;
        if (++rounds_ < remembered_rounds) return;
        spent_ /= 2;
        rounds_ /= 2;
    }

    /// Whether this many workers would mostly pass the input to each other.
    [[nodiscard]] bool too_many(std::size_t workers) const
    {
        return rounds_ >= enough_rounds && spent_ * 1000 < workers * worth_nanoseconds * tick_ * rounds_;
    }

    [[gnu::noinline]] void call_another()
    {
        scope_->spawn([this] { work_as_task(); });
        weft::poll();  // whoever asked has been answered
    }

    /// A batch that is being run.
    template <class Batch>
    struct running {
        Batch& batch;

        // Written by all, never reset: what follows is not needed. Relaxed: read when all parts have ended.
        atomic<bool> ended{false};
    };

    template <class Batch>
    bool run(fork_context c, Batch& batch, state& st)
    {
        const std::size_t n = batch.size();
        if (n == 1) return run_part(batch, piece{0, 1}, st);
        pace speed = detail::pace_of(c, {}, n, {batches_.ticks_per_unit(), false, batches_.stride()});
        speed.begin();
        speed.stay_alone(static_cast<float>(batch_microseconds * tick_));
        running<Batch> here{batch};
        work(c, here, piece{0, n}, st, speed);
        if (!speed.divided() && !speed.timeless()) batches_.remember(speed.ticks_per_unit());
        return !here.ended.load(order::relaxed);
    }

    template <class Batch>
    void work(fork_context c, running<Batch>& here, piece rest, state& st, pace& speed) noexcept
    {
        try {
            // That all is stopped may only say that the input has ended: this is its last batch.
            while (!here.ended.load(order::relaxed) && !control_.failed()) {
                if (speed.divides(rest.hi - rest.lo, c)) return split(c, here, rest, st, speed);
                const std::size_t most = speed.block(rest.hi - rest.lo);
                const std::size_t stride = speed.stride(most, c);
                const std::size_t end = rest.lo + most;
                const std::size_t lo = rest.lo;
                do {
                    const std::size_t to = end - rest.lo < stride ? end : rest.lo + stride;
                    if (!run_part(here.batch, piece{rest.lo, to}, st)) {
                        here.ended.store(true, order::relaxed);
                        return;
                    }
                    rest.lo = to;
                } while (rest.lo != end && !c.wanted());
                excess_.add(speed.done(rest.lo - lo));
                if (rest.lo == rest.hi) return;
            }
        } catch (...) {
            control_.fail();
        }
    }

    template <class Batch>
    [[gnu::noinline]] void split(fork_context c, running<Batch>& here, piece rest, state& st, pace& speed)
    {
        const std::size_t middle = rest.lo + (rest.hi - rest.lo) / 2;
        pace other_speed = speed.divide();
        parked<state> right(consumer_, 0);
        weft::fork_join(
            c,
            [&](fork_context left) {
                speed.begin();
                work(left, here, piece{rest.lo, middle}, st, speed);
            },
            [&](fork_context there) {
                other_speed.begin();
                work(there, here, piece{middle, rest.hi}, right.get(), other_speed);
            });
        if (!control_.failed()) consumer_.merge(st, right.get());
    }

    template <class Batch>
    [[gnu::noinline]] bool run_part(Batch& batch, piece p, state& st)
    {
        source_.enter(p);
        const bool more = consumer_.run(source_, batch.part(p), st);
        source_.leave(p);
        return more;
    }

    static constexpr std::uint64_t batch_microseconds = 20;
    static constexpr std::uint64_t wait_microseconds = 4;
    static constexpr std::uint64_t worth_nanoseconds = 100;  // what passing the input to another worker takes
    static constexpr std::uint64_t enough_rounds = 16;
    static constexpr std::uint64_t remembered_rounds = 1024;

    /// Ticks per round the last time that a chain of this type was run: a short loop should not wake anybody.
    inline static constinit atomic<std::uint64_t> learned_{0};
    inline static constinit loop_memory batches_;

    const S& source_;
    const K& consumer_;
    control& control_;
    task_scope* scope_ = nullptr;
    std::size_t threads_ = 1;
    bool in_test_pool_ = false;
    std::uint64_t tick_ = 0;  // per microsecond; 0 in a test_pool, where time decides nothing

    turns turns_;
    mutex lock_;
    std::uint64_t spent_ = 0;
    std::uint64_t rounds_ = 0;
    std::size_t items_ = 0;
    spare_state* spare_ = nullptr;
    longest_excess excess_;
};

}  // namespace weft::detail
