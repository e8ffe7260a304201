// weft/latency/detail/ring.hpp - the loop that runs lookups: each in flight has its turn, over and over.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     keys -> slot 0, slot 1, ... slot G - 1 -> results
//
// A slot whose lookup has ended gets the next key at once. All types are known here, so the loop is one function, whose
// only indirect call is the one into the lookup.
#pragma once

#include <weft/base/detail/coroutine.hpp>
#include <weft/base/detail/invoke.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/latency/control_flow.hpp>
#include <weft/latency/detail/call.hpp>
#include <weft/latency/detail/checks.hpp>
#include <weft/latency/lookup.hpp>
#include <weft/seam/construct.hpp>

#include <cassert>
#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

namespace weft::detail::latency {

/// The exception of the foremost element.
class first_error {
public:
    /// Element `index` has let this one pass.
    void take(std::size_t index, std::exception_ptr error) noexcept
    {
        if (error_ != nullptr && index_ < index) return;
        error_ = std::move(error);
        index_ = index;
    }
    void take(first_error& other) noexcept
    {
        if (other.error_ != nullptr) take(other.index_, std::move(other.error_));
    }
    void rethrow() const
    {
        if (error_ != nullptr) [[unlikely]]
            std::rethrow_exception(error_);
    }

private:
    std::exception_ptr error_{};
    std::size_t index_ = 0;
};

/// A key that is kept while its lookup runs.
template <class T>
class kept {
public:
    kept() noexcept {}
    kept(const kept&) = delete;
    kept& operator=(const kept&) = delete;
    ~kept() { clear(); }

    template <class From>
    T&& put(From&& from)
    {
        clear();
        detail::construct(detail::address_of(value_), std::forward<From>(from));
        full_ = true;
        return std::move(value_);
    }

private:
    void clear() noexcept
    {
        if (std::exchange(full_, false)) detail::destruct(detail::address_of(value_));
    }

    union {
        T value_;
    };
    bool full_ = false;
};
struct nothing_kept {};

/// The elements of a range, one after the other.
template <class In>
class range_keys {
public:
    using place = std::conditional_t<keeps_elements<In>, kept<std::ranges::range_value_t<In>>, nothing_kept>;

    explicit range_keys(In& in) : it_(std::ranges::begin(in)), last_(std::ranges::end(in)) {}

    [[nodiscard]] bool empty() const { return it_ == last_; }
    template <class F>
    auto call(F& f, place& at)
    {
        if constexpr (keeps_elements<In>) {
            return detail::invoke(f, at.put(*it_));
        } else {
            static_cast<void>(at);
            return detail::invoke(f, *it_);
        }
    }
    void advance()
    {
        ++index_;
        ++it_;
    }
    /// How many have been taken.
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

private:
    std::size_t index_ = 0;
    std::ranges::iterator_t<In> it_;
    std::ranges::sentinel_t<In> last_;
};

/// Results go to their places as they come.
template <class Out>
class placed_results {
public:
    struct place {};

    explicit placed_results(Out& out) : first_(out) {}

    void begin(place&) {}
    static constexpr bool always_has_room = true;
    [[nodiscard]] bool has_room() const { return true; }
    template <class Result>
    void put(place&, std::size_t index, Result& p)
    {
        first_[static_cast<std::iter_difference_t<Out>>(index)] = p.take();
    }
    /// `n` lookups have ended.
    [[nodiscard]] Out end(std::size_t n) { return first_ + static_cast<std::iter_difference_t<Out>>(n); }

private:
    Out first_;
};

/// The same where places are reached one after the other, but may be written in any order: a list.
template <class Out>
class walked_results {
public:
    struct place {
        Out at{};
    };

    explicit walked_results(Out& out) : next_(std::move(out)) {}

    void begin(place& p)
    {
        p.at = next_;
        ++next_;
    }
    static constexpr bool always_has_room = true;
    [[nodiscard]] bool has_room() const { return true; }
    template <class Result>
    void put(place& p, std::size_t, Result& from)
    {
        *p.at = from.take();
    }
    [[nodiscard]] Out end(std::size_t) { return std::move(next_); }

private:
    Out next_;
};

/// The same where they must be written in order: a result waits for those before it, in one of `Window` places.
template <class Out, class V, std::size_t Window>
class queued_results {
    using stored = std::conditional_t<std::is_reference_v<V>, std::remove_reference_t<V>*, std::remove_const_t<V>>;

public:
    struct place {};

    explicit queued_results(Out& out) : out_(std::move(out)) {}
    queued_results(const queued_results&) = delete;
    queued_results& operator=(const queued_results&) = delete;
    ~queued_results()
    {
        for (cell& c : cells_) c.clear();
    }

    void begin(place&) { ++begun_; }
    static constexpr bool always_has_room = false;
    [[nodiscard]] bool has_room() const { return begun_ - written_ < Window; }
    template <class Result>
    void put(place&, std::size_t index, Result& p)
    {
        if (index == written_) {
            write(p.take());
            while (cells_[written_ % Window].full) {
                cell& c = cells_[written_ % Window];
                struct at_end {
                    cell& c;
                    ~at_end() { c.clear(); }
                } const clear_it{c};
                if constexpr (std::is_reference_v<V>) {
                    write(static_cast<V>(*c.value));
                } else {
                    write(std::move(c.value));
                }
            }
        } else {
            cell& c = cells_[index % Window];
            if constexpr (std::is_reference_v<V>) {
                V value = p.take();
                c.value = detail::address_of(value);
            } else {
                detail::construct(detail::address_of(c.value), p.take());
            }
            c.full = true;
        }
    }
    [[nodiscard]] Out end(std::size_t) { return std::move(out_); }

private:
    struct cell {
        cell() noexcept {}
        ~cell() {}
        void clear() noexcept
        {
            if (std::exchange(full, false)) detail::destruct(detail::address_of(value));
        }
        union {
            stored value;
        };
        bool full = false;
    };

