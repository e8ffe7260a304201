// weft/async/detail/stop_state.hpp - who can be asked to stop, and what waits there.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// States form a tree. A spawned task, the body of a scope and what runs under a limit have one of their own; the tasks of a
// scope, or of a group, have one together. A wait costs no lock that the tasks have in common: each strand has a link with a
// lock of its own, where it shows in what it is suspended. Who asks finds it by the state that is its own, or, if it has one
// together with others, in the list of that state, which a strand joins before its first wait and leaves at its end.
//
// Roles       strands: what runs under the state; one of them may be its owner.  requesters: any threads.
//
// Fields      requested_      false, then true for ever; written under the lock
//             owner_          the strand whose own it is, or null; constant from open to close
//             first_          what is linked in: states below, and links of strands; guarded by the lock
//             node fields     guarded by the lock of the state where the node is linked
//             above_          constant from open to close
//             link: state     of a plain wait: waiting, then served or stopped; stopped at once if that was requested before;
//                             or certain, if it cannot be stopped
//             link: the rest  guarded by the link's lock
//
// A plain wait (for a lock, an event, a time) is decided by a word in its strand, which is there as long as the strand is linked:
// a requester touches nothing else of it, so it need not be taken back: that it is still shown when it is over does no harm,
// since it is not waiting then. Others are decided by a word elsewhere.
//
//             shown -request: claimed-> made ready, as stopped
//                   -request: not claimed-> whoever was faster makes it ready
//                   -its strand goes on: taken back, if it is no plain one-> gone
//
// Invariants  I1  A node is alive while it is linked, and a wait that is no plain one while it is shown: its strand takes it
//                 back, under the lock of the link, before its life ends; also when it has been made ready by somebody
//                 else, who may have met a requester. Only a requester that has claimed it takes it back itself.
//             I2  One compare-exchange, by requesters under the link's lock, decides who makes a wait ready: of the link's state,
//                 or of the word that the other side changes too, by claim(). So it is made ready once, and a claimed one
//                 belongs to the requester alone.
//             I3  Locks are taken from above downwards: a requester holds those of the states on its way down, and then
//                 that of a link; who links or removes holds one. A primitive's own lock may be held by who shows a wait;
//                 claim() takes none.
//             I4  A wait is claimed for the state under which it began, and no other. A strand that is found by a state further
//                 up has one of its own below, or must not be stopped: then its plain waits are certain.
//
// Orders      O1  requested_ store release -> load acquire: who sees the request sees what the requester did before.
//             The state of a plain wait is relaxed: what the winner needs to see was written before, under a lock that it holds,
//             and the strand sees what the winner did by the way of a ready strand.
//             The locks make sure that nobody is missed: a strand that shows a wait after a requester has looked at its link
//             knows of the request by the link's lock; one that joins the list after that, by the state's.
//
// Progress    blocking, for some tens of instructions; a request holds its locks while it walks.
//
// Checked by  tests/model/async_model.cpp: stop_meets_done (I2), stop_meets_the_end (I1, I3), stop_is_seen (O1),
//             stop_refuses (O1), stop_finds_all (I1, I4), stop_spares (I4).
#pragma once

#include <weft/async/detail/strand.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/sync/spinlock.hpp>

namespace weft::detail {

struct stop_callbacks;

class stop_state : stop_node {
public:
    stop_state() noexcept : stop_node(true) {}
    stop_state(const stop_state&) = delete;
    stop_state& operator=(const stop_state&) = delete;
    ~stop_state()
    {
        if (callbacks_ != nullptr) drop_callbacks();
    }

    /// Links this below `above`, if that is not null: what is requested there is requested here too. `owner`: the strand whose
    /// own it is; null: several have it together.
    void open(stop_state* above, strand* owner) noexcept
    {
        above_ = above;
        owner_ = owner;
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

    // --- a strand's wait ---------------------------------------------------------------------------------------------

    /// A plain wait begins, and `s` is about to be suspended. False: it is asked to stop already.
    static bool begin_wait(strand& s) noexcept
    {
        stop_link* const held = hold(s);
        if (held == nullptr) {
            s.state.store(stop_link::phase::certain, order::relaxed);
            return true;
        }
        const bool begins = !s.stop->is_requested();  // O1
        held->shows = stop_link::kind::plain_wait;
        held->under = s.stop;
        held->state.store(begins ? stop_link::phase::waiting : stop_link::phase::stopped, order::relaxed);
        let_go(held);
        return begins;
    }
    /// By who has what it waits for. False: it has been stopped, and whoever did that makes it ready.
    static bool serve(strand& s) noexcept
    {
        stop_link::phase expected = s.state.load(order::relaxed);
        return expected == stop_link::phase::certain ||
               (expected == stop_link::phase::waiting &&
                s.state.compare_exchange_strong(expected, stop_link::phase::served, order::relaxed,
                                                order::relaxed));  // I2
    }
    /// How it has ended, when the strand goes on.
    static bool was_stopped(const strand& s) noexcept
    {
        return s.state.load(order::relaxed) == stop_link::phase::stopped;
    }

    // Another wait. Requesters are kept waiting meanwhile, and the strand, too: it may go on in between, but not past
    // its take_back.
    /// Null: it cannot be asked to stop.
    [[nodiscard]] static stop_link* hold(strand& s) noexcept
    {
        if (s.stop == nullptr) return nullptr;
        if (s.stop->owner_ != &s && !s.linked) [[unlikely]]
            s.stop->add(s);
        s.lock.lock();
        return &s;
    }
    static void let_go(stop_link* held) noexcept
    {
        if (held != nullptr) held->lock.unlock();
    }
    /// Shows what it is about to be suspended in. False: it is asked to stop already.
    static bool show(stop_link* held, stop_wait& w) noexcept
    {
        if (held == nullptr) return true;
        if (w.who->stop->is_requested()) return false;  // O1
        held->shows = stop_link::kind::other_wait;
        held->wait = &w;
        return true;
    }
    static void take_back(stop_link* held) noexcept
    {
        if (held != nullptr) held->shows = stop_link::kind::nothing;
    }
    /// When it goes on, unless it was claimed by who asked it to stop.
    static void take_back(strand& s) noexcept
    {
        if (s.stop == nullptr) return;
        s.lock.lock();
        s.shows = stop_link::kind::nothing;
        s.lock.unlock();
    }

    /// Before a strand's life ends.
    static void forget(strand& s) noexcept
    {
        if (s.linked) [[unlikely]]
            s.stop->remove(s);
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
    void add(stop_node& node) noexcept
    {
        lock_.lock();
        link_locked(node);
        lock_.unlock();
    }
    void remove(stop_node& node) noexcept
    {
        lock_.lock();
        node.linked = false;
        (node.previous != nullptr ? node.previous->next : first_) = node.next;
        if (node.next != nullptr) node.next->previous = node.previous;
        lock_.unlock();
    }
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
    strand* owner_ = nullptr;
    stop_callbacks* callbacks_ = nullptr;
};

}  // namespace weft::detail
