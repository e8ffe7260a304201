// tests/compile_fail/iter.cpp - misuse of parallel chains, and the first line that the compiler says about it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_chars.hpp>
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_extend.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_lines.hpp>
#include <weft/iter/par_split.hpp>
#include <weft/iter/sources.hpp>

#include <list>
#include <optional>
#include <ranges>
#include <string>
#include <unordered_set>
#include <vector>

std::vector<int> v{1, 2, 3};
std::list<int> l{1, 2, 3};
std::unordered_set<int> h{1, 2, 3};
std::string s;

void use()
{
    int n = 0;
    (void)n;
    // clang-format off: a case and its expectation stand on one line
#if 0
#elif defined(CASE_mutable_map)  // expect: a mutable lambda (or a non-const operator()) is not allowed here
    weft::par_iter(v).map([n](int x) mutable { return x + n++; }).sum();
#elif defined(CASE_mutable_for_each)  // expect: a mutable lambda (or a non-const operator()) is not allowed here
    weft::par_iter(v).for_each([n](int) mutable { ++n; });
#elif defined(CASE_mutable_filter)  // expect: a mutable lambda (or a non-const operator()) is not allowed here
    weft::par_iter(v).filter([n](int) mutable { return ++n > 1; }).count();
#elif defined(CASE_mutable_reduce)  // expect: a mutable lambda (or a non-const operator()) is not allowed here
    weft::par_iter(v).reduce([n](int a, int b) mutable { return a + b + n++; });
#elif defined(CASE_mutable_fold)  // expect: a mutable lambda (or a non-const operator()) is not allowed here
    weft::par_iter(v).fold(0, [n](int a, int b) mutable { return a + b + n++; });
#elif defined(CASE_mutable_comparison)  // expect: a mutable lambda is not allowed here
    weft::par_iter(v).max([n](int a, int b) mutable { return a + n++ < b; });
#elif defined(CASE_wrong_argument)  // expect: this function cannot be called with the items of this chain
    weft::par_iter(v).map([](std::string text) { return text; }).count();
#elif defined(CASE_wrong_parts)  // expect: this function cannot be called with the items of this chain
    weft::par_iter(v).enumerate().map([](int, int, int) { return 0; }).count();
#elif defined(CASE_predicate_without_answer)  // expect: must return something that converts to bool
    weft::par_iter(v).filter([](int) {}).count();
#elif defined(CASE_write_through_const)  // expect: this function cannot be called with the items of this chain
    weft::par_iter(std::as_const(v)).for_each([](int& x) { x = 0; });
#elif defined(CASE_zip_after_filter)  // expect: this needs an indexed chain; after filter
    weft::par_iter(v).filter([](int x) { return x > 1; }).zip(v);
#elif defined(CASE_zip_with_filtered)  // expect: this needs an indexed chain; after filter
    weft::par_iter(v).zip(weft::par_iter(v).filter([](int x) { return x > 1; }));
#elif defined(CASE_enumerate_after_filter)  // expect: this needs an indexed chain; after filter
    weft::par_iter(v).filter([](int x) { return x > 1; }).enumerate();
#elif defined(CASE_rev_after_flat_map)  // expect: this needs an indexed chain; after filter, flat_map
    weft::par_iter(v).flat_map_iter([](int x) { return std::vector<int>(2, x); }).rev();
#elif defined(CASE_size_after_filter)  // expect: this needs an indexed chain; after filter
    (void)weft::par_iter(v).filter([](int x) { return x > 1; }).size();
#elif defined(CASE_position_after_filter)  // expect: this needs an indexed chain; after filter
    weft::par_iter(v).filter([](int x) { return x > 1; }).position_first([](int) { return true; });
#elif defined(CASE_rev_after_map_init)  // expect: this needs a chain whose items can be read in any order
    weft::par_iter(v).map_init([] { return 0; }, [](int& a, int b) { return a + b; }).rev();
#elif defined(CASE_view_is_not_random_access)  // expect: par_iter needs a random-access range that knows its size
#if defined(__clang__)  // Clang 14 cannot use this library's views: it complains of them first
    weft::par_iter(5);
#else
    weft::par_iter(l | std::views::filter([](int x) { return x > 1; }));
#endif
#elif defined(CASE_flat_map_of_no_range)  // expect: the function given to flat_map or flat_map_iter must return a range
    weft::par_iter(v).flat_map_iter([](int x) { return x; });
#elif defined(CASE_reduce_to_another_type)  // expect: for a result of another type use fold, then reduce
    weft::par_iter(v).reduce(std::string(), [](std::string a, int b) { return a + std::to_string(b); });
#elif defined(CASE_chunks_of_a_temporary)  // expect: the spans would refer to a temporary container
    weft::par_chunks(std::vector<int>(3), 2);
#elif defined(CASE_chunks_of_a_list)  // expect: this needs a contiguous range
    weft::par_chunks(l, 2);
#elif defined(CASE_first_of_bridged_input)  // expect: bridged input has no order
    weft::par_bridge(l).find_first([](int x) { return x > 1; });
#elif defined(CASE_fold_of_bridged_input)  // expect: fold cannot follow bridged input
    weft::par_bridge(l).fold(0, [](int a, int b) { return a + b; });
#elif defined(CASE_range_of_doubles)  // expect: par_range takes two integers
    weft::par_range(0.0, 1.0);
#elif defined(CASE_zip_with_a_number)  // expect: par_iter needs a random-access range that knows its size
    weft::par_iter(v).zip(5);
#elif defined(CASE_collect_into_no_container)  // expect: collect does not know how to add items to this container
    (void)weft::par_iter(v).collect<int>();
#elif defined(CASE_collect_other_elements)  // expect: the items of this chain cannot be converted to the elements
    (void)weft::par_iter(v).map([](int x) { return std::to_string(x); }).collect<std::vector<int>>();
#elif defined(CASE_reference_to_own_items)  // expect: this function cannot be called with the items of this chain
    weft::par_iter(std::vector<int>(3)).for_each([](int& x) { x = 0; });
#elif defined(CASE_filter_map_without_optional)  // expect: the function given to filter_map or find_map must return an optional
    (void)weft::par_iter(v).filter_map([](int x) { return x; }).count();
#elif defined(CASE_reduce_of_one)  // expect: this operation must combine two values of the items' type into one
    (void)weft::par_iter(v).reduce([](int a) { return a; });
#elif defined(CASE_no_argument)  // expect: this function cannot be called with the items of this chain
    weft::par_iter(v).for_each([] {});
#elif defined(CASE_collect_into_a_list)  // expect: collect_into needs a contiguous range, or a std::vector to replace
    weft::par_iter(v).collect_into(l);
#elif defined(CASE_unzip_of_numbers)  // expect: unzip needs items that are tuples or pairs
    (void)weft::par_iter(v).unzip();
#elif defined(CASE_while_some_of_numbers)  // expect: while_some needs items that are optionals
    (void)weft::par_iter(v).while_some().count();
#elif defined(CASE_try_without_answer)  // expect: the function given to try_for_each must return a bool, an optional
    (void)weft::par_iter(v).try_for_each([](int) {});
#elif defined(CASE_iterate_a_number)  // expect: par_iter needs a random-access range that knows its size
    (void)weft::par_iter(5);
#elif defined(CASE_comparison_of_one)  // expect: the comparison must take two projected items
    (void)weft::par_iter(v).min([](int a) { return a; });
#elif defined(CASE_lines_of_a_temporary)  // expect: the pieces would refer to a temporary string
    (void)weft::par_lines(std::string(3, 'x')).count();
#elif defined(CASE_words_of_a_temporary)  // expect: the pieces would refer to a temporary string
    (void)weft::par_words(std::string(3, 'x')).count();
#elif defined(CASE_unicode_words_of_a_temporary)  // expect: the pieces would refer to a temporary string
    (void)weft::par_words(std::string(3, 'x'), weft::unicode).count();
#elif defined(CASE_split_of_a_temporary)  // expect: the pieces would refer to a temporary string
    (void)weft::par_split(std::string(3, 'x'), ',').count();
#elif defined(CASE_split_terminator_of_a_temporary)  // expect: the pieces would refer to a temporary string
    (void)weft::par_split_terminator(std::string(3, 'x'), ',').count();
#elif defined(CASE_matches_of_a_temporary)  // expect: the pieces would refer to a temporary string
    (void)weft::par_matches(std::string(3, 'x'), ',').count();
#elif defined(CASE_match_indices_of_a_temporary)  // expect: the pieces would refer to a temporary string
    (void)weft::par_match_indices(std::move(s), ',').count();
#elif defined(CASE_bytes_of_a_temporary)  // expect: the pieces would refer to a temporary string
    (void)weft::par_bytes(s + s).count();
#elif defined(CASE_chars_of_a_temporary)  // expect: the pieces would refer to a temporary string
    (void)weft::par_chars(s + s).count();
#elif defined(CASE_char_indices_of_a_temporary)  // expect: the pieces would refer to a temporary string
    (void)weft::par_char_indices(s + s).count();
#elif defined(CASE_utf16_of_a_temporary)  // expect: the pieces would refer to a temporary string
    (void)weft::par_utf16(s + s).count();
#elif defined(CASE_lines_of_a_number)  // expect: this needs a text: something that converts to std::string_view
    (void)weft::par_lines(5).count();
#elif defined(CASE_partition_map_without_variant)  // expect: the function given to partition_map must return a std::variant
    (void)weft::par_iter(v).partition_map([](int x) { return x; });
#elif defined(CASE_unzip_into_too_few)  // expect: unzip_into needs a std::vector for each part of the items
    weft::par_iter(v).enumerate().unzip_into(v);
#elif defined(CASE_unzip_into_a_list)  // expect: unzip_into replaces std::vectors
    weft::par_iter(v).enumerate().unzip_into(v, l);
#elif defined(CASE_extend_a_number)  // expect: collect does not know how to add items to this container
    weft::par_extend(n, v);
#elif defined(CASE_extend_with_others)  // expect: the items of this chain cannot be converted to the elements
    weft::par_extend(v, weft::par_iter(v).map([](int x) { return std::to_string(x); }));
#elif defined(CASE_try_fold_without_failure)  // expect: the function given to try_fold must return an optional
    (void)weft::par_iter(v).try_fold(s, [](std::string a, int) { return a; });
#elif defined(CASE_try_reduce_without_failure)  // expect: the operation given to try_reduce must return an optional
    (void)weft::par_iter(v).try_reduce([](int a, int b) { return a + b; });
#elif defined(CASE_try_reduce_of_one)  // expect: the operation given to try_reduce must take two items
    (void)weft::par_iter(v).try_reduce([](int a) { return a; });
#elif defined(CASE_collect_values_into_optional)  // expect: the items must be optionals or expecteds
    (void)weft::par_iter(v).collect<std::optional<std::vector<int>>>();
#elif defined(CASE_enumerate_hashed)  // expect: this needs an indexed chain
    (void)weft::par_iter(h).enumerate();
#elif defined(CASE_walk_without_children)  // expect: the function given to par_walk_tree must return a range of nodes
    (void)weft::par_walk_tree(1, [](int x) { return x; });
#elif defined(CASE_walk_other_nodes)  // expect: the function given to par_walk_tree must take a node by const reference
    (void)weft::par_walk_tree(1, [](std::string) { return std::vector<int>(); });
#elif defined(CASE_state_from_an_argument)  // expect: the first argument must be a function without arguments
    (void)weft::par_iter(v).map_init([](int) { return 1; }, [](int& a, int x) { return a + x; }).count();
#endif
}
