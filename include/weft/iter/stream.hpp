// weft/iter/stream.hpp - stream: input, a parallel map, and back to a plain `for`.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/code_place.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/iter/detail/call.hpp>
#include <weft/iter/detail/held_range.hpp>
#include <weft/iter/detail/stream_window.hpp>
#include <weft/iter/generate.hpp>
#include <weft/pool/observed_region.hpp>
#include <weft/seam/construct.hpp>
#include <weft/seam/ticks.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// One element of the input on its way to a helper: its address if elements stay where they are, else its value.
template <class R>
struct stream_input {
    using range = std::remove_reference_t<R>;
    using reference = std::ranges::range_reference_t<range>;
    static constexpr bool by_address = std::ranges::forward_range<range> && std::is_lvalue_reference_v<reference>;
    static constexpr bool owns_elements = !std::is_lvalue_reference_v<R> && !std::ranges::view<range>;

    using item = std::conditional_t<by_address && !owns_elements, reference, std::ranges::range_value_t<range>&&>;
    using kept = std::conditional_t<by_address, std::remove_reference_t<reference>*, std::ranges::range_value_t<range>>;

    static item get(kept& k)
    {
        if constexpr (by_address) {
            return static_cast<item>(*k);
        } else {
            return std::move(k);
        }
    }
};

/// What the consumer sees of a result: a value to move from, or the reference that the function returned.
template <class Result>
struct stream_output {
    using reference = std::conditional_t<std::is_reference_v<Result>, Result, Result&&>;
    using value = std::remove_cvref_t<Result>;
    using kept = std::conditional_t<std::is_reference_v<Result>, std::remove_reference_t<Result>*, value>;

    static kept keep(Result&& r)
    {
        if constexpr (std::is_reference_v<Result>) {
            return detail::address_of(r);
        } else {
            return std::forward<Result>(r);
        }
    }
    static reference get(kept& k)
    {
        if constexpr (std::is_reference_v<Result>) {
            return static_cast<reference>(*k);
        } else {
            return std::move(k);
        }
    }
};

/// First f, then g.
template <class F, class G>
struct one_after_another {
    F f;
    G g;

    template <class X>
    decltype(auto) operator()(X&& x) const
    {
        return detail::call(g, detail::call(f, std::forward<X>(x)));
    }
};

/// The results as an input range.
template <class R, class F, bool Ordered>
class stream_range {
    using input = stream_input<R>;
    using result = call_result<F, typename input::item>;
    using output = stream_output<result>;

    struct work {
        const F* f;
        typename output::kept operator()(typename input::kept& in) const
        {
            return output::keep(detail::call(*f, input::get(in)));
        }
    };

    /// What begin() makes: it keeps its address even if the range is moved.
    class engine {
    public:
        engine(R&& range, F&& f, std::size_t window, code_place where)
            : region_(where), held_(std::forward<R>(range)), f_(std::move(f)), slots_(work_, window)
        {
            region_.covers(slots_.helped(), slots_.threads());
            fill();
            if (slots_.in_use() != 0) current_ = detail::address_of(slots_.await());
        }

        [[nodiscard]] bool at_end() const { return current_ == nullptr; }
        [[nodiscard]] typename output::reference current() const { return output::get(*current_); }

        void next()
        {
            current_ = nullptr;
            slots_.release();
            if (!ended_ && (slots_.in_use() == 0 || slots_.window() - slots_.in_use() >= refill())) fill();
            if (slots_.in_use() != 0) current_ = detail::address_of(slots_.await());
        }

    private:
        /// The input is read several items at a time, so that helpers are called less often.
        [[nodiscard]] std::size_t refill() const { return slots_.window() / 8 + 1; }

        /// Reads input until the window is full. Helpers are told of it in portions, and of slow input at once.
        void fill()
        {
            const std::uint64_t patience = 2 * ticks_per_microsecond();
            const std::size_t portion = refill();
            std::uint64_t shown = ticks();
            std::size_t hidden = 0;
            while (!ended_ && slots_.in_use() < slots_.window()) {
                read_one();
                if (++hidden >= portion || ticks() - shown > patience) {
                    slots_.publish();
                    shown = ticks();
                    hidden = 0;
                }
            }
            slots_.publish();
        }

        /// What the input throws takes the place of an item, which is the last.
        void read_one()
        {
            try {
                if (!next_) {
                    next_.emplace(std::ranges::begin(held_.get()));
                } else {
                    ++*next_;
                }
                if (*next_ == std::ranges::end(held_.get())) {
                    ended_ = true;
                } else if constexpr (input::by_address) {
                    slots_.put(detail::address_of(**next_));
                } else {
                    slots_.put(**next_);
                }
            } catch (...) {
                ended_ = true;
                slots_.put_error(std::current_exception());
            }
        }

        covering_region region_;
        held_range<R> held_;
        F f_;
        work work_{detail::address_of(f_)};
        std::optional<std::ranges::iterator_t<std::remove_reference_t<R>>> next_;
        bool ended_ = false;
        typename output::kept* current_ = nullptr;
        stream_window<typename input::kept, typename output::kept, work, Ordered> slots_;  // its end comes first
    };

public:
    stream_range(R&& range, F&& f, std::size_t window, code_place where)
        : range_(std::forward<R>(range)), f_(std::move(f)), window_(window), where_(where)
    {
    }

    class iterator {
    public:
        using iterator_concept = std::input_iterator_tag;
        using value_type = typename output::value;
        using difference_type = std::ptrdiff_t;

