// weft/pool/detail/split_deque.hpp - the deque under join: private at the new end, stealable at the old end.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// After Lace (van Dijk, van de Pol, Euro-Par 2014) and its split point; the demand-driven limit, the epoch and the
// handshake in the slot are weft's own.
//
//      oldest                                              newest
//      [ stolen ........ | public ........ | private ...... | free ]
//                       tail             split            head        end
//
// Roles       owner: the worker whose deque it is; pushes and pops at the new end. thieves: any other workers; steal at
//             tail. A job is popped by the join that pushed it, in reverse order; so the owner names the slot.
//
// Fields      head_    owner only           the next free slot
//             split_   owner only           copy of split
//             floor_   owner: split. all: end   pop compares with it: what lies at or above it is private. Thieves set
//                                               it to the end along with limit_, so that the next pop takes the cold
//                                               way, and publishes what the pushes before it have left private.
//             limit_   owner: end. all: null    null means "attention": push takes the cold way. The owner sets it when
//                                               nothing is public, so that a lone job is never private; thieves set
//                                               it when they found nothing.
//             insists_ owner: false. all: true  a thief has looked for long, or is about to sleep: it wants even jobs
//                                               that are known to be too short to share (fork_site). Others need not
//                                               get the attention. The owner clears it only when it publishes, before
//                                               it looks who sleeps.
//             ends_    written by all       {tail, split, epoch} in one word; owner: store or CAS, thieves: CAS
//             slot.kind, slot.frame, slot.scope  owner; rewritten only while no thief can hold the job
//             slot.state  owner: reset on publication, with the floating-point mode; thief: taken, then done or failed;
//                         owner: parked
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
//                 The thief sees kind, frame and the reset state. CASes in between are read-modify-writes and carry the
//                 release sequence on; the owner's one plain store (reuse_from) happens only when nothing is public.
//             O2  finish: state release -> owner's wait: state acquire.
//                 The owner sees what the job did, before it reuses the frame and the slot.
//             O3  owner parks: state |= parked; finish: state |= finished (one RMW each, of any order).
//                 Exactly one of the two sees the other: finish sees parked and wakes, or the owner sees finished.
//             O4  set_taken: state release -> owner's wait: state acquire. The owner finds the thief's place, which may
//                 be new.
//             push, and pop in the private part, use no order at all: they touch the owner's fields only, and the two
//             hints. A thief that asks for attention stores to limit_ and floor_ relaxed: they carry no data, and any
//             value that floor_ may have is correct or too high; the sleep protocol (docs/sleep.md) adds the fences
//             that make the limit certain.
//
// Progress    push, pop: wait-free. take_back, publish: lock-free (a CAS fails only if a thief stole). steal: one try.
//
// Checked by  tests/model/split_deque_model.cpp (O1-O3), sleep_model.cpp (limit_, insists_), mail_model.cpp:
// blocking_substitute_steals (O4).
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/pool/detail/fork_site.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

struct worker;
class scope_core;

/// What a job is: `run` calls its function on a thief and leaves the result or the exception in `frame`; false if it
/// failed. `site` keeps account of the jobs that are forked there; null: nobody does. `name` holds the name of the
/// function, for reports; or null.
struct job_kind {
    bool (*run)(void* frame, worker& thief);
    fork_site* site;
    const char* name = nullptr;
};

/// Where a job is, packed into one word of bits that are only ever added: taken, by whom and from which of the thief's
/// slots on; finished; failed; and the owner's parked. Also, once it is published, the floating-point mode in which it
/// was forked (src/pool/float_mode.hpp).
class job_state {
public:
    using word = std::uint64_t;
    static constexpr word taken = 1;
    static constexpr word finished = 2;
    static constexpr word failed = 4;
    static constexpr word parked = 8;

    /// Of a job that nobody has taken.
    static constexpr word forked_under(std::uint16_t mode) noexcept { return word{mode} << 48; }

