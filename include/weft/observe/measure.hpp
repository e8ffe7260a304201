// weft/observe/measure.hpp - runs a function and says where the time went.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/observe/report.hpp>

#include <concepts>
#include <memory>
#include <utility>

namespace weft {

namespace detail {

class ledger;

/// Events are noted, and added up, during the life of this object.
class measuring {
public:
    measuring();
    ~measuring();
    measuring(const measuring&) = delete;
    measuring& operator=(const measuring&) = delete;

    [[nodiscard]] measurement end();

private:
    std::unique_ptr<ledger> ledger_;
    bool listens_ = false;
};

}  // namespace detail

/// Calls `f()` and returns where the time went: of the parallel regions that ran meanwhile, on any thread, and of the
/// rest.
///
///     auto r = weft::measure([&] { render(scene); });
///     r.print();
///     if (r.parallelism() < 2) ...
///
/// Calls may run side by side or inside each other; each sees all that happens meanwhile.
///
/// Throws:        what `f` throws; std::bad_alloc.
/// Blocking:      as `f`.
/// Thread safety: any thread may call it.
/// Cost:          see docs/observe.md; nothing after it has returned.
/// Example:       examples/observe/why_not_faster.cpp
template <std::invocable F>
[[nodiscard]] measurement measure(F&& f)
{
    detail::measuring now;
    static_cast<void>(std::forward<F>(f)());
    return now.end();
}

}  // namespace weft
