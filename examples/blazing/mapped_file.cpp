// examples/blazing/mapped_file.cpp
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "blazing/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace blazing {
namespace {

[[noreturn]] void fail(const std::string& path, int error)
{
    throw std::system_error(error, std::system_category(), path);
}

}  // namespace

mapped_file::mapped_file(const std::string& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(path, errno);
    struct stat info{};
    int error = ::fstat(file, &info) != 0 ? errno : S_ISDIR(info.st_mode) ? EISDIR : 0;
    if (error == 0 && !S_ISREG(info.st_mode)) {
        ::close(file);
        throw std::invalid_argument(path + ": not a regular file; what comes from a pipe must be put into one first");
    }
    if (error == 0 && info.st_size > 0) {
        size_ = static_cast<std::size_t>(info.st_size);
        begin_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
        if (begin_ == MAP_FAILED) {
            error = errno;
            begin_ = nullptr;
            size_ = 0;
        }
    }
    ::close(file);
    if (error != 0) fail(path, error);
}

mapped_file::~mapped_file()
{
    if (begin_ != nullptr) ::munmap(begin_, size_);
}

}  // namespace blazing
