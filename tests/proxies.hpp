// tests/proxies.hpp - ranges whose elements are made on the fly, or reached through objects that stand for them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// A long string that no small buffer holds, so that a reference to a dead one is seen.
inline std::string long_text(std::size_t i) { return std::string(40, 'x') + std::to_string(1'000'000 + i); }

/// Strings that are made when somebody looks.
inline auto made_strings(std::size_t n)
{
    return std::views::iota(std::size_t{0}, n) |
           std::views::transform([n](std::size_t i) { return long_text(i * 7919 % (n / 3 + 1)); });
}

}  // namespace test

/// Two arrays that look like one array of structs.
namespace soa {

struct item {
    int key = 0;
    std::string text;
    friend bool operator==(const item&, const item&) = default;
    friend auto operator<=>(const item&, const item&) = default;
};

/// Stands for an element; to assign to it is to assign to the element.
class reference {
public:
    reference(int& key, std::string& text) : key_(&key), text_(&text) {}
    reference(const reference&) = default;

    operator item() const { return {*key_, *text_}; }
    const reference& operator=(const item& x) const
    {
        *key_ = x.key;
        *text_ = x.text;
        return *this;
    }
    const reference& operator=(item&& x) const
    {
        *key_ = x.key;
        *text_ = std::move(x.text);
        return *this;
    }
    reference& operator=(const reference& x)
    {
        std::as_const(*this) = item(x);
        return *this;
    }
    const reference& operator=(const reference& x) const { return *this = item(x); }

    [[nodiscard]] int key() const { return *key_; }
    [[nodiscard]] const std::string& text() const { return *text_; }
    [[nodiscard]] item take() const { return {*key_, std::move(*text_)}; }

    friend bool operator==(const reference& a, const reference& b) { return item(a) == item(b); }
    friend auto operator<=>(const reference& a, const reference& b) { return item(a) <=> item(b); }

private:
    int* key_;
    std::string* text_;
};

class iterator {
public:
    using value_type = item;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::random_access_iterator_tag;
    using iterator_category = std::input_iterator_tag;

    iterator() = default;
    iterator(int* keys, std::string* texts) : keys_(keys), texts_(texts) {}

    soa::reference operator*() const { return {*keys_, *texts_}; }
    soa::reference operator[](std::ptrdiff_t n) const { return *(*this + n); }
    iterator& operator+=(std::ptrdiff_t n)
    {
        keys_ += n;
        texts_ += n;
        return *this;
    }
    iterator& operator-=(std::ptrdiff_t n) { return *this += -n; }
    iterator& operator++() { return *this += 1; }
    iterator& operator--() { return *this += -1; }
    iterator operator++(int) { return std::exchange(*this, *this + 1); }
    iterator operator--(int) { return std::exchange(*this, *this - 1); }
    friend iterator operator+(iterator a, std::ptrdiff_t n) { return a += n; }
    friend iterator operator+(std::ptrdiff_t n, iterator a) { return a += n; }
    friend iterator operator-(iterator a, std::ptrdiff_t n) { return a -= n; }
    friend std::ptrdiff_t operator-(iterator a, iterator b) { return a.keys_ - b.keys_; }
    friend bool operator==(iterator a, iterator b) { return a.keys_ == b.keys_; }
    friend auto operator<=>(iterator a, iterator b) { return a.keys_ <=> b.keys_; }
    friend item iter_move(iterator a) { return (*a).take(); }
    friend void iter_swap(iterator a, iterator b)
    {
        std::swap(*a.keys_, *b.keys_);
        std::swap(*a.texts_, *b.texts_);
    }

private:
    int* keys_ = nullptr;
    std::string* texts_ = nullptr;
};

class array {
public:
    array() = default;
    explicit array(std::size_t n) : keys_(n), texts_(n) {}
    explicit array(const std::vector<item>& from) : array(from.size())
    {
        for (std::size_t i = 0; i < from.size(); ++i) std::as_const(*this)[i] = from[i];
    }

    [[nodiscard]] std::size_t size() const { return keys_.size(); }
    [[nodiscard]] iterator begin() const { return {keys_.data(), texts_.data()}; }
    [[nodiscard]] iterator end() const { return begin() + static_cast<std::ptrdiff_t>(size()); }
    soa::reference operator[](std::size_t i) const { return begin()[static_cast<std::ptrdiff_t>(i)]; }
    [[nodiscard]] std::vector<item> items() const { return {begin(), end()}; }

private:
    mutable std::vector<int> keys_;
    mutable std::vector<std::string> texts_;
};

static_assert(std::ranges::random_access_range<array> && std::permutable<iterator>);

}  // namespace soa
