// weft/latency/detail/checks.hpp - what the compiler says about arguments that the loops over lookups cannot take.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/sound.hpp>
#include <weft/latency/control_flow.hpp>
#include <weft/latency/lookup.hpp>

#include <cstddef>
#include <type_traits>

namespace weft::detail::latency {

/// Whether elements must be kept for as long as their lookups run: those that are made when they are read, and those of a
/// range that is read once.
template <class In>
inline constexpr bool keeps_elements =
    !std::is_lvalue_reference_v<std::ranges::range_reference_t<In>> || !std::ranges::forward_range<In>;

/// What the function is called with.
template <class In>
using argument_t =
    std::conditional_t<std::is_lvalue_reference_v<std::ranges::range_reference_t<In>> && std::ranges::forward_range<In>,
                       std::ranges::range_reference_t<In>, std::ranges::range_value_t<In>&&>;

template <class F, class X>
constexpr bool returns_lookup()
{
    if constexpr (std::is_invocable_v<F, X>) {
        return is_lookup<std::remove_cvref_t<std::invoke_result_t<F, X>>> &&
               !std::is_reference_v<std::invoke_result_t<F, X>>;
    }
    return true;
}

template <class F, class X>
struct value_of {
    using type = void;
};
template <class F, class X>
    requires(std::is_invocable_v<F, X> && latency::returns_lookup<F, X>())
struct value_of<F, X> {
    using type = typename std::invoke_result_t<F, X>::value_type;
};

template <std::size_t InFlight, class In>
struct check_input {
    static constexpr bool is_range = std::ranges::input_range<In>;
    static constexpr bool ok = is_range && InFlight != 0 && InFlight <= 1024;
    static_assert(InFlight != 0, "weft: at least one lookup must be in flight");
    static_assert(InFlight <= 1024, "weft: more than 1024 lookups in flight: no processor waits for that many lines");
    static_assert(is_range, "weft: the keys must be a range (a vector, a span, a view)");
};

template <class In>
struct check_par_input {
    static constexpr bool is_range = std::ranges::input_range<In>;
    static constexpr bool ok = is_range && std::ranges::random_access_range<In> && std::ranges::sized_range<In>;
    static_assert(!is_range || ok,
                  "weft: several threads read this range side by side, so it must be a random-access range that knows "
                  "its size: copy it into a std::vector first, or use the form without par_");
};

/// F is as it is called: a reference, const where several threads call it.
template <class In, class F>
struct check_function {
    using argument = argument_t<In>;
    static constexpr bool is_called = std::is_invocable_v<F, argument>;
    static constexpr bool ok = is_called && latency::returns_lookup<F, argument>();
    static_assert(is_called || !std::is_invocable_v<std::remove_const_t<std::remove_reference_t<F>>&, argument>,
                  "weft: several threads call this function at once, so it is called through a const reference: a "
                  "mutable lambda is not allowed here");
    static_assert(is_called || std::is_invocable_v<std::remove_const_t<std::remove_reference_t<F>>&, argument>,
                  "weft: the function cannot be called with an element of the range");
    static_assert(!is_called || latency::returns_lookup<F, argument>(),
                  "weft: the function must return a weft::lookup: be a coroutine of this type, or call one (a lambda "
                  "that is a coroutine names its type: -> weft::lookup<V>)");
};

template <class Out>
constexpr bool is_output()
{
    return std::input_or_output_iterator<Out>;
}

template <class Out, class V>
constexpr bool takes_value()
{
    if constexpr (std::input_or_output_iterator<Out> && !std::is_void_v<V>) {
        return std::is_assignable_v<std::iter_reference_t<Out>, V>;
    }
    return true;
}

template <class Out, class V>
struct check_output {
    static constexpr bool ok = latency::is_output<Out>() && !std::is_void_v<V> && latency::takes_value<Out, V>();
    static_assert(latency::is_output<Out>(),
                  "weft: the output is an iterator to where the first result goes: give begin()");
    static_assert(!std::is_void_v<V>,
                  "weft: these lookups give no value that could be written: use overlapped_for_each");
    static_assert(latency::takes_value<Out, V>(),
                  "weft: the value of the lookup cannot be assigned to the elements of the output");
};

template <class Out>
struct check_par_output {
    static constexpr bool is_iterator = latency::is_output<Out>();
    static constexpr bool ok = is_iterator && std::random_access_iterator<Out>;
    static_assert(!is_iterator || ok,
                  "weft: the output must be a random-access iterator with room for all results, because threads write "
                  "side by side: resize the container, then give its begin(), not a std::back_inserter");
};

template <class V>
struct check_for_each {
    static constexpr bool ok = std::is_void_v<V> || std::is_same_v<V, weft::control_flow>;
    static_assert(ok,
                  "weft: the lookups of overlapped_for_each give nothing (weft::lookup<void>), or say whether to go on "
                  "(weft::lookup<weft::control_flow>): for values use overlapped_transform");
};

}  // namespace weft::detail::latency
