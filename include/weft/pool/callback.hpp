// weft/pool/callback.hpp - a copyable holder of a callable, for the hooks of a pool.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/seam/memory.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

/// Holds a callable that is called as `f(argument)`, or as `f()` if it takes none, and may be called by several threads
/// at once. Copies share the callable. Empty at first; an empty one must not be called.
template <class R, class Argument>
class callback {
public:
    callback() = default;

    template <class F>
        requires(!std::same_as<std::decay_t<F>, callback>) &&
                (std::is_invocable_r_v<R, const std::decay_t<F>&, Argument> ||
                 std::is_invocable_r_v<R, const std::decay_t<F>&>)
    callback(F&& f)  // implicit: so that a lambda can be given where an option is set
        : call_(detail::make<holder<std::decay_t<F>>>(std::forward<F>(f)))
    {
    }
    callback(const callback& other) noexcept : call_(other.call_)
    {
        if (call_ != nullptr) call_->owners.fetch_add(1, detail::order::relaxed);
    }
    callback(callback&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
    callback& operator=(callback other) noexcept
    {
        std::swap(call_, other.call_);
        return *this;
    }
    ~callback()
    {
        // Acquire and release: what the other owners did with it happens before it is destroyed (callback_ends_once).
        if (call_ != nullptr && call_->owners.fetch_sub(1, detail::order::acq_rel) == 1) call_->dispose();
    }

    [[nodiscard]] explicit operator bool() const noexcept { return call_ != nullptr; }

    R operator()(Argument argument) const { return call_->call(std::forward<Argument>(argument)); }

private:
    struct base {
        virtual R call(Argument argument) const = 0;
        virtual void dispose() noexcept = 0;
        detail::atomic<std::size_t> owners{1};

    protected:
        ~base() = default;
    };
    template <class F>
    struct holder final : base {
        template <class G>
        explicit holder(G&& g) : function(std::forward<G>(g))
        {
        }
        R call(Argument argument) const override
        {
            if constexpr (std::is_invocable_v<const F&, Argument>) {
                return static_cast<R>(function(std::forward<Argument>(argument)));
            } else {
                static_cast<void>(argument);
                return static_cast<R>(function());
            }
        }
        void dispose() noexcept override { detail::dispose(this); }
        F function;
    };

    base* call_ = nullptr;
};

}  // namespace weft
