// weft/iter/detail/stream.hpp - runs a chain over input that can only be pulled, a batch at a time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/base/ticks.hpp>
#include <weft/iter/detail/control.hpp>
#include <weft/iter/detail/source.hpp>
#include <weft/pool/context.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace weft::detail {

/// Several workers pull batches in turn and run each into their own state. A batch grows until it takes some tens of
/// microseconds, so that the lock around the input is taken seldom. Another puller is forked whenever a worker is idle.
template <class S, class K>
class stream_runner {
public:
    using state = typename K::state;

    stream_runner(const S& source, const K& consumer, control& stop)
        : source_(source),
          consumer_(consumer),
          control_(stop),
          target_(static_cast<float>(ticks_per_microsecond()) * batch_microseconds)
    {
    }

    void pull(fork_context c, state& st, std::size_t size) noexcept
    {
        try {
            auto batch = source_.make_batch();
            for (;;) {
                if (control_.stopped()) return;
                if (c.wanted() && pullers_.load(order::relaxed) < c.num_threads()) {
                    fork(c, st, size);
                    return;
                }
                batch.clear();
                batch.limit = size;
                if (!source_.pull(batch)) {
                    control_.stop();  // the input has ended: forked pullers need not begin
                    if (batch.empty()) return;
                }
                const std::uint64_t begin = ticks();
                const bool more = run(batch, st);
                const auto spent = static_cast<float>(ticks() - begin);
                if (!more) {
                    if constexpr (requires { K::ends_all; }) {
                        control_.stop();
                        return;
                    }
                }
                if (c.rehearsed()) {
                    size = 1 + c.draw(16);
                    continue;
                }
                if (spent * 2 <= target_ && size < most) size *= 2;
                if (spent > 2 * target_ && size > 1) size /= 2;
            }
        } catch (...) {
            control_.fail();
        }
    }

private:
    static constexpr float batch_microseconds = 20;
    static constexpr std::size_t most = 4096;

    [[gnu::noinline]] void fork(fork_context c, state& st, std::size_t size)
    {
        pullers_.fetch_add(1, order::relaxed);
        state right = consumer_.make(0);
        fork_join(
            c, [&](fork_context here) { pull(here, st, size); }, [&](fork_context there) { pull(there, right, size); });
        if (!control_.failed()) consumer_.merge(st, right);
    }

    template <class Batch>
    [[gnu::noinline]] bool run(Batch& batch, state& st)
    {
        const piece p{0, batch.size()};
        source_.enter(p);
        const bool more = consumer_.run(source_, batch, st);
        source_.leave(p);
        return more;
    }

    const S& source_;
    const K& consumer_;
    control& control_;
    const float target_;
    atomic<std::size_t> pullers_{1};
};

template <class S, class K>
void run_stream(fork_context c, const S& source, const K& consumer, control& stop, typename K::state& st)
{
    stream_runner<S, K>(source, consumer, stop).pull(c, st, 1);
}

}  // namespace weft::detail
