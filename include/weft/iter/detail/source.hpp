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
// at most once: the elements of an owned container are moved out.
//
// What a source or an adaptor must have is the concept chain_source below; what a terminal must have, to be run over
// it, is consumer_of in drive.hpp.
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
    std::size_t block = 0;  // positions that are run before the next ones begin; 0: all
    bool doubles = false;   // each such block is twice the one before
};

/// The answer of a sink that never stops: it is true at compile time, so the loop has no second exit.
struct go_on {
    constexpr go_on() = default;
    constexpr explicit go_on(bool) {}
    constexpr operator bool() const { return true; }
};

/// Whether a sink with answers of type R never ends a loop.
template <class R>
inline constexpr bool never_stops = std::is_same_v<R, go_on>;

template <class Sink, class X>
using answer = decltype(std::declval<Sink&>()(std::declval<X>()));

/// The empty base that tells chains from everything else.
struct chain_tag {};

template <class T>
concept any_chain = std::is_base_of_v<chain_tag, std::remove_cvref_t<T>>;

/// Runs positions of a reader, one by one.
template <class Reader, class Sink>
[[gnu::always_inline]] constexpr auto run_reader(Reader read, piece p, Sink& sink) -> answer<Sink, decltype(read(p.lo))>
{
    using result = answer<Sink, decltype(read(p.lo))>;
    if constexpr (never_stops<result>) {
        // GCC vectorises, but does not unroll on its own: that makes short loops 5 to 20 % faster. Clang unrolls
        // anyway, and with this pragma would unroll instead of vectorising.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC unroll 4
#endif
        for (std::size_t i = p.lo; i < p.hi; ++i) sink(read(i));
    } else {
        // Four at a time, with one comparison with the end: compilers do not unroll a loop with two exits like this.
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

/// Whether a position of a chain stands for a chain of its own that can be divided in turn (flat_map): open(piece,
/// visit) calls visit(inner chain) for a single position, and run() takes an `inside` of it as a piece.
template <class S>
constexpr bool divides_inside()
{
    if constexpr (requires { S::opens; }) return S::opens;
    return false;
}

/// A part of the inner chain at one position. Adaptors pass it on as they do any other piece; it looks like the
/// position.
template <class Inner>
struct inside : piece {
    const Inner& items;
    piece part;
};

template <class T>
inline constexpr bool is_inside = false;
template <class Inner>
inline constexpr bool is_inside<inside<Inner>> = true;

/// Input without positions. A chain over it brings a runner of its own:
///   make_batch()       room for some items; it has a size(), is empty at first, and its part(piece) is some of them
///   pull(batch)        fills it, on one thread at a time; false: the input has ended
///   run_pulled(...)    runs a whole chain over the input: see par_bridge.hpp and pull_runner.hpp
template <class S>
concept pullable = requires(const S& s, decltype(s.make_batch())& batch) {
    requires std::is_same_v<decltype(s.pull(batch)), bool>;
    requires std::is_same_v<decltype(batch.size()), std::size_t>;
};

/// A chain with positions 0 .. extent() - 1.
template <class S>
concept positioned = requires(const S& s) { requires std::is_same_v<decltype(s.extent()), std::size_t>; };

/// What is_windowed() promises. extent() counts the positions so far.
template <class S>
concept refillable = positioned<S> && requires(const S& s) {
    requires std::is_same_v<decltype(s.refill()), bool>;
    requires std::is_same_v<decltype(s.window_begin()), std::size_t>;
};

/// What drive() can run:
///   pulled               whether it is pullable; if not, it is positioned, and may be refillable
///   bounds()             the lengths of pieces that the user asked for
///   enter(p), leave(p)   called around each block, on the thread that runs it
/// and may have
///   exhausted(p)         whether piece `p` has nothing to give any more, and never will
template <class S>
concept drivable = requires(const S& s, piece p) {
    requires std::is_same_v<decltype(S::pulled), const bool>;
    requires std::is_same_v<decltype(s.bounds()), len_bounds>;
    s.enter(p);
    s.leave(p);
} && (S::pulled ? pullable<S> : positioned<S>) && (!detail::is_windowed<S>() || refillable<S>);

/// What a chain is, a source or an adaptor, beyond that:
///   item             what its sinks are called with
///   index_grade      what its positions stand for: see indexing
///   runs_functions   whether a function of the user's is part of it, so that going through it shows
///   run(p, sink)     pushes the items of piece `p`, in order, until the sink says stop, and answers as the sink did.
///                    Through an adaptor `p` may be an `inside` of a position, or a batch of pulled items.
///   reader()         only if index_grade is random: gives item i for i, each at most once
/// The concept does not ask for the last two: their types are known only when their loops have been compiled.
///
/// Every chain is checked where it is made: in the constructor of par_iterator.
template <class S>
concept chain_source = any_chain<S> && drivable<S> && requires {
    typename S::item;
    requires std::is_same_v<decltype(S::index_grade), const indexing>;
    requires std::is_same_v<decltype(S::runs_functions), const bool>;
};

template <class S>
[[nodiscard]] constexpr bool is_exhausted([[maybe_unused]] const S& source, [[maybe_unused]] piece p)
{
    if constexpr (requires { source.exhausted(p); }) return source.exhausted(p);
    return false;
}

/// What an adaptor over one chain passes on.
template <class Base>
class adaptor_base {
public:
    static constexpr bool pulled = Base::pulled;
    static constexpr bool windowed = detail::is_windowed<Base>();
    static constexpr bool runs_functions = Base::runs_functions;
    static constexpr bool opens = detail::divides_inside<Base>();

    explicit constexpr adaptor_base(Base&& base) : base_(std::move(base)) {}

    [[nodiscard]] std::size_t extent() const { return base_.extent(); }
    [[nodiscard]] len_bounds bounds() const { return base_.bounds(); }
    [[nodiscard]] bool exhausted(piece p) const { return detail::is_exhausted(base_, p); }

    /// Called around each block, on the thread that runs it.
    void enter(piece p) const { base_.enter(p); }
    void leave(piece p) const { base_.leave(p); }

    template <class Visit>
    void open(piece p, Visit& visit) const
        requires(detail::divides_inside<Base>())
    {
        base_.open(p, visit);
    }

    template <class Batch>
    bool pull(Batch& batch) const
        requires(Base::pulled)
    {
        return base_.pull(batch);
    }
    auto make_batch() const
        requires(Base::pulled)
    {
        return base_.make_batch();
    }
    template <class Context, class Chain, class K, class Control, class State>
    void run_pulled(Context c, const Chain& chain, const K& consumer, Control& stop, State& st) const
        requires(Base::pulled)
    {
        base_.run_pulled(c, chain, consumer, stop, st);
    }

    [[nodiscard]] std::size_t window_begin() const
        requires(detail::is_windowed<Base>())
    {
        return base_.window_begin();
    }
    bool refill() const
        requires(detail::is_windowed<Base>())
    {
        return base_.refill();
    }

protected:
    Base base_;
};

/// What a source passes on: nothing.
class source_base {
public:
    static constexpr bool pulled = false;
    static constexpr bool runs_functions = false;
    [[nodiscard]] len_bounds bounds() const { return {}; }
    void enter(piece) const {}
    void leave(piece) const {}
};

/// The run() of a chain whose items are read one by one, each by its position: `Self` has a reader().
template <class Self>
class runs_reader {
public:
    template <class Sink>
    [[gnu::always_inline]] auto run(piece p, Sink& sink) const
    {
        return detail::run_reader(static_cast<const Self&>(*this).reader(), p, sink);
    }
};

template <class Chain>
struct check_indexed {
    static_assert(Chain::index_grade != indexing::none,
                  "weft: this needs an indexed chain; after filter, flat_map and the like, and for lines, hashed "
                  "containers or bridged input, the index of an item is not known (collect first, or move this "
                  "before the filter)");
};

template <class Chain>
struct check_random : check_indexed<Chain> {
    static_assert(
        Chain::index_grade != indexing::exact,
        "weft: this needs a chain whose items can be read in any order; after map_init and map_with they come in "
        "order only");
};

}  // namespace weft::detail
