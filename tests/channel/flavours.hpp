// tests/channel/flavours.hpp - the kinds of channels that every general case runs over, each under its own name.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/channel/channel.hpp>

#include "test.hpp"

#include <cstddef>
#include <string>
#include <utility>

// In these tests a thread's copy of a handle has the name of the handle, and constants are captured even if they need
// not be.
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

/// Destroys a handle here and now.
template <class Handle>
void drop(Handle handle)
{
    static_cast<void>(handle);
}

inline std::string flavour_name(std::size_t capacity)
{
    if (capacity == unlimited) return "unbounded";
    return capacity == 0 ? "rendezvous" : "bounded(" + std::to_string(capacity) + ")";
}

/// Registers a case for each capacity: "name, flavour".
template <void (*Body)(std::size_t), std::size_t... Capacities>
struct flavours {
    explicit flavours(const char* name) { (add<Capacities>(name), ...); }

private:
    template <std::size_t Capacity>
    static void run()
    {
        Body(Capacity);
    }
    template <std::size_t Capacity>
    static void add(const char* name)
    {
        const std::string full = name + (", " + flavour_name(Capacity));
        REGISTER_TEST_CASE(run<Capacity>, full, "");
    }
};

}  // namespace test

#define WEFT_TEST_JOIN_(a, b) a##b
#define WEFT_TEST_JOIN(a, b) WEFT_TEST_JOIN_(a, b)
#define WEFT_TEST_FLAVOURS(body, name, ...)                                                  \
    static void body(std::size_t capacity);                                                  \
    static const test::flavours<&body, __VA_ARGS__> WEFT_TEST_JOIN(body, _registered)(name); \
    static void body([[maybe_unused]] std::size_t capacity)

/// As TEST_CASE, once for every kind of channel; the body knows its `capacity`.
#define EACH_CHANNEL(name) WEFT_TEST_FLAVOURS(WEFT_TEST_JOIN(case_, __LINE__), name, 0, 1, 3, 1024, test::unlimited)
/// As EACH_CHANNEL, for those that hold messages.
#define EACH_BUFFERED(name) WEFT_TEST_FLAVOURS(WEFT_TEST_JOIN(case_, __LINE__), name, 1, 3, 1024, test::unlimited)
/// As EACH_CHANNEL, for those that hold messages and can be full.
#define EACH_BOUNDED(name) WEFT_TEST_FLAVOURS(WEFT_TEST_JOIN(case_, __LINE__), name, 1, 3, 1024)
/// As EACH_CHANNEL, for those that can be full, the rendezvous among them.
#define EACH_LIMITED(name) WEFT_TEST_FLAVOURS(WEFT_TEST_JOIN(case_, __LINE__), name, 0, 1, 3, 1024)
