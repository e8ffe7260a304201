// examples/queue/array_queue.cpp - a fixed number of buffers that threads borrow and return.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/array_queue.hpp>

#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

int main()
{
    weft::array_queue<std::string> buffers(2);
    while (buffers.try_push(std::string(1024, ' '))) {}

    std::atomic<int> borrowed{0};
    std::atomic<int> made{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 1000; ++i) {
                    auto buffer = buffers.try_pop();  // none left? make do with a new one
                    (buffer ? borrowed : made).fetch_add(1);
                    if (!buffer) buffer.emplace(1024, ' ');
                    buffer->assign("working");
                    (void)buffers.try_push(*std::move(buffer));  // full: the new one is one too many
                }
            });
        }
    }
    std::printf("%d times a buffer was there, %d times one was made\n", borrowed.load(), made.load());
    return borrowed.load() + made.load() == 4000 && buffers.size() == 2 ? 0 : 1;
}
