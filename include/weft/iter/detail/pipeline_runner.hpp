// weft/iter/detail/pipeline_runner.hpp - the items of a pipeline, and the workers that carry them through its stages.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// An item travels in a token. A worker reads an item into a free token and carries it through the stages until it is
// done or a serial stage is occupied (in order: or it is not its turn); there the token is left, and the worker looks
// for something else. A worker that leaves a serial stage lets the next token in: it carries that token on itself if
// its own is at its end, else it puts it on the ready list. There are at most as many workers as threads; each is a
// task of one scope.
//
// An item passes the locks one after another, which takes some hundred nanoseconds where several workers do it. If
// items take so little time that workers would mostly wait for each other, workers leave; they come back when items
// take longer. A worker that is alone passes locks that nobody else touches.
//
// Fields      lock_ guards: the free and ready lists, whether the input is occupied or at its end, the sequence number
//             of the next item, the number of workers and how long they take. Each serial stage has a lock for its own
//             list. A token belongs to the worker that carries it, or to the list that it is in.
//
// Invariants  I1  A worker ends only when the ready list is empty and it cannot read: somebody else reads, or the input
//                 is at its end, or there is no free token. Whoever reads, or frees a token, looks again afterwards. Or
//                 it is one too many: then there is another one, which looks again.
//             I2  in_order: the waiting tokens' numbers are less than `tokens` apart, so each has its own place.
//
// Checked by  tests/iter/pipeline_test.cpp
#pragma once

#include <weft/base/detail/lock_guard.hpp>
#include <weft/iter/detail/control.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/seam/ticks.hpp>
#include <weft/sync/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace weft::detail {

enum class stage_kind { parallel, in_order, out_of_order };

template <class S>
inline constexpr bool is_stage = requires { S::kind; };

/// What a stage returns for its argument; an empty type for void.
template <class Stage, class In>
auto stage_result()
{
    using function = decltype(Stage::function);
    using callee = std::conditional_t<Stage::kind == stage_kind::parallel, const function&, function&>;
    static_assert(std::is_invocable_v<callee, In&&>,
                  "weft: a stage of the pipeline cannot be called with what the stage before returns (a parallel stage "
                  "is called through a const reference)");
    using result = std::invoke_result_t<callee, In&&>;
    if constexpr (std::is_void_v<result>) {
        return std::type_identity<std::monostate>();
    } else {
        return std::type_identity<std::remove_cvref_t<result>>();
    }
}

/// The types of what travels: the input's, then each stage's.
template <class Types, class... Stages>
struct values_between {
    using type = Types;
};
template <class... Types, class Stage, class... Rest>
struct values_between<std::tuple<Types...>, Stage, Rest...> {
    using last = std::tuple_element_t<sizeof...(Types) - 1, std::tuple<Types...>>;
    using type = typename values_between<std::tuple<Types..., typename decltype(stage_result<Stage, last>())::type>,
                                         Rest...>::type;
};

template <class Types>
struct as_variant;
template <class... Types>
struct as_variant<std::tuple<Types...>> {
    using type = std::variant<std::monostate, Types...>;
};

template <class Input, class... Stages>
class pipeline_runner {
    using first = std::remove_cvref_t<decltype(*std::declval<std::invoke_result_t<Input&>&>())>;
    using payload = typename as_variant<typename values_between<std::tuple<first>, Stages...>::type>::type;
    static constexpr std::size_t stage_count = sizeof...(Stages);

    struct token {
        payload what;            // alternative s + 1: what stage s gets
        std::size_t number = 0;  // in the order of the input
        std::size_t stage = 0;   // where it is
        bool admitted = false;   // it holds that stage, which is serial
        token* next = nullptr;
    };

    /// The entrance of a serial stage.
    struct entrance {
        mutex lock;
        bool occupied = false;
        std::size_t turn = 0;         // in order: the item that is let in next
        std::vector<token*> waiting;  // in order: number modulo tokens
        token* oldest = nullptr;      // out of order: a list
        token* newest = nullptr;
    };

public:
    pipeline_runner(std::size_t tokens, Input& input, Stages&... stages)
        : input_(input), stages_(stages...), limit_(tokens), entrances_(stage_count)
    {
        constexpr stage_kind kinds[] = {Stages::kind..., stage_kind::parallel};
        for (std::size_t s = 0; s < stage_count; ++s) {
            if (kinds[s] == stage_kind::in_order) entrances_[s].waiting.resize(tokens);
        }
    }

