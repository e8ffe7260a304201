// tests/model/net_model.cpp - a descriptor's readiness, its users, and who looks after all of them. The system is a word.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/model/thread.hpp>
#include <weft/pool/thread_pool.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>

#include "net/attendance.hpp"
#include "net/readiness.hpp"
#include "net/use_word.hpp"
#include "pool/driver.hpp"
#include "small_pool.hpp"

#include <atomic>
#include <cstdint>

namespace {

using scenarios::enter;
using scenarios::large;
using scenarios::threads;
using weft::detail::atomic;
using weft::detail::attendance;
using weft::detail::cell;
using weft::detail::io_wait;
using weft::detail::parking_spot;
using weft::detail::readiness;
using weft::detail::use_word;
using weft::detail::order::acquire;
using weft::detail::order::relaxed;
using weft::detail::order::release;
using weft::model::require;
using weft::model::thread;

/// What an operation is: tries, waits if there is nothing, tries again. False: it is closed.
weft::task<bool> receive(readiness& side, const atomic<int>& there, int wanted)
{
    for (;;) {
        std::uintptr_t seen = 0;
        if (side.is_closed()) co_return false;
        if (side.may_try(seen)) {
            if (there.load(relaxed) >= wanted) co_return true;
            side.note_drained();
        }
        co_await io_wait(side, seen);
    }
}

const enter ready_meets_wait(
    "net", "ready_meets_wait",
    [] {
        readiness side;
        atomic<int> there{0};
        weft::thread_pool pool(threads(1));
        thread system([&] {
            there.store(1, relaxed);
            side.add(readiness::ready);
            there.store(2, relaxed);
            side.add(readiness::ready);
        });
        require(pool.spawn(receive(side, there, 2)).get());
    },
    large(2));

const enter close_meets_wait(
    "net", "close_meets_wait",
    [] {
        readiness side;
        atomic<int> there{0};
        weft::thread_pool pool(threads(1));
        thread closer([&] { side.add(readiness::closed); });
        thread system([&] { side.add(readiness::ready | readiness::insists); });
        require(!pool.spawn(receive(side, there, 1)).get());
    },
    large(2));

const enter stop_meets_ready(
    "net", "stop_meets_ready",
    [] {
        readiness side;
        atomic<int> there{0};
        weft::thread_pool pool(threads(1));
        const auto wait = [&]() -> weft::task<bool> {
            try {
                co_return co_await receive(side, there, 1);
            } catch (const weft::stopped&) {
            }
            co_return false;
        };
        auto waiting = pool.spawn(wait());
        thread system([&] {
            there.store(1, relaxed);
            side.add(readiness::ready);
        });
        waiting.request_stop();
        static_cast<void>(waiting.get());
    },
    large(2));

const enter close_meets_use("net", "close_meets_use", [] {
    use_word word;
    cell<int> descriptor{0};  // what is written: uses; 100: closed
    atomic<int> closings{0};
    atomic<int> owners{0};
    const auto close = [&] {
        descriptor.write() = 100;
        closings.fetch_add(1, relaxed);
    };
    const auto end = [&](std::uint32_t part) {
        if (word.end(part, close)) owners.fetch_add(1, relaxed);
    };
    {
        thread reader([&] {
            if (word.begin(use_word::reader, close) != use_word::admission::granted) return;
            require(descriptor.read() != 100);
            end(use_word::reader);
        });
        thread closer([&] {
            static_cast<void>(word.close(false));
            end(use_word::closer);
        });
        if (word.begin(use_word::writer, close) == use_word::admission::granted) {
            require(descriptor.read() != 100);
            end(use_word::writer);
        }
    }
    require(closings.load(relaxed) == 1);
    static_cast<void>(word.close(true));
    end(use_word::closer);
    require(closings.load(relaxed) == 1 && owners.load(relaxed) == 1);
});

const enter disown_meets_use("net", "disown_meets_use", [] {
    // The owner goes while an operation is under way: one of the two is the last.
    use_word word;
    cell<int> descriptor{0};
    cell<int> memory{0};
    const auto close = [&] { descriptor.write() = 100; };
    const auto end = [&](std::uint32_t part) {
        if (word.end(part, close)) memory.write() = descriptor.read();
    };
    {
        require(word.begin(use_word::reader, close) == use_word::admission::granted);
        thread reader([&] {
            require(descriptor.read() != 100);
            end(use_word::reader);
        });
        static_cast<void>(word.close(true));
        end(use_word::closer);
    }
    require(memory.read() == 100);
});

const enter hold_meets_close("net", "hold_meets_close", [] {
    use_word word;
    cell<int> descriptor{0};
    const auto close = [&] { descriptor.write() = 100; };
    {
        thread closer([&] {
            static_cast<void>(word.close(false));
            static_cast<void>(word.end(use_word::closer, close));
        });
        if (!word.hold()) require(descriptor.read() != 100);
        static_cast<void>(word.end(use_word::closer, close));
    }
    require(descriptor.read() == 100);
});

const enter disown_meets_close("net", "disown_meets_close", [] {
    use_word word;
    cell<int> descriptor{0};
    cell<int> memory{0};
    const auto close = [&] { descriptor.write() = 100; };
    const auto end = [&] {
        if (word.end(use_word::closer, close)) memory.write() = descriptor.read();
    };
    {
        static_cast<void>(word.close(false));
        thread closer([&] { end(); });
        static_cast<void>(word.close(true));
        end();
    }
    require(memory.read() == 100);
});

/// What the reactor is to the pool. `ring` stands for an event: it comes to whoever sleeps in here, or is there when the next
/// one comes.
class one_event_driver final : public weft::detail::driver {
public:
    explicit one_event_driver(readiness& side) : side_(side)
    {
        weft::detail::driver_of_all.store(this, std::memory_order_relaxed);
    }
    one_event_driver(const one_event_driver&) = delete;
    one_event_driver& operator=(const one_event_driver&) = delete;
    ~one_event_driver() { weft::detail::driver_of_all.store(nullptr, std::memory_order_relaxed); }

