// weft/channel/detail/waiter.hpp - how threads wait on channels and are chosen.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A thread that must wait puts a token and one waiter per channel on its own stack: nothing is allocated. Whoever can
// help it claims the token, which only one thread can, and then settles it: tells which waiter was chosen and why.
//
// Roles       owner: the thread that waits.  claimer: the thread that won the claim.  A line's lock is held by anybody
//             who changes the line.
//
// Fields      wait_token::state_    written by all       phase, and whether the owner sleeps in the system
//             wait_token::chosen_   written by claimer   between claim and settle; read by owner after settle
//             wait_list::size_      written under lock   waiters in the list; read by anybody
//             waiter::linked        written under lock   in a list
//
// State       waiting -claim-> claimed -settle-> a verdict
//             waiting -busy (owner tries to claim a partner)-> waiting or a verdict
//             waiting -abort (owner)-> aborted
//
// Invariants  I1  A token is claimed at most once, and a claimed one is settled.
//             I2  A waiter is unlinked under the lock, by the claimer before it settles or by the owner afterwards; the
//                 owner leaves only then. So nobody touches a waiter or a token whose frame is gone.
//
// Orders      O1  settle: exchange release -> owner: load acquire. What the claimer did, and chosen_, is visible.
//             O2  sleep: size_ seq_cst store, then the owner looks at the channel once more (seq_cst); notify: the
//                 channel's seq_cst claim, then a seq_cst load of size_. In the single order of these one comes first:
//                 either the owner sees the change, or the notifier sees the owner.
//             O3  The line's lock orders what the claimer reads of a waiter, and the settling what its owner reads: all
//                 else that is done with a token decides who may go on, and no more; it is relaxed.
//
// Progress    claim: lock-free but for the few instructions during which an owner is busy. The lock is held for some
//             tens of instructions and never across a wake-up of the system.
//
// Checked by  tests/model/channel_model.cpp; tests/channel/threads_test.cpp, select_test.cpp, under ThreadSanitizer
// too.
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/base/cell.hpp>
#include <weft/base/clock.hpp>
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
    meet,          ///< a partner waits in chosen->peer for the owner to carry it out
    refused,       ///< a partner chose, but could not go on: wait again
    aborted        ///< by the owner: time is up, or there is something to look at
};

inline constexpr clock::time_point no_deadline = clock::time_point::max();

/// One wait of one thread.
class wait_token {
public:
    wait_token() noexcept = default;
    wait_token(const wait_token&) = delete;
    wait_token& operator=(const wait_token&) = delete;

    /// Anybody, with the lock of a list that holds a waiter of this token, or as the owner's partner. True for one
    /// caller only, who then calls settle.
    bool claim() noexcept;

    /// As claim, for an owner who is busy itself: sets `other_busy` instead of waiting for a busy one.
    bool try_claim(bool& other_busy) noexcept;

    /// The claimer's last access to the token and its waiters.
    void settle(verdict why, waiter* which) noexcept;

    /// Owner: takes the token out of the game. False if it was claimed: then wait() for the verdict.
    bool abort() noexcept;

    /// Owner: holds off claimers while it tries to claim a partner. False if it was claimed.
    bool begin_busy() noexcept;
    void end_busy() noexcept;

    /// Busy owner, after it has claimed a partner: nobody can claim this token any more.
    void retire() noexcept;

    /// Owner: waits for the verdict, spinning at first if there is a budget; aborts at the deadline.
    verdict wait(clock::time_point deadline, spin_budget* spin) noexcept;

    /// Owner, after wait: the waiter that was chosen.
    [[nodiscard]] waiter* chosen() const noexcept { return chosen_.read(); }

private:
    static constexpr std::uint32_t waiting = 0;
    static constexpr std::uint32_t busy = 1;
    static constexpr std::uint32_t claimed = 2;
    static constexpr std::uint32_t phase_mask = 0xff;
    static constexpr std::uint32_t asleep = 0x100;

    atomic<std::uint32_t> state_{waiting};
    cell<waiter*> chosen_{nullptr};
};

/// One side of a meeting at a rendezvous that has to wait for the other side.
struct meeting {
    void* place;  ///< sender: its message; receiver: room for it
    wait_token token;
};

/// One thread's place in one line.
struct waiter {
    waiter* next = nullptr;
    waiter* previous = nullptr;
    wait_token* token = nullptr;
    void* place = nullptr;    ///< rendezvous: the message to send, the room to receive; null: the owner must be there
    meeting* peer = nullptr;  ///< rendezvous: who waits for the owner, if the verdict is `meet`
    bool linked = false;
    bool observer = false;  ///< wants to know, not to take
};

/// Waiters in the order of their arrival. All but empty() under one lock, which is the user's.
class wait_list {
public:
    [[nodiscard]] bool empty() const noexcept { return size_.load(order::seq_cst) == 0; }  // O2

    void add(waiter& w) noexcept;
    void remove(waiter& w) noexcept;
    [[nodiscard]] waiter* first() const noexcept { return head_; }

    /// Claims and unlinks the first waiter that wants to take, and tells all observers.
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
    void enlist(waiter& w) noexcept;
    void delist(waiter& w) noexcept;

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

private:
    void wake_first() noexcept;

    spinlock lock_;
    wait_list list_;
};

}  // namespace weft::detail::channels
