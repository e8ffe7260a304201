// tests/latency/process/misuse.cpp - what debug builds say about lookups that are used wrongly: each ends the program.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/latency/overlapped.hpp>

#include <array>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

namespace {

weft::lookup<int> number(const int* p)
{
    co_await weft::prefetch(p);
    co_return *p;
}

const int x = 1;
std::optional<weft::lookup<int>> kept;

weft::lookup<void> awaits_twice(int)
{
    auto l = number(&x);
    const int once = co_await std::move(l);
    std::printf("%d\n", once);
    const int twice = co_await std::move(l);
    std::printf("%d\n", twice);
}

weft::lookup<void> awaits_what_is_moved_from(int)
{
    auto l = number(&x);
    const auto taken = std::move(l);
    co_await std::move(l);
}

weft::lookup<void> keeps(int)
{
    kept.emplace(number(&x));
    co_await weft::prefetch(&x);
}

weft::lookup<void> is_right(int)
{
    auto l = number(&x);
    const int once = co_await std::move(l);
    std::printf("%d\n", once);
}

}  // namespace

int main(int argc, char** argv)
{
    const char* const which = argc > 1 ? argv[1] : "";
    const std::array<int, 3> keys{};
    if (std::strcmp(which, "twice") == 0) weft::overlapped_for_each(keys, awaits_twice);
    if (std::strcmp(which, "moved") == 0) weft::overlapped_for_each(keys, awaits_what_is_moved_from);
    if (std::strcmp(which, "kept") == 0) weft::overlapped_for_each(keys, keeps);
    if (std::strcmp(which, "right") == 0) weft::overlapped_for_each(keys, is_right);
    std::puts("not noticed");
}
