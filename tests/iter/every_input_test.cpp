// tests/iter/every_input_test.cpp - an exception from every step of every input, from every copy and every function of
// streams, pipelines, bridges and worklists.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_worklist.hpp>
#include <weft/iter/pipeline.hpp>
#include <weft/iter/stream.hpp>

#include "explode.hpp"

#include <atomic>
#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

namespace {

using test::bomb;
using test::fragile;

constexpr int n = 10;
constexpr int total = n * (n - 1) / 2;

/// An item whose moves are copies, so that they may throw as well.
struct brittle {
    brittle(int v = 0) : inner(v) {}
    brittle(const brittle&) = default;
    brittle& operator=(const brittle&) = default;
    ~brittle() = default;

    fragile inner;
};

// What an input has noticed: one thread at a time may touch it, and nobody once it has thrown.
std::atomic<long> touched_after_throwing{0};
std::atomic<long> touched_by_two{0};

/// Ticks at each step of an input.
class witness {
public:
    explicit witness(const bomb& b) : bomb_(b) {}

    template <class F>
    decltype(auto) step(F&& f)
    {
        if (has_thrown_) ++touched_after_throwing;
        if (inside_.exchange(true)) ++touched_by_two;
        struct leave {
            std::atomic<bool>& inside;
            ~leave() { inside.store(false); }
        } const at_the_end{inside_};
        try {
            bomb_.tick();
            return f();
        } catch (...) {
            has_thrown_ = true;
            throw;
        }
    }

private:
    const bomb& bomb_;
    std::atomic<bool> has_thrown_{false};
    std::atomic<bool> inside_{false};
};

/// Input that is read once and shows each item in the same place, as a stream of text does.
class once {
public:
    static constexpr const char* name = "input that is read once";
    explicit once(const bomb& b) : seen_(b) {}

    struct iterator {
        using value_type = brittle;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        explicit iterator(once* o) : of(o) {}
        iterator(iterator&&) = default;
        iterator& operator=(iterator&&) = default;
        brittle& operator*() const
        {
            return of->seen_.step([&]() -> brittle& { return of->current_; });
        }
        iterator& operator++()
        {
            of->seen_.step([&] { of->current_.inner.value = ++of->at_; });
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool at_end() const
        {
            return of->seen_.step([&] { return of->at_ == n; });
        }
        friend bool operator==(const iterator& i, std::default_sentinel_t) { return i.at_end(); }
        once* of;
    };

    iterator begin()
    {
        return seen_.step([&] { return iterator(this); });
    }
    std::default_sentinel_t end() { return {}; }

private:
    witness seen_;
    brittle current_;
    int at_ = 0;
};

/// Input that is read once and makes each item anew.
class making {
public:
    static constexpr const char* name = "input that makes its items";
    explicit making(const bomb& b) : seen_(b) {}

    struct iterator {
        using value_type = brittle;
        using difference_type = std::ptrdiff_t;

        explicit iterator(making* o) : of(o) {}
        iterator(iterator&&) = default;
        iterator& operator=(iterator&&) = default;
        brittle operator*() const
        {
            return of->seen_.step([&] { return brittle(of->at_); });
        }
        iterator& operator++()
        {
            of->seen_.step([&] { ++of->at_; });
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool at_end() const
        {
            return of->seen_.step([&] { return of->at_ == n; });
        }
        friend bool operator==(const iterator& i, std::default_sentinel_t) { return i.at_end(); }
        making* of;
    };

    iterator begin()
    {
        return seen_.step([&] { return iterator(this); });
    }
    std::default_sentinel_t end() { return {}; }

private:
    witness seen_;
    int at_ = 0;
};

/// Elements that stay where they are, and iterators all of whose steps may throw.
class lasting {
public:
    static constexpr const char* name = "elements that last";
    explicit lasting(const bomb& b) : seen_(b)
    {
        for (int i = 0; i < n; ++i) elements_.emplace_back(i);
    }

    struct iterator {
        using value_type = brittle;
        using difference_type = std::ptrdiff_t;

