// weft/iter/generate.hpp - generate: what a function returns, call by call, as a range.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// A function without arguments that returns an optional, or something like it: false at the end.
template <class F>
concept gives_next = std::is_invocable_v<F&> && requires(std::invoke_result_t<F&> x) {
    static_cast<bool>(x);
    *std::move(x);
};

template <class F>
class generated_range {
    using answer = std::remove_cvref_t<std::invoke_result_t<F&>>;

public:
    explicit generated_range(F&& next) : next_(std::move(next))
    {
#if defined(__GNUC__) && !defined(__clang__)
        // Where nothing is inlined, GCC 12 (ipa-modref) forgets that a closure which was copied into what two functions
        // return refers to its variables still, and takes these for unchanged.
        __asm__ __volatile__("" : : "r"(detail::address_of(next_)) : "memory");
#endif
    }

    class iterator {
    public:
        using iterator_concept = std::input_iterator_tag;
        using reference = decltype(*std::declval<answer>());
        using value_type = std::remove_cvref_t<reference>;
        using difference_type = std::ptrdiff_t;

        iterator() = default;
        iterator(iterator&&) noexcept = default;
        iterator& operator=(iterator&&) noexcept = default;

        reference operator*() const { return *std::move(*from_->now_); }
        iterator& operator++()
        {
            from_->step();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator& i, std::default_sentinel_t) { return i.at_end(); }

    private:
        friend class generated_range;
        [[nodiscard]] bool at_end() const { return from_->at_end(); }
        explicit iterator(generated_range& from) : from_(detail::address_of(from)) {}

        generated_range* from_ = nullptr;
    };

    /// Calls the function for the first item. Once.
    iterator begin()
    {
        step();
        return iterator(*this);
    }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    void step()
    {
        now_.reset();  // if the function throws, that is the end
        now_.emplace(next_());
    }
    [[nodiscard]] bool at_end() const { return !now_ || !static_cast<bool>(*now_); }

    F next_;
    std::optional<answer> now_;
};

}  // namespace detail

/// The items that `next()` returns, call by call, until it returns an empty optional: a range that is read once, for
/// input that has no iterators (a parser, a socket, a database cursor):
///
///     weft::par_bridge(weft::generate([&]() -> std::optional<row> { return cursor.fetch(); })).for_each(use);
///     for (auto&& page : weft::stream(weft::generate(next_url)).parallel_map(fetch).ordered()) print(page);
///
/// par_bridge, stream and pipeline also take `next` itself. Items are values to move from; `next` may also return
/// something else that converts to bool and has a `*`, a pointer for example.
///
/// `next` is called by one thread at a time, though not always by the same one, and not again after it has returned an
/// empty optional or has thrown.
///
/// Requires: the range does not move while it has an iterator, and is read once.
/// Throws:   in its iterators: what `next` throws.
/// Example:  examples/iter/generate.cpp
template <class F>
auto generate(F next)
{
    static_assert(detail::gives_next<F>,
                  "weft: generate needs a function without arguments that returns a std::optional, which is empty at "
                  "the end");
    return detail::generated_range<F>(std::move(next));
}

}  // namespace weft
