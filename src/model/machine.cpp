// src/model/machine.cpp - the machines that come with weft, each with the source of its figures.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/machine.hpp>

namespace weft::model {

machine two_processors()
{
    machine m;
    m.name = "two processors";
    m.source = "measured by tests/model/measure_machine.cpp";
    m.processors = 2;
    m.cores_per_cache = 2;
    return m;
}

machine dual_epyc_7763()
{
    machine m;
    m.name = "2 x EPYC 7763";
    m.processors = 128;
    m.cores_per_cache = 8;
    m.caches_per_socket = 8;
    return m;
}

machine epyc_7742()
{
    machine m;
    m.name = "EPYC 7742";
    m.processors = 64;
    m.cores_per_cache = 4;
    m.caches_per_socket = 16;
    return m;
}

machine graviton2()
{
    machine m;
    m.name = "Graviton2";
    m.processors = 64;
    m.cores_per_cache = 64;
    return m;
}

}  // namespace weft::model
