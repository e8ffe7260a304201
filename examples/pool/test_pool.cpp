// examples/pool/test_pool.cpp - a bug that depends on the order of tasks, found by a seed and reproduced by it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/pool/test_pool.hpp>

#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

// Joins words with commas, in parallel. The lock keeps the text whole; but what keeps the words in order?
std::string joined(const std::vector<std::string>& words)
{
    std::mutex lock;
    std::string text;
    weft::par_iter(words).for_each([&](const std::string& word) {
        const std::lock_guard hold(lock);
        if (!text.empty()) text += ",";
        text += word;
    });
    return text;
}

// A reduction keeps the order, however the words are divided.
std::string joined_by_reduce(const std::vector<std::string>& words)
{
    return weft::par_iter(words)
        .map([](const std::string& word) { return word; })
        .reduce([](const std::string& a, const std::string& b) { return a + "," + b; })
        .value_or("");
}

int main()
{
    const std::vector<std::string> words = {"one", "two", "three"};
    const auto is_right = [&](auto& join_words) {
        return
            [&](weft::test_pool& pool) { return pool.install([&] { return join_words(words); }) == "one,two,three"; };
    };

    const auto seed = weft::find_failing_seed(1000, is_right(joined));
    if (seed) std::printf("for_each fails with seed %llu\n", static_cast<unsigned long long>(*seed));

    weft::test_pool pool(seed.value_or(0));  // in a debugger: the same order again, as often as you like
    std::printf("%s\n", pool.install([&] { return joined(words); }).c_str());

    const auto still = weft::find_failing_seed(1000, is_right(joined_by_reduce));
    std::printf("reduce %s\n", still ? "fails" : "is right with every seed");
    return seed && !still ? 0 : 1;
}
