// examples/cluster/sample_sort.cpp - sorts more numbers than one machine holds: mpirun -n RANKS example_cluster_sample_sort [KEYS]
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Sample sort (Frazer and McKellar, 1970; with regular samples Shi and Schaeffer, 1992). Each rank sorts its own numbers on
// all of its threads and shows a sample of them; the samples of all, sorted, say which rank gets which range. One exchange
// brings each number to its rank, where the sorted pieces are sorted together. A rank gets little more than its share, unless many
// numbers are equal: equal ones stay together.
#include "cluster/ranks.hpp"

#include <weft/algorithm/par_sort.hpp>
#include <weft/algorithm/par_transform.hpp>
#include <weft/base/rng.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/range.hpp>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <numeric>

namespace {

using key = std::uint64_t;

/// Number `i` of the input, which is the same for any number of ranks.
key input(std::size_t i) { return weft::rng(i)() >> 20; }

/// Says which numbers stand where: two sequences with the same sum are the same, but for an unlikely accident.
std::uint64_t order_sum(const std::vector<key>& keys, std::size_t first)
{
    return weft::par_range(std::size_t{0}, keys.size())
        .map([&](std::size_t i) { return weft::rng(keys[i] ^ weft::rng(first + i)())(); })
        .sum();
}

std::vector<key> make_input(std::size_t first, std::size_t last)
{
    std::vector<key> keys(last - first);
    weft::par_tabulate(keys, [first](std::size_t i) { return input(first + i); });
    return keys;
}

/// The lowest key of each rank but the first.
std::vector<key> choose_splitters(const cluster::ranks& all, const std::vector<key>& sorted)
{
    constexpr std::size_t samples = 64;  // a rank
    std::vector<key> mine(samples);
    for (std::size_t i = 0; i < samples; ++i) mine[i] = sorted.empty() ? ~key{0} : sorted[i * sorted.size() / samples];
    std::vector<key> everybodys(samples * static_cast<std::size_t>(all.count()));
    MPI_Allgather(mine.data(), samples, MPI_UINT64_T, everybodys.data(), samples, MPI_UINT64_T, MPI_COMM_WORLD);
    weft::par_sort(everybodys);
    std::vector<key> splitters;
    for (std::size_t r = 1; r < static_cast<std::size_t>(all.count()); ++r)
        splitters.push_back(everybodys[r * samples]);
    return splitters;
}

/// Sends each rank the keys of its range, and returns those that have come here, piece by sorted piece.
std::vector<key> exchange(const cluster::ranks& all, const std::vector<key>& sorted, const std::vector<key>& splitters)
{
    const auto ranks = static_cast<std::size_t>(all.count());
    std::vector<int> send(ranks), send_at(ranks), receive(ranks), receive_at(ranks);
    for (std::size_t r = 0; r < ranks; ++r) {
        const auto bound = [&](std::size_t of) {
            return of == 0       ? sorted.begin()
                   : of == ranks ? sorted.end()
                                 : std::lower_bound(sorted.begin(), sorted.end(), splitters[of - 1]);
        };
        send_at[r] = static_cast<int>(bound(r) - sorted.begin());
        send[r] = static_cast<int>(bound(r + 1) - bound(r));
    }
    MPI_Alltoall(send.data(), 1, MPI_INT, receive.data(), 1, MPI_INT, MPI_COMM_WORLD);
    std::size_t total = 0;
    for (std::size_t r = 0; r < ranks; ++r) {
        receive_at[r] = static_cast<int>(total);
        total += static_cast<std::size_t>(receive[r]);
        if (total > INT_MAX) throw std::length_error("more keys for one rank than MPI counts: take more ranks");
    }
    std::vector<key> here(total);
    MPI_Alltoallv(sorted.data(), send.data(), send_at.data(), MPI_UINT64_T, here.data(), receive.data(),
                  receive_at.data(), MPI_UINT64_T, MPI_COMM_WORLD);
    return here;
}

int sort_on(const cluster::ranks& all, int argc, char** argv)
{
    const std::size_t total = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2'000'000;
    const std::size_t first = all.begin_of(all.rank(), total);
    const std::size_t last = all.begin_of(all.rank() + 1, total);
    if (last - first > INT_MAX) throw std::length_error("more keys for one rank than MPI counts: take more ranks");
    all.print();

    std::vector<key> keys = make_input(first, last);
    const double begin = all.together();
    weft::par_sort(keys);
    const double sorted = all.together();
    keys = exchange(all, keys, choose_splitters(all, keys));
    const double exchanged = all.together();
    weft::par_sort(keys);
    const double end = all.together();

    // Where the keys of this rank stand in the whole, and the sum over the whole.
    const std::uint64_t count = keys.size();
    std::uint64_t before = 0;
    MPI_Exscan(&count, &before, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    const std::uint64_t mine = order_sum(keys, all.is_first() ? 0 : before);
    std::uint64_t sum = 0;
    std::uint64_t most = 0;
    MPI_Reduce(&mine, &sum, 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    MPI_Reduce(&count, &most, 1, MPI_UINT64_T, MPI_MAX, 0, MPI_COMM_WORLD);
    int same = 1;
    if (all.is_first()) {
        std::vector<key> whole = make_input(0, total);
        const double alone = MPI_Wtime();
        weft::par_sort(whole);
        const double alone_end = MPI_Wtime();
        same = sum == order_sum(whole, 0) ? 1 : 0;
        std::printf("%zu keys: sort %.3f s, exchange %.3f s, sort again %.3f s, together %.3f s\n", total,
                    sorted - begin, exchanged - sorted, end - exchanged, end - begin);
        std::printf("this rank alone: %.3f s\n", alone_end - alone);
        std::printf("the fullest rank has %.2f times its share\n",
                    static_cast<double>(most) * all.count() / static_cast<double>(std::max<std::size_t>(total, 1)));
        std::printf("same order as from one process: %s\n", same == 1 ? "yes" : "NO");
    }
    MPI_Bcast(&same, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return same == 1 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return cluster::run(argc, argv, sort_on); }
