// tests/simd/pages.hpp - pages that nobody may touch, and pages that are seen at many addresses.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "test.hpp"

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#undef near
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

#include <cstddef>
#include <vector>

namespace test {

/// Whole pages between two that nobody may touch.
class fenced_pages {
public:
    explicit fenced_pages(std::size_t bytes)
    {
        const std::size_t page = page_size();
        const std::size_t room = (bytes + page - 1) / page * page;
        size_ = room + 2 * page;
#if defined(_WIN32)
        memory_ = static_cast<char*>(VirtualAlloc(nullptr, size_, MEM_RESERVE, PAGE_NOACCESS));
        REQUIRE(memory_ != nullptr);
        if (room != 0) REQUIRE(VirtualAlloc(memory_ + page, room, MEM_COMMIT, PAGE_READWRITE) != nullptr);
#else
        memory_ = static_cast<char*>(mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        REQUIRE(memory_ != MAP_FAILED);
        if (room != 0) REQUIRE(mprotect(memory_ + page, room, PROT_READ | PROT_WRITE) == 0);
#endif
    }
    ~fenced_pages()
    {
#if defined(_WIN32)
        VirtualFree(memory_, 0, MEM_RELEASE);
#else
        munmap(memory_, size_);
#endif
    }
    fenced_pages(const fenced_pages&) = delete;
    fenced_pages& operator=(const fenced_pages&) = delete;

    [[nodiscard]] char* begin() const { return memory_ + page_size(); }
    [[nodiscard]] char* end() const { return memory_ + size_ - page_size(); }

private:
    static std::size_t page_size()
    {
#if defined(_WIN32)
        return 4096;
#else
        return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
#endif
    }

    std::size_t size_ = 0;
    char* memory_ = nullptr;
};

/// The same bytes at so many addresses in a row, which must be multiples of 64 KiB.
class repeated_pages {
public:
    repeated_pages(std::size_t bytes, std::size_t times) : size_(bytes * times)
    {
        REQUIRE(bytes % (std::size_t{64} << 10) == 0);
        bool mapped = true;
#if defined(_WIN32)
        const auto low = static_cast<DWORD>(bytes);
        file_ = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, low, nullptr);
        REQUIRE(file_ != nullptr);
        memory_ = static_cast<char*>(VirtualAlloc(nullptr, size_, MEM_RESERVE, PAGE_NOACCESS));
        REQUIRE(memory_ != nullptr);
        VirtualFree(memory_, 0, MEM_RELEASE);  // what was free for one range is free for its parts
        for (std::size_t i = 0; i < times; ++i) {
            views_.push_back(MapViewOfFileEx(file_, FILE_MAP_WRITE, 0, 0, bytes, memory_ + i * bytes));
            mapped = mapped && views_.back() != nullptr;
        }
#else
        const int file = memfd_create("repeated", 0);
        REQUIRE(file >= 0);
        REQUIRE(ftruncate(file, static_cast<off_t>(bytes)) == 0);
        memory_ =
            static_cast<char*>(mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        REQUIRE(memory_ != MAP_FAILED);
        for (std::size_t i = 0; i < times; ++i) {
            char* const at = memory_ + i * bytes;
            mapped = mapped && mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == at;
        }
        close(file);
#endif
        REQUIRE(mapped);
    }
    ~repeated_pages()
    {
#if defined(_WIN32)
        for (void* const view : views_) UnmapViewOfFile(view);
        CloseHandle(file_);
#else
        munmap(memory_, size_);
#endif
    }
    repeated_pages(const repeated_pages&) = delete;
    repeated_pages& operator=(const repeated_pages&) = delete;

    [[nodiscard]] char* begin() const { return memory_; }

private:
    std::size_t size_;
    char* memory_ = nullptr;
#if defined(_WIN32)
    HANDLE file_ = nullptr;
    std::vector<void*> views_;
#endif
};

}  // namespace test
