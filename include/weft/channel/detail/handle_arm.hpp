// weft/channel/detail/handle_arm.hpp - an arm that takes what a handle sees by itself: a broadcast message, a change.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/channel/detail/arm.hpp>
#include <weft/seam/construct.hpp>

#include <optional>
#include <utility>

namespace weft::detail::channels {

/// What the arm of such a handle takes: its member `type`.
template <class Handle>
struct outcome_of;

/// What the coroutine's way to take it gives: include <weft/async/async_channel.hpp>, which defines it.
template <class Handle>
class awaited_look;

/// Opens such a handle to the arms. It has, privately, `look(std::optional<outcome>&)`, which takes what is there, if
/// there is something; `is_ready()`, whether look would take something; and `line()`, where threads wait for it.
struct handle_access {
    template <class Handle, class Outcome>
    static void look(const Handle& handle, std::optional<Outcome>& found)
    {
        handle.look(found);
    }
    template <class Handle>
    [[nodiscard]] static bool is_ready(const Handle& handle) noexcept
    {
        return handle.is_ready();
    }
    template <class Handle>
    [[nodiscard]] static wait_line& line(const Handle& handle) noexcept
    {
        return handle.line();
    }
};

/// Takes from a handle that shares with no other handle what it sees.
template <class Handle>
class handle_arm : public arm {
    using outcome = typename outcome_of<Handle>::type;

public:
    explicit handle_arm(const Handle& from) noexcept : from_(detail::address_of(from)) {}

    bool start(bool) final
    {
        found_.reset();  // an attempt that threw may have left it half done
        handle_access::look(*from_, found_);
        return found_.has_value();
    }
    bool is_ready() noexcept final { return handle_access::is_ready(*from_); }
    registration register_waiter() noexcept final
    {
        handle_access::line(*from_).register_waiter(*this);
        return is_ready() ? registration::ready : registration::queued;
    }
    void unregister() noexcept final { handle_access::line(*from_).unregister(*this); }
    void accept(verdict) noexcept final {}  // nobody does it for this thread
    void cancel() noexcept final { found_.reset(); }

    bool finish() noexcept { return true; }

    /// After start: what has been taken.
    [[nodiscard]] outcome& result() noexcept { return *found_; }

private:
    const Handle* from_;
    std::optional<outcome> found_;
};

}  // namespace weft::detail::channels
