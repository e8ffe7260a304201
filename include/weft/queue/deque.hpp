// weft/queue/deque.hpp - a work-stealing deque: its owner works at one end, thieves at the other.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       owner: the one thread that calls push and pop.  thieves: any threads, through steal*.
//
// Fields      top_      index of the oldest element; only grows; moved by a compare-exchange
//             bottom_   one past the newest element; written by the owner alone
//             ring_     the current array; the element with index i is in slot i mod size. Replaced arrays are kept
//                       until the deque is destroyed: a slow thief may still read one
//
// Invariants  I1  Live elements are exactly [top_, bottom_), except for a moment in pop of the LIFO flavour, when
//                 bottom_ has been lowered and the owner's claim is not certain yet.
//             I2  An element is given out once: by the successful compare-exchange of top_, or, if it is not the last
//                 one, by the owner's lowering of bottom_.
//             I3  A slot of the current ring is reused only after top_ has passed it; so a thief that read it too
//                 late fails its compare-exchange.
//
// Orders      O1  push: bottom_ store release -> steal: bottom_ load. The element's slot, and what it names, is
//                 visible to the thief.
//             O2  pop: bottom_ exchange seq_cst, then top_ load seq_cst; steal: top_ load seq_cst, then bottom_ load
//                 seq_cst. In the single order of these four, either the owner sees the thief's claim or the thief sees
//                 the lowered bottom_: they never both take the last element.
//             O3  top_ compare-exchange: the claim that O2 speaks of. It need not be part of that order itself: it
//                 comes between the owner's load of top_ that does not see it and the thief's load that does, and so
//                 these two are ordered.
//             O4  grow: ring_ store release -> steal: ring_ load acquire. The copied slots are visible.
//             O5  claim: top_ compare-exchange release -> push: top_ load acquire. A slot is reused only after the
//                 thread that has taken its element has read it.
//
// Progress    push and pop: wait-free (push may allocate). steal: lock-free; retry() says that another thread won.
//
// Checked by  tests/model/deque_model.cpp: last_element (O2, O3), payload (O1), grow (O4), reuse (O5).
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/array.hpp>
#include <weft/queue/detail/word_slot.hpp>
#include <weft/queue/steal_result.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

/// The owner takes the newest element: depth first, cache-warm.
struct lifo {};
/// The owner takes the oldest element, as thieves do.
struct fifo {};

template <class T, class Order>
class stealer;
template <class T>
class injector;

namespace detail {

/// The shared part of a deque and its stealers.
template <class T, class Order>
class deque_core {
    using slot = word_slot<T>;
    using word = typename slot::word;
    using index = std::int64_t;
    static constexpr bool is_lifo = std::is_same_v<Order, lifo>;

public:
    static constexpr std::size_t max_batch = 32;

    explicit deque_core(std::size_t capacity) : ring_(ring::make_of(capacity, nullptr)) {}

    ~deque_core()
    {
        ring* const current = ring_.load(order::relaxed);
        const index end = bottom_.load(order::relaxed);
        for (index i = top_.load(order::relaxed); i < end; ++i) slot::destroy(current->get(i));
        ring::destroy_chain(current);
    }
    deque_core(const deque_core&) = delete;
    deque_core& operator=(const deque_core&) = delete;

    // --- owner ------------------------------------------------------------------------------------------------------

    void push(T&& value)
    {
        const index b = bottom_.load(order::relaxed);
        ring* const r = room_for(b, 1);
        r->put(b, slot::put(std::move(value)));
        bottom_.store(b + 1, order::release);  // O1
    }

    /// Room for one more element, made before the element is taken from elsewhere.
    class place {
    public:
        explicit place(deque_core& target) : target_(target) { target.reserve(1); }
        void fill(T&& value)
        {
            const word w = box_.fill(std::move(value));
            target_.append(detail::address_of(w), 1, false);
        }

    private:
        deque_core& target_;
        typename slot::room box_;
    };

