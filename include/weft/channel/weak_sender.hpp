// weft/channel/weak_sender.hpp - a way back to a channel that does not keep it open.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/channel/detail/dispatch.hpp>
#include <weft/channel/sender.hpp>
#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <optional>
#include <utility>

namespace weft {

/// Can become a sender again as long as there is one: for code that watches, retries or answers on a channel while
/// others decide when it ends. It keeps the channel's memory, but does not keep the channel open. Made by
/// sender::downgrade().
///
/// Thread safety: one handle is used by one thread at a time: copy it per thread.
/// Cost:          upgrade: one locked operation, as copying a sender.
template <class T>
class weak_sender {
public:
    using value_type = T;

    weak_sender(const weak_sender& other) noexcept : core_(other.core_), flavour_(other.flavour_)
    {
        if (core_ != nullptr) core_->add_weak();
    }
    weak_sender(weak_sender&& other) noexcept : core_(std::exchange(other.core_, nullptr)), flavour_(other.flavour_) {}
    weak_sender& operator=(weak_sender other) noexcept
    {
        std::swap(core_, other.core_);
        std::swap(flavour_, other.flavour_);
        return *this;
    }
    ~weak_sender()
    {
        if (core_ == nullptr || !core_->leave_last()) return;
        const auto dispose = [](auto& channel) { detail::dispose(detail::address_of(channel)); };
        detail::channels::with_senders_channel<T>(core_, flavour_, dispose);
    }

    /// A sender of the channel; nothing if the last one has gone.
    [[nodiscard]] std::optional<sender<T>> upgrade() const noexcept
    {
        if (core_ == nullptr || !core_->join_senders()) return std::nullopt;
        return sender<T>(core_, flavour_);
    }

private:
    friend class sender<T>;
    weak_sender(detail::channels::channel_core* core, detail::channels::flavour f) noexcept : core_(core), flavour_(f)
    {
        core_->add_weak();
    }

    detail::channels::channel_core* core_;
    detail::channels::flavour flavour_;
};

template <class T>
weak_sender<T> sender<T>::downgrade() const noexcept
{
    return weak_sender<T>(core_, flavour_);
}

}  // namespace weft
