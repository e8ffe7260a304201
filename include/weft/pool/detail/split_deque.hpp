// weft/pool/detail/split_deque.hpp - the deque under join: private at the new end, stealable at the old end.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// After Lace (van Dijk, van de Pol, Euro-Par 2014) and its split point; the demand-driven limit, the epoch and the
// hand-shake in the slot are weft's own.
//
//      oldest                                              newest
//      [ stolen ........ | public ........ | private ...... | free ]
//                       tail             split            head        end
//
// Roles       owner: the worker whose deque it is; pushes and pops at the new end. thieves: any other workers; steal at
//             tail. A job is popped by the join that pushed it, in reverse order; so the owner names the slot.
//
// Fields      head_    owner only           the next free slot
//             split_   owner only           copy of split: pop compares with it and touches nothing shared
//             limit_   owner: end. all: null    null means "attention": push takes the cold way. The owner sets it when
//                                               nothing is public, so that a lone job is never private; thieves when
//                                               they found nothing.
//             ends_    written by all       {tail, split, epoch} in one word; owner: store or CAS, thieves: CAS
//             slot.run, slot.frame, slot.scope   owner; rewritten only when no thief can hold the job
//             slot.state  owner: reset on publication; thief: taken, then done or failed; owner: parked
//
// Job         private -publish-> public -take_back-> private
//                                       -steal-> taken -finish-> finished, perhaps failed   (the owner waits for it)
//
// Invariants  I1  tail <= split <= head. Slots below tail are taken or finished; no thief reads a slot at or
//                 above split.
//             I2  A job runs once: the word ends_ decides between the owner that takes back and the thief that steals.
//             I3  Each store of the owner to ends_ has a new epoch. A thief's CAS therefore fails if the public part
//                 has shrunk, grown or been replaced since it looked, even if tail and split look the same again. That
//                 is what lets a waiting worker check "this job descends from mine" between its look and its CAS.
//
// Orders      O1  publish: ends_ release -> look: ends_ acquire. What ended before the publication has ended for them.
//                 The thief sees run, frame and the reset state. CASes in between are read-modify-writes and carry the
//                 release sequence on; the owner's one plain store (reuse_from) happens only when nothing is public.
//             O2  finish: state release -> owner's wait: state acquire.
//                 The owner sees what the job did, before it reuses the frame and the slot.
//             O3  owner parks: state |= parked; finish: state |= finished (one RMW each, of any order).
//                 Exactly one of the two sees the other: finish sees parked and wakes, or the owner sees finished.
//             O4  set_taken: state release -> owner's wait: state acquire. The owner finds the thief's place, which may
//                 be new.
//             push, and pop in the private part, use no order at all: they touch the owner's fields only. A thief that
//             asks for attention stores null to limit_ relaxed: it is a hint that carries no data; the sleep protocol
//             (docs/sleep.md) adds the fences that make it certain.
//
// Progress    push, pop: wait-free. take_back, publish: lock-free (a CAS fails only if a thief stole). steal: one try.
//
// Checked by  tests/model/split_deque_model.cpp (O1-O3), mail_model.cpp: blocking_substitute_steals (O4).
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/base/cell.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

struct worker;
class scope_core;

/// Where a job is, packed in one word of bits that are only ever added: taken, by whom and from which of the thief's
/// slots on; finished; failed; and the owner's parked.
class job_state {
public:
    static constexpr std::uint32_t taken = 1;
    static constexpr std::uint32_t finished = 2;
    static constexpr std::uint32_t failed = 4;
    static constexpr std::uint32_t parked = 8;
    static constexpr std::uint32_t max_thieves = 1u << 13;

    /// What a thief adds: who it is, and the number of its own first free slot, where its new jobs begin.
    static constexpr std::uint32_t taken_by(std::uint32_t thief, std::uint32_t first) noexcept
    {
        return taken | thief << 4 | first << 17;
    }
    constexpr explicit job_state(std::uint32_t word) noexcept : word_(word) {}

    [[nodiscard]] constexpr bool is_taken() const noexcept { return (word_ & taken) != 0; }
    [[nodiscard]] constexpr bool is_finished() const noexcept { return (word_ & finished) != 0; }
    [[nodiscard]] constexpr bool has_failed() const noexcept { return (word_ & failed) != 0; }
    [[nodiscard]] constexpr std::uint32_t thief() const noexcept { return word_ >> 4 & (max_thieves - 1); }
    [[nodiscard]] constexpr std::uint32_t first() const noexcept { return word_ >> 17; }

private:
    std::uint32_t word_;
};

