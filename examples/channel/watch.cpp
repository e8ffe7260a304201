// examples/channel/watch.cpp - settings that change while threads work: look whenever you like, or wait for a change.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/watch.hpp>

#include <cstdio>
#include <string>
#include <thread>
#include <utility>

struct settings {
    std::string name;
    int level = 0;
};

int main()
{
    auto [owner, view] = weft::watch(settings{"default", 1});
    int last = 0;
    {
        const std::jthread worker([&last, mine = view] {
            do {
                last = mine.get().level;  // the newest, whatever came before it
            } while (mine.changed());
        });
        for (int level = 2; level <= 5; ++level) {
            if (!owner.send(settings{"step", level})) return 1;
        }
        owner.update([](settings s) {
            s.level *= 10;
            return s;
        });
        {
            const auto gone = std::move(owner);
        }  // the worker ends when it has seen the last one
    }
    std::printf("the last level seen: %d\n", last);
    return last == 50 ? 0 : 1;
}
