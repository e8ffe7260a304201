// tests/model/lock_model.cpp - mutex, sharded_mutex, seq_lock and atomic_cell under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>
#include <weft/sync/atomic_cell.hpp>
#include <weft/sync/fair_mutex.hpp>
#include <weft/sync/mutex.hpp>
#include <weft/sync/seq_lock.hpp>
#include <weft/sync/sharded_mutex.hpp>

#include <cstdint>

#include "scenarios.hpp"

namespace {

using scenarios::bounded;
using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;
// Waiters sleep at once: what they do while they spin is no different from coming later.
using mutex = weft::detail::basic_mutex<0>;
using fair_mutex = weft::detail::basic_fair_mutex<0>;
using sharded_mutex = weft::detail::basic_sharded_mutex<2, false>;

// --- mutex -----------------------------------------------------------------------------------------------------------

const enter mutex_excludes(
    "lock", "mutex_excludes",
    [] {
        mutex lock;
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
        mutex lock;
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
    mutex lock;
    cell<int> data{0};
    const auto add = [&] {
        if (!lock.try_lock()) return;
        ++data.write();
        lock.unlock();
    };
    thread one(add);
    thread two(add);
});

// --- fair_mutex ------------------------------------------------------------------------------------------------------

const enter fair_mutex_excludes(
    "lock", "fair_mutex_excludes",
    [] {
        fair_mutex lock;
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

const enter fair_mutex_no_lost_wakeup(
    "lock", "fair_mutex_no_lost_wakeup",
    [] {
        fair_mutex lock;
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
            add();
        }
        require(data.read() == 4);
    },
    bounded(2));

const enter fair_mutex_tries("lock", "fair_mutex_tries", [] {
    fair_mutex lock;
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
        sharded_mutex lock;
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

/// Two readers that nobody has seen before, while a writer comes and goes.
template <class Lock>
void new_readers()
{
    Lock lock;
    cell<int> data{0};
    const auto read = [&] {
        if (!lock.try_lock_shared()) return;
        static_cast<void>(data.read());
        lock.unlock_shared();
    };
    thread one(read);
    thread two(read);
    if (!lock.try_lock()) return;
    data.write() = 1;
    lock.unlock();
}

// On one shard: the first makes it known to writers, the second relies on that.
const enter sharded_mutex_shared_shard("lock", "sharded_mutex_shared_shard",
                                       new_readers<weft::detail::basic_sharded_mutex<1, false>>, bounded(3));

// Each on a shard of its own.
const enter sharded_mutex_new_readers("lock", "sharded_mutex_new_readers", new_readers<sharded_mutex>, bounded(2));

const enter sharded_mutex_tries(
    "lock", "sharded_mutex_tries",
    [] {
        sharded_mutex lock;
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
        sharded_mutex lock;
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
        sharded_mutex lock;
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

const enter seq_lock_writers("lock", "seq_lock_writers", [] {
    weft::seq_lock<pair> value{pair{0, 0}};
    {
        thread writer([&] { value.store({1, 1}); });
        value.store({2, 2});
    }
    const pair left = value.load();
    require(left.a == left.b && left.a != 0);
});

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

const enter atomic_cell_exchange_publishes("lock", "atomic_cell_exchange_publishes", [] {
    weft::atomic_cell<int> value{0};
    cell<int> data{0};
    thread writer([&] {
        data.write() = 1;
        value.exchange(1);
    });
    if (value.load() == 1) require(data.read() == 1);
});

// Both sides by one operation, which changes nothing on the side that looks.
template <class Change, class Look>
void fetch_publishes(const Change& change, const Look& look)
{
    weft::atomic_cell<int> value{1};
    cell<int> data{0};
    thread writer([&] {
        data.write() = 1;
        change(value);
    });
    if (look(value) != 1) require(data.read() == 1);
}

const enter atomic_cell_adds("lock", "atomic_cell_adds", [] {
    fetch_publishes([](auto& value) { value.fetch_add(1); }, [](auto& value) { return value.fetch_add(0); });
});
const enter atomic_cell_subtracts("lock", "atomic_cell_subtracts", [] {
    fetch_publishes([](auto& value) { value.fetch_sub(1); }, [](auto& value) { return value.fetch_sub(0); });
});
const enter atomic_cell_ands("lock", "atomic_cell_ands", [] {
    fetch_publishes([](auto& value) { value.fetch_and(2); }, [](auto& value) { return value.fetch_and(-1); });
});
const enter atomic_cell_ors("lock", "atomic_cell_ors", [] {
    fetch_publishes([](auto& value) { value.fetch_or(2); }, [](auto& value) { return value.fetch_or(0); });
});
const enter atomic_cell_xors("lock", "atomic_cell_xors", [] {
    fetch_publishes([](auto& value) { value.fetch_xor(2); }, [](auto& value) { return value.fetch_xor(0); });
});

const enter atomic_cell_compares("lock", "atomic_cell_compares", [] {
    weft::atomic_cell<int> value{0};
    cell<int> data{0};
    thread writer([&] {
        data.write() = 1;
        int expected = 0;
        value.compare_exchange(expected, 1);
    });
    // One that fails has seen the value as a load does: at once, or in its second look.
    int expected = 0;
    if (!value.compare_exchange(expected, 0)) require(data.read() == 1);
});

// A value may be replaced by an equal one between the look at it and the exchange.
const enter atomic_cell_replaced("lock", "atomic_cell_replaced", [] {
    weft::atomic_cell<int> value{1};
    weft::detail::atomic<int> data{0};
    int seen = 0;
    {
        thread writer([&] {
            data.store(1, weft::detail::order::relaxed);
            value.store(1);
        });
        int expected = 1;
        require(value.compare_exchange(expected, 2));
        seen = data.load(weft::detail::order::relaxed);
    }
    if (value.load() == 2) require(seen == 1, "the exchange came after the store");
});

}  // namespace
