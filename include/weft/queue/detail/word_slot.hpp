// weft/queue/detail/word_slot.hpp - a value as one machine word, so that it can be read before it is owned.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace weft::detail {

/// Turns a T into a word and back. A thief reads a slot before it knows whether it will own the element, and only with
/// atomic words is that defined. A small trivial type is itself the word; others have an allocation to which the word
/// points.
template <class T>
struct word_slot {
    using word = std::uint64_t;
    static constexpr bool boxed = !(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(word));

    [[nodiscard]] static word put(T&& value)
    {
        if constexpr (boxed) {
            return reinterpret_cast<std::uintptr_t>(detail::make<T>(std::move(value)));
        } else {
            word w = 0;
            std::memcpy(&w, detail::address_of(value), sizeof(T));
            return w;
        }
    }

    /// The memory for one more word, allocated before there is a value for it.
    class room {
    public:
        room() : memory_(boxed ? allocate(sizeof(T), alignof(T)) : nullptr) {}
        ~room()
        {
            if (memory_ != nullptr) deallocate(memory_, sizeof(T), alignof(T));
        }
        room(const room&) = delete;
        room& operator=(const room&) = delete;

        /// As put(), but throws only what the move throws. To be called once.
        [[nodiscard]] word fill(T&& value)
        {
            if constexpr (boxed) {
                T* const box = detail::construct(static_cast<T*>(memory_), std::move(value));
                memory_ = nullptr;
                return reinterpret_cast<std::uintptr_t>(box);
            } else {
                return put(std::move(value));
            }
        }

    private:
        void* memory_;
    };

    /// Frees what put() allocated, even if the move throws.
    [[nodiscard]] static T take(word w)
    {
        if constexpr (boxed) {
            struct finally {
                T* box;
                ~finally() { detail::dispose(box); }
            } const end{reinterpret_cast<T*>(static_cast<std::uintptr_t>(w))};
            return std::move(*end.box);
        } else {
            return bits_of(w);
        }
    }

    static void destroy(word w) noexcept
    {
        if constexpr (boxed) detail::dispose(reinterpret_cast<T*>(static_cast<std::uintptr_t>(w)));
    }

private:
    static T bits_of(word w) noexcept
    {
        struct room {
            alignas(T) unsigned char bytes[sizeof(T)];
        } r;
        std::memcpy(r.bytes, &w, sizeof(T));
        return std::bit_cast<T>(r);
    }
};

}  // namespace weft::detail