/// One forked function. `run` calls it on a thief and leaves its result or exception in `frame`; false if it failed.
struct job_slot {
    cell<bool (*)(void* frame, worker& thief)> run;
    cell<void*> frame;
    cell<scope_core*> scope;  ///< what the job works for; noted when it is published
    atomic<std::uint32_t> state{0};
};

class alignas(cache_line_size) split_deque {
public:
    static constexpr std::size_t max_capacity = (1u << 15) - 1;

    /// Uses `slots[0 .. capacity]`, which outlive the deque: one more than it holds, since a push writes its slot
    /// before it learns that the deque is full. `thieves`: whether there can be any; without them nothing needs to be
    /// public.
    split_deque(job_slot* slots, std::size_t capacity, bool thieves) noexcept
        : head_(slots),
          split_(slots),
          begin_(slots),
          end_(slots + capacity),
          limit_when_nothing_is_public_(thieves ? nullptr : end_),
          limit_(limit_when_nothing_is_public_)
    {
    }
    split_deque(const split_deque&) = delete;
    split_deque& operator=(const split_deque&) = delete;

    [[nodiscard]] job_slot* slots() const noexcept { return begin_; }

    // --- owner, hot ---------------------------------------------------------------------------------------------

    [[nodiscard]] job_slot* head() const noexcept { return head_; }
    void set_head(job_slot* slot) noexcept { head_ = slot; }

    /// False: `slot` is full or wants attention, take the cold way.
    [[nodiscard]] bool can_push(const job_slot* slot) const noexcept { return slot < limit_.load(order::relaxed); }

    /// True: `slot` was never published, so it is the owner's without further ado.
    [[nodiscard]] bool is_private(const job_slot* slot) const noexcept { return slot >= split_; }

    /// True if a thief has asked for work, or workers sleep.
    [[nodiscard]] bool attention() const noexcept { return limit_.load(order::relaxed) == nullptr; }

    // --- owner, cold --------------------------------------------------------------------------------------------

    [[nodiscard]] bool is_full(const job_slot* slot) const noexcept { return slot == end_; }

    /// Publishes the older half of the private ones among the oldest `jobs` jobs, at least one, and stops asking for
    /// attention. scope_of(i) says what the job in slot i works for.
    template <class ScopeOf>
    void publish(std::uint32_t jobs, ScopeOf&& scope_of) noexcept
    {
        limit_.store(end_, order::relaxed);
        const std::uint32_t split = index_of(split_);
        if (jobs > split) move_split(split + (jobs - split + 1) / 2, scope_of);
    }

    /// Publishes every private job: before this worker does something long that is not a job.
    template <class ScopeOf>
    void publish_all(ScopeOf&& scope_of) noexcept
    {
        if (head_ > split_) move_split(index_of(head_), scope_of);
    }

    /// Takes the job at `slot` back if no thief has it. Keeps half of the public jobs that are older public.
    [[nodiscard]] bool take_back(const job_slot* slot) noexcept
    {
        const std::uint32_t mine = index_of(slot);
        std::uint64_t seen = ends_.load(order::relaxed);
        for (;;) {
            const std::uint32_t tail = tail_of(seen);
            if (tail > mine) return false;
            const std::uint32_t split = (tail + mine) / 2;
            // Relaxed: it publishes nothing new, and as a read-modify-write it carries O1 of older publications on.
            if (ends_.compare_exchange_weak(seen, pack(tail, split, seen), order::relaxed, order::relaxed)) {
                split_ = begin_ + split;
                if (split == tail) limit_.store(limit_when_nothing_is_public_, order::relaxed);
                return true;
            }
        }
    }

    /// For a test_pool, before the first push: every push and every pop takes the cold way from now on.
    void always_ask() noexcept
    {
        split_ = end_;
        limit_.store(nullptr, order::relaxed);
    }

    /// After the stolen job at `slot` has finished: the slot is free again, and everything older is stolen too.
    void reuse_from(job_slot* slot) noexcept
    {
        const std::uint32_t mine = index_of(slot);
        // Nothing is public here: tail == split == mine + 1, since everything newer has been popped. So no thief can be
        // between its look and its CAS with success, and a relaxed store ends no release sequence that matters.
        ends_.store(pack(mine, mine, ends_.load(order::relaxed)), order::relaxed);
        split_ = slot;
        limit_.store(limit_when_nothing_is_public_, order::relaxed);
    }

    // --- thieves ------------------------------------------------------------------------------------------------

