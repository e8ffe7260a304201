// examples/algorithm/sort_permutation.cpp - a table in columns: who was fastest, and then all columns by time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_sort_permutation.hpp>

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

int main()
{
    std::vector<std::string> names{"Ann", "Bob", "Cid", "Dee"};
    std::vector<double> seconds{12.5, 11.9, 14.0, 11.9};
    std::vector<int> numbers{7, 3, 9, 1};

    // Nothing moves: these are the indices, the fastest first. Equal elements keep their order.
    const std::vector<std::size_t> order = weft::par_sort_permutation(seconds);
    for (const std::size_t i : order) std::printf("%s: %.1f s\n", names[i].c_str(), seconds[i]);

    // All columns at once, by the first.
    weft::par_sort_by_key(seconds, names, numbers);
    for (std::size_t i = 0; i < names.size(); ++i) std::printf("number %d is %s\n", numbers[i], names[i].c_str());
    return order == std::vector<std::size_t>{1, 3, 0, 2} && names[0] == "Bob" && numbers[1] == 1 ? 0 : 1;
}
