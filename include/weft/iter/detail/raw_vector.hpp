// weft/iter/detail/raw_vector.hpp - a std::vector filled in place, from several threads, without touching it twice.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/construct.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define WEFT_DETAIL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_DETAIL_ASAN 1
#endif
#endif

namespace weft::detail {

#if defined(__GLIBCXX__) && !(defined(_GLIBCXX_SANITIZE_VECTOR) && defined(WEFT_DETAIL_ASAN))
/// A vector's storage can be written before its length is set: in libstdc++ the length is a pointer that a class
/// derived from std::vector may name. For other libraries see below.
template <class T>
inline constexpr bool vector_opens = !std::is_same_v<T, bool>;

template <class T>
struct vector_opener : std::vector<T> {
    static void set_size(std::vector<T>& v, std::size_t n)
    {
        auto& impl = v.*(&vector_opener::_M_impl);
        impl._M_finish = impl._M_start + n;
    }
};
#else
template <class T>
inline constexpr bool vector_opens = false;

template <class T>
struct vector_opener {
    static void set_size(std::vector<T>&, std::size_t) {}
};
#endif
#undef WEFT_DETAIL_ASAN

/// Room for n elements that end up in a std::vector<T>. The elements are constructed in room(), each exactly once, and
/// belong to whoever constructed them until release(), which takes over all n of them.
template <class T>
class raw_vector {
public:
    explicit raw_vector(std::size_t n) : raw_vector(std::vector<T>(), n) {}

    /// Uses the storage of `old`, whose elements are destroyed.
    raw_vector(std::vector<T>&& old, std::size_t n) : vector_(std::move(old)), size_(n)
    {
        vector_.clear();
        if constexpr (vector_opens<T>) {
            vector_.reserve(n);
        } else if (n != 0) {
            room_ = storage().allocate(n);
        }
    }
    ~raw_vector()
    {
        if constexpr (!vector_opens<T>) {
            if (room_ != nullptr) storage().deallocate(room_, size_);
        }
    }
    raw_vector(raw_vector&& other) noexcept
        : vector_(std::move(other.vector_)), size_(other.size_), room_(std::exchange(other.room_, nullptr))
    {
    }
    raw_vector& operator=(const raw_vector&) = delete;

    [[nodiscard]] T* room()
    {
        if constexpr (vector_opens<T>) {
            return vector_.data();
        } else {
            return room_;
        }
    }

    [[nodiscard]] std::size_t size() const { return size_; }

    /// All elements have been constructed: hands them over.
    std::vector<T> release()
    {
        if constexpr (vector_opens<T>) {
            vector_opener<T>::set_size(vector_, size_);
        } else {
            // One more move each, where the vector cannot be opened.
            struct finally {
                raw_vector& self;
                ~finally() { detail::destruct_n(self.room_, self.size_); }
            } end{*this};
            vector_.reserve(size_);
            for (std::size_t i = 0; i != size_; ++i) vector_.push_back(std::move(room_[i]));
        }
        return std::move(vector_);
    }

private:
    using storage = typename std::vector<T>::allocator_type;

    std::vector<T> vector_;
    std::size_t size_;
    T* room_ = nullptr;
};

/// Elements lo .. lo + count - 1 that a piece has constructed in a room and that have not been taken over yet.
template <class T>
class constructed {
public:
    constructed() = default;
    explicit constructed(T* first) : first_(first) {}
    constructed(constructed&& other) noexcept : first_(other.first_), count_(std::exchange(other.count_, 0)) {}
    constructed& operator=(constructed&& other) noexcept
    {
        if (this != detail::address_of(other)) {
            destroy();
            first_ = other.first_;
            count_ = std::exchange(other.count_, 0);
        }
        return *this;
    }
    ~constructed() { destroy(); }

    [[nodiscard]] T* next() const { return first_ + count_; }
    [[nodiscard]] std::size_t count() const { return count_; }
    void set_count(std::size_t n) { count_ = n; }

    /// Takes over the elements that follow directly.
    void append(constructed& right)
    {
        if (next() == right.first_) count_ += std::exchange(right.count_, 0);
    }

    void give_up() { count_ = 0; }

private:
    void destroy() noexcept
    {
        if (count_ != 0) detail::destruct_n(first_, count_);
        count_ = 0;
    }

    T* first_ = nullptr;
    std::size_t count_ = 0;
};

}  // namespace weft::detail
