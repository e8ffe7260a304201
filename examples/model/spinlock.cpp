// examples/model/spinlock.cpp - a spinlock whose lock does not acquire: each holder may see old data.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/atomic.hpp>
#include <weft/model/cell.hpp>
#include <weft/model/check.hpp>
#include <weft/model/thread.hpp>

#include <cstdio>

namespace model = weft::model;

class spinlock {
public:
    explicit spinlock(std::memory_order order) : order_(order) { locked_.name("locked"); }

    void lock()
    {
        while (locked_.exchange(true, order_)) model::spin_hint();  // a spin loop tells the checker that it is one
    }
    void unlock() { locked_.store(false, std::memory_order_release); }

private:
    model::atomic<bool> locked_{false};
    const std::memory_order order_;
};

/// Two threads add 1 to the same number under the lock.
void count(std::memory_order order)
{
    spinlock lock(order);
    model::cell<int> number{0};
    const auto add = [&] {
        lock.lock();
        number.write() += 1;
        lock.unlock();
    };
    {
        model::thread one(add);
        model::thread two(add);
    }
    model::require(number.read() == 2, "no addition is lost");
}

int main()
{
    // The exchange is atomic, so only one thread is inside at a time; yet nothing makes the second see what the first
    // did.
    const model::result broken = model::check([] { count(std::memory_order_relaxed); });
    std::printf("relaxed exchange: %s\n", broken.summary().c_str());

    const model::result repaired = model::check([] { count(std::memory_order_acquire); });
    std::printf("acquire exchange: %s\n", repaired.summary().c_str());

    return !broken.passed && repaired.passed && repaired.exhaustive ? 0 : 1;
}