    std::size_t run()
    {
        detail::scope_in_region([&](task_scope& s) {
            scope_ = &s;
            threads_ = current_num_threads();
            // A test_pool makes the same decisions each time, so it must not look at the clock.
            if (!weft::with_context([](fork_context c) { return c.in_test_pool(); })) {
                worth_ = ticks_per_microsecond() * worth_nanoseconds / 1000;
            }
            workers_ = 1;
            work();
        });
        control_.rethrow();
        return read_;
    }

private:
    void work() noexcept
    {
        try {
            token* t = nullptr;
            std::uint64_t since = 0;
            while ((t = find_work(since)) != nullptr) carry(t);
        } catch (...) {
            control_.fail();
        }
    }

    /// A token to go on with; null if this worker is no longer needed. `since`: when it began with the one before.
    token* find_work(std::uint64_t& since)
    {
        token* mine = nullptr;
        const std::uint64_t now = ticks();
        const std::uint64_t spent = since == 0 ? 0 : now - since;
        since = now;
        {
            const lock_guard hold(lock_);
            if (control_.stopped()) return nullptr;
            if (spent != 0) note_round(spent);
            if (workers_ > 1 && too_many(workers_)) {
                --workers_;
                return nullptr;
            }
            if (ready_ != nullptr) {
                mine = ready_;
                ready_ = mine->next;
                return mine;
            }
            if (reading_ || at_end_ || (free_ == nullptr && tokens_.size() == limit_)) {
                --workers_;  // I1
                return nullptr;
            }
            reading_ = true;
            mine = take_free();
        }
        auto item = input_();
        const bool got = static_cast<bool>(item);
        if (got) {
            mine->what.template emplace<1>(*std::move(item));
            mine->stage = 0;
        }
        bool help = false;
        {
            const lock_guard hold(lock_);
            reading_ = false;
            if (got) {
                mine->number = read_++;
                help = (free_ != nullptr || tokens_.size() < limit_) && one_more();
            } else {
                at_end_ = true;
                put_back(mine);
            }
        }
        if (help) spawn_worker();
        return got ? mine : find_work(since);
    }

    /// With lock_ held.
    token* take_free()
    {
        if (free_ == nullptr) {
            tokens_.push_back(std::make_unique<token>());
            return tokens_.back().get();
        }
        return std::exchange(free_, free_->next);
    }
    void put_back(token* t)
    {
        t->next = free_;
        free_ = t;
    }
    bool one_more() { return workers_ < threads_ && !too_many(workers_ + 1) && ++workers_ != 0; }

    /// A worker took `spent` from one token to the next. Older rounds count half each time that enough new ones have
    /// come.
    void note_round(std::uint64_t spent)
    {
        spent_ += spent;
        if (++rounds_ < remembered_rounds) return;
        spent_ /= 2;
        rounds_ /= 2;
    }

    /// Whether this many workers would mostly wait for each other.
    [[nodiscard]] bool too_many(std::size_t workers) const
    {
        return rounds_ >= enough_rounds && spent_ < workers * worth_ * rounds_;
    }

    void spawn_worker()
    {
        scope_->spawn([this] { work(); });
    }

    /// Carries a token as far as it can go.
    void carry(token* t)
    {
        while (t != nullptr) {
            if (t->stage == stage_count) return finish(t, false);
            if (control_.stopped()) return;
            t = enter(t, std::make_index_sequence<stage_count>());
        }
    }

    /// The token is free. Somebody has to read into it: this worker, unless it is busy with another one.
    void finish(token* t, bool busy)
    {
        t->what.template emplace<0>();
        bool help = false;
        {
            const lock_guard hold(lock_);
            put_back(t);
            help = busy && !reading_ && !at_end_ && one_more();
        }
        if (help) spawn_worker();
    }