        iterator() = default;
        iterator(lasting* o, std::size_t i) : of(o), at(i) {}
        brittle& operator*() const
        {
            return of->seen_.step([&]() -> brittle& { return of->elements_[at]; });
        }
        iterator& operator++()
        {
            of->seen_.step([&] { ++at; });
            return *this;
        }
        iterator operator++(int)
        {
            iterator was = *this;
            ++*this;
            return was;
        }
        [[nodiscard]] bool is_at(std::size_t i) const
        {
            return of->seen_.step([&] { return at == i; });
        }
        friend bool operator==(const iterator& a, const iterator& b) { return a.is_at(b.at); }
        lasting* of = nullptr;
        std::size_t at = 0;
    };

    iterator begin()
    {
        return seen_.step([&] { return iterator(this, 0); });
    }
    iterator end() { return {this, n}; }

private:
    witness seen_;
    std::vector<brittle> elements_;
};

static_assert(std::ranges::input_range<once> && !std::ranges::forward_range<once>);
static_assert(std::ranges::input_range<making> && !std::ranges::forward_range<making>);
static_assert(std::ranges::forward_range<lasting>);

/// A container that is given away.
struct given_away {
    static constexpr const char* name = "a vector that is moved";
    static std::vector<brittle> make()
    {
        std::vector<brittle> v(n);
        for (int i = 0; i < n; ++i) v[static_cast<std::size_t>(i)].inner.value = i;
        return v;
    }
};

/// Calls use(input) with an input of this kind.
template <class Input, class Use>
bool with_input(const bomb& b, Use use)
{
    if constexpr (std::is_same_v<Input, given_away>) {
        return use(given_away::make());
    } else {
        Input in(b);
        return use(in);
    }
}

// --- consumers -----------------------------------------------------------------------------------------------------

template <bool Ordered, std::size_t Window>
struct into_stream {
    static std::string name() { return std::string(Ordered ? "stream, ordered" : "stream, unordered"); }
    template <class In>
    static bool run(In&& in, const bomb& b)
    {
        int sum = 0;
        auto mapped = weft::stream(std::forward<In>(in))
                          .parallel_map(
                              [&b](const brittle& x) {
                                  b.tick();
                                  return x;
                              },
                              Window)
                          .parallel_map([&b](brittle x) { return b.tick(), x; });
        const auto add = [&](auto results) {
            for (auto&& x : results) {
                const brittle mine = std::forward<decltype(x)>(x);
                b.tick();
                sum += mine.inner.value;
            }
        };
        if constexpr (Ordered) {
            add(std::move(mapped).ordered());
        } else {
            add(std::move(mapped).unordered());
        }
        return sum == total;
    }
};

struct into_bridge {
    static std::string name() { return "par_bridge"; }
    template <class In>
    static bool run(In&& in, const bomb& b)
    {
        std::atomic<int> sum{0};
        weft::par_bridge(std::forward<In>(in)).for_each([&](const brittle& x) { sum += b.tick(x.inner.value); });
        return sum == total;
    }
};

struct into_bridge_to_vector {
    static std::string name() { return "par_bridge, collected"; }
    template <class In>
    static bool run(In&& in, const bomb& b)
    {
        const auto all =
            weft::par_bridge(std::forward<In>(in)).map([&](const brittle& x) { return b.tick(), x; }).to_vector();
        int sum = 0;
        for (const brittle& x : all) sum += x.inner.value;
        return sum == total && all.size() == n;
    }
};

struct into_bridge_fold {
    static std::string name() { return "par_bridge, folded"; }
    template <class In>
    static bool run(In&& in, const bomb& b)
    {
        const brittle all = weft::par_bridge(std::forward<In>(in))
                                .map([](const brittle& x) { return x; })
                                .reduce(brittle(0), [&](const brittle& x, const brittle& y) {
                                    return b.tick(brittle(x.inner.value + y.inner.value));
                                });
        return all.inner.value == total;
    }
};

struct into_ordered_bridge {
    static std::string name() { return "par_bridge in order"; }
    template <class In>
    static bool run(In&& in, const bomb& b)
    {
        const auto all = weft::par_bridge(std::forward<In>(in))
                             .ordered()
                             .map([&](const brittle& x) { return b.tick(), x; })
                             .to_vector();
        for (int i = 0; i < n; ++i) {
            if (all.size() != n || all[static_cast<std::size_t>(i)].inner.value != i) return false;
        }
        return true;
    }
};

template <std::size_t Tokens>
struct into_pipeline {
    static std::string name() { return "pipeline"; }
    template <class In>
    static bool run(In&& in, const bomb& b)
    {
        int sum = 0;
        int next = 0;
        const std::size_t read = weft::pipeline(
            Tokens, std::forward<In>(in), weft::parallel([&](brittle x) { return b.tick(), x; }),
            weft::serial_out_of_order([&](brittle x) { return b.tick(), x; }),
            weft::serial_in_order([&](const brittle& x) {
                b.tick();
                if (x.inner.value == next) ++next;
                return x;
            }),
            weft::parallel([&](const brittle& x) { return b.tick(), std::optional<brittle>(x); }),
            weft::serial_in_order([&](const std::optional<brittle>& x) { sum += b.tick(x->inner.value); }));
        return sum == total && read == n && next == n;
    }
};

struct into_worklist {
    static std::string name() { return "par_worklist"; }
    template <class In>
    static bool run(In&& in, const bomb& b)
    {
        // Every item adds the same one below 100 * n, and that one two more.
        std::atomic<int> sum{0};
        weft::par_worklist(std::forward<In>(in), [&](brittle x, weft::feeder<brittle>& more) {
            b.tick();
            const int v = x.inner.value;
            if (v < 100) {
                sum += v;
                x.inner.value += 100;
                more.add(x);
            } else if (v < 200) {
                more.add(brittle(v + 100));
                more.add(brittle(v + 200));
            } else {
                ++sum;
            }
        });
        return sum == total + 2 * n;
    }
};

std::vector<test::use_case> all_cases;

template <class Input, class Consumer>
void add()
{
    static const std::string name = std::string(Input::name) + ", into " + Consumer::name();
    all_cases.push_back({name.c_str(), [](const bomb& b) {
                             return with_input<Input>(
                                 b, [&]<class In>(In&& in) { return Consumer::run(std::forward<In>(in), b); });
                         }});
}

template <class Input>
void add_consumers()
{
    add<Input, into_stream<true, 1>>();
    add<Input, into_stream<true, 4>>();
    add<Input, into_stream<true, 64>>();
    add<Input, into_stream<false, 1>>();
    add<Input, into_stream<false, 4>>();
    add<Input, into_stream<false, 64>>();
    add<Input, into_bridge>();
    add<Input, into_bridge_to_vector>();
    add<Input, into_bridge_fold>();
    add<Input, into_ordered_bridge>();
    add<Input, into_pipeline<1>>();
    add<Input, into_pipeline<4>>();
    add<Input, into_worklist>();
}

/// A function that returns the items.
class giving {
public:
    static constexpr const char* name = "a function";
    explicit giving(const bomb& b) : seen_(b) {}
    std::optional<brittle> operator()()
    {
        return seen_.step([&]() -> std::optional<brittle> {
            if (at_ > n) ++touched_after_throwing;  // it has said that this is the end
            if (at_ == n) return ++at_, std::nullopt;
            return brittle(at_++);
        });
    }

private:
    witness seen_;
    int at_ = 0;
};

template <class Consumer>
void add_function()
{
    static const std::string name = std::string(giving::name) + ", into " + Consumer::name();
    all_cases.push_back({name.c_str(), [](const bomb& b) {
                             giving next(b);
                             return Consumer::run([&] { return next(); }, b);
                         }});
}

void add_functions()
{
    add_function<into_stream<true, 1>>();
    add_function<into_stream<true, 4>>();
    add_function<into_stream<false, 4>>();
    add_function<into_bridge>();
    add_function<into_bridge_to_vector>();
    add_function<into_ordered_bridge>();
    add_function<into_pipeline<1>>();
    add_function<into_pipeline<4>>();
}

}  // namespace

TEST_CASE(
    "every input, from every step, copy and function: one exception leaves, nothing is touched afterwards, and "
    "what was made is destroyed once")
{
    all_cases.clear();
    add_consumers<once>();
    add_consumers<making>();
    add_consumers<lasting>();
    add_consumers<given_away>();
    add_functions();
    test::explode_every(all_cases);
    CHECK(touched_after_throwing == 0);
    CHECK(touched_by_two == 0);
}
