// src/topology/cpu_set.cpp - sets of processors; pinning on Linux, and stubs where the system cannot do it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/topology/cpu_set.hpp>

#include <algorithm>
#include <bit>
#include <memory>
#include <stdexcept>
#include <string>

#include "topology/thread_affinity.hpp"

#if defined(__linux__)
#include <dirent.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#endif

namespace weft {
namespace {

constexpr std::size_t word_bits = 64;
constexpr std::size_t max_cpus = std::size_t{1} << 20;

}  // namespace

void cpu_set::add(std::size_t cpu)
{
    if (cpu >= max_cpus) {
        throw std::invalid_argument("weft::cpu_set: there is no processor number " + std::to_string(cpu));
    }
    if (cpu / word_bits >= words_.size()) words_.resize(cpu / word_bits + 1);
    words_[cpu / word_bits] |= std::uint64_t{1} << cpu % word_bits;
}

void cpu_set::remove(std::size_t cpu) noexcept
{
    if (cpu / word_bits >= words_.size()) return;
    words_[cpu / word_bits] &= ~(std::uint64_t{1} << cpu % word_bits);
    trim();
}

bool cpu_set::contains(std::size_t cpu) const noexcept
{
    return cpu / word_bits < words_.size() && (words_[cpu / word_bits] >> cpu % word_bits & 1) != 0;
}

std::size_t cpu_set::size() const noexcept
{
    std::size_t n = 0;
    for (const std::uint64_t word : words_) n += static_cast<std::size_t>(std::popcount(word));
    return n;
}

std::optional<std::size_t> cpu_set::next(std::size_t from) const noexcept
{
    for (std::size_t i = from / word_bits; i < words_.size(); ++i) {
        std::uint64_t word = words_[i];
        if (i == from / word_bits) word &= ~std::uint64_t{0} << from % word_bits;
        if (word != 0) return i * word_bits + static_cast<std::size_t>(std::countr_zero(word));
    }
    return std::nullopt;
}

std::vector<std::size_t> cpu_set::to_vector() const
{
    std::vector<std::size_t> all;
    all.reserve(size());
    for (const std::size_t cpu : *this) all.push_back(cpu);
    return all;
}

cpu_set operator&(const cpu_set& a, const cpu_set& b)
{
    cpu_set out;
    out.words_.resize(std::min(a.words_.size(), b.words_.size()));
    for (std::size_t i = 0; i < out.words_.size(); ++i) out.words_[i] = a.words_[i] & b.words_[i];
    out.trim();
    return out;
}

cpu_set operator|(const cpu_set& a, const cpu_set& b)
{
    cpu_set out = a.words_.size() >= b.words_.size() ? a : b;
    const cpu_set& smaller = a.words_.size() >= b.words_.size() ? b : a;
    for (std::size_t i = 0; i < smaller.words_.size(); ++i) out.words_[i] |= smaller.words_[i];
    return out;
}

void cpu_set::trim() noexcept
{
    while (!words_.empty() && words_.back() == 0) words_.pop_back();
}

#if defined(__linux__)

// The system calls are used directly: the library's wrappers know sets of one fixed size.

namespace {

constexpr std::size_t kernel_bits = 8 * sizeof(unsigned long);

}  // namespace

std::error_code pin_this_thread(const cpu_set& cpus)
{
    std::vector<unsigned long> mask(1);
    for (const std::size_t cpu : cpus) {
        if (cpu / kernel_bits >= mask.size()) mask.resize(cpu / kernel_bits + 1);
        mask[cpu / kernel_bits] |= 1ul << cpu % kernel_bits;
    }
    if (syscall(SYS_sched_setaffinity, 0, mask.size() * sizeof(unsigned long), mask.data()) == 0) return {};
    return std::error_code(errno, std::system_category());
}

namespace detail {

std::int64_t this_thread_id() noexcept { return syscall(SYS_gettid); }

cpu_set thread_affinity(std::int64_t id)
{
    cpu_set out;
    for (std::vector<unsigned long> mask(16);; mask.resize(2 * mask.size())) {
        const long bytes = syscall(SYS_sched_getaffinity, id, mask.size() * sizeof(unsigned long), mask.data());
        if (bytes < 0 && errno == EINVAL && mask.size() * kernel_bits < max_cpus) continue;
        for (std::size_t cpu = 0; bytes > 0 && cpu < static_cast<std::size_t>(bytes) * 8; ++cpu) {
            if ((mask[cpu / kernel_bits] >> cpu % kernel_bits & 1) != 0) out.add(cpu);
        }
        return out;
    }
}

cpu_set process_affinity()
{
    constexpr int most_asked = 256;
    const std::unique_ptr<DIR, int (*)(DIR*)> threads(opendir("/proc/self/task"), [](DIR* d) { return closedir(d); });
    if (threads == nullptr) return thread_affinity(0) | thread_affinity(getpid());
    cpu_set out;
    for (int asked = 0; asked < most_asked;) {
        const dirent* const entry = readdir(threads.get());
        if (entry == nullptr) break;
        if (const long id = std::strtol(entry->d_name, nullptr, 10); id > 0) {
            out = out | thread_affinity(id);
            ++asked;
        }
    }
    return out;
}

}  // namespace detail

cpu_set this_thread_affinity() { return detail::thread_affinity(0); }

std::optional<std::size_t> this_thread_cpu() noexcept
{
    const int cpu = sched_getcpu();
    return cpu >= 0 ? std::optional(static_cast<std::size_t>(cpu)) : std::nullopt;
}

#elif !defined(_WIN32)

std::error_code pin_this_thread(const cpu_set&) { return std::make_error_code(std::errc::not_supported); }

namespace detail {

std::int64_t this_thread_id() noexcept { return 0; }

cpu_set thread_affinity(std::int64_t) { return {}; }
cpu_set process_affinity() { return {}; }

}  // namespace detail

cpu_set this_thread_affinity() { return {}; }

std::optional<std::size_t> this_thread_cpu() noexcept { return std::nullopt; }

#endif

}  // namespace weft
