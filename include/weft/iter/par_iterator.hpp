// weft/iter/par_iterator.hpp - the members of every parallel chain: adaptors and terminals.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/code_place.hpp>
#include <weft/iter/detail/call.hpp>
#include <weft/iter/detail/drive.hpp>
#include <weft/iter/detail/source.hpp>
#include <weft/pool/observed_region.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {
/// `collect()` without a type gives a vector of the items' values.
struct as_vector;
struct less {
    template <class A, class B>
        requires requires(const A& a, const B& b) { static_cast<bool>(a < b); }
    constexpr bool operator()(const A& a, const B& b) const
    {
        return a < b;
    }
};
struct identity {
    template <class T>
    constexpr T&& operator()(T&& x) const
    {
        return std::forward<T>(x);
    }
};
/// Stands for "the type of the items' sum".
struct natural;
}  // namespace detail

namespace detail {

/// Whether a chain has been moved out of. What it holds is empty then: a second use would give nothing, or worse.
class use_mark {
public:
    use_mark() = default;
    use_mark(const use_mark&) = default;
    use_mark(use_mark&& other) noexcept : used_(std::exchange(other.used_, true)) {}
    use_mark& operator=(const use_mark&) = default;
    use_mark& operator=(use_mark&& other) noexcept
    {
        const bool theirs = std::exchange(other.used_, true);
        used_ = theirs;
        return *this;
    }

    [[nodiscard]] bool used() const noexcept { return used_; }

private:
    bool used_ = false;
};

/// For chains that are the same after they were moved out of.
struct no_use_mark {
    [[nodiscard]] static constexpr bool used() noexcept { return false; }
};

/// Chains of trivial parts (pointers, numbers, functions that capture such) carry no mark. The class itself is not
/// known yet where this is asked, but what it is made of.
template <class Chain>
struct use_mark_of {
    using type = no_use_mark;
};
template <template <class...> class Chain, class... Parts>
struct use_mark_of<Chain<Parts...>> {
    using type = std::conditional_t<(std::is_trivially_copyable_v<Parts> && ...), no_use_mark, use_mark>;
};

}  // namespace detail

/// A parallel chain: a source, then adaptors, ended by a terminal that runs it.
///
///     auto total = weft::par_iter(v).map(square).filter(is_odd).sum();
///
/// Adaptors are lazy and fuse with the source into one loop. A terminal runs the loop on the calling thread, and lets
/// idle workers of the pool take halves of what is left. Nothing has to be tuned: a loop too small to gain never leaves
/// the thread. Every member moves out of the chain it is called on; a chain is used once, or copied first. (A second
/// use ends the program where assertions are on, unless the chain consists of trivial parts and is still whole.)
///
/// Functions are called through a const reference, by several threads at once. Where an item is a tuple or a pair (zip,
/// enumerate, maps), a function may take its parts as separate arguments.
///
/// Throws: what a function throws, after all pieces have ended; the rest of the loop stops soon. Of several exceptions
///         the first caught is thrown.
/// Order:  results keep the order of the source, unless the name says `any`. Everything that the functions did happens
///         before the terminal returns. Reductions whose values are not integers (floating point, user types) combine
///         in an order that depends on the length alone: same bits for any number of threads and every run, under the
///         caller's rounding and flushing to zero (see thread_pool).
/// Example: examples/iter/par_iter.cpp
template <class Self>
class par_iterator : public detail::chain_tag, private detail::use_mark_of<Self>::type {
    using place = detail::code_place;  ///< of the call: see weft/observe/report.hpp

public:
    // --- adaptors: item by item -------------------------------------------------------------------------------------

    /// f(item) in place of each item.
    template <class F>
    auto map(F f);

    /// Calls f(item) for each item that passes, by const reference where it is a value, and passes it on.
    template <class F>
    auto inspect(F f);

    /// Only the items for which p(item) holds. The chain is no longer indexed.
    template <class P>
    auto filter(P p);

    /// What f(item), a std::optional, holds; nothing where it is empty.
    template <class F>
    auto filter_map(F f);

    /// All elements of the range f(item), one after the other, in place of each item; all by the thread that has the
    /// item.
    template <class F>
    auto flat_map_iter(F f);

