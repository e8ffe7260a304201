// tests/model/deque_model.cpp - the work-stealing deque under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
#include <weft/queue/deque.hpp>
#include <weft/seam/cell.hpp>

#include <array>
#include <optional>

#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;

/// Counts how often each of the numbers from 1 has been taken. Only its own thread touches an entry.
struct tally {
    std::array<std::array<int, 8>, 4> of{};

    void take(std::size_t who, std::optional<int> got)
    {
        if (got) ++of[who][static_cast<std::size_t>(*got)];
    }
    void require_each_once(int last) const
    {
        for (int i = 1; i <= last; ++i) {
            int times = 0;
            for (const auto& each : of) times += each[static_cast<std::size_t>(i)];
            require(times == 1, "each element is taken exactly once");
        }
    }
};

std::optional<int> stolen(const weft::stealer<int>& s)
{
    auto got = s.steal();
    return got ? std::optional<int>(*std::move(got)) : std::nullopt;
}

const enter last_element("deque", "last_element", [] {
    weft::deque<int> d(2);
    tally t;
    d.push(1);
    {
        thread thief([&] { t.take(1, stolen(d.stealer())); });
        t.take(0, d.pop());
    }
    t.take(0, d.pop());
    t.require_each_once(1);
});

const enter last_two("deque", "last_two", [] {
    weft::deque<int> d(2);
    tally t;
    d.push(1);
    d.push(2);
    {
        thread thief([&] {
            t.take(1, stolen(d.stealer()));
            t.take(1, stolen(d.stealer()));
        });
        t.take(0, d.pop());
        t.take(0, d.pop());
    }
    t.take(0, d.pop());
    t.require_each_once(2);
});

const enter two_thieves("deque", "two_thieves", [] {
    weft::deque<int> d(2);
    tally t;
    d.push(1);
    d.push(2);
    {
        thread one([&] { t.take(1, stolen(d.stealer())); });
        thread two([&] { t.take(2, stolen(d.stealer())); });
        t.take(0, d.pop());
    }
    t.take(0, d.pop());
    t.take(0, d.pop());
    t.require_each_once(2);
});

const enter payload("deque", "payload", [] {
    cell<int> data{0};
    weft::deque<cell<int>*> d(2);
    thread thief([&] {
        auto got = d.steal();
        if (got) require((*std::move(got))->read() == 7);
    });
    data.write() = 7;
    d.push(&data);
});

const enter payload_through_pop("deque", "payload_through_pop", [] {
    // The owner pushes two and takes the newer one back: the older must reach the thief whole.
    cell<int> data{0};
    weft::deque<cell<int>*> d(2);
    cell<int> other{0};
    thread thief([&] {
        auto got = d.steal();
        if (got) require((*std::move(got))->read() == 7);
    });
    data.write() = 7;
    d.push(&data);
    other.write() = 7;
    d.push(&other);
    static_cast<void>(d.pop());
});

const enter grow("deque", "grow", [] {
    weft::deque<int> d(2);
    tally t;
    d.push(1);
    {
        thread thief([&] { t.take(1, stolen(d.stealer())); });
        d.push(2);
        d.push(3);
    }
    while (auto got = d.pop()) t.take(0, got);
    t.require_each_once(3);
});

const enter reuse("deque", "reuse", [] {
    // The ring has two slots: the third push reuses the slot of what the thief has taken, the fourth grows if it has
    // not.
    weft::deque<int> d(2);
    tally t;
    d.push(1);
    d.push(2);
    {
        thread thief([&] {
            t.take(1, stolen(d.stealer()));
            t.take(1, stolen(d.stealer()));
        });
        d.push(3);
    }
    while (auto got = d.pop()) t.take(0, got);
    t.require_each_once(3);
});

const enter boxed("deque", "boxed", [] {
    // An element that does not fit a word lives in an allocation, which exactly one taker frees.
    struct big {
        std::array<std::int64_t, 3> numbers{};
    };
    weft::deque<big> d(2);
    thread thief([&] {
        auto got = d.steal();
        if (got) require((*std::move(got)).numbers[2] == 3);
    });
    d.push(big{{1, 2, 3}});
    if (auto got = d.pop()) require(got->numbers[2] == 3);
});

const enter fifo_owner("deque", "fifo_owner", [] {
    weft::deque<int, weft::fifo> d(2);
    tally t;
    d.push(1);
    d.push(2);
    {
        thread thief([&] {
            auto got = d.stealer().steal();
            if (got) t.take(1, *std::move(got));
        });
        t.take(0, d.pop());
    }
    while (auto got = d.pop()) t.take(0, got);
    t.require_each_once(2);
});

const enter steal_batch("deque", "steal_batch", [] {
    weft::deque<int> d(4);
    tally t;
    d.push(1);
    d.push(2);
    d.push(3);
    {
        thread thief([&] {
            weft::deque<int> mine(2);
            static_cast<void>(d.stealer().steal_batch(mine));
            while (auto got = mine.pop()) t.take(1, got);
        });
        t.take(0, d.pop());
        t.take(0, d.pop());
    }
    while (auto got = d.pop()) t.take(0, got);
    t.require_each_once(3);
});

const enter batch_hands_on("deque", "batch_hands_on", [] {
    // What one thief moves to its own deque reaches the next thief whole.
    cell<int> data{0};
    weft::deque<cell<int>*> d(2);
    weft::deque<cell<int>*> mine(2);
    data.write() = 7;
    d.push(&data);
    const auto first = d.stealer();
    const auto second = mine.stealer();
    thread next([&] {
        auto got = second.steal();
        if (got) require((*std::move(got))->read() == 7);
    });
    cell<int> more{0};
    more.write() = 7;
    d.push(&more);
    static_cast<void>(first.steal_batch(mine));
});

const enter steal_after_grow(
    "deque", "steal_after_grow",
    [] {
        cell<int> data[3];
        weft::deque<cell<int>*> d(2);
        const auto s = d.stealer();
        thread thief([&] {
            for (int i = 0; i < 2; ++i) {
                auto got = s.steal();
                if (got) require((*std::move(got))->read() == 7);
            }
        });
        for (auto& each : data) {
            each.write() = 7;
            d.push(&each);
        }
    },
    scenarios::bounded(3));

}  // namespace
