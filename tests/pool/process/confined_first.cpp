// The threads of a pool that is made in a confined process never leave where that is confined, pinned or not.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "../watchdog.hpp"
#include "affinity.hpp"
#include "process.hpp"

#include <atomic>
#include <thread>

int main()
{
    const test::watchdog limit("pool process: confined_first");
    const affinity confined = affinity_of().first();
    confine_all(confined);
    for (const weft::pin_policy pin : {weft::pin_policy::none, weft::pin_policy::core, weft::pin_policy::numa}) {
        weft::thread_pool pool{{.num_threads = 3, .pin = pin}};
        for (int round = 0; round < 20; ++round) {
            std::atomic<int> outside{0};
            const auto look = [&] {
                if (!(affinity_of() == confined)) outside.fetch_add(1);
            };
            pool.broadcast(look);
            pool.install([&] { weft::blocking([&] { pool.broadcast(look); }); });
            pool.join(look, look, look, look);
            EXPECT(outside.load() == 0);
            EXPECT(all_are(confined));
        }
    }
    weft::broadcast([&] { EXPECT(affinity_of() == confined); });
    EXPECT(all_are(confined));
}