    /// What a thief adds: its index; the index of its own first free slot, where its new jobs begin; and how many tasks
    /// it runs by yield_now, one on top of another, below 4,096: while it runs more, its new jobs belong to others. The
    /// indices of thieves are below 65,536.
    static constexpr word taken_by(std::uint32_t thief, std::uint32_t first, std::uint32_t yields) noexcept
    {
        return taken | word{first} << 4 | word{yields} << 20 | word{thief} << 32;
    }
    constexpr explicit job_state(word w) noexcept : word_(w) {}

    [[nodiscard]] constexpr word bits() const noexcept { return word_; }

    [[nodiscard]] constexpr bool is_taken() const noexcept { return (word_ & taken) != 0; }
    [[nodiscard]] constexpr bool is_finished() const noexcept { return (word_ & finished) != 0; }
    [[nodiscard]] constexpr bool has_failed() const noexcept { return (word_ & failed) != 0; }
    [[nodiscard]] constexpr std::uint32_t thief() const noexcept { return static_cast<std::uint16_t>(word_ >> 32); }
    [[nodiscard]] constexpr std::uint16_t mode() const noexcept { return static_cast<std::uint16_t>(word_ >> 48); }
    [[nodiscard]] constexpr std::uint32_t first() const noexcept
    {
        return static_cast<std::uint32_t>(word_) >> 4 & 0xffff;
    }
    [[nodiscard]] constexpr std::uint32_t yields() const noexcept { return static_cast<std::uint32_t>(word_) >> 20; }

private:
    word word_;
};

/// What is noted of a job when it is published.
struct job_note {
    constexpr job_note(scope_core* works_for, std::uint16_t forked_under = 0) noexcept  // implicit: a scope alone
        : scope(works_for), mode(forked_under)
    {
    }
    scope_core* scope;
    std::uint16_t mode;
};

/// One forked function.
struct job_slot {
    cell<const job_kind*> kind;
    cell<void*> frame;
    cell<scope_core*> scope;  ///< what the job works for; noted when it is published
    atomic<job_state::word> state{0};
};

class alignas(cache_line_size) split_deque {
public:
    static constexpr std::size_t max_capacity = (1u << 15) - 1;

    /// Uses `slots[0 .. capacity]`, which outlive the deque: one more than it can hold, since a push writes its slot
    /// before it learns that the deque is full. `thieves`: whether there can be any; without them nothing needs to be
    /// public.
    split_deque(job_slot* slots, std::size_t capacity, bool thieves) noexcept
        : head_(slots),
          split_(slots),
          begin_(slots),
          end_(slots + capacity),
          limit_when_nothing_is_public_(thieves ? nullptr : end_),
          limit_(limit_when_nothing_is_public_),
          floor_(slots)
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

    /// True: `slot` was never published, so it is simply the owner's. False: it was, or thieves have asked
    /// for work: take the cold way.
    [[nodiscard]] bool is_private(const job_slot* slot) const noexcept { return slot >= floor_.load(order::relaxed); }

    /// True if a thief has asked for work, or workers sleep.
    [[nodiscard]] bool attention() const noexcept { return limit_.load(order::relaxed) == nullptr; }

    /// For a push that was told to take the cold way: true if that was for attention that the job in `slot` need not
    /// get if it is too short to share.
    [[nodiscard]] bool may_keep(const job_slot* slot) noexcept
    {
        if (slot == end_) return false;
        if (!insists_.load(order::relaxed)) return true;
        if (kept_ == 0) return false;
        --kept_;
        return true;
    }

    /// The next `pushes` may_keep their jobs although a thief insists.
    void keep(std::uint32_t pushes) noexcept { kept_ = pushes; }

    // --- owner, cold --------------------------------------------------------------------------------------------

    [[nodiscard]] bool is_full(const job_slot* slot) const noexcept { return slot == end_; }

