// weft/latency/overlapped.hpp - overlapped_transform and overlapped_for_each: many lookups in flight on one thread.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/sound.hpp>
#include <weft/latency/control_flow.hpp>
#include <weft/latency/detail/checks.hpp>
#include <weft/latency/detail/ring.hpp>
#include <weft/latency/lookup.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::latency {

template <class Out, class V, std::size_t InFlight>
using results_t = std::conditional_t<
    std::random_access_iterator<Out>, placed_results<Out>,
    std::conditional_t<std::forward_iterator<Out>, walked_results<Out>, queued_results<Out, V, 4 * InFlight>>>;

/// Runs all, and throws what the first of them has thrown.
template <class Ring>
void run_all(Ring& all)
{
    all.feed();
    all.drain();
    all.error().rethrow();
}

}  // namespace detail::latency

/// out[i] = the value of the lookup f(in[i]), with `InFlight` lookups at a time on this thread; returns the end of the
/// output.
///
///     weft::overlapped_transform(keys, out, [&](K k) { return find(t, k); });
///
/// While one lookup waits for its line the others have their turns. `in` may be any range, also one that is read once, and
/// of any length; `out` any output iterator, with room for the results or a std::back_inserter. Each result is written
/// once, in its place. `f` is called in the order of `in`, up to InFlight elements (4 * InFlight, where `out` must be
/// written in order) ahead of results that are still missing. An element that is made when it is read, or that belongs to a
/// range which is read once, is kept until its lookup has ended, and f gets it as an rvalue.
///
/// Throws:   of all exceptions (of the range, of `f`, of a lookup, of an assignment) that of the first element in the
///           order of `in`. No lookup begins after one has failed; all that have begun have ended. Elements of `out`
///           before the failed one are written, others may be.
/// Blocking: no.
/// Cost:     some 10 ns a lookup and 2 to 5 ns a prefetch. Nothing is allocated, as long as the frames in flight take no
///           more than 512 bytes each on average; then a few times in all, unless frames are larger than 2 KiB.
/// Example:  examples/latency/hash_probe.cpp
template <std::size_t InFlight = 16, class In, class Out, class F>
Out overlapped_transform(In&& in, Out out, F f)
{
    if constexpr (detail::sound<detail::latency::check_input<InFlight, In>> &&
                  detail::latency::check_input<InFlight, In>::ok) {
        using function = detail::latency::check_function<In, F&>;
        static_assert(detail::sound<function>);
        using value = typename detail::latency::value_of<F&, typename function::argument>::type;
        static_assert(!function::ok || detail::sound<detail::latency::check_output<Out, value>>);
        if constexpr (function::ok && detail::latency::check_output<Out, value>::ok) {
            using keys = detail::latency::range_keys<std::remove_reference_t<In>>;
            using results = detail::latency::results_t<Out, value, InFlight>;
            detail::latency::ring<InFlight, keys, results, F, value> all(in, out, std::move(f));
            detail::latency::run_all(all);
            return all.results().end(all.keys().index());
        }
    }
}

/// Runs the lookup f(x) for each element x of `in`, with `InFlight` of them at a time on this thread. Returns how many have
/// begun, and ended: all, unless one said stop.
///
///     weft::overlapped_for_each(keys, [&](K k) -> weft::lookup<void> { ++*co_await find(t, k); });
///
/// The lookups give nothing; or a weft::control_flow, by which any of them ends the loop: no other begins after one has
/// given `stop`, and up to InFlight - 1 that have begun by then run to their ends.
///
/// Elements, exceptions and cost are as for overlapped_transform.
///
/// Throws:  as overlapped_transform, also if a lookup says stop.
/// Order:   `f` is called in the order of `in`; lookups that wait side by side go on in turns.
/// Example: examples/latency/graph_walk.cpp
template <std::size_t InFlight = 16, class In, class F>
std::size_t overlapped_for_each(In&& in, F f)
{
    if constexpr (detail::sound<detail::latency::check_input<InFlight, In>> &&
                  detail::latency::check_input<InFlight, In>::ok) {
        using function = detail::latency::check_function<In, F&>;
        static_assert(detail::sound<function>);
        using value = typename detail::latency::value_of<F&, typename function::argument>::type;
        static_assert(!function::ok || detail::sound<detail::latency::check_for_each<value>>);
        if constexpr (function::ok && detail::latency::check_for_each<value>::ok) {
            using keys = detail::latency::range_keys<std::remove_reference_t<In>>;
            detail::latency::ring<InFlight, keys, detail::latency::no_results, F, value> all(in, in, std::move(f));
            detail::latency::run_all(all);
            return all.keys().index();
        }
    }
}

}  // namespace weft
