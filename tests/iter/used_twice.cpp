// tests/iter/used_twice.cpp - a program that uses chains twice. Those of trivial parts may be; the last one ends it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

int main(int count, char** arguments)
{
    // ctest reads what a failed program says, not what a crashed one says.
    std::signal(SIGABRT, [](int) { std::_Exit(1); });
    std::vector<int> numbers{1, 2, 3};
    auto trivial = weft::par_iter(numbers).map([k = 2](int x) { return k * x; }).filter([](int x) { return x > 2; });
    if (trivial.sum() != 10 || trivial.sum() != 10) return 2;
    auto owner = weft::par_iter(std::vector<std::string>{"a", "b"});
    auto copy = owner;
    if (owner.count() != 2 || copy.to_vector().size() != 2) return 2;
    std::puts("so far so good");
    std::fflush(stdout);

    const char* const how = count > 1 ? arguments[1] : "";
    if (std::strcmp(how, "owned") == 0) {
        auto chain = weft::par_iter(std::vector<std::string>{"a", "b"});
        (void)chain.to_vector();
        (void)chain.to_vector();
    } else if (std::strcmp(how, "function") == 0) {
        auto chain =
            weft::par_iter(numbers).map([s = std::string(50, 'x')](int x) { return s.size() + std::size_t(x); });
        (void)chain.sum();
        (void)chain.sum();
    } else if (std::strcmp(how, "list") == 0) {
        std::list<int> list{1, 2};
        auto chain = weft::par_iter(list).enumerate();
        (void)chain.count();  // knows the answer without running
        (void)chain.to_vector();
        (void)chain.rev().to_vector();
    } else if (std::strcmp(how, "moved") == 0) {
        auto chain = weft::par_iter(std::vector<std::unique_ptr<int>>(3));
        auto other = std::move(chain);
        (void)other.count();
        (void)chain.count();
    } else if (std::strcmp(how, "copied") == 0) {
        auto chain = weft::par_iter(numbers).zip(std::vector<std::string>(3));
        (void)chain.to_vector();
        (void)weft::par_iter(chain).to_vector();  // a copy of what is used up
    }
    std::puts("nothing happened");
}
