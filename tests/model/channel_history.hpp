// tests/model/channel_history.hpp - what a channel is, as a sequential specification, and calls noted for it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/channel/channel.hpp>
#include <weft/model/linearizable.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace scenarios {

/// A channel with room for `Capacity` messages; 0: no bound. The end of a side is a call as others are.
template <std::size_t Capacity>
struct channel_spec {
    enum class kind : std::uint8_t { send, receive, senders_leave, receivers_leave };
    enum class answer : std::uint8_t { done, blocked, closed };
    struct call {
        kind what = kind::send;
        std::int64_t value = 0;
        answer got = answer::done;
    };
    struct state {
        std::vector<std::int64_t> messages;
        bool no_senders = false;
        bool no_receivers = false;
    };

    static bool step(state& s, const call& c)
    {
        switch (c.what) {
            case kind::senders_leave:
                s.no_senders = true;
                return true;
            case kind::receivers_leave:
                s.no_receivers = true;
                s.messages.clear();
                return true;
            case kind::send: {
                if (s.no_receivers) return c.got == answer::closed;
                const bool full = Capacity != 0 && s.messages.size() == Capacity;
                if (full) return c.got == answer::blocked;
                s.messages.push_back(c.value);
                return c.got == answer::done;
            }
            case kind::receive:
                if (s.messages.empty()) return c.got == (s.no_senders ? answer::closed : answer::blocked);
                if (c.got != answer::done || s.messages.front() != c.value) return false;
                s.messages.erase(s.messages.begin());
                return true;
        }
        return false;
    }
    static std::uint64_t hash(const state& s) noexcept
    {
        std::uint64_t h = 1469598103934665603ull + (s.no_senders ? 1 : 0) + (s.no_receivers ? 2 : 0);
        for (const std::int64_t v : s.messages) h = (h ^ static_cast<std::uint64_t>(v)) * 1099511628211ull;
        return h;
    }
};

/// Calls of one channel's handles, each on behalf of whichever thread makes them.
template <std::size_t Capacity>
class channel_calls {
    using spec = channel_spec<Capacity>;
    using kind = typename spec::kind;
    using answer = typename spec::answer;
    using call = typename spec::call;

public:
    void send(const weft::sender<int>& to, int value, bool waits = false)
    {
        history_.run({kind::send, value, answer::done}, [&](call& c) {
            const weft::send_result got = waits ? to.send(int(value)) : to.try_send(int(value));
            if (!got) c.got = got.closed() ? answer::closed : answer::blocked;
        });
    }
    void receive(const weft::receiver<int>& from, bool waits = false)
    {
        history_.run({kind::receive, 0, answer::done}, [&](call& c) {
            const auto got = waits ? from.recv() : from.try_recv();
            if (got) {
                c.value = *got;
            } else {
                c.got = got.closed() ? answer::closed : answer::blocked;
            }
        });
    }
    /// Ends the last handle of a side.
    void leave(std::optional<weft::sender<int>>& last)
    {
        history_.run({kind::senders_leave, 0, answer::done}, [&](call&) { last.reset(); });
    }
    void leave(std::optional<weft::receiver<int>>& last)
    {
        history_.run({kind::receivers_leave, 0, answer::done}, [&](call&) { last.reset(); });
    }
    [[nodiscard]] bool linearizable() const { return history_.linearizable(); }

private:
    weft::model::history<spec> history_;
};

}  // namespace scenarios
