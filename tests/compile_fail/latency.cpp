// tests/compile_fail/latency.cpp - misuse of lookups, and the first line that the compiler says about it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/detail/coroutine.hpp>
#include <weft/latency/latency.hpp>

#include <iterator>
#include <list>
#include <string>
#include <vector>

// A warning, unless it is turned into an error, as here.
#if defined(__GNUC__)
#pragma GCC diagnostic error "-Wunused-result"
#endif

struct foreign {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}
};

weft::lookup<int> find(int key)
{
    co_await weft::prefetch(&key);
    co_return key;
}

weft::lookup<int> uses(int key)
{
    auto named = find(key);
#if defined(CASE_lookup_by_name)       // expect: a lookup is awaited once, and is gone then: write co_await std::move(l)
    co_return co_await named;
#elif defined(CASE_foreign_awaitable)  // expect: a lookup can await weft::prefetch and other lookups
    co_await foreign();
#elif defined(CASE_forgotten_prefetch) // expect: ignoring return
    weft::prefetch(&key);
#elif defined(CASE_forgotten_lookup)   // expect: ignoring return
    find(key);
#elif defined(CASE_prefetch_of_code)   // expect: prefetch is for data: this is the address of a function
    co_await weft::prefetch(&find);
#elif defined(CASE_lookup_copied)      // expect: deleted
    auto copy = named;
#endif
    co_return co_await std::move(named);
}

void loops()
{
    std::vector<int> keys(10);
    std::vector<int> out(10);
    std::list<int> list(keys.begin(), keys.end());
    const auto go = [](int k) { return find(k); };
    weft::overlapped_transform(keys, out.begin(), go);
    weft::par_overlapped_transform(keys, out.begin(), go);
#if defined(CASE_nothing_in_flight)    // expect: at least one lookup must be in flight
    weft::overlapped_transform<0>(keys, out.begin(), go);
#elif defined(CASE_no_range)           // expect: the keys must be a range
    weft::overlapped_transform(3, out.begin(), go);
#elif defined(CASE_no_lookup)          // expect: the function must return a weft::lookup
    weft::overlapped_transform(keys, out.begin(), [](int k) { return k; });
#elif defined(CASE_wrong_argument)     // expect: the function cannot be called with an element of the range
    weft::overlapped_transform(keys, out.begin(), [](std::string s) { return find(static_cast<int>(s.size())); });
#elif defined(CASE_output_is_a_range)  // expect: the output is an iterator to where the first result goes: give begin()
    weft::overlapped_transform(keys, out, go);
#elif defined(CASE_nothing_to_write)   // expect: these lookups give no value that could be written: use overlapped_for_each
    weft::overlapped_transform(keys, out.begin(), [](int k) -> weft::lookup<void> { co_await find(k); });
#elif defined(CASE_value_does_not_fit) // expect: the value of the lookup cannot be assigned to the elements of the output
    std::vector<std::string> texts(10);
    weft::overlapped_transform(keys, texts.begin(), [](int k) -> weft::lookup<void*> { co_await find(k); co_return nullptr; });
#elif defined(CASE_for_each_with_values)  // expect: for values use overlapped_transform
    weft::overlapped_for_each(keys, go);
#elif defined(CASE_par_over_a_list)       // expect: it must be a random-access range that knows its size
    weft::par_overlapped_transform(list, out.begin(), go);
#elif defined(CASE_par_appends)           // expect: the output must be a random-access iterator with room for all results
    weft::par_overlapped_transform(keys, std::back_inserter(out), go);
#elif defined(CASE_par_mutable)           // expect: a mutable lambda is not allowed here
    weft::par_overlapped_transform(keys, out.begin(), [n = 0](int k) mutable { return find(k + n++); });
#elif defined(CASE_par_for_each_values)   // expect: for values use overlapped_transform
    weft::par_overlapped_for_each(keys, go);
#elif defined(CASE_search_in_a_list)      // expect: batch_lower_bound searches a sorted random-access range
    weft::batch_lower_bound(list, keys, out.begin());
#elif defined(CASE_search_not_comparable) // expect: an element of the sorted range cannot be compared with a key
    weft::batch_lower_bound(std::vector<std::string>(), keys, out.begin());
#elif defined(CASE_search_writes_nowhere) // expect: the output is an iterator to where the first index goes
    weft::batch_lower_bound(keys, keys, out);
#endif
}
