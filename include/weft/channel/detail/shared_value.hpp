// weft/channel/detail/shared_value.hpp - a value that several receivers read, each when it likes.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Fields      refs   how many may still read it
//
// Orders      O1  leave: fetch_sub acq_rel. Whoever destroys the value comes after all those that have read it; a
//                 reader that finds itself to be the last one (load acquire) may take it.
//
// Checked by  tests/model/broadcast_model.cpp.
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/seam/memory.hpp>

#include <cstddef>
#include <utility>

namespace weft::detail::channels {

template <class T>
class shared_value {
public:
    template <class... Args>
    explicit shared_value(std::size_t readers, Args&&... args) : value_(std::forward<Args>(args)...), refs_(readers)
    {
    }

    /// By the thread that makes the value, before others see it.
    void set_readers(std::size_t n) noexcept { refs_.store(n, order::relaxed); }

    /// One more reader; by one of them, or under a lock that keeps one.
    void join() noexcept { refs_.fetch_add(1, order::relaxed); }

    /// `n` readers fewer. True: none is left, and the caller disposes of the value.
    [[nodiscard]] bool leave(std::size_t n = 1) noexcept { return refs_.fetch_sub(n, order::acq_rel) == n; }  // O1

    /// Ends a reader: gives the value, moved if nobody else reads it any more, and nobody can join.
    [[nodiscard]] static T read_last(shared_value* from)
    {
        const reading end{from};
        if (from->refs_.load(order::acquire) == 1) return std::move(from->value_);  // O1
        return std::as_const(from->value_);
    }

    /// As read_last, where others may join.
    [[nodiscard]] static T read(shared_value* from)
    {
        const reading end{from};
        return std::as_const(from->value_);
    }

    [[nodiscard]] const T& value() const noexcept { return value_; }

    shared_value* next = nullptr;  ///< in a list of values that nobody reads any more

private:
    struct reading {
        shared_value* from;
        ~reading()
        {
            if (from->leave()) detail::dispose(from);
        }
    };

    T value_;
    atomic<std::size_t> refs_;
};

}  // namespace weft::detail::channels
