// tests/compile_fail/algorithm.cpp - misuse of algorithms, and the first line that the compiler says about it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_filter.hpp>
#include <weft/algorithm/par_group.hpp>
#include <weft/algorithm/par_nth_element.hpp>
#include <weft/algorithm/par_scan.hpp>
#include <weft/algorithm/par_shuffle.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/algorithm/par_sort_permutation.hpp>
#include <weft/algorithm/par_transform.hpp>

#include <functional>
#include <iterator>
#include <list>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

struct unordered {
    int value;
};

std::vector<int> v{3, 1, 2};
std::vector<unordered> u{{2}, {1}};
std::list<int> l{3, 1, 2};
std::vector<bool> bits(3);
std::vector<std::string> words{"b", "a"};

void use()
{
    int n = 0;
    (void)n;
    std::vector<int> out(3);
    // clang-format off: a case and its expectation stand on one line
#if 0
#elif defined(CASE_sort_a_list)  // expect: this algorithm needs a random-access range; a list
    weft::par_sort(l);
#elif defined(CASE_sort_a_view)  // expect: this algorithm needs a random-access range; a list
#if defined(__clang__)  // Clang 14 cannot use this library's views: it complains of them first
    weft::par_sort(l);
#else
    weft::par_sort(v | std::views::filter([](int x) { return x > 1; }));
#endif
#elif defined(CASE_fill_a_number)  // expect: this algorithm needs a range, or two iterators
    weft::par_fill(5, 1);
#elif defined(CASE_sort_iterators_of_a_list)  // expect: this algorithm needs random-access iterators; a list
    weft::par_sort(l.begin(), l.end());
#elif defined(CASE_sort_const)  // expect: the elements of this range are const: they cannot be put into another order
    weft::par_sort(std::as_const(v));
#elif defined(CASE_sort_const_iterators)  // expect: the elements of this range are const: they cannot be put into another order
    weft::par_sort(v.cbegin(), v.cend());
#elif defined(CASE_sort_without_order)  // expect: the elements cannot be compared (all of ==, !=, <, >, <=, >= are asked for)
    weft::par_sort(u);
#elif defined(CASE_sort_by_comparison_of_one)  // expect: the comparison cannot be called with two elements of the range
    weft::par_sort(v, [](int a) { return a > 0; });
#elif defined(CASE_sort_by_comparison_of_others)  // expect: the comparison cannot be called with two elements of the range
    weft::par_stable_sort(v, [](const std::string& a, const std::string& b) { return a < b; });
#elif defined(CASE_sort_by_comparison_without_answer)  // expect: the comparison must return something that converts to bool
    weft::par_sort(v, [](int, int) {});
#elif defined(CASE_sort_by_mutable_comparison)  // expect: a mutable lambda (or a non-const operator()) is not allowed here
    weft::par_sort(v, [n](int a, int b) mutable { return a + n++ < b; });
#elif defined(CASE_sort_by_projection_of_others)  // expect: the projection cannot be called with an element of the range
    weft::par_sort(v, {}, &unordered::value);
#elif defined(CASE_sort_by_projection_without_result)  // expect: the projection returns nothing: it must return what is looked at
    weft::par_sort(v, {}, [](int) {});
#elif defined(CASE_is_sorted_by_comparison_of_one)  // expect: the comparison cannot be called with two elements of the range
    (void)weft::par_is_sorted(v, [](int a) { return a > 0; });
#elif defined(CASE_cached_key_without_result)  // expect: the key function returns nothing: it must return a key
    weft::par_sort_by_cached_key(words, [](const std::string&) {});
#elif defined(CASE_cached_key_of_others)  // expect: the key function cannot be called with an element of the range
    weft::par_sort_by_cached_key(words, [](int x) { return x; });
#elif defined(CASE_cached_key_of_const)  // expect: the elements of this range are const, or cannot be moved
    weft::par_sort_by_cached_key(std::as_const(words), [](const std::string& s) { return s.size(); });
#elif defined(CASE_sort_permutation_of_a_list)  // expect: this algorithm needs a random-access range; a list
    (void)weft::par_sort_permutation(l);
#elif defined(CASE_sort_permutation_by_comparison_of_one)  // expect: the comparison cannot be called with two elements of the range
    (void)weft::par_sort_permutation(v, [](int a) { return a > 0; });
#elif defined(CASE_apply_permutation_of_words)  // expect: a permutation is a range of integers: the places of the elements
    weft::par_apply_permutation(v, words);
#elif defined(CASE_sort_by_key_of_const)  // expect: the elements of this range are const, or cannot be moved
    weft::par_sort_by_key(v, std::as_const(words));
#elif defined(CASE_sort_by_key_of_a_list)  // expect: this algorithm needs a random-access range; a list
    weft::par_sort_by_key(l, v);
#elif defined(CASE_sort_by_key_without_order)  // expect: the elements cannot be compared (all of ==, !=, <, >, <=, >= are asked for)
    weft::par_sort_by_key(u, v);
#elif defined(CASE_nth_element_of_const)  // expect: the elements of this range are const: they cannot be put into another order
    weft::par_nth_element(std::as_const(v), v.cbegin());
#elif defined(CASE_merge_to_back_inserter)  // expect: the output must be a random-access iterator with room for all results
    weft::par_merge(v, v, std::back_inserter(out));
#elif defined(CASE_merge_by_comparison_of_one)  // expect: the comparison cannot be called with two elements of the range
    weft::par_merge(v, v, out.begin(), [](int a) { return a > 0; });
#elif defined(CASE_copy_if_to_back_inserter)  // expect: the output must be a random-access iterator with room for all results
    weft::par_copy_if(v, std::back_inserter(out), [](int x) { return x > 1; });
#elif defined(CASE_copy_if_to_container)  // expect: the output is an iterator to where the first result goes: give begin()
    weft::par_copy_if(v, out, [](int x) { return x > 1; });
#elif defined(CASE_copy_if_without_answer)  // expect: the predicate must return something that converts to bool
    weft::par_copy_if(v, out.begin(), [](int) {});
#elif defined(CASE_partition_of_pairs)  // expect: the predicate cannot be called with an element of the range
    weft::par_partition(v, [](int, int) { return true; });
#elif defined(CASE_partition_by_mutable)  // expect: a mutable lambda (or a non-const operator()) is not allowed here
    weft::par_stable_partition(v, [n](int) mutable { return n++ > 1; });
#elif defined(CASE_unique_without_equality)  // expect: the elements cannot be compared (all of ==, !=, <, >, <=, >= are asked for)
    weft::par_unique(u);
#elif defined(CASE_unique_of_const)  // expect: the elements of this range are const, or cannot be moved
    weft::par_unique(std::as_const(v));
#elif defined(CASE_scan_by_operation_of_one)  // expect: the operation cannot combine two values of this range
    weft::par_inclusive_scan(v, out.begin(), [](int a) { return a; });
#elif defined(CASE_scan_without_plus)  // expect: the operation cannot combine two values of this range
    weft::par_inclusive_scan(u, u.begin());
#elif defined(CASE_scan_from_another_kind)  // expect: the operation cannot combine two values of this range
    weft::par_exclusive_scan(v, out.begin(), std::string("a"));
#elif defined(CASE_scan_without_result)  // expect: the result of the operation cannot be assigned to a value
    weft::par_inclusive_scan(v, out.begin(), [](int, int) {});
#elif defined(CASE_transform_without_result)  // expect: the function returns nothing: its results are what is written
    weft::par_transform(v, out.begin(), [](int) {});
#elif defined(CASE_transform_to_others)  // expect: what the function returns cannot be assigned to the elements of the output
    weft::par_transform(v, words.begin(), [](int) { return unordered{1}; });
#elif defined(CASE_transform_two_by_one)  // expect: the function cannot be called with an element of the range
    weft::par_transform(v, v, out.begin(), [](int x) { return x; });
#elif defined(CASE_tabulate_without_index)  // expect: the function cannot be called with an element of the range
    weft::par_tabulate(v, [] { return 1; });
#elif defined(CASE_histogram_of_words)  // expect: a key of a histogram must be a number
    (void)weft::par_histogram(words, 5);
#elif defined(CASE_group_without_key)  // expect: the key function returns nothing: it must return a key
    (void)weft::par_group_by(v, [](int) {});
#elif defined(CASE_reduce_by_key_by_one)  // expect: the operation cannot combine two values of this range
    (void)weft::par_reduce_by_key(v, v, [](int a) { return a; });
#elif defined(CASE_shuffle_of_const)  // expect: the elements of this range are const, or cannot be moved
    weft::par_shuffle(std::as_const(v), 1);
#elif defined(CASE_fill_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_fill(bits, true);
#elif defined(CASE_fill_iterators_of_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_fill(bits.begin(), bits.end(), true);
#elif defined(CASE_tabulate_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_tabulate(bits, [](std::size_t i) { return i % 2 == 0; });
#elif defined(CASE_transform_to_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_transform(v, bits.begin(), [](int x) { return x > 1; });
#elif defined(CASE_transform_iterators_to_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_transform(v.begin(), v.end(), bits.begin(), [](int x) { return x > 1; });
#elif defined(CASE_transform_two_to_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_transform(v, v, bits.begin(), [](int x, int y) { return x > y; });
#elif defined(CASE_transform_to_reversed_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_transform(v, bits.rbegin(), [](int x) { return x > 1; });
#elif defined(CASE_copy_if_to_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_copy_if(bits, bits.begin(), [](bool x) { return x; });
#elif defined(CASE_scan_to_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_inclusive_scan(bits, bits.begin(), std::bit_or<>());
#elif defined(CASE_exclusive_scan_to_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_exclusive_scan(bits, bits.begin(), false, std::bit_or<>());
#elif defined(CASE_merge_to_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_merge(v, v, bits.begin());
#elif defined(CASE_sort_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_sort(bits);
#elif defined(CASE_stable_sort_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_stable_sort(bits.begin(), bits.end());
#elif defined(CASE_nth_element_of_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_nth_element(bits, bits.begin());
#elif defined(CASE_partial_sort_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_partial_sort(bits, bits.begin());
#elif defined(CASE_sort_bits_by_cached_key)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_sort_by_cached_key(bits, [](bool x) { return !x; });
#elif defined(CASE_partition_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_partition(bits, [](bool x) { return x; });
#elif defined(CASE_stable_partition_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_stable_partition(bits, [](bool x) { return x; });
#elif defined(CASE_unique_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_unique(bits);
#elif defined(CASE_shuffle_bits)  // expect: several threads write side by side, and these elements are bits that share a word
    weft::par_shuffle(bits, 1);
#elif defined(CASE_fill_a_list)  // expect: this algorithm needs a random-access range; a list
    weft::par_fill(l, 1);
#endif
}
