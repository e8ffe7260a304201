// bench/channel/peers.hpp - other libraries' channels behind one interface: send, recv, close.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/channel/bounded_queue.hpp>
#include <weft/channel/channel.hpp>

#include <concurrentqueue/blockingconcurrentqueue.h>
#include <tbb/concurrent_queue.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>

namespace bench {

using message = std::uint64_t;

/// Stands for "no limit".
inline constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

/// Each peer: make(capacity), then handles for one thread each: tx().send(m), rx().recv().
struct weft_peer {
    static constexpr const char* name = "weft";
    explicit weft_peer(std::size_t capacity)
        : ends(capacity == unlimited ? weft::unbounded<message>() : weft::bounded<message>(capacity))
    {
    }
    struct sending {
        weft::sender<message> end;
        void send(message m) { static_cast<void>(end.send(std::move(m))); }
    };
    struct receiving {
        weft::receiver<message> end;
        message recv() { return *end.recv(); }
    };
    sending tx() { return {ends.first}; }
    receiving rx() { return {ends.second}; }
    std::pair<weft::sender<message>, weft::receiver<message>> ends;
};

/// A queue that is used by reference from all threads.
template <class Queue>
struct shared_peer {
    struct sending {
        Queue& queue;
        void send(message m) { queue.send(m); }
    };
    struct receiving {
        Queue& queue;
        message recv() { return queue.recv(); }
    };
    sending tx() { return {static_cast<Queue&>(*this)}; }
    receiving rx() { return {static_cast<Queue&>(*this)}; }
};

/// The same channel as one object.
struct bounded_queue_peer : shared_peer<bounded_queue_peer> {
    static constexpr const char* name = "one_object";
    explicit bounded_queue_peer(std::size_t capacity) : queue(capacity) {}
    void send(message m) { static_cast<void>(queue.push(m)); }
    message recv() { return *queue.pop(); }
    weft::bounded_queue<message> queue;
};

struct tbb_peer : shared_peer<tbb_peer> {
    static constexpr const char* name = "tbb";
    explicit tbb_peer(std::size_t capacity)
    {
        if (capacity != unlimited) queue.set_capacity(static_cast<std::ptrdiff_t>(capacity));
    }
    void send(message m) { queue.push(m); }
    message recv()
    {
        message m = 0;
        queue.pop(m);
        return m;
    }
    tbb::concurrent_bounded_queue<message> queue;
};

/// What everybody writes at first: a mutex and a condition variable.
struct mutex_peer : shared_peer<mutex_peer> {
    static constexpr const char* name = "mutex_cv";
    explicit mutex_peer(std::size_t limit) : capacity(limit) {}
    void send(message m)
    {
        {
            std::unique_lock hold(lock);
            room.wait(hold, [this] { return queue.size() < capacity; });
            queue.push_back(m);
        }
        some.notify_one();
    }
    message recv()
    {
        message m = 0;
        {
            std::unique_lock hold(lock);
            some.wait(hold, [this] { return !queue.empty(); });
            m = queue.front();
            queue.pop_front();
        }
        if (capacity != unlimited) room.notify_one();
        return m;
    }
    std::size_t capacity;
    std::mutex lock;
    std::condition_variable some;
    std::condition_variable room;
    std::deque<message> queue;
};

/// Unbounded only; FIFO per producer only.
struct moodycamel_peer : shared_peer<moodycamel_peer> {
    static constexpr const char* name = "moodycamel";
    explicit moodycamel_peer(std::size_t) {}
    void send(message m) { queue.enqueue(m); }
    message recv()
    {
        message m = 0;
        queue.wait_dequeue(m);
        return m;
    }
    moodycamel::BlockingConcurrentQueue<message> queue;
};

}  // namespace bench
