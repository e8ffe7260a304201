// weft/iter/detail/source.hpp - what sources and adaptors have in common.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A chain is one object, shared by all threads that work on it and never written by them. It has positions
// 0 .. extent() - 1; a piece of work is a range of positions, so splitting it is arithmetic. run(piece, sink) pushes
// the items of these positions, in order, into a sink, which says after each whether to go on. An adaptor holds the
// chain below by value and wraps the sink, so a piece becomes one loop that the compiler sees whole.
//
//   indexing::none    a position stands for any number of items (filter, lines of a text)
//   indexing::exact   a position is an item, pushed in order only (map_init)
//   indexing::random  a position is an item, and reader()(i) gives item i by itself (ranges, map, zip)
//
// reader() makes a small copy of all that a loop needs, so that the compiler keeps it in registers. Each item is read
// at most once: what an owned container holds is moved out.
//
// runs_functions says whether a function of the user's is part of the chain, so that going through it shows.
#pragma once

#include <weft/iter/detail/call.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

template <class Self>
class par_iterator;

}  // namespace weft

namespace weft::detail {

enum class indexing { none, exact, random };

constexpr indexing weaker(indexing a, indexing b) { return a < b ? a : b; }

/// Positions lo .. hi - 1 of a chain.
struct piece {
    std::size_t lo;
    std::size_t hi;
};

/// Whether the items of a chain are numbers that lie side by side: numbers(piece) is their span.
template <class S>
concept has_numbers = requires(const S& s) { s.numbers(piece{}); };

/// What the user said about the lengths of pieces (with_min_len, with_max_len).
struct len_bounds {
    std::size_t min = 1;
    std::size_t max = static_cast<std::size_t>(-1);
    std::size_t block = 0;  // positions that are run before the next ones are begun; 0: all
    bool doubles = false;   // each such block is twice the one before
};

/// The answer of a sink that never stops: it is true at compile time, so the loop has no second exit.
struct go_on {
    constexpr go_on() = default;
    constexpr explicit go_on(bool) {}
    constexpr operator bool() const { return true; }
};

/// Ends a loop that a sink has ended: `if (stop(sink(x))) return R(false)`. Folds away for go_on.
template <class R>
inline constexpr bool never_stops = std::is_same_v<R, go_on>;

template <class Sink, class X>
using answer = decltype(std::declval<Sink&>()(std::declval<X>()));

/// The empty base that tells chains from everything else.
struct chain_tag {};

template <class T>
concept chain = std::is_base_of_v<chain_tag, std::remove_cvref_t<T>>;

/// Runs positions of a reader, one by one.
template <class Reader, class Sink>
[[gnu::always_inline]] constexpr auto run_reader(Reader read, piece p, Sink& sink) -> answer<Sink, decltype(read(p.lo))>
{
    using result = answer<Sink, decltype(read(p.lo))>;
    if constexpr (never_stops<result>) {
        // GCC vectorises, but does not unroll on its own: short loops are 5 to 20 % faster so. Clang unrolls anyway, and
        // would do so in place of vectorising.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC unroll 4
#endif
        for (std::size_t i = p.lo; i < p.hi; ++i) sink(read(i));
    } else {
        // Four at a time, with one look at the end: compilers do not unroll a loop with two exits so.
        const std::size_t fours = p.hi - (p.hi - p.lo) % 4;
        std::size_t i = p.lo;
        for (; i != fours; i += 4) {
            if (!sink(read(i)) || !sink(read(i + 1)) || !sink(read(i + 2)) || !sink(read(i + 3))) return result(false);
        }
        for (; i < p.hi; ++i) {
            if (!sink(read(i))) return result(false);
        }
    }
    return result(true);
}

/// Whether the input of a chain comes in windows, one after the other: refill() fetches the next one, and its positions
/// are window_begin() .. extent() - 1.
template <class S>
constexpr bool is_windowed()
{
    if constexpr (requires { S::windowed; }) return S::windowed;
    return false;
}

/// What an adaptor over one chain passes on.
template <class Base>
class adaptor_base {
public:
    static constexpr bool streaming = Base::streaming;
    static constexpr bool windowed = is_windowed<Base>();
    static constexpr bool runs_functions = Base::runs_functions;

    explicit constexpr adaptor_base(Base&& base) : base_(std::move(base)) {}

    [[nodiscard]] std::size_t extent() const { return base_.extent(); }
    [[nodiscard]] len_bounds bounds() const { return base_.bounds(); }

    /// Called around each block, on the thread that runs it.
    void enter(piece p) const { base_.enter(p); }
    void leave(piece p) const { base_.leave(p); }

    template <class Batch>
    bool pull(Batch& batch) const
        requires(Base::streaming)
    {
        return base_.pull(batch);
    }
    auto make_batch() const
        requires(Base::streaming)
    {
        return base_.make_batch();
    }

    [[nodiscard]] std::size_t window_begin() const
        requires(is_windowed<Base>())
    {
        return base_.window_begin();
    }
    bool refill() const
        requires(is_windowed<Base>())
    {
        return base_.refill();
    }

protected:
    Base base_;
};

/// What a source passes on: nothing.
class source_base {
public:
    static constexpr bool streaming = false;
    static constexpr bool runs_functions = false;
    [[nodiscard]] len_bounds bounds() const { return {}; }
    void enter(piece) const {}
    void leave(piece) const {}
};

template <class Chain>
struct check_indexed {
    static_assert(Chain::index_grade != indexing::none,
                  "weft: this needs an indexed chain; after filter, flat_map and the like, and for lines, hashed "
                  "containers or bridged input, the number of an item is not known (collect first, or move this in "
                  "front of the filter)");
};

template <class Chain>
struct check_random : check_indexed<Chain> {
    static_assert(
        Chain::index_grade != indexing::exact,
        "weft: this needs a chain whose items can be read in any order; after map_init and map_with they come in "
        "order only");
};

}  // namespace weft::detail