    template <std::size_t... S>
    token* enter([[maybe_unused]] token* t, std::index_sequence<S...>)
    {
        token* next = nullptr;
        static_cast<void>(((t->stage == S ? (next = pass<S>(t), true) : false) || ...));
        return next;
    }

    /// Stage S for a token. Returns the one to go on with, or null.
    template <std::size_t S>
    token* pass(token* t)
    {
        constexpr stage_kind kind = std::tuple_element_t<S, std::tuple<Stages...>>::kind;
        if constexpr (kind == stage_kind::parallel) {
            call<S>(t);
            return t;
        } else {
            entrance& e = entrances_[S];
            if (!std::exchange(t->admitted, false) && !admit<kind>(e, t)) return nullptr;
            call<S>(t);
            token* const next = let_in_next<kind>(e);
            if (next == nullptr) return t;
            next->admitted = true;
            if (S + 1 == stage_count) {
                // Nothing is left to do for this one, and the stage is warm here.
                finish(t, true);
                return next;
            }
            make_ready(next);
            return t;
        }
    }

    template <std::size_t S>
    void call(token* t)
    {
        auto& stage = std::get<S>(stages_);
        auto&& in = std::get<S + 1>(std::move(t->what));
        using function = decltype(stage.function);
        using callee = std::conditional_t<std::remove_reference_t<decltype(stage)>::kind == stage_kind::parallel,
                                          const function&, function&>;
        callee f = stage.function;
        if constexpr (std::is_void_v<decltype(f(std::move(in)))>) {
            f(std::move(in));
            t->what.template emplace<S + 2>();
        } else {
            auto out = f(std::move(in));
            t->what.template emplace<S + 2>(std::move(out));
        }
        t->stage = S + 1;
    }

    /// Whether the token may go in; else it is left waiting.
    template <stage_kind Kind>
    bool admit(entrance& e, token* t)
    {
        const lock_guard hold(e.lock);
        if constexpr (Kind == stage_kind::in_order) {
            if (!e.occupied && e.turn == t->number) return e.occupied = true;
            e.waiting[t->number % limit_] = t;  // I2
        } else {
            if (!e.occupied) return e.occupied = true;
            t->next = nullptr;
            (e.newest != nullptr ? e.newest->next : e.oldest) = t;
            e.newest = t;
        }
        return false;
    }

    /// The stage is free: the token that goes in next, if one waits.
    template <stage_kind Kind>
    token* let_in_next(entrance& e)
    {
        const lock_guard hold(e.lock);
        token* next = nullptr;
        if constexpr (Kind == stage_kind::in_order) {
            ++e.turn;
            next = std::exchange(e.waiting[e.turn % limit_], nullptr);
        } else {
            next = e.oldest;
            if (next != nullptr) e.oldest = next->next;
            if (e.oldest == nullptr) e.newest = nullptr;
        }
        e.occupied = next != nullptr;
        return next;
    }

    void make_ready(token* t)
    {
        bool help = false;
        {
            const lock_guard hold(lock_);
            t->next = ready_;
            ready_ = t;
            help = one_more();
        }
        if (help) spawn_worker();
    }

    Input& input_;
    std::tuple<Stages&...> stages_;
    const std::size_t limit_;
    std::vector<entrance> entrances_;
    task_scope* scope_ = nullptr;
    std::size_t threads_ = 1;
    control control_;

    // How long each item keeps the locks from the other workers: measured with two.
    static constexpr std::uint64_t worth_nanoseconds = 150;
    static constexpr std::uint64_t enough_rounds = 16;
    static constexpr std::uint64_t remembered_rounds = 1024;
    std::uint64_t worth_ = 0;  // in ticks

    mutex lock_;
    std::vector<std::unique_ptr<token>> tokens_;
    token* free_ = nullptr;
    token* ready_ = nullptr;
    bool reading_ = false;
    bool at_end_ = false;
    std::size_t workers_ = 0;
    std::size_t read_ = 0;
    std::uint64_t spent_ = 0;
    std::uint64_t rounds_ = 0;
};

}  // namespace weft::detail
