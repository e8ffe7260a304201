// examples/algorithm/sort.cpp - sort a table by a column, keep ties in order, and take running totals.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_scan.hpp>
#include <weft/algorithm/par_sort.hpp>

#include <cstdio>
#include <string>
#include <vector>

struct city {
    std::string name;
    int people;
};

int main()
{
    std::vector<city> cities{{"Oslo", 709}, {"Bern", 134}, {"Riga", 605}, {"Graz", 303}, {"Cork", 224}};
    weft::par_stable_sort(cities, std::ranges::greater(), &city::people);

    std::vector<int> people;
    for (const city& c : cities) people.push_back(c.people);
    std::vector<int> so_far(people.size());
    weft::par_inclusive_scan(people, so_far.begin());
    for (std::size_t i = 0; i < cities.size(); ++i)
        std::printf("%-6s %5d thousand, together %5d\n", cities[i].name.c_str(), people[i], so_far[i]);
    return so_far.back() == 1975 && cities.front().name == "Oslo" ? 0 : 1;
}
