// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/detail/fork_site.hpp>

#include <weft/pool/join.hpp>
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace {

using namespace std::chrono_literals;

/// All joins of it are of one type, so one site: short, long, or throwing.
struct work {
    enum class kind { brief, lengthy, throwing };
    kind how;
    std::atomic<int>* taken;

    void operator()(weft::fn_context c) const
    {
        if (c.migrated()) ++*taken;
        if (how == kind::lengthy) std::this_thread::sleep_for(200us);
        if (how == kind::throwing) throw std::runtime_error("thrown");
    }
};

void fork(work::kind how, std::atomic<int>& taken) { weft::join_context(work{how, &taken}, work{how, &taken}); }

void fork_many_brief_ones(std::atomic<int>& taken)
{
    for (int i = 0; i < 100'000; ++i) fork(work::kind::brief, taken);
}

}  // namespace

TEST_CASE("fork_site: too short after many in a row, and no more after a single long one")
{
    weft::detail::fork_site site;
    CHECK_FALSE(site.is_too_short());
    for (int i = 0; i < 3; ++i) {
        for (int n = 0; !site.is_too_short(); ++n) {
            REQUIRE(n < 100);
            site.note(true);
        }
        for (int n = 0; n < 1000; ++n) site.note(true);
        CHECK(site.is_too_short());
        site.note(false);
        CHECK_FALSE(site.is_too_short());
    }
}

TEST_CASE("fork_site: a join that was too short to share is shared once it is long")
{
    weft::thread_pool pool{{.num_threads = 3}};
    pool.install([&] {
        for (const auto pause : {0ms, 60ms}) {  // the others look for work, or sleep
            std::atomic<int> taken{0};
            fork_many_brief_ones(taken);
            std::this_thread::sleep_for(pause);
            taken = 0;
            while (taken == 0) fork(work::kind::lengthy, taken);
            CHECK(taken > 0);
        }
    });
}

TEST_CASE("fork_site: short functions that wait for each other are never kept")
{
    weft::thread_pool pool{{.num_threads = 2}};
    pool.install([&] {
        for (int i = 0; i < 2'000; ++i) {
            std::atomic<int> here{0};
            const auto meet = [&here] {
                ++here;
                while (here < 2) std::this_thread::yield();
            };
            weft::join(meet, meet);
            REQUIRE(here == 2);
        }
    });
}

TEST_CASE("fork_site: what a join has kept throws as ever, and runs once")
{
    weft::thread_pool pool{{.num_threads = 2}};
    pool.install([&] {
        std::atomic<int> taken{0};
        fork_many_brief_ones(taken);
        int thrown = 0;
        for (int i = 0; i < 1000; ++i) {
            try {
                fork(work::kind::throwing, taken);
            } catch (const std::runtime_error&) {
                ++thrown;
            }
        }
        CHECK(thrown == 1000);
        long long a = 0;
        long long b = 0;
        for (int i = 0; i < 100'000; ++i) weft::join([&] { a += i; }, [&] { b += i; });
        CHECK(a == b);
        CHECK(a == 100'000LL * 99'999 / 2);
    });
}
