// weft/channel/detail/waiter.hpp - how threads, and coroutines, wait on channels and are chosen.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A thread that must wait puts a token, and one waiter per channel, on its own stack: nothing is allocated. A thread
// that can help it claims the token, which only one thread can do, and then settles it: says which waiter was chosen,
// and why. A coroutine waits in the same lines; its token lies in its frame, and has a function that settling calls
// instead of waking a thread.
//
// Roles       owner: the thread, or the coroutine, that waits.  claimer: the thread that won the claim.  Whoever changes a line holds the
//             line's lock.
//
// Fields      wait_token::state_    written by all       phase, and whether the owner sleeps in the system, or is to be
//                                                        called
//             wait_token::chosen_   written by claimer   between claim and settle; read by owner after settle
//             wait_list::size_      written under lock   waiters in the list; read by anybody
//             waiter::linked        written under lock   in a list
//
// State       waiting -claim-> claimed -settle-> a verdict
//             waiting -busy (owner tries to claim a partner)-> waiting or a verdict
//             waiting -abort (owner, or whoever its owner has told of the token)-> aborted
//             A called_token is suspended at last: from then on whoever ends the wait lets the owner go on.
//
// Invariants  I1  A token is claimed at most once, and a claimed one is settled.
//             I2  A waiter is unlinked under the lock, by the claimer before it settles or by the owner afterwards; the
//                 owner leaves only then. So nobody touches a waiter or a token that is no longer there.
//                 The claimer may still hold the lock then, if the owner is an observer: it keeps the channel alive itself.
//             I3  A suspended owner goes on when, and only when, it has been called. So its token is still there after it
//                 has been settled.
//
// Orders      O1  settle: exchange release -> owner: load acquire. What the claimer did, and chosen_, is visible.
//             O2  sleep: size_ seq_cst store, then the owner looks at the channel once more (seq_cst); notify: the
//                 channel's seq_cst claim, then a seq_cst load of size_. In the single order of these operations either
//                 the owner's look comes later and sees the change, or the notifier's load does and sees the owner.
//             O3  The line's lock orders what the claimer reads of a waiter, and settling orders what its owner reads.
//                 Every other operation on a token only decides which thread may go on, and is relaxed.
//             O4  suspend: compare-exchange release -> settle: exchange acquire. What the owner did before it was
//                 suspended is seen by whoever lets it go on.
//
// Progress    claim: lock-free except for the few instructions during which an owner is busy. The lock is held for some
//             tens of instructions, and never while the system wakes a thread up.
//
// Checked by  tests/model/channel_model.cpp; tests/channel/threads_test.cpp, select_test.cpp, also under
//             ThreadSanitizer.
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>
#include <weft/seam/clock.hpp>
#include <weft/sync/spinlock.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail::channels {

struct waiter;
class spin_budget;

/// Why a wait has ended.
enum class verdict : std::uint32_t {
    notified = 3,  ///< look again, at the chosen waiter's channel first
    done,          ///< a partner has carried out the chosen operation
    meet,          ///< a partner has come for the chosen waiter, and is in line: chosen->partner
    aborted        ///< by the owner: time is up, or there is something to look at
};

inline constexpr clock::time_point no_deadline = clock::time_point::max();

/// One wait of one thread.
class wait_token {
    friend class called_token;

public:
    wait_token() noexcept = default;
    wait_token(const wait_token&) = delete;
    wait_token& operator=(const wait_token&) = delete;

    /// By anybody who holds the lock of a list with a waiter of this token. True for one caller only, which then calls
    /// settle.
    bool claim() noexcept;

    /// As claim, by the owner of another token that is busy itself: instead of waiting for a busy owner it sets
    /// `other_busy`.
    bool try_claim(bool& other_busy) noexcept;

    /// By the claimer: its last access to the token and its waiters.
    void settle(verdict why, waiter* which) noexcept;

    /// By the owner: from now on nobody can claim the token. False if it was claimed: then wait() for the verdict.
    bool abort() noexcept;

    /// By the owner: keeps claimers waiting while it tries to claim a partner. False if the token was claimed.
    bool begin_busy() noexcept;
    void end_busy() noexcept;

