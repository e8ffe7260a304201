// tests/model/lock_model.cpp - mutex, sharded_mutex, seq_lock and atomic_cell under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/atomic.hpp>
#include <weft/base/cell.hpp>
#include <weft/model/thread.hpp>
#include <weft/sync/atomic_cell.hpp>
#include <weft/sync/mutex.hpp>
#include <weft/sync/seq_lock.hpp>
#include <weft/sync/sharded_mutex.hpp>

#include "scenarios.hpp"

namespace {

using scenarios::bounded;
using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;
namespace order = weft::detail::order;

// --- mutex -----------------------------------------------------------------------------------------------------------

const enter mutex_excludes(
    "lock", "mutex_excludes",
    [] {
        weft::mutex lock;
        cell<int> data{0};
        const auto add = [&] {
            lock.lock();
            ++data.write();
            lock.unlock();
        };
        {
            thread one(add);
            thread two(add);
        }
        require(data.read() == 2);
    },
    bounded(3));

// Three, so that one sleeps while the two others pass the lock on: the one that has slept must not be forgotten.
const enter mutex_no_lost_wakeup(
    "lock", "mutex_no_lost_wakeup",
    [] {
        weft::mutex lock;
        cell<int> data{0};
        const auto add = [&] {
            lock.lock();
            ++data.write();
            lock.unlock();
        };
        {
            thread one(add);
            thread two(add);
            add();
        }
        require(data.read() == 3);
    },
    bounded(2));

const enter mutex_tries("lock", "mutex_tries", [] {
    weft::mutex lock;
    cell<int> data{0};
    const auto add = [&] {
        if (!lock.try_lock()) return;
        ++data.write();
        lock.unlock();
    };
    thread one(add);
    thread two(add);
});

// --- sharded_mutex ---------------------------------------------------------------------------------------------------

const enter sharded_mutex_excludes(
    "lock", "sharded_mutex_excludes",
    [] {
        weft::sharded_mutex lock;
        cell<int> data{0};
        thread reader([&] {
            lock.lock_shared();
            static_cast<void>(data.read());
            lock.unlock_shared();
            lock.lock_shared();
            static_cast<void>(data.read());
            lock.unlock_shared();
        });
        lock.lock();
        data.write() = 1;
        lock.unlock();
    },
    bounded(3));

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
        if (!lock.try_lock()) return;
        data.write() = 1;
        lock.unlock();
    },
    bounded(3));

const enter sharded_mutex_wakes(
    "lock", "sharded_mutex_wakes",
    [] {
        weft::sharded_mutex lock;
        cell<int> data{0};
        const auto read = [&] {
            lock.lock_shared();
            static_cast<void>(data.read());
            lock.unlock_shared();
        };
        thread one(read);
        thread two(read);
        lock.lock();
        data.write() = 1;
        lock.unlock();
    },
    bounded(1));

const enter sharded_mutex_writers(
    "lock", "sharded_mutex_writers",
    [] {
        weft::sharded_mutex lock;
        cell<int> data{0};
        const auto add = [&] {
            lock.lock();
            ++data.write();
            lock.unlock();
        };
        {
            thread one(add);
            thread two(add);
        }
        require(data.read() == 2);
    },
    bounded(1));

// --- seq_lock and atomic_cell ----------------------------------------------------------------------------------------

struct pair {
    std::uint64_t a;
    std::uint64_t b;
    friend bool operator==(const pair&, const pair&) = default;
};

const enter seq_lock_whole(
    "lock", "seq_lock_whole",
    [] {
        weft::seq_lock<pair> value{pair{0, 0}};
        thread writer([&] {
            value.store({1, 1});
            value.store({2, 2});
        });
        const pair seen = value.load();
        require(seen.a == seen.b);
        const pair later = value.load();
        require(later.a == later.b);
        require(later.a >= seen.a);
    },
    bounded(3));

const enter seq_lock_publishes(
    "lock", "seq_lock_publishes",
    [] {
        weft::seq_lock<pair> value{pair{0, 0}};
        cell<int> data{0};
        thread writer([&] {
            data.write() = 1;
            value.store({1, 1});
        });
        if (value.load().a == 1) require(data.read() == 1);
    },
    bounded(3));

const enter seq_lock_counts(
    "lock", "seq_lock_counts",
    [] {
        weft::seq_lock<pair> value{pair{0, 0}};
        const auto add = [&] {
            pair seen = value.load();
            while (!value.compare_exchange(seen, {seen.a + 1, seen.b + 1})) {}
        };
        {
            thread one(add);
            thread two(add);
        }
        require(value.load() == pair{2, 2});
    },
    bounded(2));

const enter atomic_cell_publishes("lock", "atomic_cell_publishes", [] {
    weft::atomic_cell<int> value{0};
    cell<int> data{0};
    thread writer([&] {
        data.write() = 1;
        value.store(1);
    });
    if (value.load() == 1) require(data.read() == 1);
});

const enter atomic_cell_exchanges("lock", "atomic_cell_exchanges", [] {
    weft::atomic_cell<int> value{0};
    cell<int> data{0};
    const auto turn = [&] {
        int expected = 0;
        if (value.compare_exchange(expected, 1)) {
            data.write() = 1;
            value.store(2);
        } else if (value.exchange(3) == 2) {
            require(data.read() == 1);
        }
    };
    thread one(turn);
    thread two(turn);
});

}  // namespace