    /// Publishes what is private of the oldest `jobs` jobs, and stops asking for attention. All of it: the newest may
    /// be what somebody waits for, and this worker may be about to do something long. Returns whether there was any.
    /// note_of(i) is the job_note of the job in slot i.
    template <class NoteOf>
    bool publish(std::uint32_t jobs, NoteOf&& note_of) noexcept
    {
        limit_.store(end_, order::relaxed);
        if (insists_.load(order::relaxed)) insists_.store(false, order::relaxed);
        const bool any = jobs > index_of(split_);
        if (any) move_split(jobs, note_of);
        floor_.store(split_, order::relaxed);
        return any;
    }

    /// As publish, for a pop that was asked: of the jobs older than `slot`. If none is private, attention stays wanted.
    template <class NoteOf>
    bool publish_below(const job_slot* slot, NoteOf&& note_of) noexcept
    {
        if (slot > split_) return publish(index_of(slot), note_of);
        floor_.store(split_, order::relaxed);
        return false;
    }

    /// Whether a job older than `slot` is private: it was forked some time before.
    [[nodiscard]] bool any_private_below(const job_slot* slot) const noexcept { return split_ < slot; }

    /// Whether `slot`, which is_private() did not vouch for, was in fact published.
    [[nodiscard]] bool is_public(const job_slot* slot) const noexcept { return slot < split_; }

    /// The same for every private job, wanted or not: before this worker does something long that is not a job.
    template <class NoteOf>
    bool publish_all(NoteOf&& note_of) noexcept
    {
        if (head_ <= split_) return false;
        move_split(index_of(head_), note_of);
        floor_.store(split_, order::relaxed);
        return true;
    }

    /// Takes the job at `slot` back if no thief has it. It keeps half of the older public jobs public, or all
    /// of them while somebody is hungry.
    [[nodiscard]] bool take_back(const job_slot* slot) noexcept
    {
        const std::uint32_t mine = index_of(slot);
        std::uint64_t seen = ends_.load(order::relaxed);
        for (;;) {
            const std::uint32_t tail = tail_of(seen);
            if (tail > mine) return false;
            const std::uint32_t split = attention() ? mine : (tail + mine) / 2;
            // Relaxed: it publishes nothing new, and as a read-modify-write it carries O1 of older publications on.
            if (ends_.compare_exchange_weak(seen, pack(tail, split, seen), order::relaxed, order::relaxed)) {
                split_ = begin_ + split;
                floor_.store(split_, order::relaxed);
                if (split == tail) limit_.store(limit_when_nothing_is_public_, order::relaxed);
                return true;
            }
        }
    }

    /// For a test_pool, before the first push: every push and every pop takes the cold way from now on.
    void always_ask() noexcept
    {
        split_ = end_;
        floor_.store(end_, order::relaxed);
        limit_.store(nullptr, order::relaxed);
        insists_.store(true, order::relaxed);
    }

    /// After the stolen job at `slot` has finished: the slot is free again, and everything older is stolen too.
    void reuse_from(job_slot* slot) noexcept
    {
        const std::uint32_t mine = index_of(slot);
        // Nothing is public here: tail == split == mine + 1, since everything newer has been popped. So no thief can be
        // between its look and a CAS that succeeds, and a relaxed store ends no release sequence that matters.
        ends_.store(pack(mine, mine, ends_.load(order::relaxed)), order::relaxed);
        split_ = slot;
        floor_.store(split_, order::relaxed);
        limit_.store(limit_when_nothing_is_public_, order::relaxed);
    }

    // --- thieves ------------------------------------------------------------------------------------------------

    /// What a thief saw of the deque.
    class view {
    public:
        [[nodiscard]] bool has_work() const noexcept { return tail_of(ends_) < split_of(ends_); }
        /// How many jobs are public and not stolen.
        [[nodiscard]] std::uint32_t size() const noexcept { return has_work() ? split_of(ends_) - tail_of(ends_) : 0; }
        /// True if the oldest public job is at or above the owner's slot with index `first`.
        [[nodiscard]] bool begins_at_or_after(std::uint32_t first) const noexcept { return tail_of(ends_) >= first; }
        /// Where the oldest job that is not stolen is: what lies below has been stolen, and may have ended.
        [[nodiscard]] std::uint32_t begin() const noexcept { return tail_of(ends_); }

