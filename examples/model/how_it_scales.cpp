// examples/model/how_it_scales.cpp - how much faster three programs are on 1 to 128 processors, without having these.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The programs run on weft's own pool, on a simulated machine of two sockets; what they compute takes virtual time only. It
// is linked with weft::simulated instead of weft::weft.
#include <weft/model/simulate.hpp>
#include <weft/weft.hpp>

#include <cstdint>
#include <cstdio>

namespace model = weft::model;

// A loop of 10,000 items, each of which takes a microsecond.
void even_loop()
{
    weft::par_range(0, 10'000).for_each([](int) { model::work(std::chrono::microseconds(1)); });
}

// Joins down to leaves of 20 nanoseconds: there is no cutoff below which it computes alone.
void join_tree(int leaves)
{
    if (leaves == 1) return model::work(std::chrono::nanoseconds(20));
    weft::join([=] { join_tree(leaves / 2); }, [=] { join_tree(leaves - leaves / 2); });
}

// A tree of which nobody knows where it is deep: a node takes a microsecond, and has two children or none, by chance.
void unbalanced_tree(std::uint64_t id, int depth)
{
    model::work(std::chrono::microseconds(1));
    weft::rng dice(id);
    const std::uint64_t left = dice();
    const std::uint64_t right = dice();
    if (depth > 9 && left % 1000 < 505) return;
    weft::join([=] { unbalanced_tree(left, depth + 1); }, [=] { unbalanced_tree(right, depth + 1); });
}

template <class Program>
double time_of(std::size_t processors, Program program)
{
    model::machine machine = model::dual_epyc_7763();
    machine.processors = processors;
    const model::simulation_result r = model::simulate(machine, [&] {
        weft::thread_pool pool({.num_threads = processors});
        pool.install([&] {
            program();  // the pool learns how long the items take
            model::start_measuring();
            program();
            model::stop_measuring();
        });
    });
    if (!r.passed) std::printf("%s", r.summary().c_str());
    return r.time.count();
}

int main()
{
    const auto tree = [] { unbalanced_tree(7, 0); };
    const auto joins = [] { join_tree(100'000); };
    std::printf("processors   even loop   unbalanced tree   join tree   (times faster than one)\n");
    const double loop_alone = time_of(1, even_loop);
    const double tree_alone = time_of(1, tree);
    const double joins_alone = time_of(1, joins);
    double fastest = 0;
    for (const std::size_t n : {1, 2, 4, 8, 16, 32, 64, 128}) {
        const double loop = loop_alone / time_of(n, even_loop);
        fastest = loop > fastest ? loop : fastest;
        std::printf("%10zu %11.1f %17.1f %11.1f\n", n, loop, tree_alone / time_of(n, tree),
                    joins_alone / time_of(n, joins));
    }
    return fastest > 30 ? 0 : 1;
}
