// tests/model/ready_queue_model.cpp - the queue of ready strands: one lays them down, all take.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "async/ready_queue.hpp"

#include <weft/model/thread.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>

#include <cstddef>
#include <cstdint>

#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::cell;
using weft::detail::ready_queue;
using weft::detail::task;
using weft::detail::order::relaxed;
using weft::model::require;
using weft::model::thread;

struct strand : task {
    cell<int> data{0};
    cell<int> taken{0};
};

/// What a taker does with what it has got: nobody else may have it.
void use(task* t)
{
    if (t == nullptr) return;
    auto& s = *static_cast<strand*>(t);
    require(s.data.read() == 1);
    ++s.taken.write();
}

template <std::size_t N>
void require_taken_once(strand (&all)[N])
{
    for (strand& s : all) require(s.taken.read() == 1);
}

void lay_down(ready_queue<2>& q, strand& s)
{
    s.data.write() = 1;
    q.push(s);
}

task* take(ready_queue<2>& q)
{
    bool moved = false;
    return q.take(moved);
}

const enter hands_on("ready_queue", "hands_on", [] {
    // What was written into a strand is seen by whoever takes it; and each is taken once, also if the owner has taken others
    // meanwhile.
    ready_queue<2> q;
    strand all[3];
    thread thief([&] {
        task* got[2] = {};
        for (std::uint32_t i = q.take_half(got, 2); i-- > 0;) use(got[i]);
    });
    lay_down(q, all[0]);
    lay_down(q, all[1]);
    use(take(q));
    use(take(q));
    lay_down(q, all[2]);
    thief.join();
    use(take(q));
    require_taken_once(all);
    require(q.size() == 0);
});

const enter two_thieves("ready_queue", "two_thieves", [] {
    // One that has seen the head that the other one has moved sees what the other one has seen.
    ready_queue<2> q;
    strand all[2];
    thread one([&] { use(q.steal()); });
    thread two([&] { use(q.steal()); });
    for (strand& s : all) lay_down(q, s);
    one.join();
    two.join();
    while (task* const t = take(q)) use(t);
    require_taken_once(all);
});

const enter outpaced("ready_queue", "outpaced", [] {
    // A thief whose compare-exchange fails, since the owner has taken several meanwhile, looks at a tail that goes with the new
    // head.
    ready_queue<2> q;
    strand all[3];
    thread thief([&] { use(q.steal()); });
    for (strand& s : all) {
        lay_down(q, s);
        use(take(q));
    }
    thief.join();
    use(take(q));
    require_taken_once(all);
});

const enter reuses("ready_queue", "reuses", [] {
    // A slot is written again while a slow thief may still read it.
    ready_queue<2> q;
    strand all[4];
    lay_down(q, all[0]);
    lay_down(q, all[1]);
    thread thief([&] { use(q.steal()); });
    use(take(q));
    lay_down(q, all[2]);
    use(take(q));
    lay_down(q, all[3]);
    thief.join();
    while (task* const t = take(q)) use(t);
    require_taken_once(all);
});

const enter overflows("ready_queue", "overflows", [] {
    // More than the ring holds, and one from a guest: none is lost, or taken twice.
    ready_queue<2> q;
    strand all[4];
    thread guest([&] {
        all[3].data.write() = 1;
        q.push_as_guest(all[3]);
        use(q.steal());
    });
    for (int i = 0; i < 3; ++i) lay_down(q, all[i]);
    use(take(q));
    guest.join();
    while (task* const t = take(q)) use(t);
    require_taken_once(all);
    require(q.size() == 0);
});

const enter moves_over("ready_queue", "moves_over", [] {
    // While the owner moves strands over, one that is about to sleep may find them nowhere. Then it has announced that
    // before the owner asks.
    ready_queue<2> q;
    strand all[2];
    for (strand& s : all) {
        s.data.write() = 1;
        q.push_as_guest(s);
    }
    weft::detail::atomic<bool> announced{false};
    bool found = false;
    thread sleeper([&] {
        announced.store(true, relaxed);
        weft::detail::full_fence();
        found = q.size() != 0;
    });
    bool moved = false;
    use(q.take(moved));
    require(moved);
    weft::detail::full_fence();
    const bool told = announced.load(relaxed);
    sleeper.join();
    require(found || told);
    use(take(q));
});

}  // namespace