        iterator() = default;
        iterator(iterator&&) noexcept = default;
        iterator& operator=(iterator&&) noexcept = default;

        typename output::reference operator*() const { return (*engine_)->current(); }
        iterator& operator++()
        {
            step(*engine_);
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator& i, std::default_sentinel_t) { return *i.engine_ == nullptr; }

    private:
        friend class stream_range;
        explicit iterator(std::unique_ptr<engine>& e) : engine_(detail::address_of(e)) {}

        std::unique_ptr<engine>* engine_ = nullptr;
    };

    /// Starts to read. Once.
    iterator begin()
    {
        engine_ = std::make_unique<engine>(std::forward<R>(range_.get()), std::move(f_), window_, where_);
        if (engine_->at_end()) engine_.reset();
        return iterator(engine_);
    }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    static void step(std::unique_ptr<engine>& e)
    {
        try {
            e->next();
        } catch (...) {
            e.reset();
            throw;
        }
        if (e->at_end()) e.reset();
    }

    held_range<R> range_;
    F f_;
    std::size_t window_;
    code_place where_;
    std::unique_ptr<engine> engine_;
};

/// Input and the function that is to run over it.
template <class R, class F>
class stream_map {
public:
    stream_map(R&& range, F&& f, std::size_t window) : range_(std::forward<R>(range)), f_(std::move(f)), window_(window)
    {
    }

    /// g after f, in one go.
    template <class G>
    auto parallel_map(G g) &&
    {
        using both = one_after_another<F, G>;
        static_cast<void>(check_callable<G, call_result<F, typename stream_input<R>::item>>());
        return stream_map<R, both>(std::forward<R>(range_.get()), both{std::move(f_), std::move(g)}, window_);
    }

    /// The results in the order of the input.
    auto ordered(code_place where = code_place::here()) && { return finish<true>(where); }

    /// The results as they become ready.
    auto unordered(code_place where = code_place::here()) && { return finish<false>(where); }

private:
    template <bool Ordered>
    auto finish(code_place where)
    {
        static_assert(!std::is_void_v<call_result<F, typename stream_input<R>::item>>,
                      "weft: the function given to parallel_map must return a value: the loop receives it");
        return stream_range<R, F, Ordered>(std::forward<R>(range_.get()), std::move(f_), window_, where);
    }

    held_range<R> range_;
    F f_;
    std::size_t window_;
};

template <class R>
class stream_source {
public:
    explicit stream_source(R&& range) : range_(std::forward<R>(range)) {}

    /// f(item) in place of each item, with at most `window` items between the input and the loop.
    template <class F>
    auto parallel_map(F f, std::size_t window) &&
    {
        static_cast<void>(check_callable<F, typename stream_input<R>::item>());
        if (window == 0) throw_invalid_argument("weft: parallel_map: window 0");
        return stream_map<R, F>(std::forward<R>(range_.get()), std::move(f), window);
    }
    template <class F>
    auto parallel_map(F f) &&
    {
        return std::move(*this).parallel_map(std::move(f), 16 * current_num_threads());
    }

private:
    held_range<R> range_;
};

}  // namespace detail

/// A parallel pipeline that ends in a plain loop:
///
///     for (auto&& page : weft::stream(urls).parallel_map(fetch, 32).ordered()) print(page);
///
/// `stream(input)` takes any input range, or a function without arguments that returns a std::optional, empty at the
/// end (see generate). `.parallel_map(f, window)` calls f(item) on several threads; more `.parallel_map(g)` may follow.
/// `.ordered()` gives the results in the order of the input, `.unordered()` as they become ready. Either is an input
/// range that is read once; its items are values to move from, or the references f returns.
///
/// The input is read, and the results are used, by the thread that runs the loop, so neither has to be safe for several
/// threads; only f has to be, and is called through a const reference. At most `window` items are held at any time,
/// including the one that the loop looks at: a slow loop holds back the input. While the next result is not ready, the
/// thread of the loop runs f itself; with a pool of one thread, or a window of one, it runs all of it, item by item.
/// Input that makes its reader wait (a socket) also delays results that are ready, by up to a window.
///
/// An lvalue range must outlive the loop; if its elements last, f gets references to them. An rvalue container is kept
/// by the stream, and f gets its elements to move from.
///
/// Requires: the range that is looped over does not move while it has an iterator.
/// Throws:   what f threw for an item, or what the input threw instead of one, comes out of the loop in place of that
///           item: the items before it have been delivered (ordered), and the loop is at its end. std::invalid_argument
///           for a window of 0.
/// Blocking: the loop sleeps while the next result is being made by others. Leaving the loop early, or destroying the
///           range, waits for calls of f that have begun; the others never begin.
/// Order:    f(item) happens before the loop sees its result.
/// Cost:     some 100 ns per item, so an item should be worth a microsecond; for less, map over batches
///           (std::views::chunk, or an input of vectors).
/// Example:  examples/iter/stream.cpp
/// See also: pipeline, where input and output have threads of their own; par_bridge, which does not come back to one
///           thread.
template <class R>
auto stream(R&& input)
{
    if constexpr (!std::ranges::input_range<R> && detail::gives_next<std::remove_cvref_t<R>>) {
        return weft::stream(weft::generate(std::forward<R>(input)));
    } else {
        static_assert(std::ranges::input_range<R>,
                      "weft: stream needs an input range, or a function without arguments that returns a "
                      "std::optional, which is empty at the end");
        return detail::stream_source<R>(std::forward<R>(input));
    }
}

}  // namespace weft
