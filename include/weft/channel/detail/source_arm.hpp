// weft/channel/detail/source_arm.hpp - what on_recv and on_changed give for the handles of handle_arm.hpp.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/channel/detail/handle_arm.hpp>
#include <weft/channel/select.hpp>
#include <weft/seam/construct.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace weft::detail::channels {

/// A handle and a function.
template <class Handle, class F>
class source_arm : public operation_tag {
    using outcome = typename outcome_of<Handle>::type;

public:
    source_arm(const Handle& from, F f) : from_(detail::address_of(from)), function_(std::move(f)) {}

    using result_type = std::invoke_result_t<F&&, outcome&&>;

    class waiting final : public handle_arm<Handle> {
    public:
        explicit waiting(source_arm& what) noexcept : handle_arm<Handle>(*what.from_), what_(detail::address_of(what))
        {
        }
        result_type run() { return std::forward<F>(what_->function_)(std::move(this->result())); }

    private:
        source_arm* what_;
    };

    /// If something is there, takes it and gives the call of the function to `then`.
    template <class Then>
    bool try_now(Then& then)
    {
        std::optional<outcome> found;
        handle_access::look(*from_, found);
        if (!found) return false;
        then([&]() -> decltype(auto) { return std::forward<F>(function_)(*std::move(found)); });
        return true;
    }

private:
    const Handle* from_;
    F function_;
};

}  // namespace weft::detail::channels
