// weft/iter/detail/tree.hpp - the fixed tree: reductions whose result depends on the length alone.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Floating-point addition is not associative, so a sum must not depend on where the loop happened to be split. The
// positions are cut into fixed blocks; over blocks lo .. hi - 1 the result is
//     T(lo, hi) = op(T(lo, m), T(m, hi))   with   m = lo + bit_ceil(hi - lo) / 2
// so every left child is a complete tree. Run in order it needs only a stack of complete subtrees (a binary counter). A
// loop that is split gives away whole right children, so the same tree is computed whatever the order of events.
#pragma once

#include <weft/iter/detail/parked.hpp>
#include <weft/iter/detail/source.hpp>
#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <bit>
#include <cstddef>
#include <utility>

namespace weft::detail {

/// The blocks of `extent` positions.
struct fixed_blocks {
    fixed_blocks(std::size_t n, std::size_t block)
        : extent(n), length(block), count(n / length + (n % length != 0 ? 1 : 0))
    {
    }

    static constexpr std::size_t block_length(std::size_t n, std::size_t least = 1)
    {
        constexpr std::size_t most = 4096;
        const std::size_t length = n / 128;
        return length < least ? least : length > most ? most : length;
    }

    [[nodiscard]] piece positions(std::size_t block) const
    {
        const std::size_t lo = block * length;
        return {lo, extent - lo < length ? extent : lo + length};
    }

    std::size_t extent;
    std::size_t length;
    std::size_t count;
};

/// Where node lo .. hi - 1 is divided; hi if it is a single block.
constexpr std::size_t tree_middle(std::size_t lo, std::size_t hi)
{
    const std::size_t n = hi - lo;
    if (n < 2) return hi;
    return lo + (std::size_t{1} << (std::bit_width(n - 1) - 1));
}

/// The subtrees that are complete so far, largest first: one for each bit that is set in the number of blocks.
template <class K>
class tree_stack {
public:
    using state = typename K::state;

    /// Room for a tree of `blocks` blocks.
    tree_stack(const K& consumer, std::size_t blocks) : consumer_(consumer)
    {
        const std::size_t depth = static_cast<std::size_t>(std::bit_width(blocks)) + 1;
        if (depth <= inline_depth) {
            entries_ = reinterpret_cast<state*>(inline_);
        } else {
            capacity_ = depth;
            entries_ = static_cast<state*>(allocate(depth * sizeof(state), alignof(state)));
        }
    }
    ~tree_stack()
    {
        detail::destruct_n(entries_, size_);
        if (capacity_ != 0) detail::deallocate(entries_, capacity_ * sizeof(state), alignof(state));
    }
    tree_stack(const tree_stack&) = delete;
    tree_stack& operator=(const tree_stack&) = delete;

    /// Adds the result of the next block. Two complete trees of one size make one of the next: a carry.
    void push(state&& value)
    {
        for (int carries = std::countr_one(blocks_); carries > 0; --carries) join_newest(value);
        detail::construct(entries_ + size_, std::move(value));
        ++size_;
        ++blocks_;
    }

    /// Adds the result of a right child of `blocks` blocks. Its left sibling, a complete tree, is the newest here.
    void push_right_child(state&& value, std::size_t blocks)
    {
        const int level = std::countr_zero(blocks_);
        const bool complete = blocks == std::size_t{1} << level;
        for (int carries = complete ? std::countr_one(blocks_ >> level) : 1; carries > 0; --carries) {
            join_newest(value);
        }
        detail::construct(entries_ + size_, std::move(value));
        ++size_;
        blocks_ += blocks;
    }

    /// The result of all that was pushed, at least one block.
    state finish()
    {
        while (size_ > 1) {
            state value = std::move(entries_[size_ - 1]);
            detail::destruct(entries_ + --size_);
            join_newest(value);
            detail::construct(entries_ + size_, std::move(value));
            ++size_;
        }
        return std::move(entries_[0]);
    }

private:
    static constexpr std::size_t inline_depth = sizeof(state) <= 32 ? 65 : sizeof(state) <= most_on_stack ? 4 : 0;

    /// value = op(newest, value); the newest leaves the stack.
    void join_newest(state& value)
    {
        state& left = entries_[size_ - 1];
        consumer_.merge(left, value);
        value = std::move(left);
        detail::destruct(detail::address_of(left));
        --size_;
    }

    const K& consumer_;
    state* entries_;
    std::size_t size_ = 0;
    std::size_t blocks_ = 0;
    std::size_t capacity_ = 0;
    alignas(inline_depth == 0 ? 1
                              : alignof(state)) std::byte inline_[inline_depth == 0 ? 1 : inline_depth * sizeof(state)];
};

}  // namespace weft::detail
