// tests/model/channel_batch_model.cpp - many messages at once: runs of slots, copied or moved.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/model/thread.hpp>
#include <weft/seam/cell.hpp>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "scenarios.hpp"

namespace {

using scenarios::bounded;
using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;

/// An int that is moved slot by slot, where a run of ints is copied at once.
struct boxed {
    int value;

    boxed(int v) : value(v) {}  // NOLINT: batches of ints are to convert
    boxed(const boxed& other) noexcept : value(other.value) {}
    boxed& operator=(const boxed& other) noexcept = default;
    bool operator==(const boxed&) const = default;
};

/// Its move might throw, so that it travels in a box.
struct loose {
    int value;

    loose(int v) : value(v) {}  // NOLINT: as above
    loose(const loose& other) noexcept(false) : value(other.value) {}
    loose& operator=(const loose& other) = default;
    bool operator==(const loose&) const = default;
};

template <class T>
void many(std::pair<weft::sender<T>, weft::receiver<T>> ends)
{
    auto& s = ends.first;
    auto& r = ends.second;
    cell<int> data{0};
    {
        thread sender([&data, mine = std::optional(std::move(s))]() mutable {
            data.write() = 1;
            require(mine->send_many(std::array<T, 3>{1, 2, 3}) == 3);
            mine.reset();
        });
        std::vector<T> got;
        require(r.recv_many(got, 2) != 0);
        require(data.read() == 1);
        while (r.recv_many(got, 2) != 0) {}
        require(got == std::vector<T>{1, 2, 3});
    }
}

const enter array_many("channel_batch", "array_many", [] { many(weft::bounded<int>(2)); }, bounded(2));
const enter array_many_moved("channel_batch", "array_many_moved", [] { many(weft::bounded<boxed>(2)); }, bounded(2));
const enter list_many("channel_batch", "list_many", [] { many(weft::unbounded<int>()); }, bounded(2));
const enter list_many_moved("channel_batch", "list_many_moved", [] { many(weft::unbounded<boxed>()); }, bounded(2));

const enter array_many_boxed("channel_batch", "array_many_boxed", [] { many(weft::bounded<loose>(2)); }, bounded(2));
const enter list_many_boxed("channel_batch", "list_many_boxed", [] { many(weft::unbounded<loose>()); }, bounded(2));

const enter array_two_of_many(
    "channel_batch", "array_two_of_many",
    [] {
        auto ends = weft::bounded<int>(2);
        auto& s = ends.first;
        auto& r = ends.second;
        std::vector<int> got;
        std::vector<int> other_got;
        {
            thread other([&, mine = r] { mine.recv_many(other_got, 2); });
            thread sender([&s] { require(s.send_many(std::array{1, 2}) == 2); });
            require(static_cast<bool>(s.send(4)));
            r.recv_many(got, 1);
        }
        int sum = 0;
        for (const int each : got) sum += each;
        for (const int each : other_got) sum += each;
        while (auto left = r.try_recv()) sum += *left;
        require(sum == 7);
    },
    bounded(1));

/// A run whose messages come from two senders.
void from_two(std::pair<weft::sender<int>, weft::receiver<int>> ends)
{
    auto& s = ends.first;
    auto& r = ends.second;
    std::vector<int> got;
    {
        thread one([&s] { require(static_cast<bool>(s.send(1))); });
        thread two([&s] { require(static_cast<bool>(s.send(2))); });
        while (got.size() < 2) require(r.recv_many(got, 2) != 0);
    }
    require(got[0] + got[1] == 3);
}

const enter array_from_two("channel_batch", "array_from_two", [] { from_two(weft::bounded<int>(2)); }, bounded(2));
const enter list_from_two("channel_batch", "list_from_two", [] { from_two(weft::unbounded<int>()); }, bounded(2));

/// A run into slots that are given back one after the other.
template <class T>
void into_freed()
{
    auto ends = weft::bounded<T>(2);
    auto& s = ends.first;
    auto& r = ends.second;
    require(s.send_many(std::array<T, 2>{1, 2}) == 2);
    {
        thread sender([&s] { require(s.send_many(std::array<T, 2>{3, 4}) == 2); });
        for (int i = 1; i <= 2; ++i) require(*r.recv() == T(i));
    }
    std::vector<T> got;
    require(r.recv_many(got, 2) == 2);
    require(got == std::vector<T>{3, 4});
}

const enter array_into_freed("channel_batch", "array_into_freed", [] { into_freed<int>(); }, bounded(2));
const enter array_into_freed_moved("channel_batch", "array_into_freed_moved", [] { into_freed<boxed>(); }, bounded(2));

}  // namespace
