// examples/sync/wait_group.cpp - waiting for detached tasks without knowing how many there are.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/spawn.hpp>
#include <weft/sync/wait_group.hpp>

#include <array>
#include <cstdio>
#include <memory>

int main()
{
    const auto squares = std::make_shared<std::array<int, 10>>();
    weft::wait_group group;
    for (int i = 0; i < 10; ++i) {
        // Each task has a copy of the handle; when that is destroyed with the task, the task has left the group.
        weft::spawn([group, squares, i] { (*squares)[static_cast<std::size_t>(i)] = i * i; });
    }
    group.wait();
    std::printf("9 * 9 = %d\n", squares->back());
    return squares->back() == 81 ? 0 : 1;
}