    std::optional<T> pop()
    {
        const index b = bottom_.load(order::relaxed);
        if (b - top_.load(order::relaxed) <= 0) return std::nullopt;
        if constexpr (is_lifo) {
            return pop_newest(b - 1);
        } else {
            index t = top_.load(order::relaxed);
            do {
                if (b - t <= 0) return std::nullopt;
                // The owner has written the slots itself and needs no edge; the claim only competes with thieves.
            } while (!top_.compare_exchange_weak(t, t + 1, order::relaxed, order::relaxed));  // O3
            return slot::take(ring_.load(order::relaxed)->get(t));
        }
    }

    void release_pages() noexcept
    {
        // order: load buffering, which the checker leaves out: a thief has read its slot before the pages are lost
        if (bottom_.load(order::relaxed) - top_.load(order::acquire) > 0) return;  // O5
        for (ring* r = ring_.load(order::relaxed); r != nullptr; r = r->previous) {
            detail::discard(r->slots, r->size * sizeof(atomic<word>));
        }
    }

    // --- thieves ----------------------------------------------------------------------------------------------------

    steal_result<T> steal()
    {
        word taken;
        switch (claim(taken)) {
            case claimed::yes:
                return steal_result<T>::success(slot::take(taken));
            case claimed::nothing:
                return steal_result<T>::nothing();
            default:
                return steal_result<T>::lost_race();
        }
    }

    /// Moves up to half of the elements, at most max_batch, behind those of `target`, whose owner is the caller. With
    /// `first`, the oldest of them is stored there instead.
    template <class TargetOrder>
    steal_result<std::size_t> steal_batch(deque_core<T, TargetOrder>& target, std::optional<word>* first)
    {
        const index t = top_.load(order::relaxed);
        const index available = bottom_.load(order::relaxed) - t;  // an estimate: claim() decides
        if (available <= 0) return steal_result<std::size_t>::nothing();
        std::size_t want = (static_cast<std::size_t>(available) + 1) / 2;
        if (want > max_batch) want = max_batch;
        target.reserve(want);  // before anything is taken: may throw

        word taken[max_batch];
        std::size_t count = 0;
        bool lost = false;
        while (count < want) {
            const claimed c = claim(taken[count]);
            if (c == claimed::yes) {
                ++count;
            } else {
                lost = c == claimed::lost_race;
                break;
            }
        }
        if (count == 0) return lost ? steal_result<std::size_t>::lost_race() : steal_result<std::size_t>::nothing();
        std::size_t begin = 0;
        if (first != nullptr) *first = taken[begin++];
        target.append(taken + begin, count - begin, is_lifo != std::is_same_v<TargetOrder, lifo>);
        return steal_result<std::size_t>::success(std::move(count));
    }

    steal_result<T> result_of(word w) { return steal_result<T>::success(slot::take(w)); }

    [[nodiscard]] std::size_t size() const noexcept
    {
        const index t = top_.load(order::relaxed);
        const index n = bottom_.load(order::relaxed) - t;
        return n > 0 ? static_cast<std::size_t>(n) : 0;
    }

private:
    template <class, class>
    friend class deque_core;

    enum class claimed { yes, nothing, lost_race };

    struct ring {
        static ring* make_of(std::size_t capacity, ring* previous)
        {
            std::size_t size = 2;
            while (size < capacity) {
                if (size > static_cast<std::size_t>(-1) / 4) throw std::bad_array_new_length();
                size *= 2;
            }
            auto slots = detail::make_array<atomic<word>>(size);
            try {
                return detail::make<ring>(slots, size, previous);
            } catch (...) {
                detail::dispose_array(slots, size);
                throw;
            }
        }

        static void destroy_chain(ring* r) noexcept
        {
            while (r != nullptr) {
                ring* const previous = r->previous;
                detail::dispose_array(r->slots, r->size);
                detail::dispose(r);
                r = previous;
            }
        }

        ring(atomic<word>* s, std::size_t n, ring* p) noexcept : slots(s), size(n), previous(p) {}

