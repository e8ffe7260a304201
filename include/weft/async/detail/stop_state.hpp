// weft/async/detail/stop_state.hpp - who can be asked to stop, and what waits there.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       owner: the task, or the group of tasks, that the state is of.  requesters: any threads.  waits: the
//             suspended waits of the owner's tasks; each is linked in for as long as it is suspended, by its own thread.
//
// Fields      requested_      false, then true for ever; written under the lock
//             first_          what is linked in: waits, and the states below this one; guarded by the lock
//             node fields     guarded by the lock of the state where the node is linked
//             above_          constant from open to close
//
// A wait      linked -request: unlinked, claim() true-> made ready, as stopped
//                    -request: unlinked, claim() false-> whoever was faster makes it ready
//                    -its task goes on: remove-> gone
//
// Invariants  I1  A node is alive while it is linked: its owner removes it, under the lock, before its life ends; also
//                 when it has been made ready by somebody else, who may have met a requester.
//             I2  claim() is called under the lock and decides, by the one word that the other side changes too, who
//                 makes the wait ready. So it is made ready once, and a claimed one belongs to the requester alone.
//             I3  Locks are taken from above downwards: a requester holds those on its way down, and who links or removes
//                 holds one. A primitive's own lock may be held by who links; claim() takes none.
//
// Orders      O1  requested_ store release -> load acquire: who sees the request sees what the requester did before.
//             The lock's own edges do the rest.
//
// Progress    blocking, for some tens of instructions; a request holds its locks while it walks.
//
// Checked by  tests/model/async_model.cpp: stop_meets_done (I2), stop_meets_the_end (I1, I3), stop_is_seen (O1).
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/sync/spinlock.hpp>

namespace weft::detail {

struct strand;
struct stop_callbacks;
class stop_state;

/// What is linked into a stop_state.
struct stop_node {
    /// For a wait: whether the requester is first; `this` is then its own. Null: the node is a stop_state.
    bool (*claim)(stop_node& self) noexcept = nullptr;
    strand* who = nullptr;  ///< who waits
    stop_node* previous = nullptr;
    stop_node* next = nullptr;
    bool linked = false;
};

class stop_state : stop_node {
public:
    stop_state() = default;
    stop_state(const stop_state&) = delete;
    stop_state& operator=(const stop_state&) = delete;
    ~stop_state()
    {
        if (callbacks_ != nullptr) drop_callbacks();
    }

    /// Links this below `above`, if that is not null: what is requested there is requested here too.
    void open(stop_state* above) noexcept
    {
        above_ = above;
        if (above != nullptr) open_below(*above);
    }
    /// Unlinks it. Nothing may be linked here any more.
    void close() noexcept
    {
        if (above_ != nullptr) above_->remove(*this);
    }

    [[nodiscard]] bool is_requested() const noexcept { return requested_.load(order::acquire); }  // O1

    /// Asks everybody here and below to stop; makes ready what waits, and then calls back what std::stop_tokens have asked
    /// for.
    void request() noexcept;

    /// Links a wait, unless a stop has been requested. Then the wait is over before it has begun: false.
    bool add(stop_node& wait) noexcept
    {
        lock_.lock();
        const bool added = add_locked(wait);
        lock_.unlock();
        return added;
    }
    void remove(stop_node& wait) noexcept
    {
        lock_.lock();
        remove_locked(wait);
        lock_.unlock();
    }

    // The same for who does more under the lock.
    void lock() noexcept { lock_.lock(); }
    void unlock() noexcept { lock_.unlock(); }
    bool add_locked(stop_node& wait) noexcept
    {
        if (requested_.load(order::relaxed)) return false;  // written under the lock
        link_locked(wait);
        return true;
    }
    void remove_locked(stop_node& wait) noexcept
    {
        if (!wait.linked) return;
        wait.linked = false;
        (wait.previous != nullptr ? wait.previous->next : first_) = wait.next;
        if (wait.next != nullptr) wait.next->previous = wait.previous;
    }

    /// Whether nothing is linked here.
    [[nodiscard]] bool is_empty() noexcept
    {
        lock_.lock();
        const bool empty = first_ == nullptr;
        lock_.unlock();
        return empty;
    }

    /// What stands between this and std::stop_token; made when somebody first asks. Throws std::bad_alloc.
    stop_callbacks& callbacks();

private:
    void link_locked(stop_node& node) noexcept
    {
        node.previous = nullptr;
        node.next = first_;
        if (first_ != nullptr) first_->previous = &node;
        first_ = &node;
        node.linked = true;
    }
    void open_below(stop_state& above) noexcept;
    void drop_callbacks() noexcept;

    spinlock lock_;
    atomic<bool> requested_{false};
    stop_node* first_ = nullptr;
    stop_state* above_ = nullptr;
    stop_callbacks* callbacks_ = nullptr;
};

}  // namespace weft::detail
