// weft/pool/context.hpp - fork-join for the authors of parallel algorithms: the worker is passed along in registers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

class fork_context {
public:
    [[nodiscard]] bool wanted() const noexcept { return (++calls() % 3) == 0; }
    [[nodiscard]] std::size_t num_threads() const noexcept { return 2; }
    friend bool same_worker(fork_context, fork_context) noexcept { return true; }

private:
    static unsigned& calls()
    {
        static thread_local unsigned n = 0;
        return n;
    }
};

template <class F>
decltype(auto) with_context(F&& f)
{
    return std::forward<F>(f)(fork_context{});
}

template <class A, class B>
void fork_join(fork_context c, A&& a, B&& b)
{
    try {
        a(c);
    } catch (...) {
        try {
            b(c);
        } catch (...) {
        }
        throw;
    }
    b(c);
}

}  // namespace weft
