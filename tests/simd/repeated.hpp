// tests/simd/repeated.hpp - many numbers in a row in little memory: the same pages again and again.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "test.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace test {

template <class T>
class repeated {
public:
    /// The block consists of whole pages.
    repeated(const std::vector<T>& block, std::size_t times) : size_(block.size() * times)
    {
        const std::size_t bytes = block.size() * sizeof(T);
        REQUIRE(bytes % static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) == 0);
        const int file = memfd_create("repeated", 0);
        REQUIRE(file >= 0);
        REQUIRE(ftruncate(file, static_cast<off_t>(bytes)) == 0);
        memory_ = mmap(nullptr, bytes * times, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        REQUIRE(memory_ != MAP_FAILED);
        bool mapped = true;
        for (std::size_t i = 0; i < times; ++i) {
            char* const at = static_cast<char*>(memory_) + i * bytes;
            mapped = mapped && mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == at;
        }
        close(file);
        REQUIRE(mapped);
        std::memcpy(memory_, block.data(), bytes);
    }
    repeated(const repeated&) = delete;
    repeated& operator=(const repeated&) = delete;
    ~repeated() { munmap(memory_, size_ * sizeof(T)); }

    [[nodiscard]] std::span<const T> span() const { return {static_cast<const T*>(memory_), size_}; }

private:
    std::size_t size_;
    void* memory_ = nullptr;
};

}  // namespace test
