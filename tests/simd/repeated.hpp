// tests/simd/repeated.hpp - many numbers in a row in little memory: the same pages again and again.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "simd/pages.hpp"

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace test {

template <class T>
class repeated {
public:
    /// The block is a multiple of 64 KiB.
    repeated(const std::vector<T>& block, std::size_t times)
        : size_(block.size() * times), pages_(block.size() * sizeof(T), times)
    {
        std::memcpy(pages_.begin(), block.data(), block.size() * sizeof(T));
    }

    [[nodiscard]] std::span<const T> span() const { return {reinterpret_cast<const T*>(pages_.begin()), size_}; }

private:
    std::size_t size_;
    repeated_pages pages_;
};

}  // namespace test
