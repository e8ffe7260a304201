// examples/channel/select_timeout.cpp - wait for an answer, for a request to stop, or until patience ends.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/select.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

std::string ask(const weft::receiver<std::string>& answers, const weft::receiver<int>& stop)
{
    return weft::select(weft::on_recv(answers, [](auto answer) { return std::move(answer).value_or("closed"); }),
                        weft::on_recv(stop, [](auto) { return std::string("stopped"); }),
                        weft::on_timeout(20ms, [] { return std::string("too late"); }));
}

}  // namespace

int main()
{
    auto [answer, answers] = weft::bounded<std::string>(0);
    auto [stopper, stop] = weft::bounded<int>(1);

    std::string first;
    {
        const std::jthread quick([tx = answer] { static_cast<void>(tx.send("42")); });
        first = ask(answers, stop);
    }
    const std::string second = ask(answers, stop);  // nobody answers
    static_cast<void>(stopper.send(1));
    const std::string third = ask(answers, stop);

    std::printf("%s, %s, %s\n", first.c_str(), second.c_str(), third.c_str());
    // On a machine that is very busy even a quick answer may come too late.
    return (first == "42" || first == "too late") && second == "too late" && third == "stopped" ? 0 : 1;
}
