// weft/iter/detail/parked.hpp - what stays on a stack while a recursion goes on on top of it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A loop that is divided again and again leaves a state in each of the frames below, and a thread that waits for a part
// goes on with others on top of that. Users' states may be large, and the stacks of a pool small: so only small states
// are kept in the frames, and the code that merges two states is not inlined into them.
#pragma once

#include <weft/seam/memory.hpp>

#include <cstddef>

namespace weft::detail {

/// The largest state, in bytes, that is left on a stack.
inline constexpr std::size_t most_on_stack = 256;

/// The state of a forked piece, as the consumer makes it: in place if it is small, else on the heap.
template <class State, bool Small = (sizeof(State) <= most_on_stack)>
class parked {
public:
    template <class K>
    parked(const K& consumer, std::size_t position) : state_(consumer.make(position))
    {
    }
    parked(const parked&) = delete;
    parked& operator=(const parked&) = delete;

    State& get() { return state_; }

private:
    State state_;
};

template <class State>
class parked<State, false> {
    struct place {
        template <class K>
        place(const K& consumer, std::size_t position) : state(consumer.make(position))
        {
        }
        State state;
    };

public:
    template <class K>
    parked(const K& consumer, std::size_t position) : place_(detail::make<place>(consumer, position))
    {
    }
    ~parked() { detail::dispose(place_); }
    parked(const parked&) = delete;
    parked& operator=(const parked&) = delete;

    State& get() { return place_->state; }

private:
    place* place_;
};

}  // namespace weft::detail