    /// The items of the chain, or the elements of the range, that f(item) returns, one after the other, in place of
    /// each item. Where an item takes long, threads that have nothing to do take part of its inner chain (or range, if
    /// it has random access and knows its size). Of several flat_maps one after the other, only the first is divided
    /// like this; after bridged input, and before fold, none is.
    template <class F>
    auto flat_map(F f);

    /// The elements of the items, which are ranges, chains or optionals.
    auto flatten();

    /// Calls f(item), which may change the item, and passes it on.
    template <class F>
    auto update(F f);

    /// f(state, item) in place of each item. `init()` makes a state; there are never more states than blocks of the
    /// loop at one time, which is one per worker and nesting level, and all end with the chain.
    template <class Init, class F>
    auto map_init(Init init, F f);

    /// The same with states that are copies of `state`.
    template <class T, class F>
    auto map_with(T state, F f);

    /// A copy of each item, where the items are references.
    auto copied();

    /// Any n items, or all if there are fewer; all but any n items.
    auto take_any(std::size_t n);
    auto skip_any(std::size_t n);

    /// Items until one is met, anywhere, for which p does not hold; or the items from then on.
    template <class P>
    auto take_any_while(P p);
    template <class P>
    auto skip_any_while(P p);

    /// The values of the items, which are optionals, until an empty one is met anywhere.
    auto while_some();

    // --- adaptors that need an index --------------------------------------------------------------------------------

    /// (index, item), counted from 0.
    auto enumerate();

    /// Tuples of the items of this chain and of others (chains or ranges), as long as the shortest.
    template <class... Others>
    auto zip(Others&&... others);

    /// As zip. Throws std::invalid_argument if the lengths differ.
    template <class... Others>
    auto zip_eq(Others&&... others);

    /// The items of this chain, then those of another chain or range. Indexed if both are.
    template <class Other>
    auto chain(Other&& other);

    /// The first n items, or all if there are fewer.
    auto take(std::size_t n);

    /// All but the first n items.
    auto skip(std::size_t n);

    /// Items 0, n, 2n, ... Throws std::invalid_argument for 0.
    auto step_by(std::size_t n);

    /// Last item first.
    auto rev();

    /// An item of this chain, one of the other, and so on; then the rest of the longer.
    template <class Other>
    auto interleave(Other&& other);

    /// As interleave, ending where the next item would come from the one that has no more.
    template <class Other>
    auto interleave_shortest(Other&& other);

    /// A copy of `between` between every two neighbouring items.
    template <class T>
    auto intersperse(T between);

    /// std::vectors of n items each; the last one may be shorter. Throws std::invalid_argument for 0.
    auto chunks(std::size_t n);

    /// op(...op(op(identity, item 0), item 1)..., item i) in place of item i: prefixes, in order. `op` is associative
    /// and `identity` neutral for it. The chain so far is run here; the prefixes are a vector.
    template <class T, class Op>
    auto scan(T identity, Op op);

    /// The indices of the items for which p holds.
    template <class P>
    auto positions(P p);

    // --- adaptors: how to run ---------------------------------------------------------------------------------------

    /// No piece shorter than n positions is handed to another thread. For loops whose pieces have a high fixed cost.
    auto with_min_len(std::size_t n);

    /// Idle workers are looked for at least every n positions, and pieces longer than n are divided whenever there is
    /// one, however cheap the items seem. with_max_len(1) suits a few very long, very unequal items.
    auto with_max_len(std::size_t n);

    /// n positions (or 64, then twice as many each time) in parallel, then the next ones: for searches whose answer is
    /// likely to be near the front. Throws std::invalid_argument for 0.
    auto by_uniform_blocks(std::size_t n);
    auto by_exponential_blocks();

    /// f(done, total) after every `every` positions or so, and when all are done; one call at a time, on any thread.
    template <class F>
    auto progress(F f, std::size_t every);

    /// Ends the loop soon after token.stop_requested() says so: the terminal throws weft::stopped, or gives a failure
    /// if it is a `try_` one. The token, a std::stop_token or its like, is looked at once per block. stopped::done()
    /// and total() say how far the loop came.
    template <class Token>
    auto stop_on(Token token);

