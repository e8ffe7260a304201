// tests/iter/par_iter_test.cpp - parallel chains: par_iter, par_range, and all adaptors and terminals.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using test::numbers;

// What a chain and a consumer must have: each of these lacks one thing.
using weft::detail::piece;
struct parts : weft::detail::chain_tag, weft::detail::source_base {
    using item = int;
    static constexpr auto index_grade = weft::detail::indexing::none;
};
struct whole_chain : parts {
    [[nodiscard]] static std::size_t extent() { return 0; }
};
struct without_item : weft::detail::chain_tag, weft::detail::source_base {
    static constexpr auto index_grade = weft::detail::indexing::none;
    [[nodiscard]] static std::size_t extent() { return 0; }
};
struct with_an_int_for_extent : parts {
    [[nodiscard]] static int extent() { return 0; }
};
struct without_bounds : whole_chain {
    void bounds() const = delete;
};
struct without_blocks : whole_chain {
    void enter(piece) const = delete;
};
struct pulled_without_input : parts {
    static constexpr bool pulled = true;
};
struct pulled_chain : pulled_without_input {
    [[nodiscard]] static std::vector<int> make_batch() { return {}; }
    static bool pull(std::vector<int>&);
};
struct windowed_without_windows : whole_chain {
    static constexpr bool windowed = true;
};
struct windowed_chain : windowed_without_windows {
    [[nodiscard]] static std::size_t window_begin() { return 0; }
    static bool refill();
};
struct with_a_number_for_its_grade : whole_chain {
    static constexpr int index_grade = 0;
};
struct whole_consumer {
    using state = int;
    [[nodiscard]] static int make(std::size_t) { return 0; }
    template <class Chain, class Piece>
    bool run(const Chain&, Piece&&, int&) const;
    void merge(int&, int&) const;
};
struct never_merging : whole_consumer {
    void merge(int&, int&) const = delete;
};
struct making_others : whole_consumer {
    [[nodiscard]] static long make(std::size_t) { return 0; }
};
struct answering_nothing : whole_consumer {
    template <class Chain, class Piece>
    void run(const Chain&, Piece&&, int&) const;
};

namespace own {

/// A container that is not a range.
struct grid {
    std::vector<int> cells;

    friend auto weft_par_iter(const grid& g)
    {
        return weft::par_iter(g.cells).filter([](int x) { return x != 0; });
    }
    friend std::vector<int>& weft_par_iter(grid& g) { return g.cells; }
};

}  // namespace own

}  // namespace

TEST_CASE("par_iter: every range, cut at every point")
{
    for (std::size_t n : {0u, 1u, 2u, 3u, 17u, 64u}) {
        std::vector<int> v = numbers(n, 1);
        const std::vector<int> constant = v;
        std::deque<int> d(v.begin(), v.end());
        test::check_chain([&] { return weft::par_iter(v); }, v);
        test::check_chain([&] { return weft::par_iter(constant); }, v);
        test::check_chain([&] { return weft::par_iter(numbers(n, 1)); }, v);
        test::check_chain([&] { return weft::par_iter(d); }, v);
        test::check_chain([&] { return weft::par_iter(std::deque<int>(d)); }, v);
        test::check_chain([&] { return weft::par_iter(std::span<int>(v)); }, v);
        test::check_chain([&] { return weft::par_iter(std::views::iota(1, static_cast<int>(n) + 1)); }, v);
        test::check_chain([&] { return weft::par_iter(v | std::views::transform([](int x) { return x; })); }, v);
    }
    std::array<int, 3> a{4, 5, 6};
    test::check_chain([&] { return weft::par_iter(a); }, std::vector<int>{4, 5, 6});
    test::check_chain([] { return weft::par_iter(std::array<int, 2>{1, 2}); }, std::vector<int>{1, 2});
    int plain[] = {7, 8};
    test::check_chain([&] { return weft::par_iter(plain); }, std::vector<int>{7, 8});
}

