// weft/pool/join.hpp - run functions possibly in parallel, and wait for all of them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/code_place.hpp>
#include <weft/pool/detail/outcome.hpp>
#include <weft/pool/detail/worker.hpp>
#include <weft/seam/construct.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

namespace weft {

/// Tells a function run by join_context how it came to run.
class fn_context {
public:
    /// True if the function runs on a thread other than the one that called join_context.
    [[nodiscard]] bool migrated() const noexcept { return migrated_; }

    explicit constexpr fn_context(bool migrated) noexcept : migrated_(migrated) {}

private:
    bool migrated_;
};

namespace detail {

/// The results of several functions. Nothing left: void; one left: the value itself.
inline void collapse(std::tuple<>&&) noexcept {}

template <class Result>
Result collapse(std::tuple<Result>&& results)
{
    return std::get<0>(std::move(results));
}

template <class... Results>
    requires(sizeof...(Results) >= 2)
std::tuple<Results...> collapse(std::tuple<Results...>&& results)
{
    return std::move(results);
}

/// Several functions of a join that travel as one, until somebody forks them.
template <class... Fs>
struct rest_of_join {
    std::tuple<Fs&&...> functions;
};

template <class... Fs>
auto join_all(worker& self, bool migrated, Fs&&... fs);

/// Calls a function of a join; its result comes as a tuple of one, or of none for void.
template <class F>
auto call_part(F&& f, worker&, bool migrated)
{
    const auto call = [&]() -> decltype(auto) {
        if constexpr (std::is_invocable_v<F, fn_context>) {
            return std::forward<F>(f)(fn_context(migrated));
        } else {
            static_cast<void>(migrated);
            return std::forward<F>(f)();
        }
    };
    using result = decltype(call());
    if constexpr (std::is_void_v<result>) {
        call();
        return std::tuple<>();
    } else {
        return std::tuple<result>(call());
    }
}

template <class... Fs>
auto call_part(rest_of_join<Fs...>&& rest, worker& here, bool migrated)
{
    return std::apply([&](Fs&&... fs) { return detail::join_all(here, migrated, std::forward<Fs>(fs)...); },
                      std::move(rest.functions));
}

/// The second of two functions of a join, by its type: in practice, of one join of the program.
template <class B, class Frame>
struct forked_part {
    static bool run(void* memory, worker& thief)
    {
        auto& mine = *static_cast<Frame*>(memory);
        return mine.capture([&] { return detail::call_part(static_cast<B&&>(*mine.function), thief, true); });
    }
    inline static constinit fork_site site;
    static constexpr job_kind kind{&run, &site, detail::words_with_type<std::remove_reference_t<B>>()};
};

/// The hot path of join: forks `b`, runs `a`, then runs or awaits `b`. The results come as one tuple.
template <class A, class B>
[[gnu::always_inline]] inline auto join_pair(worker& self, bool migrated, A&& a, B&& b)
{
    using function = std::remove_reference_t<B>;
    using b_results = decltype(detail::call_part(std::forward<B>(b), self, migrated));
    using frame_type = outcome_frame<function, b_results>;
    const auto run_b = [&] { return detail::call_part(std::forward<B>(b), self, migrated); };
    job_slot* const slot = self.jobs.head();

    using forked = forked_part<B, frame_type>;
    frame_type frame{detail::address_of(b)};
    slot->kind.write() = detail::address_of(forked::kind);
    slot->frame.write() = detail::address_of(frame);
    if (!self.jobs.can_push(slot)) [[unlikely]] {
        if (!(forked::site.is_too_short() && self.jobs.may_keep(slot)) &&
            !push_cold(self, slot)) {  // full: one after the other, as if forked
            auto a_results = [&] {
                try {
                    return detail::call_part(std::forward<A>(a), self, migrated);
                } catch (...) {
                    detail::run_and_forget(run_b);
                    throw;
                }
            }();
            return std::tuple_cat(std::move(a_results), run_b());
        }
    }
    self.jobs.set_head(slot + 1);
    auto a_results = [&] {
        try {
            return detail::call_part(std::forward<A>(a), self, migrated);
        } catch (...) {
            detail::finish_after_throw(self, slot, frame, run_b);
            throw;
        }
    }();
    self.jobs.set_head(slot);
    if (!self.jobs.is_private(slot)) [[unlikely]] {
        if (!take_back_or_wait(self, slot)) return std::tuple_cat(std::move(a_results), frame.take(*slot));
    }
    return std::tuple_cat(std::move(a_results), run_b());
}

template <class... Fs>
[[gnu::always_inline]] inline auto join_all(worker& self, bool migrated, Fs&&... fs)
{
    if constexpr (sizeof...(Fs) == 1) {
        return detail::call_part(std::forward<Fs>(fs)..., self, migrated);
    } else if constexpr (sizeof...(Fs) == 2) {
        return detail::join_pair(self, migrated, std::forward<Fs>(fs)...);
    } else {
        return [&]<class A, class... Rest>(A&& a, Rest&&... rest) {
            return detail::join_pair(self, migrated, std::forward<A>(a),
                                     rest_of_join<Rest...>{std::forward_as_tuple(std::forward<Rest>(rest)...)});
        }(std::forward<Fs>(fs)...);
    }
}

/// What the compiler says, in its first line, about what join cannot call: a failed constraint would say less.
template <class F>
struct check_joined {
    static constexpr bool ok = true;
    static_assert(std::is_invocable_v<F>, "weft: join calls its functions without arguments");
};
template <class F>
struct check_joined_in_context {
    static constexpr bool ok = true;
    static_assert(std::is_invocable_v<F> || std::is_invocable_v<F, fn_context>,
                  "weft: join_context calls its functions without arguments, or with an fn_context");
};
template <class F>
concept joined = check_joined<F>::ok;
template <class F>
concept joined_in_context = check_joined_in_context<F>::ok;

template <class... Fs>
[[gnu::noinline, gnu::cold]] auto join_from_outside(Fs&&... fs)
{
    const visit here;
    return detail::join_all(here.place(), false, std::forward<Fs>(fs)...);
}

template <class... Fs>
[[gnu::always_inline]] inline decltype(auto) join_entry(Fs&&... fs)
{
    worker* const self = current_worker::get();
    if (self == nullptr) [[unlikely]]
        return detail::collapse(detail::join_from_outside(std::forward<Fs>(fs)...));
    return detail::collapse(detail::join_all(*self, false, std::forward<Fs>(fs)...));
}

}  // namespace detail

/// Runs the functions, possibly in parallel, and returns when all have ended.
///
/// This thread runs the first one. Meanwhile the others lie in its deque, where an idle worker may take them; those
/// that nobody took run here too, as plain calls, in order. From outside a pool this thread takes a place in the global
/// pool for the duration of the call and takes part.
///
/// Returns a std::tuple of the results in order. `void` results are left out: if one is left, it is returned itself; if
/// none is, the result is void. References stay references.
///
/// Every function is called exactly once, as an rvalue, even if another one throws. All have ended when join returns or
/// throws, so they may refer to the caller's locals.
///
/// Throws:        what the first function that threw, in the order of the arguments, threw.
/// Blocking:      if a function was taken, this thread runs jobs that descend from it, and nothing else, until it has
///                ended; then it sleeps, and another thread may use its seat. So a lock that is held across join cannot
///                deadlock against unrelated work.
/// Thread safety: any thread may call it, even inside another join, task or loop.
/// Order:         all that the functions did happens before join returns.
/// Cost:          no allocation; two stores and two compares per function that is not taken, about 4 ns
///                (bench/pool/join_fib_bench.cpp). Beyond 4,000 nested joins on one thread the functions run one after
///                the other; and so they may for once, if those of the same types were too short to share before. So
///                functions that wait for each other may wait for ever, with any number of threads.
/// Example:       examples/pool/join.cpp
/// Source:        the split deque of Lace (van Dijk, van de Pol 2014); waiting is leapfrogging (Wagner, Calder 1993).
/// See also:      scope for a number of tasks known only at run time, par_iter for ranges.
template <detail::joined... Fs>
    requires(sizeof...(Fs) >= 1)
decltype(auto) join(Fs&&... fs)
{
    return detail::join_entry(std::forward<Fs>(fs)...);
}

/// As join; each function may take an fn_context, which tells whether it was taken by another thread.
template <detail::joined_in_context... Fs>
    requires(sizeof...(Fs) >= 1)
decltype(auto) join_context(Fs&&... fs)
{
    return detail::join_entry(std::forward<Fs>(fs)...);
}

}  // namespace weft
