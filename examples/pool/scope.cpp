// examples/pool/scope.cpp - any number of tasks that may borrow local variables; the scope waits for all of them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/scope.hpp>

#include <atomic>
#include <cstdio>
#include <memory>
#include <stdexcept>

struct node {
    int value;
    std::unique_ptr<node> left;
    std::unique_ptr<node> right;
};

std::unique_ptr<node> tree(int depth)
{
    if (depth == 0) return nullptr;
    return std::make_unique<node>(node{depth, tree(depth - 1), tree(depth - 1)});
}

/// Tasks may spawn more tasks into the same scope.
void visit(weft::task_scope& s, const node& n, std::atomic<long>& sum)
{
    sum.fetch_add(n.value, std::memory_order_relaxed);
    for (const auto* const child : {n.left.get(), n.right.get()}) {
        if (child != nullptr) s.spawn([child, &sum](weft::task_scope& inner) { visit(inner, *child, sum); });
    }
}

int main()
{
    const auto root = tree(14);
    std::atomic<long> sum{0};
    weft::scope([&](weft::task_scope& s) { visit(s, *root, sum); });
    std::printf("the values add up to %ld\n", sum.load());

    // An exception of a task comes out of the scope once all tasks have ended.
    bool thrown = false;
    try {
        weft::scope([](weft::task_scope& s) {
            s.spawn([] { throw std::runtime_error("task 1 failed"); });
            s.spawn([] {});
        });
    } catch (const std::runtime_error& e) {
        std::printf("caught: %s\n", e.what());
        thrown = true;
    }
    return thrown && sum.load() == (1 << 15) - 16 ? 0 : 1;
}
