// weft/iter/detail/gather.hpp - collects items whose number is not known in advance: one growing vector per piece.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/detail/raw_vector.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::detail {

/// A sequence of vectors. A piece appends to the last one; what two pieces found is joined without touching the items.
/// A loop that was never split ends with one vector, which is the result as it is.
template <class T>
class gathered {
public:
    /// All items, in order.
    [[nodiscard]] std::size_t size() const
    {
        std::size_t n = first_.size();
        for (const auto& v : more_) n += v.size();
        return n;
    }

    [[nodiscard]] bool in_one() const { return more_.empty(); }
    [[nodiscard]] std::vector<T>& first() { return first_; }

    /// f(vector) for each, in order.
    template <class F>
    void each(F f)
    {
        f(first_);
        for (auto& v : more_) f(v);
    }

    /// Appends all of `right`, which is empty then.
    void append(gathered& right)
    {
        if (!right.first_.empty()) {
            if (more_.empty() && first_.empty()) {
                first_ = std::move(right.first_);
            } else {
                more_.push_back(std::move(right.first_));
            }
        }
        for (auto& v : right.more_) more_.push_back(std::move(v));
        right.first_.clear();
        right.more_.clear();
    }

    /// Appends items to the last vector. They count once the writer is destroyed, even by an exception.
    class writer {
    public:
        explicit writer(gathered& all) : vector_(all.more_.empty() ? all.first_ : all.more_.back()) { load(); }
        ~writer() { store(); }
        writer(const writer&) = delete;
        writer& operator=(const writer&) = delete;

        template <class X>
        [[gnu::always_inline]] void push(X&& x)
        {
            if constexpr (vector_opens<T>) {
                if (next_ == end_) [[unlikely]]
                    more();
                detail::construct(next_, std::forward<X>(x));
                ++next_;
            } else {
                vector_.emplace_back(std::forward<X>(x));
            }
        }

        /// Writes x and keeps it if so: no branch that depends on the items.
        [[gnu::always_inline]] void push_if(bool keep, const T& x)
            requires(vector_opens<T> && std::is_trivially_copyable_v<T>)
        {
            if (next_ == end_) [[unlikely]]
                more();
            detail::construct(next_, x);
            next_ += keep ? 1 : 0;
        }

    private:
        void load()
        {
            if constexpr (vector_opens<T>) {
                next_ = vector_.data() + vector_.size();
                end_ = vector_.data() + vector_.capacity();
            }
        }
        void store()
        {
            if constexpr (vector_opens<T>) {
                vector_opener<T>::set_size(vector_, static_cast<std::size_t>(next_ - vector_.data()));
            }
        }
        [[gnu::noinline]] void more()
        {
            store();
            const std::size_t n = vector_.capacity();
            vector_.reserve(n < 8 ? 16 : 2 * n);
            load();
        }

        T* next_ = nullptr;
        T* end_ = nullptr;
        std::vector<T>& vector_;
    };

private:
    friend class writer;

    std::vector<T> first_;
    std::vector<std::vector<T>> more_;
};

}  // namespace weft::detail
