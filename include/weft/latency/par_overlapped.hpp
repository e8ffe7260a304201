// weft/latency/par_overlapped.hpp - par_overlapped_transform and par_overlapped_for_each: lookups in flight on all threads.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/sound.hpp>
#include <weft/latency/detail/checks.hpp>
#include <weft/latency/detail/ring.hpp>
#include <weft/latency/detail/shared_keys.hpp>
#include <weft/latency/lookup.hpp>
#include <weft/pool/context.hpp>
#include <weft/seam/ticks.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>

namespace weft {

namespace detail::latency {

/// What one thread, and those that it has forked, have done.
struct share {
    first_error error;
    std::size_t begun = 0;
};

/// A loop over lookups on the threads of a pool.
template <class Ring, class In, class Out, class F>
class par_run {
public:
    par_run(In& in, Out& out, const F& f)
        : in_(in), out_(out), f_(f), keys_(static_cast<std::size_t>(std::ranges::size(in)))
    {
    }

    share operator()(fork_context c)
    {
        share mine;
        work(c, mine);
        return mine;
    }

private:
    /// So many at a time: some microseconds, and many times as many as are in flight.
    static constexpr std::size_t block_length = 128;
    static constexpr std::uint64_t awake_microseconds = 3;    // worth a fork if a thread looks for work
    static constexpr std::uint64_t asleep_microseconds = 12;  // worth waking one

    void work(fork_context c, share& mine)
    {
        Ring ring(in_, out_, f_);
        go_on(c, ring, keys_.take(length(c)), mine);
        ring.drain();
        mine.error.take(ring.error());
        mine.begun += ring.keys().begun();
    }

    /// Feeds the ring until there are no keys. Another thread that wants work gets a ring of its own.
    void go_on(fork_context c, Ring& ring, block b, share& mine)
    {
        while (b.begin != b.end) {
            const std::uint64_t before = ticks();
            ring.keys().take(b);
            ring.feed();
            if (ring.is_closed()) return keys_.close();
            const std::size_t left = keys_.left();
            if (left != 0 && pays(c, ticks() - before, b.end - b.begin, left)) return fork(c, ring, mine);
            b = keys_.take(length(c));
        }
    }

    [[gnu::noinline]] void fork(fork_context c, Ring& ring, share& mine)
    {
        share theirs;
        weft::fork_join(
            c, [&](fork_context here) { go_on(here, ring, keys_.take(length(here)), mine); },
            [&](fork_context there) {
                // A ring that cannot be made has taken no keys: the others do the work.
                try {
                    work(there, theirs);
                } catch (...) {
                    theirs.error.take(static_cast<std::size_t>(-1), std::current_exception());
                }
            });
        mine.error.take(theirs.error);
        mine.begun += theirs.begun;
    }

    /// Whether another thread is wanted for what is left, if `done` keys have taken so many ticks.
    [[nodiscard]] static bool pays(fork_context c, std::uint64_t took, std::size_t done, std::size_t left)
    {
        if (!c.wanted()) return false;
        if (c.in_test_pool()) return true;
        const auto expected =
            static_cast<std::uint64_t>(static_cast<float>(took) * static_cast<float>(left) / static_cast<float>(done));
        const std::uint64_t microsecond = ticks_per_microsecond();
        if (expected < awake_microseconds * microsecond) return false;
        return expected >= asleep_microseconds * microsecond || c.wanted_for(expected);
    }

    [[nodiscard]] static std::size_t length(fork_context c)
    {
        return c.in_test_pool() ? 1 + c.draw(block_length) : block_length;
    }

    In& in_;
    Out& out_;
    const F& f_;
    block_counter keys_;
};

/// Runs all on the pool of this thread, and throws what the first of them has thrown. Returns how many have begun.
template <class Ring, class In, class Out, class F>
std::size_t par_run_all(In& in, Out& out, const F& f)
{
    par_run<Ring, In, Out, F> all(in, out, f);
    const share done = weft::with_context([&](fork_context c) { return all(c); });
    done.error.rethrow();
    return done.begun;
}

}  // namespace detail::latency

/// overlapped_transform on the threads of the pool, each with `InFlight` lookups at a time; returns the end of the output.
///
///     weft::par_overlapped_transform(keys, out.begin(), [&](K k) { return find(t, k); });
///
/// Threads take the keys in blocks, and another thread joins in where one is free and it is worth its while. `in` is a
/// random-access range that knows its size; `out` a random-access iterator with room for all results. `f` is called by
/// several threads at once, through a const reference. A lookup stays on its thread.
///
/// Throws:   of all exceptions that of the first element in the order of `in`, whatever the threads do; all lookups that
///           have begun have ended. And what with_context throws.
/// Blocking: waits for the threads that take part, as join does.
/// Order:    all that the lookups did happens before the return.
/// Cost:     as overlapped_transform on each thread; some 100 ns where no other thread takes part.
/// Example:  examples/latency/hash_join.cpp
template <std::size_t InFlight = 16, class In, class Out, class F>
Out par_overlapped_transform(In&& in, Out out, const F& f)
{
    if constexpr (detail::sound<detail::latency::check_input<InFlight, In>> &&
                  detail::sound<detail::latency::check_par_input<In>> &&
                  detail::sound<detail::latency::check_par_output<Out>> &&
                  detail::latency::check_input<InFlight, In>::ok && detail::latency::check_par_input<In>::ok &&
                  detail::latency::check_par_output<Out>::ok) {
        using function = detail::latency::check_function<In, const F&>;
        static_assert(detail::sound<function>);
        using value = typename detail::latency::value_of<const F&, typename function::argument>::type;
        static_assert(!function::ok || detail::sound<detail::latency::check_output<Out, value>>);
        if constexpr (function::ok && detail::latency::check_output<Out, value>::ok) {
            using range = std::remove_reference_t<In>;
            using ring = detail::latency::ring<InFlight, detail::latency::block_keys<range>,
                                               detail::latency::placed_results<Out>, const F&, value>;
            detail::latency::par_run_all<ring>(in, out, f);
            return out + static_cast<std::iter_difference_t<Out>>(std::ranges::size(in));
        }
    }
}

/// overlapped_for_each on the threads of the pool, each with `InFlight` lookups at a time. Returns how many have begun, and
/// ended: all, unless one said stop. Then no thread takes another block of keys; a block that another thread is busy with
/// is run to its end.
///
/// Range, function, exceptions and cost are as for par_overlapped_transform.
///
/// Example: examples/latency/hash_join.cpp
template <std::size_t InFlight = 16, class In, class F>
std::size_t par_overlapped_for_each(In&& in, const F& f)
{
    if constexpr (detail::sound<detail::latency::check_input<InFlight, In>> &&
                  detail::sound<detail::latency::check_par_input<In>> &&
                  detail::latency::check_input<InFlight, In>::ok && detail::latency::check_par_input<In>::ok) {
        using function = detail::latency::check_function<In, const F&>;
        static_assert(detail::sound<function>);
        using value = typename detail::latency::value_of<const F&, typename function::argument>::type;
        static_assert(!function::ok || detail::sound<detail::latency::check_for_each<value>>);
        if constexpr (function::ok && detail::latency::check_for_each<value>::ok) {
            using range = std::remove_reference_t<In>;
            using ring = detail::latency::ring<InFlight, detail::latency::block_keys<range>,
                                               detail::latency::no_results, const F&, value>;
            return detail::latency::par_run_all<ring>(in, in, f);
        }
    }
}

}  // namespace weft
