// weft/model/simulated/weft/seam/cell.hpp - the seam for plain shared memory as a simulation sees it: its lines have to come.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/simulated.hpp>
#include <weft/seam/construct.hpp>

#include <source_location>
#include <utility>

namespace weft::detail {

template <class T>
void touch_cell(const T& value, model::detail::access how, const std::source_location& w) noexcept
{
    if (model::detail::in_simulation()) model::detail::touch_all(address_of(value), sizeof(T), how, w);
}

template <class T>
class cell {
    using where = std::source_location;
    using access = model::detail::access;

public:
    constexpr cell() = default;
    constexpr explicit cell(T value) : value_(std::move(value)) {}

    [[nodiscard]] const T& read(const where& w = where::current()) const noexcept
    {
        touch_cell(value_, access::load, w);
        return value_;
    }
    [[nodiscard]] T& write(const where& w = where::current()) noexcept
    {
        touch_cell(value_, access::store, w);
        return value_;
    }

private:
    T value_{};
};

template <class T>
class storage_cell {
    using where = std::source_location;
    using access = model::detail::access;

public:
    constexpr storage_cell() noexcept {}
    constexpr ~storage_cell() {}
    storage_cell(const storage_cell&) = delete;
    storage_cell& operator=(const storage_cell&) = delete;

    template <class... Args>
    T& construct(Args&&... args)
    {
        touch_cell(value_, access::store, where::current());
        return *detail::construct(address_of(value_), std::forward<Args>(args)...);
    }
    [[nodiscard]] const T& read(const where& w = where::current()) const noexcept
    {
        touch_cell(value_, access::load, w);
        return value_;
    }
    [[nodiscard]] T& write(const where& w = where::current()) noexcept
    {
        touch_cell(value_, access::store, w);
        return value_;
    }
    void destroy(const where& w = where::current()) noexcept
    {
        touch_cell(value_, access::store, w);
        detail::destruct(address_of(value_));
    }
    [[nodiscard]] T take(const where& w = where::current())
    {
        touch_cell(value_, access::load, w);
        struct finally {
            T* value;
            ~finally() { detail::destruct(value); }
        } end{address_of(value_)};
        return std::move(value_);
    }

private:
    union {
        T value_;
    };
};

}  // namespace weft::detail