TEST_CASE("par_iter: an lvalue gives references, a const one references to const")
{
    std::vector<int> v = numbers(100, 1);
    weft::par_iter(v).for_each([](int& x) { x *= 2; });
    CHECK(v[99] == 200);
    const std::vector<int>& constant = v;
    static_assert(std::is_same_v<decltype(weft::par_iter(constant))::item, const int&>);
    static_assert(std::is_same_v<decltype(weft::par_iter(std::vector<int>()))::item, int&&>);
}

TEST_CASE("par_iter: an rvalue container is owned and its items are moved out")
{
    std::vector<std::unique_ptr<int>> v;
    for (int i = 0; i < 1000; ++i) v.push_back(std::make_unique<int>(i));
    auto values = weft::par_iter(std::move(v)).map([](std::unique_ptr<int> p) { return *p; }).to_vector();
    CHECK(values.size() == 1000);
    CHECK(values[999] == 999);
    auto moved = weft::par_iter(std::vector<std::string>(100, std::string(50, 'x'))).to_vector();
    CHECK(moved == std::vector<std::string>(100, std::string(50, 'x')));
}

TEST_CASE("par_iter: a vector of bool is read only")
{
    std::vector<bool> flags(100, true);
    flags[7] = false;
    CHECK(weft::par_iter(flags).filter([](bool b) { return b; }).count() == 99);
    CHECK(weft::par_iter(std::vector<bool>(10, true)).all_of([](bool b) { return b; }));
    CHECK(weft::par_iter(flags).to_vector() == flags);
}

TEST_CASE("par_iter: an optional is none or one")
{
    std::optional<int> some = 3;
    const std::optional<int> none;
    test::check_chain([&] { return weft::par_iter(some); }, std::vector<int>{3});
    test::check_chain([&] { return weft::par_iter(none); }, std::vector<int>{});
    weft::par_iter(some).for_each([](int& x) { x = 5; });
    CHECK(some == 5);
    auto moved = weft::par_iter(std::optional(std::make_unique<int>(7))).to_vector();
    CHECK(moved.size() == 1);
    CHECK(*moved[0] == 7);
    CHECK(weft::par_iter(some).chain(none).sum() == 5);
}

TEST_CASE("par_iter: a type of the user's says how it is iterated")
{
    own::grid g{{1, 0, 2, 0, 3}};
    CHECK(weft::par_iter(g).size() == 5);
    weft::par_iter(g).for_each([](int& x) { x *= 10; });
    CHECK(weft::par_iter(std::as_const(g)).to_vector() == std::vector<int>{10, 20, 30});
    CHECK(weft::par_iter(std::array{1, 2}).chain(std::as_const(g)).sum() == 63);
}

TEST_CASE("par_iter: what a chain and its consumer must have is asked for by name")
{
    using weft::detail::chain_source;
    STATIC_REQUIRE(chain_source<whole_chain>);
    STATIC_REQUIRE_FALSE(chain_source<parts>);
    STATIC_REQUIRE_FALSE(chain_source<without_item>);
    STATIC_REQUIRE_FALSE(chain_source<with_an_int_for_extent>);
    STATIC_REQUIRE_FALSE(chain_source<without_bounds>);
    STATIC_REQUIRE_FALSE(chain_source<without_blocks>);
    STATIC_REQUIRE_FALSE(chain_source<with_a_number_for_its_grade>);
    STATIC_REQUIRE_FALSE(chain_source<std::vector<int>>);
    STATIC_REQUIRE(chain_source<pulled_chain>);
    STATIC_REQUIRE_FALSE(chain_source<pulled_without_input>);
    STATIC_REQUIRE(chain_source<windowed_chain>);
    STATIC_REQUIRE_FALSE(chain_source<windowed_without_windows>);

    using weft::detail::consumer_of;
    STATIC_REQUIRE(consumer_of<whole_consumer, whole_chain>);
    STATIC_REQUIRE_FALSE(consumer_of<never_merging, whole_chain>);
    STATIC_REQUIRE_FALSE(consumer_of<making_others, whole_chain>);
    STATIC_REQUIRE_FALSE(consumer_of<answering_nothing, whole_chain>);
    STATIC_REQUIRE_FALSE(consumer_of<int, whole_chain>);
}
