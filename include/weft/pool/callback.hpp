// weft/pool/callback.hpp - a copyable holder of a callable, for the hooks of a pool.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <concepts>
#include <memory>
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
        : call_(std::make_shared<const holder<std::decay_t<F>>>(std::forward<F>(f)))
    {
    }

    [[nodiscard]] explicit operator bool() const noexcept { return call_ != nullptr; }

    R operator()(Argument argument) const { return call_->call(std::forward<Argument>(argument)); }

private:
    struct base {
        virtual ~base() = default;
        virtual R call(Argument argument) const = 0;
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
        F function;
    };

    std::shared_ptr<const base> call_;
};

}  // namespace weft
