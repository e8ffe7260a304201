// tests/latency/made_numbers.hpp - a random-access range whose elements are made when they are read.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <iterator>

namespace test {

/// i * i for i from 0 to `size` - 1; or i itself.
template <bool Squared>
struct made_numbers {
    struct iterator {
        using value_type = std::size_t;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::random_access_iterator_tag;

        std::ptrdiff_t at = 0;

        std::size_t operator*() const { return (*this)[0]; }
        std::size_t operator[](std::ptrdiff_t i) const
        {
            const auto n = static_cast<std::size_t>(at + i);
            return Squared ? n * n : n;
        }
        iterator& operator++() { return *this += 1; }
        iterator operator++(int) { return {at++}; }
        iterator& operator--() { return *this += -1; }
        iterator operator--(int) { return {at--}; }
        iterator& operator+=(std::ptrdiff_t i)
        {
            at += i;
            return *this;
        }
        iterator& operator-=(std::ptrdiff_t i) { return *this += -i; }
        friend iterator operator+(iterator a, std::ptrdiff_t i) { return {a.at + i}; }
        friend iterator operator+(std::ptrdiff_t i, iterator a) { return {a.at + i}; }
        friend iterator operator-(iterator a, std::ptrdiff_t i) { return {a.at - i}; }
        friend std::ptrdiff_t operator-(iterator a, iterator b) { return a.at - b.at; }
        auto operator<=>(const iterator&) const = default;
    };

    std::ptrdiff_t size;

    iterator begin() const { return {0}; }
    iterator end() const { return {size}; }
};

}  // namespace test