    void ring() noexcept
    {
        event_.store(true, release);
        bell_.unpark();
    }

    bool look(const parking_spot*) noexcept override { return false; }
    [[nodiscard]] bool is_left_to_another(const parking_spot&) const noexcept override { return false; }
    void glance() noexcept override {}
    void wake() noexcept override { bell_.unpark(); }
    void attend() noexcept override {}
    void park(parking_spot& spot) noexcept override
    {
        if (is_taken_.exchange(true, acquire)) return spot.park();
        if (spot.leave_for_elsewhere()) {
            bell_.park();
            spot.come_back_from_elsewhere();
        }
        is_taken_.store(false, release);
        if (event_.load(relaxed) && event_.exchange(false, acquire)) side_.add(readiness::ready);
    }

private:
    readiness& side_;
    parking_spot bell_;
    atomic<bool> event_{false};
    atomic<bool> is_taken_{false};
};

const enter event_meets_publisher(
    "net", "event_meets_publisher",
    [] {
        // The pool's thread sleeps in the driver, or is about to: an event and a task from outside come.
        readiness side;
        atomic<int> there{0};
        one_event_driver system(side);
        weft::thread_pool pool(threads(1));
        auto waiting = pool.spawn(receive(side, there, 1));
        thread world([&] {
            there.store(1, relaxed);
            system.ring();
        });
        const auto nothing = []() -> weft::task<int> { co_return 7; };
        require(pool.spawn(nothing()).get() == 7);
        require(waiting.get());
    },
    large(2));

const enter leave_meets_watcher("net", "leave_meets_watcher", [] {
    attendance who;
    who.add();
    who.enter();
    thread watcher([&] {
        while (who.is_settled()) who.nap([] { return false; });
    });
    who.leave();
});

const enter descriptor_meets_watcher("net", "descriptor_meets_watcher", [] {
    attendance who;
    thread watcher([&] {
        while (who.is_settled()) who.nap([] { return false; });
    });
    who.add();
});

}  // namespace
