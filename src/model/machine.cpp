// src/model/machine.cpp - the machines that come with weft, each with the source of its figures.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/machine.hpp>

namespace weft::model {

namespace {

// Of the distances between cores; the rest is what such machines have in common.
constexpr const char* published = "transfers: github.com/nviennot/core-to-core-latency, ";

/// What the published figures do not say: about what Linux and the processors of these years take.
void set_system(machine& m)
{
    m.wake_call = nanoseconds(1500);
    m.wake_latency = nanoseconds(5000);
    m.context_switch = nanoseconds(1500);
}

}  // namespace

machine two_processors()
{
    machine m;
    m.name = "two processors";
    m.source = "measured by tests/simulate/measure_machine.cpp";
    m.processors = 2;
    m.cores_per_cache = 2;
    m.access = nanoseconds(0.8);
    m.locked = nanoseconds(2.8);
    m.same_cache = nanoseconds(34);
    m.memory = nanoseconds(90);
    m.pause = nanoseconds(10);
    m.clock_read = nanoseconds(10);
    m.allocation = nanoseconds(4);
    m.system_call = nanoseconds(100);
    m.wake_call = nanoseconds(13'000);
    m.wake_latency = nanoseconds(25'000);
    m.context_switch = nanoseconds(500);
    m.thread_start = nanoseconds(25'000);
    return m;
}

machine dual_epyc_7763()
{
    machine m;
    m.name = "2 x EPYC 7763";
    m.source = std::string(published) + "AMD EPYC 7R13 (Milan, as the 7763), two sockets";
    m.processors = 128;
    m.cores_per_cache = 8;
    m.caches_per_socket = 8;
    m.same_cache = nanoseconds(23);
    m.same_socket = nanoseconds(107);
    m.other_socket = nanoseconds(197);
    set_system(m);
    return m;
}

machine epyc_7773x()
{
    machine m;
    m.name = "EPYC 7773X";
    m.source = std::string(published) + "AMD EPYC 7773X; within a group of eight cores as the 7R13";
    m.processors = 64;
    m.cores_per_cache = 8;
    m.caches_per_socket = 8;
    m.same_cache = nanoseconds(23);
    m.same_socket = nanoseconds(115);
    set_system(m);
    return m;
}

machine graviton2()
{
    machine m;
    m.name = "Graviton2";
    m.source = std::string(published) + "AWS Graviton2";
    m.processors = 64;
    m.cores_per_cache = 64;
    m.same_cache = nanoseconds(47);
    m.pause = nanoseconds(10);
    set_system(m);
    return m;
}

}  // namespace weft::model