    /// The same once std::chrono::steady_clock has reached a point in time.
    template <class Time>
    auto deadline(Time end);

    // --- terminals --------------------------------------------------------------------------------------------------

    /// f(item) for every item, in no particular order between threads.
    template <class F>
    void for_each(F f, place where = place::here());

    /// f(state, item) for every item; `init()` makes a state, as for map_init.
    template <class Init, class F>
    void for_each_init(Init init, F f, place where = place::here());

    /// The same with states that are copies of `state`.
    template <class T, class F>
    void for_each_with(T state, F f, place where = place::here());

    /// f(item) for every item until one fails. f returns a bool, an optional, or something like std::expected; the
    /// result is the first failure met, or a success (with a value-initialised value).
    template <class F>
    auto try_for_each(F f, place where = place::here());

    /// The same with f(state, item), where `init()` makes a state, as for map_init.
    template <class Init, class F>
    auto try_for_each_init(Init init, F f, place where = place::here());

    /// As reduce with an `op` that may fail: it returns an optional or something like std::expected. Items that are
    /// optionals themselves are opened. The result is the whole, or a failure; without an identity it is an optional of
    /// that, which is empty if there are no items.
    template <class I, class Op>
    auto try_reduce(I identity, Op op, place where = place::here());
    template <class Op>
    auto try_reduce(Op op, place where = place::here());

    /// How many items there are. A chain with functions in it (map, inspect, stop_on, ...) is run; size() runs none.
    std::size_t count(place where = place::here());

    /// How many items equal `value`, which is converted to their type first if it is a number.
    template <class V>
    std::size_t count(const V& value, place where = place::here());

    /// The sum of the items; of nothing: zero. Integers wrap around. `sum<long long>()` adds in another type.
    template <class T = detail::natural>
    auto sum(place where = place::here());

    /// The product of the items; of nothing: one. Integers wrap around.
    template <class T = detail::natural>
    auto product(place where = place::here());

    /// op(…op(op(identity, item), item)…, …): `op` is associative and `identity` neutral for it. `identity` is a value
    /// or a function that makes one; it is used once per piece.
    template <class I, class Op>
    auto reduce(I identity, Op op, place where = place::here());

    /// The items combined by the associative `op`; nothing if there are none.
    template <class Op>
    auto reduce(Op op, place where = place::here());

    /// The smallest item, the first of equals; nothing if there are none. `comp(proj(a), proj(b))` says whether a comes
    /// before b. Without a comparator, min, max and minmax of floating-point numbers pass over NaN; if there is nothing
    /// else, the answer is NaN.
    template <class Comp = detail::less, class Proj = detail::identity>
    auto min(Comp comp = {}, Proj proj = {}, place where = place::here());

    /// The largest item, the last of equals; nothing if there are none.
    template <class Comp = detail::less, class Proj = detail::identity>
    auto max(Comp comp = {}, Proj proj = {}, place where = place::here());

    /// Both, as an optional pair.
    template <class Comp = detail::less, class Proj = detail::identity>
    auto minmax(Comp comp = {}, Proj proj = {}, place where = place::here());

    /// Partial results, in order: a chain with one folded state per fixed block of positions. `identity` is a value or
    /// makes one; `f(state, item)` returns the new state, or changes `state` in place and returns nothing. How many
    /// there are depends on the length alone.
    template <class I, class F>
    auto fold(I identity, F f);

    /// As fold with an `f(state, item)` that may fail: it returns an optional of the new state, or something like
    /// std::expected. The items are such results; a block ends at its first failure, the others go on. try_reduce puts
    /// them together and ends the loop.
    template <class I, class F>
    auto try_fold(I identity, F f);

    /// As fold, with one state per n items. Throws std::invalid_argument for 0.
    template <class I, class F>
    auto fold_chunks(std::size_t n, I identity, F f);

    /// Whether p holds for an item, for every item, for none. Stops as soon as the answer is known.
    template <class P>
    bool any_of(P p, place where = place::here());
    template <class P>
    bool all_of(P p, place where = place::here());
    template <class P>
    bool none_of(P p, place where = place::here());

