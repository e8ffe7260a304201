// examples/cluster/ranks.hpp - the processes of an MPI program, each with weft inside.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/thread_pool.hpp>

#include <mpi.h>

#include <cstddef>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <vector>

namespace cluster {

/// This process among those that were started together. Only the main thread talks to MPI, between parallel loops: that is
/// all that MPI_THREAD_FUNNELED asks of the threads of a pool.
class ranks {
public:
    ranks(int* argc, char*** argv)
    {
        int provided = 0;
        MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
        if (provided < MPI_THREAD_FUNNELED) throw std::runtime_error("this MPI allows no threads beside its own");
        MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
        MPI_Comm_size(MPI_COMM_WORLD, &count_);
    }
    ranks(const ranks&) = delete;
    ~ranks() { MPI_Finalize(); }

    [[nodiscard]] int rank() const noexcept { return rank_; }
    [[nodiscard]] int count() const noexcept { return count_; }
    [[nodiscard]] bool is_first() const noexcept { return rank_ == 0; }

    /// Where the share of rank `r` begins, of `total` things that are dealt out in order.
    [[nodiscard]] std::size_t begin_of(int r, std::size_t total) const noexcept
    {
        const auto number = static_cast<std::size_t>(r);
        const auto all = static_cast<std::size_t>(count_);
        return total / all * number + total % all * number / all;
    }

    /// Waits for all ranks, and says when that was, in seconds.
    [[nodiscard]] double together() const
    {
        MPI_Barrier(MPI_COMM_WORLD);
        return MPI_Wtime();
    }

    /// On the first rank: where all of them are, and how many threads each has. Too few threads are the usual reason
    /// for a slow program (docs/cluster.md).
    void print() const
    {
        struct place {
            char host[MPI_MAX_PROCESSOR_NAME];
            int threads;
        } mine{};
        int length = 0;
        MPI_Get_processor_name(mine.host, &length);
        mine.threads = static_cast<int>(weft::current_num_threads());
        std::vector<place> all(is_first() ? static_cast<std::size_t>(count_) : 0);
        MPI_Gather(&mine, sizeof mine, MPI_BYTE, all.data(), sizeof mine, MPI_BYTE, 0, MPI_COMM_WORLD);
        for (std::size_t r = 0; r < all.size(); ++r)
            std::printf("rank %zu on %s: %d threads\n", r, all[r].host, all[r].threads);
    }

private:
    int rank_ = 0;
    int count_ = 1;
};

/// The main function of a rank: what throws in one of them ends all, since the others wait for it.
template <class Body>
int run(int argc, char** argv, Body body)
{
    ranks all(&argc, &argv);
    try {
        return body(all, argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "rank %d: %s\n", all.rank(), e.what());
        MPI_Abort(MPI_COMM_WORLD, 1);
        return 1;
    }
}

}  // namespace cluster
