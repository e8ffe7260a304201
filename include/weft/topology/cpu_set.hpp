// weft/topology/cpu_set.hpp - a set of processors, and pinning a thread to one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <system_error>
#include <vector>

namespace weft {

/// A set of processors (hardware threads), by the numbers that the operating system gives them. On Windows processor n
/// of group g has the number g * 64 + n.
///
/// Thread safety: an ordinary value.
/// Cost:          memory and time grow with the highest number in the set.
/// Example:       examples/pool/own_pool.cpp
class cpu_set {
public:
    class iterator;
    using value_type = std::size_t;

    cpu_set() = default;
    cpu_set(std::initializer_list<std::size_t> cpus)
    {
        for (const std::size_t cpu : cpus) add(cpu);
    }

    /// Adds processor `cpu`. Throws std::invalid_argument if the number is 1,048,576 or more: no system has that many.
    void add(std::size_t cpu);

    /// Removes processor `cpu`, if it is there.
    void remove(std::size_t cpu) noexcept;

    [[nodiscard]] bool contains(std::size_t cpu) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return words_.empty(); }

    /// The numbers in ascending order: `for (std::size_t cpu : set)`. Any change of the set ends the iteration.
    [[nodiscard]] iterator begin() const noexcept;
    [[nodiscard]] static std::default_sentinel_t end() noexcept { return {}; }

    /// The smallest number in the set that is at least `from`; none if there is none.
    [[nodiscard]] std::optional<std::size_t> next(std::size_t from) const noexcept;

    /// The numbers in ascending order.
    [[nodiscard]] std::vector<std::size_t> to_vector() const;

    /// What is in both, and what is in either.
    friend cpu_set operator&(const cpu_set& a, const cpu_set& b);
    friend cpu_set operator|(const cpu_set& a, const cpu_set& b);
    friend bool operator==(const cpu_set&, const cpu_set&) = default;

private:
    void trim() noexcept;

    std::vector<std::uint64_t> words_;  // the last word is never zero
};

/// Visits the numbers of a cpu_set in ascending order.
class cpu_set::iterator {
public:
    using value_type = std::size_t;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    explicit iterator(const cpu_set& set) noexcept : set_(&set), at_(set.next(0)) {}

    [[nodiscard]] std::size_t operator*() const noexcept { return *at_; }
    iterator& operator++() noexcept
    {
        at_ = set_->next(*at_ + 1);
        return *this;
    }
    iterator operator++(int) noexcept
    {
        iterator before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const iterator&, const iterator&) = default;
    friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept { return !i.at_; }

private:
    const cpu_set* set_ = nullptr;
    std::optional<std::size_t> at_;
};

inline cpu_set::iterator cpu_set::begin() const noexcept { return iterator(*this); }

/// Lets the calling thread run on the processors in `cpus` only. Processors that are offline, or that the system does
/// not let this process use, are ignored as long as one is left. On Windows a thread runs in one group at a time: those of
/// others are ignored, too, if there is one in its own, and those of all but the first group otherwise.
///
/// Returns an error, and changes nothing, if none is left (invalid_argument), or where the system cannot pin threads
/// (not_supported).
std::error_code pin_this_thread(const cpu_set& cpus);

/// The processors that the calling thread may run on; empty where the system does not say.
[[nodiscard]] cpu_set this_thread_affinity();

/// The processor that the calling thread runs on now; by the time of the return it may be another one. None where the
/// system does not say.
[[nodiscard]] std::optional<std::size_t> this_thread_cpu() noexcept;

}  // namespace weft