    /// An item for which p holds: any one (the fastest to find), the first or the last in order. Items after it may be
    /// tested, too.
    template <class P>
    auto find_any(P p, place where = place::here());
    template <class P>
    auto find_first(P p, place where = place::here());
    template <class P>
    auto find_last(P p, place where = place::here());

    /// The value of f(item), a std::optional, for an item where it has one.
    template <class F>
    auto find_map_any(F f, place where = place::here());
    template <class F>
    auto find_map_first(F f, place where = place::here());
    template <class F>
    auto find_map_last(F f, place where = place::here());

    /// The index of an item for which p holds.
    template <class P>
    std::optional<std::size_t> position_any(P p, place where = place::here());
    template <class P>
    std::optional<std::size_t> position_first(P p, place where = place::here());
    template <class P>
    std::optional<std::size_t> position_last(P p, place where = place::here());

    /// Whether another chain or range has the same number of items, and equal ones in the same order.
    template <class Other>
    bool equal(Other&& other, place where = place::here());

    /// The first difference from another chain or range, as `<=>` says; a chain comes before its continuations.
    template <class Other>
    auto compare_three_way(Other&& other, place where = place::here());

    /// All items in a std::vector, in order. An indexed chain writes each element once, in place.
    auto to_vector(place where = place::here());

    /// All items in a C, in order: `collect<std::vector<long>>()`, `collect<std::set<int>>()`, `collect<std::string>()`
    /// of characters or of strings, `collect<std::map<K, V>>()` of pairs or of tuples of two; without a type as
    /// to_vector(). Items that are optionals, or like std::expected, can be collected into an optional or expected
    /// container: the values of all, or a failure as soon as one is met.
    template <class C = detail::as_vector>
    auto collect(place where = place::here());

    /// Assigns item i to element i of a contiguous range that is at least as long (else throws std::length_error);
    /// into a std::vector: replaces its contents, keeping its storage; the chain must not read that vector. Returns the
    /// number of items.
    template <class Out>
    std::size_t collect_into(Out&& out, place where = place::here());

    /// Two vectors: the items for which p holds, and the others; both in order.
    template <class P>
    auto partition(P p, place where = place::here());

    /// Items go where f says: f(item) returns a std::variant, and each of its alternatives has a vector of its own, in
    /// order. The result is a pair or tuple of vectors.
    template <class F>
    auto partition_map(F f, place where = place::here());

    /// The parts of items that are pairs or tuples: a pair or tuple of vectors, in order.
    auto unzip(place where = place::here());

    /// The same into existing vectors: replaces their contents, keeping their storage; the chain must not read them.
    /// They are empty if this throws. Returns the number of items.
    template <class... Vectors>
    std::size_t unzip_into(Vectors&... vectors);

    /// The number of items where it is known without running the chain, which it is for indexed chains.
    [[nodiscard]] std::optional<std::size_t> size_hint() const
    {
        if constexpr (Self::index_grade == detail::indexing::none) {
            return std::nullopt;
        } else {
            return whole().extent();
        }
    }

    /// The number of items. Indexed chains only.
    [[nodiscard]] std::size_t size() const
    {
        detail::check_indexed<Self>();
        return whole().extent();
    }

protected:
    constexpr par_iterator() { static_assert(detail::chain_source<Self>); }

    Self&& moved()
    {
        static_cast<void>(whole());
        return static_cast<Self&&>(*this);
    }

private:
    /// How many items, or positions, this chain is known to have; 0 if it is not.
    [[nodiscard]] std::uint64_t length_for_report() const noexcept
    {
        if constexpr (Self::index_grade == detail::indexing::none) {
            return 0;
        } else {
            return static_cast<const Self&>(*this).extent();
        }
    }
    /// The region of a terminal that stands at `where`.
    [[nodiscard]] detail::observed_region region_at(place where) const noexcept
    {
        return detail::observed_region(where, [this]() noexcept { return length_for_report(); });
    }

    const Self& whole() const
    {
        assert(!this->used() && "weft: a chain is used once, and this one has been used (or moved from) before");
        return static_cast<const Self&>(*this);
    }
};

}  // namespace weft
