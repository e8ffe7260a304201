// src/pool/short_lived.cpp - memory for what soon ends: lists of each thread, by size, and a store for what ends elsewhere.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A thread keeps what it frees, up to two batches of each size. One that frees more than it makes, since tasks begin on one
// thread and end on another, gives whole batches to the store; one that has none left takes a batch from there. So in a
// steady state nothing comes from the system, and what lies about is bounded.
//
// Checked by  tests/pool/short_lived_test.cpp.
#include <weft/pool/detail/short_lived.hpp>
#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>
#include <weft/seam/this_thread.hpp>
#include <weft/sync/spinlock.hpp>

#include <cstdint>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#define WEFT_HAS_FORK 1
#endif

namespace weft::detail {
namespace {

constexpr std::size_t step = 32;
constexpr std::size_t classes = 32;         // up to 1 KiB; larger ones come from the system
constexpr std::uint32_t batch = 64;         // pieces
constexpr std::uint32_t most_stored = 256;  // batches of one size

/// 24, 56, 88 ..: with the word that the system's allocator puts before each piece, a multiple of what it deals in.
constexpr std::size_t size_of(std::size_t size_class) noexcept { return size_class * step + step - sizeof(void*); }
constexpr std::size_t class_of(std::size_t bytes) noexcept { return (bytes + sizeof(void*) - 1) / step; }

// What a sanitizer is to find out about memory it cannot, if the memory is used again at once.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool recycles = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool recycles = false;
#else
constexpr bool recycles = true;
#endif
#else
constexpr bool recycles = true;
#endif

struct free_piece {
    free_piece* next;        ///< in a batch
    free_piece* next_batch;  ///< of the first of a batch, in the store
};

struct rack {
    free_piece* first = nullptr;
    std::uint32_t count = 0;
    free_piece* full = nullptr;  ///< a whole batch more, so that one who goes to and fro at the edge stays here
};

struct racks {
    rack of[classes];
};

struct alignas(64) store {
    spinlock lock;
    std::uint32_t count = 0;
    free_piece* first = nullptr;
};

// Never destroyed: coroutines may end as late as threads do.
constinit store stores[classes];

/// In the child of a fork: a thread of the parent may have been in the middle of it. What lay there is the parent's.
[[maybe_unused]] void forget_stores() noexcept
{
    for (store& s : stores) detail::construct(&s);
}

void forget_at_fork() noexcept
{
#if defined(WEFT_HAS_FORK)
    static const int once = pthread_atfork(nullptr, nullptr, &forget_stores);
    static_cast<void>(once);
#endif
}

void free_batch(free_piece* first, std::size_t size_class) noexcept
{
    while (first != nullptr) {
        free_piece* const next = first->next;
        deallocate(first, size_of(size_class), short_lived_alignment);
        first = next;
    }
}

void put_by(free_piece* first, std::size_t size_class) noexcept
{
    if (first == nullptr) return;
    store& s = stores[size_class];
    s.lock.lock();
    const bool room = s.count < most_stored;
    if (room) {
        first->next_batch = s.first;
        s.first = first;
        ++s.count;
    }
    s.lock.unlock();
    if (!room) free_batch(first, size_class);
}

free_piece* fetch_batch(std::size_t size_class) noexcept
{
    store& s = stores[size_class];
    s.lock.lock();
    free_piece* const first = s.first;
    if (first != nullptr) {
        s.first = first->next_batch;
        --s.count;
    }
    s.lock.unlock();
    return first;
}

using own_racks = thread_slot<struct racks_tag, racks*>;
using no_more = thread_slot<struct no_more_racks_tag, bool>;

/// Gives everything to the store when the thread ends.
struct racks_keeper {
    racks mine;
    racks_keeper()
    {
        forget_at_fork();
        own_racks::set(&mine);
    }
    ~racks_keeper()
    {
        own_racks::set(nullptr);
        no_more::set(true);
        for (std::size_t c = 0; c < classes; ++c) {
            // A batch that is not whole goes back to the system, lest there be many of a few pieces.
            free_batch(mine.of[c].first, c);
            put_by(mine.of[c].full, c);
        }
    }
};

[[gnu::noinline]] racks* make_racks() noexcept
{
    if (no_more::get()) return nullptr;  // the thread is about to end
    try {
        return &make_for_this_thread<racks_keeper>().mine;
    } catch (...) {  // no memory
        return nullptr;
    }
}

[[nodiscard]] racks* racks_here() noexcept
{
    racks* const r = own_racks::get();
    return r != nullptr ? r : make_racks();
}

[[gnu::noinline]] void* allocate_slowly(rack* r, std::size_t size_class)
{
    if (r != nullptr) {
        free_piece* more = std::exchange(r->full, nullptr);
        if (more == nullptr) more = fetch_batch(size_class);
        if (more != nullptr) {
            r->first = more->next;
            r->count = batch - 1;
            return more;
        }
    }
    return allocate(size_of(size_class), short_lived_alignment);
}

}  // namespace

void* allocate_short_lived(std::size_t bytes)
{
    const std::size_t size_class = class_of(bytes);
    if (!recycles || size_class >= classes) return allocate(bytes, short_lived_alignment);
    racks* const all = racks_here();
    if (all == nullptr) return allocate(size_of(size_class), short_lived_alignment);
    rack& r = all->of[size_class];
    free_piece* const piece = r.first;
    if (piece == nullptr) return allocate_slowly(&r, size_class);
    r.first = piece->next;
    --r.count;
    return piece;
}

void free_short_lived(void* memory, std::size_t bytes) noexcept
{
    const std::size_t size_class = class_of(bytes);
    if (!recycles || size_class >= classes) return deallocate(memory, bytes, short_lived_alignment);
    racks* const all = racks_here();
    if (all == nullptr) return deallocate(memory, size_of(size_class), short_lived_alignment);
    rack& r = all->of[size_class];
    if (r.count == batch) {
        put_by(r.full, size_class);
        r.full = std::exchange(r.first, nullptr);
        r.count = 0;
    }
    auto* const piece = static_cast<free_piece*>(memory);
    piece->next = r.first;
    r.first = piece;
    ++r.count;
}

}  // namespace weft::detail
