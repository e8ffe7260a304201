// src/pool/annex.hpp - what a layer above may add to a pool: ready tasks of its own, and a say in when the pool ends.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The pool knows nothing of coroutines. The first one in a pool brings along an annex, which keeps the coroutines
// that are ready to go on; the pool's threads look there after their own work and before they steal. A pool without one
// pays a load for it wherever a thread looks for work.
#pragma once

#include <cstdint>

namespace weft::detail {

struct task;

class annex {
public:
    annex() = default;
    annex(const annex&) = delete;
    annex& operator=(const annex&) = delete;
    virtual ~annex() = default;

    /// Whether a task is ready. Whoever has made one ready calls pool_core::work_available: docs/sleep.md holds for
    /// these tasks as for all others.
    [[nodiscard]] virtual bool has_work() const noexcept = 0;
    /// The same of those that were made ready at the place with index `where`, or lie where its are kept.
    [[nodiscard]] virtual bool has_work_at(std::uint32_t where) const noexcept = 0;

    /// A ready task of those at `where`, or null; now and then one from elsewhere.
    [[nodiscard]] virtual task* take(std::uint32_t where) noexcept = 0;
    /// A ready task from elsewhere, or null. Others may come with it, to `where`: `count` of them, with that one. Null, and
    /// a count: there are some, but where they lie somebody is about to run them.
    [[nodiscard]] virtual task* take_from_others(std::uint32_t where, std::uint32_t& count) noexcept = 0;

    /// The pool ends: whatever waits for something other than the pool must give up.
    virtual void end() noexcept = 0;

    /// Whether nothing is left that may become a task by itself. Once that is so, only the pool's own tasks change it.
    [[nodiscard]] virtual bool is_idle() const noexcept = 0;

    /// How many things have begun here that may become tasks: if it is the same before and after a look at the pool, and
    /// is_idle() in between, none has.
    [[nodiscard]] virtual std::uint64_t begun() const noexcept = 0;

    /// In a test_pool that has nothing else to do: lets time pass until something is ready. False: nothing ever will.
    virtual bool pass_time() noexcept = 0;
};

}  // namespace weft::detail