    void write(V&& value)
    {
        *out_ = static_cast<V&&>(value);
        ++out_;
        ++written_;
    }

    Out out_;
    std::size_t begun_ = 0;
    std::size_t written_ = 0;
    cell cells_[Window];
};

/// For lookups whose value is not written anywhere.
struct no_results {
    struct place {};

    template <class Nothing>
    explicit no_results(Nothing&)
    {
    }

    void begin(place&) {}
    static constexpr bool always_has_room = true;
    [[nodiscard]] bool has_room() const { return true; }
};

/// How many bytes of frames are on the stack.
inline constexpr std::size_t stack_bytes(std::size_t in_flight)
{
    constexpr std::size_t most = std::size_t{32} << 10;
    const std::size_t wanted = in_flight * 512;
    return wanted < most ? wanted : most;
}

template <std::size_t InFlight>
struct ring_memory {
    alignas(frame_arena::granule) char bytes[latency::stack_bytes(InFlight)];
};

template <std::size_t InFlight, class Keys, class Results, class F, class V>
class ring : private ring_memory<InFlight>, private call_base {
    using handle = std::coroutine_handle<promise<V>>;

    struct slot : slot_of<V> {
        [[no_unique_address]] typename Keys::place key;
        [[no_unique_address]] typename Results::place out;
        std::size_t index = 0;
    };

    /// While lookups run.
    class running {
    public:
        explicit running(ring& r) noexcept
            : outer_(std::exchange(current_call, static_cast<call_base*>(detail::address_of(r))))
        {
        }
        running(const running&) = delete;
        running& operator=(const running&) = delete;
        ~running() { current_call = outer_; }

    private:
        call_base* const outer_;
    };

public:
    /// F may be a reference. Keys and results are made of `in` and `out`.
    template <class In, class Out>
    ring(In& in, Out& out, F&& f)
        : call_base(this->bytes, sizeof(this->bytes), current_call), keys_(in), results_(out), f_(std::forward<F>(f))
    {
    }
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;
    ~ring() { assert(is_unused() && "weft: a lookup outlives the call that runs it"); }

    /// Runs lookups until all keys have been taken. Some are in flight then.
    void feed()
    {
        const running here(*this);
        for (;;) {
            for (slot& s : slots_) {
                if (s.leaf) continue;
                if (!start(s)) return;
            }
            if constexpr (Results::always_has_room) {
                // All are occupied. What is next to begin is so at once, in the place of one that has ended.
                for (;;) {
                    for (slot& s : slots_) {
                        if (!has_ended(s)) [[likely]]
                            continue;
                        finish(s);
                        if (!start(s)) [[unlikely]]
                            return;
                    }
                }
            } else {
                for (slot& s : slots_) {
                    if (s.leaf && has_ended(s)) finish(s);
                }
            }
        }
    }

    /// Runs those in flight to their ends.
    void drain()
    {
        const running here(*this);
        for (bool any = true; any;) {
            any = false;
            for (slot& s : slots_) {
                if (!s.leaf) continue;
                any = true;
                if (has_ended(s)) finish(s);
            }
        }
    }

    /// Whether an exception or a lookup's own wish has ended it all before the last key.
    [[nodiscard]] bool is_closed() const noexcept { return closed_; }
    [[nodiscard]] first_error& error() noexcept { return error_; }
    [[nodiscard]] Keys& keys() noexcept { return keys_; }
    [[nodiscard]] Results& results() noexcept { return results_; }

private:
    /// Gives the lookup of `s` its turn.
    [[gnu::always_inline]] bool has_ended(slot& s)
    {
        now = detail::address_of(s);
        s.leaf.resume();
        return !s.leaf;
    }

    /// Begins lookups until one is in flight in `s`, or there is no room for its result. Returns false if there is no key,
    /// or none to be taken any more.
    [[gnu::always_inline]] bool start(slot& s)
    {
        now = detail::address_of(s);
        try {
            while (!closed_ && !keys_.empty()) {
                if (!results_.has_room()) [[unlikely]]
                    return true;
                s.index = keys_.index();
                results_.begin(s.out);
                auto called = keys_.call(f_, s.key);
                const handle h = lookup_access::release(called);
                assert(h && "weft: the function has returned a lookup that has been moved from");
                if (!h.done()) [[likely]] {
                    h.promise().begin(s, h);
                    keys_.advance();
                    return true;
                }
                s.result.adopt(h.promise().result());
                h.destroy();
                finish(s);
                keys_.advance();
            }
        } catch (...) {
            // From the key, from the function, or from the way to the next key.
            fail(keys_.index());
        }
        return false;
    }

    [[gnu::always_inline]] void finish(slot& s)
    {
        if (s.result.has_failed()) [[unlikely]] {
            error_.take(s.index, s.result.error());
            closed_ = true;
        } else if constexpr (std::is_same_v<Results, no_results>) {
            if constexpr (std::is_same_v<V, weft::control_flow>) {
                if (s.result.take() == weft::control_flow::stop) [[unlikely]]
                    closed_ = true;
            }
        } else {
            try {
                results_.put(s.out, s.index, s.result);
            } catch (...) {
                fail(s.index);
            }
        }
        s.result.clear();
    }

    [[gnu::cold, gnu::noinline]] void fail(std::size_t index) noexcept
    {
        error_.take(index, std::current_exception());
        closed_ = true;
    }

    Keys keys_;
    Results results_;
    F f_;
    bool closed_ = false;
    first_error error_;
    slot slots_[InFlight];
};

}  // namespace weft::detail::latency
