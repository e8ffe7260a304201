// tests/channel/flavours.hpp - the kinds of channels that every general case runs over.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/channel/channel.hpp>

#include <cstddef>
#include <utility>

// Here a thread's copy of a handle has the name of the handle, and constants are captured whether or not they must be.
#ifdef __clang__
#pragma clang diagnostic ignored "-Wshadow"
#pragma clang diagnostic ignored "-Wunused-lambda-capture"
#endif

namespace test {

/// Stands for unbounded() where a capacity is asked for.
inline constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

template <class T>
std::pair<weft::sender<T>, weft::receiver<T>> channel(std::size_t capacity)
{
    return capacity == unlimited ? weft::unbounded<T>() : weft::bounded<T>(capacity);
}

}  // namespace test

#define EACH_CAPACITY GENERATE(as<std::size_t>(), 0, 1, 3, 1024, test::unlimited)
#define EACH_BUFFER GENERATE(as<std::size_t>(), 1, 3, 1024, test::unlimited)
#define EACH_BOUND GENERATE(as<std::size_t>(), 1, 3, 1024)