    private:
        friend class split_deque;
        friend bool operator==(view a, view b) noexcept { return a.ends_ == b.ends_; }
        explicit view(std::uint64_t ends) noexcept : ends_(ends) {}
        std::uint64_t ends_;
    };

    [[nodiscard]] view look() const noexcept { return view(ends_.load(order::acquire)); }  // O1

    /// Takes the oldest public job if the deque is still as `seen`, which must have work; null otherwise.
    [[nodiscard]] job_slot* steal(view seen) noexcept
    {
        std::uint64_t expected = seen.ends_;
        // Adding 1 to the word adds 1 to tail; the epoch is the owner's to change.
        // Relaxed: it reads the very word that look() has acquired; the epoch makes each value occur once.
        if (!ends_.compare_exchange_strong(expected, expected + 1, order::relaxed, order::relaxed)) return nullptr;
        // The last public one: the next that the owner forks is public again, and what it has kept is public at its next
        // pop. Whoever comes for it would ask too late if the owner is about to do something long.
        if (tail_of(expected) + 1 == split_of(expected)) ask();
        return begin_ + tail_of(expected);
    }

    /// Asks the owner to publish at its next push or pop.
    void ask() noexcept
    {
        if (attention()) return;
        limit_.store(nullptr, order::relaxed);
        floor_.store(end_, order::relaxed);
    }

    /// The same, even of jobs that are known to be too short.
    void insist() noexcept
    {
        if (!insists_.load(order::relaxed)) insists_.store(true, order::relaxed);
        ask();
    }

    /// For the owner and for thieves: the owner publishes at its next push. A pop need not know.
    void keep_asking() noexcept { limit_.store(nullptr, order::relaxed); }

    // --- the handshake over a stolen job -----------------------------------------------------------------------

    /// Thief: records who runs the job, from which of its own slots on, and on top of how many yields.
    static void set_taken(job_slot& job, std::uint32_t thief, std::uint32_t first, std::uint32_t yields = 0) noexcept
    {
        // order: O4, only a new place needs it
        job.state.fetch_or(job_state::taken_by(thief, first, yields), order::release);
    }

    /// Thief: the job has ended. Returns whether its owner sleeps and must be woken. The frame may be gone on return.
    [[nodiscard]] static bool finish(job_slot& job, bool succeeded) noexcept
    {
        const job_state::word outcome = succeeded ? job_state::finished : job_state::finished | job_state::failed;
        return (job.state.fetch_or(outcome, order::release) & job_state::parked) != 0;  // O2, O3
    }

    /// Owner: about to sleep until the job ends. False if it has ended.
    [[nodiscard]] static bool announce_parked(job_slot& job) noexcept
    {
        return !job_state(job.state.fetch_or(job_state::parked, order::acquire)).is_finished();  // O2, O3
    }

    /// The slot's index, for set_taken.
    [[nodiscard]] std::uint32_t index_of(const job_slot* slot) const noexcept
    {
        return static_cast<std::uint32_t>(slot - begin_);
    }

private:
    // ends_: tail in bits 0-14, split in bits 15-29, epoch above: 2^34 publications until a value recurs.
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

    template <class NoteOf>
    void move_split(std::uint32_t split, NoteOf&& note_of) noexcept
    {
        for (std::uint32_t i = index_of(split_); i < split; ++i) {
            const job_note note = note_of(i);
            begin_[i].scope.write() = note.scope;
            begin_[i].state.store(job_state::forked_under(note.mode), order::relaxed);  // seen through O1
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
    std::uint32_t kept_ = 0;
    alignas(cache_line_size) atomic<job_slot*> limit_;
    atomic<job_slot*> floor_;
    atomic<bool> insists_{false};
    alignas(cache_line_size) atomic<std::uint64_t> ends_{0};
};

}  // namespace weft::detail
