// examples/blazing/mapped_file.hpp - a file as one string_view, without reading it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace blazing {

/// A whole file, mapped into memory, read only. Views of the text are valid as long as this object lives.
class mapped_file {
public:
    /// Throws std::system_error, or std::invalid_argument for a pipe or device, with the path in its message.
    explicit mapped_file(const std::string& path);
    ~mapped_file();
    mapped_file(mapped_file&& other) noexcept
        : begin_(std::exchange(other.begin_, nullptr)), size_(std::exchange(other.size_, 0))
    {
    }
    mapped_file& operator=(mapped_file&&) = delete;

    [[nodiscard]] std::string_view text() const noexcept { return {static_cast<const char*>(begin_), size_}; }

private:
    void* begin_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace blazing
