// tests/compile_fail/iter_functions.cpp - functions that a chain cannot call, and what the compiler says about them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_dot.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_lines.hpp>
#include <weft/iter/par_split.hpp>
#include <weft/iter/par_tiles.hpp>
#include <weft/iter/par_worklist.hpp>
#include <weft/iter/pipeline.hpp>
#include <weft/iter/sources.hpp>
#include <weft/iter/stream.hpp>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct unordered {
    int value;
};

std::vector<int> v{1, 2, 3};
std::vector<std::string> words{"a", "b"};
std::vector<unordered> u{{1}, {2}};
std::string s;

void use()
{
    int n = 0;
    (void)n;
    // clang-format off: a case and its expectation stand on one line
#if 0
#elif defined(CASE_sum_of_nothing)  // expect: the function given to map returns nothing
    (void)weft::par_iter(v).map([](int) {}).sum();
#elif defined(CASE_collect_nothing)  // expect: the function given to map returns nothing
    (void)weft::par_iter(v).map([](int) {}).to_vector();
#elif defined(CASE_sum_of_structs)  // expect: these items cannot be added by +
    (void)weft::par_iter(u).sum();
#elif defined(CASE_product_of_words)  // expect: these items cannot be multiplied by *
    (void)weft::par_iter(words).product();
#elif defined(CASE_min_of_structs)  // expect: these items cannot be compared by <: give a comparison, or a projection
    (void)weft::par_iter(u).min();
#elif defined(CASE_max_by_projection_of_others)  // expect: the projection cannot be called with the items of this chain
    (void)weft::par_iter(v).max({}, &unordered::value);
#elif defined(CASE_minmax_of_structs)  // expect: these items cannot be compared by <: give a comparison, or a projection
    (void)weft::par_iter(u).minmax();
#elif defined(CASE_reduce_of_others)  // expect: this operation must combine two values of the items' type into one
    (void)weft::par_iter(words).reduce([](int a, int b) { return a + b; });
#elif defined(CASE_reduce_without_result)  // expect: this operation must combine two values of the items' type into one
    (void)weft::par_iter(v).reduce(0, [](int, int) {});
#elif defined(CASE_fold_identity_with_argument)  // expect: this function must take a state and an item (the state is the first argument
    (void)weft::par_iter(v).fold([](int) { return 0; }, [](int a, int b) { return a + b; }).sum();
#elif defined(CASE_fold_chunks_of_one)  // expect: this function must take a state and an item
    (void)weft::par_iter(v).fold_chunks(2, 0, [](int a) { return a; }).sum();
#elif defined(CASE_scan_of_one)  // expect: the operation must combine two such values into one
    (void)weft::par_iter(v).scan(0, [](int a) { return a; }).sum();
#elif defined(CASE_for_each_init_with_argument)  // expect: the first argument must be a function without arguments that makes a state
    weft::par_iter(v).for_each_init([](int) { return 1; }, [](int&, int) {});
#elif defined(CASE_for_each_init_without_state)  // expect: this function must take a state by reference and an item
    weft::par_iter(v).for_each_init([] { return 1; }, [](std::string) {});
#elif defined(CASE_update_by_value)  // expect: this function cannot be called with the items of this chain
    (void)weft::par_iter(v).update([](std::string&) {}).count();
#elif defined(CASE_inspect_others)  // expect: this function cannot be called with the items of this chain
    (void)weft::par_iter(v).inspect([](const std::string&) {}).count();
#elif defined(CASE_take_after_filter)  // expect: this needs an indexed chain
    (void)weft::par_iter(v).filter([](int x) { return x > 1; }).take(1).count();
#elif defined(CASE_chunks_after_filter)  // expect: this needs an indexed chain
    (void)weft::par_iter(v).filter([](int x) { return x > 1; }).chunks(2).count();
#elif defined(CASE_step_by_after_filter)  // expect: this needs an indexed chain
    (void)weft::par_iter(v).filter([](int x) { return x > 1; }).step_by(2).count();
#elif defined(CASE_flatten_numbers)  // expect: flatten needs items that are ranges, chains or optionals
    (void)weft::par_iter(v).flatten().count();
#elif defined(CASE_flat_map_to_number)  // expect: the function given to flat_map or flat_map_iter must return a range
    (void)weft::par_iter(v).flat_map([](int x) { return x; }).count();
#elif defined(CASE_find_without_answer)  // expect: must return something that converts to bool
    (void)weft::par_iter(v).find_any([](int) {});
#elif defined(CASE_any_of_others)  // expect: this function cannot be called with the items of this chain
    (void)weft::par_iter(v).any_of([](const std::string&) { return true; });
#elif defined(CASE_find_map_without_optional)  // expect: the function given to filter_map or find_map must return an optional
    (void)weft::par_iter(v).find_map_any([](int x) { return x; });
#elif defined(CASE_position_without_answer)  // expect: must return something that converts to bool
    (void)weft::par_iter(v).position_any([](int) {});
#elif defined(CASE_partition_without_answer)  // expect: must return something that converts to bool
    (void)weft::par_iter(v).partition([](int) {});
#elif defined(CASE_take_any_while_without_answer)  // expect: must return something that converts to bool
    (void)weft::par_iter(v).take_any_while([](int) {}).count();
#elif defined(CASE_equal_of_others)  // expect: the items of both chains cannot be compared by ==
    (void)weft::par_iter(v).equal(words);
#elif defined(CASE_compare_others)  // expect: the items of both chains cannot be compared by <=>
    (void)weft::par_iter(v).compare_three_way(words);
#elif defined(CASE_interleave_others)  // expect: the items of both chains have no common type
    (void)weft::par_iter(v).interleave(words).count();
#elif defined(CASE_chain_others)  // expect: the items of both chains have no common type
    (void)weft::par_iter(v).chain(words).count();
#elif defined(CASE_intersperse_others)  // expect: intersperse takes a value that converts to the items
    (void)weft::par_iter(v).intersperse(words).count();
#elif defined(CASE_stop_on_a_number)  // expect: stop_on needs a std::stop_token
    weft::par_iter(v).stop_on(5).for_each([](int) {});
#elif defined(CASE_deadline_of_a_duration)  // expect: deadline needs a time_point of std::chrono::steady_clock
    weft::par_iter(v).deadline(std::chrono::milliseconds(5)).for_each([](int) {});
#elif defined(CASE_progress_of_nothing)  // expect: the function given to progress must take two numbers, done and total
    weft::par_iter(v).progress([] {}, 5).for_each([](int) {});
#elif defined(CASE_bridge_a_number)  // expect: par_bridge needs an input range
    weft::par_bridge(5).for_each([](int) {});
#elif defined(CASE_windows_of_a_temporary)  // expect: the spans would refer to a temporary container
    weft::par_windows(std::vector<int>(3), 2).for_each([](auto) {});
#elif defined(CASE_chunk_by_of_a_temporary)  // expect: the spans would refer to a temporary container
    weft::par_chunk_by(std::vector<int>(3), [](int a, int b) { return a == b; }).for_each([](auto) {});
#elif defined(CASE_chunk_by_of_one)  // expect: the function given to par_chunk_by must take two neighbours
    weft::par_chunk_by(v, [](int a) { return a > 1; }).for_each([](auto) {});
#elif defined(CASE_split_by_a_number)  // expect: this function cannot be called with the items of this chain
    weft::par_split(s, 5.0).for_each([](auto) {});
#elif defined(CASE_split_items_by_pairs)  // expect: this function cannot be called with the items of this chain
    weft::par_split(v, [](int, int) { return true; }).for_each([](auto) {});
#elif defined(CASE_stream_of_others)  // expect: this function cannot be called with the items of this chain
    for (int x : weft::stream(v).parallel_map([](const std::string&) { return 1; }, 4).ordered()) (void)x;
#elif defined(CASE_stream_of_a_number)  // expect: stream needs an input range
    for (int x : weft::stream(5).parallel_map([](int x) { return x; }, 4).ordered()) (void)x;
#elif defined(CASE_worklist_without_item)  // expect: the function given to par_worklist must take an item and a weft::feeder<item>&
    weft::par_worklist(v, [](auto& work) { work.add(1); });
#elif defined(CASE_tiles_of_others)  // expect: this function cannot be called with the items of this chain
    weft::par_tiles({3, 3}, {1, 1}).for_each([](const std::string&) {});
#elif defined(CASE_split_with_no_pair)  // expect: the function given to par_split_with must return a pair
    weft::par_split_with(5, [](int x) { return x; }).for_each([](int) {});
#elif defined(CASE_map_init_of_others)  // expect: this function must take a state by reference and an item
    (void)weft::par_iter(v).map_init([] { return 1; }, [](std::string, int x) { return x; }).count();
#elif defined(CASE_map_with_of_others)  // expect: this function must take a state by reference and an item
    (void)weft::par_iter(v).map_with(1, [](std::string, int x) { return x; }).count();
#elif defined(CASE_split_with_others)  // expect: the function given to par_split_with must return a pair
    weft::par_split_with(5, [](std::string s) { return std::pair(s, std::optional(s)); }).for_each([](int) {});
#elif defined(CASE_split_with_mutable)  // expect: a mutable lambda (or a non-const operator()) is not allowed here
    weft::par_split_with(5, [n = 0](int x) mutable { return std::pair(x + n++, std::optional<int>()); }).for_each([](int) {});
#elif defined(CASE_repeat_move_only)  // expect: each item is a copy of this value, so it must be copyable
    (void)weft::par_repeat_n(std::unique_ptr<int>(), 3).count();
#endif
}
