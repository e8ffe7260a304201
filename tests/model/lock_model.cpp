// tests/model/lock_model.cpp - mutex, seq_lock, sharded_mutex and atomic_cell under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/cell.hpp>
#include <weft/model/thread.hpp>
#include <weft/sync/atomic_cell.hpp>
#include <weft/sync/mutex.hpp>
#include <weft/sync/seq_lock.hpp>
#include <weft/sync/sharded_mutex.hpp>

#include <cstdint>

#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;

struct pair {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
};

template <class Lock>
void add_under(Lock& lock, cell<int>& data)
{
    lock.lock();
    ++data.write();
    lock.unlock();
}

const enter mutex_excludes("lock", "mutex_excludes", [] {
    weft::mutex lock;
    cell<int> data{0};
    {
        thread one([&] { add_under(lock, data); });
        add_under(lock, data);
    }
    require(data.read() == 2);
});

const enter mutex_no_lost_wakeup(
    "lock", "mutex_no_lost_wakeup",
    [] {
        weft::mutex lock;
        cell<int> data{0};
        {
            thread one([&] { add_under(lock, data); });
            thread two([&] { add_under(lock, data); });
            add_under(lock, data);
        }
        require(data.read() == 3);
    },
    scenarios::bounded(2));

const enter mutex_tries("lock", "mutex_tries", [] {
    weft::mutex lock;
    cell<int> data{0};
    thread one([&] {
        if (!lock.try_lock()) return;
        ++data.write();
        lock.unlock();
    });
    add_under(lock, data);
});

const enter seq_lock_whole("lock", "seq_lock_whole", [] {
    weft::seq_lock<pair> both{pair{}};
    thread reader([&] {
        const pair seen = both.load();
        require(seen.a == seen.b, "a load is whole");
    });
    both.store({1, 1});
    both.store({2, 2});
});

const enter seq_lock_writers("lock", "seq_lock_writers", [] {
    weft::seq_lock<pair> both{pair{}};
    {
        thread writer([&] { both.store({1, 1}); });
        both.store({2, 2});
    }
    const pair left = both.load();
    require(left.a == left.b && left.a != 0);
});

const enter atomic_cell_publishes("lock", "atomic_cell_publishes", [] {
    weft::atomic_cell<pair> where{pair{}};
    cell<int> data{0};
    thread reader([&] {
        const pair seen = where.load();
        if (seen.a == 1) require(data.read() == 7);
    });
    data.write() = 7;
    where.store({1, 1});
});

const enter sharded_mutex_excludes(
    "lock", "sharded_mutex_excludes",
    [] {
        weft::sharded_mutex lock;
        cell<int> data{0};
        thread reader([&] {
            lock.lock_shared();
            const int seen = data.read();
            require(seen == 0 || seen == 1);
            lock.unlock_shared();
        });
        add_under(lock, data);
    },
    scenarios::bounded(2));

const enter sharded_mutex_writers(
    "lock", "sharded_mutex_writers",
    [] {
        weft::sharded_mutex lock;
        cell<int> data{0};
        {
            thread one([&] { add_under(lock, data); });
            add_under(lock, data);
        }
        require(data.read() == 2);
    },
    scenarios::bounded(2));

const enter sharded_mutex_tries(
    "lock", "sharded_mutex_tries",
    [] {
        weft::sharded_mutex lock;
        cell<int> data{0};
        thread reader([&] {
            if (!lock.try_lock_shared()) return;
            static_cast<void>(data.read());
            lock.unlock_shared();
        });
        if (lock.try_lock()) {
            ++data.write();
            lock.unlock();
        }
    },
    scenarios::bounded(2));

}  // namespace
