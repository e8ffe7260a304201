// examples/model/aba_stack.cpp - a stack of recycled nodes: the same top twice is not the same stack.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/atomic.hpp>
#include <weft/model/check.hpp>
#include <weft/model/thread.hpp>

#include <array>
#include <cstdint>
#include <cstdio>

namespace model = weft::model;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;

/// Nodes are named by indices from 1; 0 is the end. `counted`: every change of the top raises a count in its upper
/// half, so that an old top is never mistaken for a new one.
template <bool counted>
class stack {
public:
    void push(std::uint32_t node)
    {
        std::uint32_t top = top_.load(memory_order_acquire);
        do {
            next_[node].store(top & 0xffff, memory_order_relaxed);
        } while (!top_.compare_exchange_weak(top, word(node, top), memory_order_acq_rel, memory_order_acquire));
    }

    /// The node that was on top; 0 if there was none.
    std::uint32_t pop()
    {
        std::uint32_t top = top_.load(memory_order_acquire);
        while ((top & 0xffff) != 0) {
            const std::uint32_t next = next_[top & 0xffff].load(memory_order_relaxed);
            // Between the load and this exchange others may pop this node, pop the next one, and push this one again.
            if (top_.compare_exchange_weak(top, word(next, top), memory_order_acq_rel, memory_order_acquire)) break;
        }
        return top & 0xffff;
    }

private:
    static std::uint32_t word(std::uint32_t node, std::uint32_t old)
    {
        return counted ? node | ((old >> 16) + 1) << 16 : node;
    }

    model::atomic<std::uint32_t> top_{0};
    std::array<model::atomic<std::uint32_t>, 4> next_;
};

template <bool counted>
void recycle()
{
    stack<counted> s;
    s.push(2);
    s.push(1);
    std::array<int, 4> owners{};  // for each node, how many threads hold it
    {
        model::thread slow([&] { ++owners[s.pop()]; });
        const std::uint32_t first = s.pop();
        const std::uint32_t second = s.pop();
        ++owners[second];
        if (first != 0) s.push(first);  // recycled
    }
    for (std::uint32_t node = s.pop(); node != 0; node = s.pop()) ++owners[node];
    model::require(owners[1] <= 1 && owners[2] <= 1, "a node has one owner");
}

int main()
{
    const model::result broken = model::check(recycle<false>);
    std::printf("plain top: %s\n", broken.summary().c_str());

    const model::result repaired = model::check(recycle<true>);
    std::printf("counted top: %s\n", repaired.summary().c_str());

    return !broken.passed && repaired.passed && repaired.exhaustive ? 0 : 1;
}