        [[nodiscard]] word get(index i) const noexcept
        {
            return slots[static_cast<std::size_t>(i) & (size - 1)].load(order::relaxed);
        }
        void put(index i, word w) noexcept { slots[static_cast<std::size_t>(i) & (size - 1)].store(w, order::relaxed); }

        atomic<word>* slots;
        std::size_t size;
        ring* previous;
    };

    claimed claim(word& out)
    {
        index t = top_.load(order::seq_cst);           // O2
        const index b = bottom_.load(order::seq_cst);  // O1, O2
        if (b - t <= 0) return claimed::nothing;
        out = ring_.load(order::acquire)->get(t);  // O4
        // order: load buffering, which the checker leaves out: the slot must have been read before the owner, which
        // acquires this in room_for, reuses it
        const bool mine = top_.compare_exchange_strong(t, t + 1, order::release, order::relaxed);  // O3, O5
        return mine ? claimed::yes : claimed::lost_race;
    }

    std::optional<T> pop_newest(index b)
    {
        bottom_.exchange(b, order::seq_cst);       // O2
        index t = top_.load(order::seq_cst);       // O2
        if (t > b) {                               // thieves took the last one
            bottom_.store(b + 1, order::relaxed);  // after the claims that were seen: nothing is taken because of it
            return std::nullopt;
        }
        const word w = ring_.load(order::relaxed)->get(b);
        if (t == b) {  // the last one: thieves may want it too
            const bool mine = top_.compare_exchange_strong(t, t + 1, order::relaxed, order::relaxed);  // O3
            // order: load buffering, which the checker leaves out: a thief may see this before its own claim makes the
            // one above fail, and then take the element because of it
            bottom_.store(b + 1, order::release);  // O1
            if (!mine) return std::nullopt;
        }
        return slot::take(w);
    }

    /// The ring, with room for `n` more elements from `b` on.
    ring* room_for(index b, std::size_t n)
    {
        ring* const r = ring_.load(order::relaxed);
        // order: load buffering, which the checker leaves out: see claim
        const auto used = static_cast<std::size_t>(b - top_.load(order::acquire));  // O5
        return used + n <= r->size ? r : grow(r, b, used + n);
    }

    ring* grow(ring* old, index b, std::size_t at_least)
    {
        ring* const bigger = ring::make_of(at_least > old->size * 2 ? at_least : old->size * 2, old);
        for (index i = top_.load(order::relaxed); i < b; ++i) bigger->put(i, old->get(i));
        ring_.store(bigger, order::release);  // O4
        return bigger;
    }

    void reserve(std::size_t n) { room_for(bottom_.load(order::relaxed), n); }

    void append(const word* words, std::size_t n, bool reversed) noexcept
    {
        const index b = bottom_.load(order::relaxed);
        ring* const r = ring_.load(order::relaxed);
        for (std::size_t i = 0; i < n; ++i) { r->put(b + static_cast<index>(i), words[reversed ? n - 1 - i : i]); }
        bottom_.store(b + static_cast<index>(n), order::release);  // O1
    }

    alignas(cache_line_size) atomic<index> top_{0};
    alignas(cache_line_size) atomic<index> bottom_{0};
    atomic<ring*> ring_;
};

}  // namespace detail

/// A work-stealing deque. One thread, the owner, pushes and pops; any thread steals the oldest element. It grows as
/// needed and never shrinks; release_pages gives memory back.
///
/// `deque<T>` is LIFO: pop() gives the newest element. `deque<T, weft::fifo>`: pop() gives the oldest.
///
/// Requires:      T can be moved. Unless T is trivially copyable and has at most 8 bytes, each push costs an
///                allocation.
/// Thread safety: push, pop, release_pages and being the target of a batch: the owner only. Everything else: any thread.
/// Order:         what the pusher did before push happens before the return of the steal that takes the element.
/// Cost:          push: plain stores. pop (LIFO): one locked operation. steal: one compare-exchange.
/// Example:       examples/queue/deque.cpp
/// Source:        Chase and Lev, "Dynamic circular work-stealing deque" (SPAA 2005); orders after Lê, Pop, Cohen and
///                Zappella Nardelli (PPoPP 2013).
template <class T, class Order = lifo>
class deque {
public:
    using value_type = T;

