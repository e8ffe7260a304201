// src/async/sync_wait.cpp - a thread waits for a strand.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/sync_wait.hpp>

#include "async/async_core.hpp"

namespace weft::detail {

awaited_strand::awaited_strand() noexcept
{
    end = [](strand& self) noexcept -> strand* {
        auto& s = static_cast<awaited_strand&>(self);
        // order: for who plays a test_pool, and does not take the token to see the end; no scenario has one
        s.over_.store(true, order::release);
        s.spot_.unpark();  // gone from here on
        return nullptr;
    };
}

void awaited_strand::run_in(pool_core& pool, std::coroutine_handle<> first)
{
    async_core& home = core_of(pool);
    prepare(*this, home, nullptr, first);
    {
        const visit here(pool);
        home.run_here(here.place(), *this);
    }
    home.wait(spot_, over_);
}

}  // namespace weft::detail
