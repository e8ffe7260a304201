// weft/iter/pipeline.hpp - pipeline: items pass through serial and parallel stages, a limited number at a time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/code_place.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/iter/detail/control.hpp>
#include <weft/iter/detail/held_range.hpp>
#include <weft/iter/detail/pipeline_runner.hpp>
#include <weft/pool/observed_region.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// A stage of a pipeline: its function, and how many items may be in it.
template <class F, stage_kind Kind>
struct pipeline_stage {
    static constexpr stage_kind kind = Kind;
    F function;
};

}  // namespace detail

/// A stage that any number of items may be in at a time; f is called through a const reference.
template <class F>
auto parallel(F f)
{
    return detail::pipeline_stage<F, detail::stage_kind::parallel>{std::move(f)};
}

/// A stage that one item is in at a time, in the order of the input; f needs no locks, and may have a state of its own.
template <class F>
auto serial_in_order(F f)
{
    return detail::pipeline_stage<F, detail::stage_kind::in_order>{std::move(f)};
}

/// A stage that one item is in at a time, in the order in which they arrive.
template <class F>
auto serial_out_of_order(F f)
{
    return detail::pipeline_stage<F, detail::stage_kind::out_of_order>{std::move(f)};
}

namespace detail {

/// A number of items, and where it is written: what takes any number of arguments cannot have a default for the last.
struct number_and_place {
    template <class N>
        requires std::is_convertible_v<const N&, std::size_t>
    number_and_place(const N& n, code_place here = code_place::here())  // implicit: it is written as a number
        : number(static_cast<std::size_t>(n)), where(here)
    {
    }
    std::size_t number;
    code_place where;
};

/// The first stage as a function that returns an optional: for a range, its elements.
template <class R>
class range_input {
    using range = std::remove_reference_t<R>;
    using reference = std::ranges::range_reference_t<range>;
    static constexpr bool moves = !std::is_lvalue_reference_v<R> && !std::ranges::view<range>;

public:
    explicit range_input(R&& r) : held_(std::forward<R>(r)) {}

    std::optional<std::ranges::range_value_t<range>> operator()()
    {
        if (next_) {
            ++*next_;
        } else {
            next_.emplace(std::ranges::begin(held_.get()));
        }
        if (*next_ == std::ranges::end(held_.get())) return std::nullopt;
        if constexpr (moves) {
            return std::ranges::iter_move(*next_);
        } else {
            return **next_;
        }
    }

private:
    held_range<R> held_;
    std::optional<std::ranges::iterator_t<range>> next_;
};

template <class S>
auto pipeline_input(S&& source)
{
    if constexpr (std::ranges::input_range<S>) {
        return range_input<S>(std::forward<S>(source));
    } else if constexpr (std::is_invocable_v<std::remove_cvref_t<S>&>) {
        return std::remove_cvref_t<S>(std::forward<S>(source));
    } else {
        static_assert(std::ranges::input_range<S>,
                      "weft: the first stage of a pipeline is an input range, or a function without arguments that "
                      "returns a std::optional, which is empty at the end");
    }
}

}  // namespace detail

/// Items pass through stages, at most `tokens` of them at a time:
///
///     weft::pipeline(16, read_block,                                   // () -> std::optional<block>
///                    weft::parallel([](block b) { return pack(b); }),
///                    weft::serial_in_order([&](packed p) { write(p); }));
///
/// The first stage is an input range (its elements are copied, or moved out of a range that is moved) or a function
/// that returns a std::optional, empty at the end; one thread at a time reads it. Each further stage is `parallel(f)`,
/// `serial_in_order(f)` or `serial_out_of_order(f)`, and gets what the stage before it returned, to move from; what the
/// last one returns is dropped. A thread takes an item as far as it can, so that the item stays in its cache; where a
/// serial stage is occupied, the item waits and the thread does something else.
///
/// Returns the number of items read.
///
/// Requires: functions of serial stages are called on changing threads, one call after the other.
/// Throws:   what a stage threw first, after all calls have ended; items on their way are dropped, nothing more is
///           read. std::invalid_argument if `tokens` is 0.
/// Blocking: as scope; input that makes its reader wait holds up one thread of the pool, unless it waits in
///           weft::blocking.
/// Order:    a stage's call for an item happens before the next stage's; the calls of a serial stage happen one after
///           another; all happen before the return.
/// Cost:     no allocation per item; some 10 ns per item and serial stage, and about 100 ns where several threads pass
///           items to each other. So threads leave when items take less than some hundred nanoseconds, until they take
///           longer again: the first long item that comes after many short ones is carried by one thread alone.
/// Example:  examples/iter/pipeline.cpp
/// Source:   the bounded pipeline of Cilk-P and oneTBB (McCool, Robison, Reinders: Structured Parallel Programming, 9).
/// See also: stream, which goes back to a plain loop.
template <class Source, class... Stages>
std::size_t pipeline(detail::number_and_place tokens, Source&& source, Stages... stages)
{
    static_assert((detail::is_stage<Stages> && ...),
                  "weft: a stage of a pipeline is parallel(f), serial_in_order(f) or serial_out_of_order(f)");
    if (tokens.number == 0) detail::throw_invalid_argument("weft: pipeline: 0 tokens");
    auto input = detail::pipeline_input(std::forward<Source>(source));
    const detail::observed_region region(tokens.where);
    detail::pipeline_runner<decltype(input), Stages...> run(tokens.number, input, stages...);
    return run.run();
}

}  // namespace weft