    /// An empty deque with room for `capacity` elements before it first grows. Throws std::bad_alloc.
    explicit deque(std::size_t capacity = 64) : core_(std::make_shared<detail::deque_core<T, Order>>(capacity)) {}
    deque(const deque&) = delete;
    deque& operator=(const deque&) = delete;
    deque(deque&&) noexcept = default;
    deque& operator=(deque&&) noexcept = default;

    /// Adds an element. Throws std::bad_alloc, and what moving a T throws; then the deque is unchanged.
    void push(T&& value) { core_->push(std::move(value)); }
    void push(const T& value) { core_->push(T(value)); }

    /// Takes an element: the newest (LIFO) or the oldest (FIFO). Empty if there is none.
    std::optional<T> pop() { return core_->pop(); }

    /// Takes the oldest element.
    steal_result<T> steal() { return core_->steal(); }

    /// Gives memory back to the system, until it is needed again, if the deque is empty and has grown to some pages. For
    /// the owner, and for one that will not be used for a while: one system call.
    void release_pages() noexcept { core_->release_pages(); }

    /// A handle for thieves. It may outlive the deque: then it finds what was left.
    [[nodiscard]] weft::stealer<T, Order> stealer() const { return weft::stealer<T, Order>(core_); }

    /// The number of elements at some moment during the call, if nobody steals meanwhile; otherwise an estimate.
    [[nodiscard]] std::size_t size() const noexcept { return core_->size(); }
    [[nodiscard]] bool empty() const noexcept { return core_->size() == 0; }

private:
    template <class, class>
    friend class weft::stealer;
    template <class>
    friend class injector;
    std::shared_ptr<detail::deque_core<T, Order>> core_;
};

/// A thief's handle on a deque. Copies are handles on the same deque.
///
/// Thread safety: any threads may steal at the same time; a handle itself is an ordinary value.
template <class T, class Order = lifo>
class stealer {
public:
    /// Takes the oldest element.
    steal_result<T> steal() const { return core_->steal(); }

    /// Moves up to half of the elements, at most 32, to `target`, which must belong to the calling thread. Popped from
    /// there, they come in the order in which this deque's owner would have popped them. Returns how many. Throws
    /// std::bad_alloc before anything is taken.
    template <class TargetOrder>
    steal_result<std::size_t> steal_batch(deque<T, TargetOrder>& target) const
    {
        if (static_cast<void*>(core_.get()) == static_cast<void*>(target.core_.get())) {
            return steal_result<std::size_t>::nothing();
        }
        return core_->steal_batch(*target.core_, nullptr);
    }

    /// As steal_batch, but returns the oldest of the elements instead of moving it.
    template <class TargetOrder>
    steal_result<T> steal_batch_and_pop(deque<T, TargetOrder>& target) const
    {
        if (static_cast<void*>(core_.get()) == static_cast<void*>(target.core_.get())) return core_->steal();
        std::optional<typename detail::word_slot<T>::word> first;
        const auto moved = core_->steal_batch(*target.core_, detail::address_of(first));
        if (moved) return core_->result_of(*first);
        return moved.retry() ? steal_result<T>::lost_race() : steal_result<T>::nothing();
    }

    [[nodiscard]] std::size_t size() const noexcept { return core_->size(); }
    [[nodiscard]] bool empty() const noexcept { return core_->size() == 0; }

    /// Whether both steal from the same deque.
    friend bool operator==(const stealer& a, const stealer& b) noexcept { return a.core_ == b.core_; }

private:
    friend class deque<T, Order>;
    explicit stealer(std::shared_ptr<detail::deque_core<T, Order>> core) noexcept : core_(std::move(core)) {}
    std::shared_ptr<detail::deque_core<T, Order>> core_;
};

}  // namespace weft