    /// By a busy owner that has claimed a partner: from now on nobody can claim this token.
    void retire() noexcept;

    /// By the owner: waits for the verdict, spinning at first if there is a budget; aborts at the deadline.
    verdict wait(clock::time_point deadline, spin_budget* spin) noexcept;

    /// By the owner, after wait: the waiter that was chosen.
    [[nodiscard]] waiter* chosen() const noexcept { return chosen_.read(); }

private:
    static constexpr std::uint32_t waiting = 0;
    static constexpr std::uint32_t busy = 1;
    static constexpr std::uint32_t claimed = 2;
    static constexpr std::uint32_t phase_mask = 0xff;
    static constexpr std::uint32_t asleep = 0x100;
    static constexpr std::uint32_t called = 0x200;

    atomic<std::uint32_t> state_{waiting};
    cell<waiter*> chosen_{nullptr};
};

/// One wait of what is no thread, and sleeps by being suspended.
class called_token : public wait_token {
public:
    /// Lets the owner go on. Called by whoever settles the token, as its last access; no lock of a line is held, unless the
    /// owner is an observer.
    using function = void (*)(called_token& self) noexcept;

    explicit called_token(function wake) noexcept : wake_(wake) {}

    /// By the owner, when nobody knows of the token: for another wait.
    void begin() noexcept;

    /// By the owner, in all its lines: from now on the end of the wait lets it go on, perhaps at once and on another thread.
    /// False: it has been settled or aborted already, and nobody will.
    bool suspend() noexcept;

    /// By the owner, at the end of the wait.
    [[nodiscard]] verdict why() const noexcept;

private:
    friend wait_token;
    const function wake_;
};

/// One thread's place in one line.
struct waiter {
    waiter* next = nullptr;
    waiter* previous = nullptr;
    wait_token* token = nullptr;
    void* place = nullptr;      ///< rendezvous: the message to send (null: not made yet), or the room to receive into
    std::uint64_t ticket = 0;   ///< rendezvous: names this wait, even when it has ended
    std::uint64_t partner = 0;  ///< rendezvous: the ticket of the receiver to meet, if the verdict is `meet`
    bool linked = false;
    bool observer = false;  ///< only wants to be told; takes nothing
    bool engaged = false;   ///< rendezvous: a sender makes a message for this receiver
};

/// What a waiter finds that is registered as one of several under one token.
enum class registration : unsigned char {
    queued,   ///< it is in line
    ready,    ///< the operation can be tried: do not sleep
    engaged,  ///< a partner has been claimed; nobody can claim this token any more
    chosen    ///< another thread has claimed this token
};

/// Waiters in the order of their arrival. Everything except empty() and size() needs a lock, which whoever uses the
/// list provides.
class wait_list {
public:
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_.load(order::seq_cst); }  // O2

    void add(waiter& w) noexcept;
    void remove(waiter& w) noexcept;
    [[nodiscard]] waiter* first() const noexcept { return head_; }

    /// Claims and unlinks the first waiter that is no observer; tells all observers.
    waiter* claim_first() noexcept;

    /// Tells all observers.
    void tell_observers() noexcept;

private:
    waiter* head_ = nullptr;
    waiter* tail_ = nullptr;
    atomic<std::size_t> size_{0};
};

/// A wait_list with its lock.
class wait_line {
public:
    void register_waiter(waiter& w) noexcept;
    void unregister(waiter& w) noexcept;

    /// Wakes one waiter, if there is one. Cost: one load if nobody waits.
    void notify_one() noexcept
    {
        if (!list_.empty()) [[unlikely]]
            wake_first();
    }

    /// As notify_one, `n` times.
    void notify_some(std::size_t n) noexcept
    {
        for (; n != 0 && !list_.empty(); --n) wake_first();
    }

    /// Wakes all waiters.
    void notify_all() noexcept;

    /// Wakes as many as wait now. The caller has made a seq_cst change that they look at (O2); nobody else need be
    /// woken, and a waiter that has seen the change already may be in line again. Cost: one load if nobody waits.
    void notify_present() noexcept { notify_some(list_.size()); }

private:
    void wake_first() noexcept;

    spinlock lock_;
    wait_list list_;
};

}  // namespace weft::detail::channels