    /// What a thief saw of the deque.
    class view {
    public:
        [[nodiscard]] bool has_work() const noexcept { return tail_of(ends_) < split_of(ends_); }
        /// True if the oldest public job is at or above the owner's slot number `first`.
        [[nodiscard]] bool begins_at_or_after(std::uint32_t first) const noexcept { return tail_of(ends_) >= first; }

    private:
        friend class split_deque;
        explicit view(std::uint64_t ends) noexcept : ends_(ends) {}
        std::uint64_t ends_;
    };

    [[nodiscard]] view look() const noexcept { return view(ends_.load(order::acquire)); }  // O1

    /// Takes the oldest public job if the deque is still as `seen`, which must have work; null otherwise.
    [[nodiscard]] job_slot* steal(view seen) noexcept
    {
        std::uint64_t expected = seen.ends_;
        // Adding 1 to the word adds 1 to tail; the epoch is the owner's to change.
        // Relaxed: it reads the very word that look() has acquired; the epoch makes each value come once.
        if (!ends_.compare_exchange_strong(expected, expected + 1, order::relaxed, order::relaxed)) return nullptr;
        return begin_ + tail_of(expected);
    }

    /// Asks the owner to publish at its next push. The owner itself calls it to publish at every push for a while.
    void ask() noexcept
    {
        if (limit_.load(order::relaxed) != nullptr) limit_.store(nullptr, order::relaxed);
    }

    // --- the hand-shake over a stolen job -----------------------------------------------------------------------

    /// Thief: says who runs the job, and from which of its own slots on.
    static void set_taken(job_slot& job, std::uint32_t thief, std::uint32_t first) noexcept
    {
        job.state.fetch_or(job_state::taken_by(thief, first), order::release);  // order: O4, only a new place needs it
    }

    /// Thief: the job has ended. Returns whether its owner sleeps and must be woken. The frame may be gone on return.
    [[nodiscard]] static bool finish(job_slot& job, bool succeeded) noexcept
    {
        const std::uint32_t outcome = succeeded ? job_state::finished : job_state::finished | job_state::failed;
        return (job.state.fetch_or(outcome, order::release) & job_state::parked) != 0;  // O2, O3
    }

    /// Owner: about to sleep until the job ends. False if it has ended.
    [[nodiscard]] static bool announce_parked(job_slot& job) noexcept
    {
        return !job_state(job.state.fetch_or(job_state::parked, order::acquire)).is_finished();  // O2, O3
    }

    /// The slot's number, for set_taken.
    [[nodiscard]] std::uint32_t index_of(const job_slot* slot) const noexcept
    {
        return static_cast<std::uint32_t>(slot - begin_);
    }

private:
    // ends_: tail in bits 0-14, split in bits 15-29, epoch above: 2^34 publications until a value comes back.
    static constexpr std::uint32_t index_mask = (1u << 15) - 1;
    static constexpr unsigned split_shift = 15;
    static constexpr unsigned epoch_shift = 30;

    static constexpr std::uint32_t tail_of(std::uint64_t ends) noexcept
    {
        return static_cast<std::uint32_t>(ends) & index_mask;
    }
    static constexpr std::uint32_t split_of(std::uint64_t ends) noexcept
    {
        return static_cast<std::uint32_t>(ends >> split_shift) & index_mask;
    }
    static constexpr std::uint64_t pack(std::uint32_t tail, std::uint32_t split, std::uint64_t old) noexcept
    {
        return tail | std::uint64_t{split} << split_shift | ((old >> epoch_shift) + 1) << epoch_shift;
    }

    template <class ScopeOf>
    void move_split(std::uint32_t split, ScopeOf&& scope_of) noexcept
    {
        for (std::uint32_t i = index_of(split_); i < split; ++i) {
            begin_[i].scope.write() = scope_of(i);
            begin_[i].state.store(0, order::relaxed);  // seen through O1
        }
        std::uint64_t seen = ends_.load(order::relaxed);
        while (!ends_.compare_exchange_weak(seen, pack(tail_of(seen), split, seen), order::release, order::relaxed)) {
        }  // O1
        split_ = begin_ + split;
    }

    job_slot* head_;
    job_slot* split_;
    job_slot* const begin_;
    job_slot* const end_;
    job_slot* const limit_when_nothing_is_public_;
    alignas(cache_line_size) atomic<job_slot*> limit_;
    alignas(cache_line_size) atomic<std::uint64_t> ends_{0};
};

}  // namespace weft::detail
