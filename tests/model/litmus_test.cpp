// tests/model/litmus_test.cpp - the classical litmus tests, each with exactly the outcomes that C++20 allows.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Load buffering is the exception: the checker does not model it, and the test says so. More shapes, of three threads and
// mixed orders, are in litmus_shapes_test.cpp.
#include <weft/model/atomic.hpp>
#include <weft/model/cell.hpp>
#include <weft/model/check.hpp>
#include <weft/model/thread.hpp>

#include <string>

#include "litmus.hpp"
#include "test.hpp"

namespace {

using namespace litmus;

std::string store_buffering(order st, order ld, bool fence_a, bool fence_b)
{
    return outcomes_of([=] {
        location x, y;
        int a = 0, b = 0;
        {
            model::thread one([&] {
                x.store(1, st);
                fence_if(fence_a, seq_cst);
                a = y.load(ld);
            });
            model::thread two([&] {
                y.store(1, st);
                fence_if(fence_b, seq_cst);
                b = x.load(ld);
            });
        }
        model::record(a * 10 + b);
    });
}

std::string message_passing(order st, order ld, bool fences)
{
    return outcomes_of([=] {
        location x, y;
        int a = 0, b = 0;
        {
            model::thread one([&] {
                x.store(1, relaxed);
                fence_if(fences, release);
                y.store(1, st);
            });
            model::thread two([&] {
                a = y.load(ld);
                fence_if(fences, acquire);
                b = x.load(relaxed);
            });
        }
        model::record(a * 10 + b);
    });
}

/// Independent reads of independent writes; the outcome is a, b, c, d in which a, b and c, d are the readers'.
std::size_t iriw(order st, order ld, bool fences, bool& has_1010)
{
    const auto found = model::check(exhaustive(), [=] {
        location x, y;
        int a = 0, b = 0, c = 0, d = 0;
        {
            model::thread one([&] { x.store(1, st); });
            model::thread two([&] { y.store(1, st); });
            model::thread three([&] {
                a = x.load(ld);
                fence_if(fences, seq_cst);
                b = y.load(ld);
            });
            model::thread four([&] {
                c = y.load(ld);
                fence_if(fences, seq_cst);
                d = x.load(ld);
            });
        }
        model::record(a * 1000 + b * 100 + c * 10 + d);
    });
    CHECK(found.passed);
    CHECK(found.exhaustive);
    has_1010 = false;
    for (const auto& each : found.outcomes) has_1010 |= each.values == "1010";
    return found.outcomes.size();
}

std::string two_plus_two_writes(order o, bool fences)
{
    return outcomes_of([=] {
        location x, y;
        {
            model::thread one([&] {
                x.store(1, o);
                fence_if(fences, seq_cst);
                y.store(2, o);
            });
            model::thread two([&] {
                y.store(1, o);
                fence_if(fences, seq_cst);
                x.store(2, o);
            });
        }
        model::record(x.load(relaxed) * 10 + y.load(relaxed));
    });
}

}  // namespace

TEST_CASE("litmus: store buffering shows both stores late unless seq_cst stands on both sides")
{
    CHECK(store_buffering(relaxed, relaxed, false, false) == "0, 1, 10, 11");
    CHECK(store_buffering(release, acquire, false, false) == "0, 1, 10, 11");
    CHECK(store_buffering(seq_cst, seq_cst, false, false) == "1, 10, 11");
    CHECK(store_buffering(relaxed, relaxed, true, true) == "1, 10, 11");
    CHECK(store_buffering(relaxed, relaxed, true, false) == "0, 1, 10, 11");
    CHECK(store_buffering(seq_cst, acquire, false, false) == "0, 1, 10, 11");
    CHECK(store_buffering(release, seq_cst, false, false) == "0, 1, 10, 11");
    CHECK(store_buffering(seq_cst, seq_cst, true, true) == "1, 10, 11");
}

TEST_CASE("litmus: store buffering with read-modify-writes needs an edge as well")
{
    const auto with = [](order o) {
        return outcomes_of([=] {
            location x, y;
            int a = 0, b = 0;
            {
                model::thread one([&] {
                    x.exchange(1, o);
                    a = y.load(acquire);
                });
                model::thread two([&] {
                    y.exchange(1, o);
                    b = x.load(acquire);
                });
            }
            model::record(a * 10 + b);
        });
    };
    CHECK(with(acq_rel) == "0, 1, 10, 11");
    // A seq_cst exchange is no fence: the later acquire load may still read the old value.
    CHECK(with(seq_cst) == "0, 1, 10, 11");
}

TEST_CASE("litmus: message passing needs release and acquire on one edge, or fences")
{
    CHECK(message_passing(relaxed, relaxed, false) == "0, 1, 10, 11");
    CHECK(message_passing(release, acquire, false) == "0, 1, 11");
    CHECK(message_passing(release, relaxed, false) == "0, 1, 10, 11");
    CHECK(message_passing(relaxed, acquire, false) == "0, 1, 10, 11");
    CHECK(message_passing(relaxed, relaxed, true) == "0, 1, 11");
    CHECK(message_passing(seq_cst, seq_cst, false) == "0, 1, 11");
}

TEST_CASE("litmus: a fence on one side pairs with an order on the other")
{
    const auto with = [](bool fence_stores) {
        return outcomes_of([=] {
            location x, y;
            int a = 0, b = 0;
            {
                model::thread one([&] {
                    x.store(1, relaxed);
                    fence_if(fence_stores, release);
                    y.store(1, fence_stores ? relaxed : release);
                });
                model::thread two([&] {
                    a = y.load(fence_stores ? acquire : relaxed);
                    fence_if(!fence_stores, acquire);
                    b = x.load(relaxed);
                });
            }
            model::record(a * 10 + b);
        });
    };
    CHECK(with(true) == "0, 1, 11");
    CHECK(with(false) == "0, 1, 11");
}

TEST_CASE("litmus: load buffering is not modelled, though C++ allows both loads to read 1")
{
    CHECK(load_buffering(relaxed, relaxed) == "0, 1, 10");
}

TEST_CASE("litmus: independent readers may disagree unless the reads are seq_cst")
{
    bool disagree = false;
    CHECK(iriw(relaxed, relaxed, false, disagree) == 16);
    CHECK(disagree);
    CHECK(iriw(release, acquire, false, disagree) == 16);
    CHECK(disagree);
    CHECK(iriw(seq_cst, seq_cst, false, disagree) == 15);
    CHECK_FALSE(disagree);
    CHECK(iriw(relaxed, relaxed, true, disagree) == 15);
    CHECK_FALSE(disagree);
}

TEST_CASE("litmus: stores to two places may be ordered in a circle unless they are seq_cst")
{
    CHECK(two_plus_two_writes(relaxed, false) == "11, 12, 21, 22");
    CHECK(two_plus_two_writes(release, false) == "11, 12, 21, 22");
    CHECK(two_plus_two_writes(relaxed, true) == "12, 21, 22");
    CHECK(two_plus_two_writes(seq_cst, false) == "12, 21, 22");
}

TEST_CASE("litmus: coherence: one thread's reads of a place never go back")
{
    CHECK(outcomes_of([] {
              location x;
              int a = 0, b = 0;
              {
                  model::thread one([&] {
                      x.store(1, relaxed);
                      x.store(2, relaxed);
                  });
                  model::thread two([&] {
                      a = x.load(relaxed);
                      b = x.load(relaxed);
                  });
              }
              model::record(a * 10 + b);
          }) == "0, 1, 11, 12, 2, 22");
}

TEST_CASE("litmus: coherence: two readers agree on the order of two stores")
{
    const auto found = model::check(exhaustive(), [] {
        location x;
        int a = 0, b = 0, c = 0, d = 0;
        {
            model::thread one([&] { x.store(1, relaxed); });
            model::thread two([&] { x.store(2, relaxed); });
            model::thread three([&] {
                a = x.load(relaxed);
                b = x.load(relaxed);
            });
            model::thread four([&] {
                c = x.load(relaxed);
                d = x.load(relaxed);
            });
        }
        model::require(!(a == 1 && b == 2 && c == 2 && d == 1) && !(a == 2 && b == 1 && c == 1 && d == 2));
        model::require(!(a != 0 && b == 0) && !(c != 0 && d == 0));
    });
    CHECK(found.passed);
    CHECK(found.exhaustive);
}

TEST_CASE("litmus: coherence: a thread reads its own store or a newer one")
{
    CHECK(outcomes_of([] {
              location x;
              int a = 0;
              {
                  model::thread one([&] {
                      x.store(1, relaxed);
                      a = x.load(relaxed);
                  });
                  model::thread two([&] { x.store(2, relaxed); });
              }
              model::record(a * 10 + x.load(relaxed));
          }) == "11, 12, 22");
}

TEST_CASE("litmus: coherence: a store is newer than what its thread has read")
{
    CHECK(outcomes_of([] {
              location x;
              int a = 0;
              {
                  model::thread one([&] {
                      a = x.load(relaxed);
                      x.store(1, relaxed);
                  });
                  model::thread two([&] { x.store(2, relaxed); });
              }
              model::record(a * 10 + x.load(relaxed));
          }) == "1, 2, 21");
}

TEST_CASE("litmus: read-modify-writes read the newest value: two additions never collide")
{
    CHECK(outcomes_of([] {
              location x;
              {
                  model::thread one([&] { x.fetch_add(1, relaxed); });
                  model::thread two([&] { x.fetch_add(1, relaxed); });
              }
              model::record(x.load(relaxed));
          }) == "2");
    CHECK(outcomes_of([] {
              location x;
              const auto add = [&] { x.store(x.load(relaxed) + 1, relaxed); };
              {
                  model::thread one(add);
                  model::thread two(add);
              }
              model::record(x.load(relaxed));
          }) == "1, 2");
}

TEST_CASE("litmus: only one compare-exchange of the same value succeeds")
{
    CHECK(outcomes_of([] {
              location x;
              int won = 0;
              bool a = false, b = false;
              {
                  model::thread one([&] {
                      int expected = 0;
                      a = x.compare_exchange_strong(expected, 1, relaxed, relaxed);
                  });
                  model::thread two([&] {
                      int expected = 0;
                      b = x.compare_exchange_strong(expected, 2, relaxed, relaxed);
                  });
              }
              won = static_cast<int>(a) + static_cast<int>(b);
              model::record(won * 10 + x.load(relaxed));
          }) == "11, 12");
}

TEST_CASE("litmus: a weak compare-exchange fails without reason only if asked to")
{
    const auto once = [](bool spurious) {
        model::options how = exhaustive();
        how.spurious_failures = spurious;
        return outcomes_of(
            [] {
                location x;
                int expected = 0;
                model::record(x.compare_exchange_weak(expected, 1, relaxed, relaxed) ? 1 : 0);
            },
            how);
    };
    CHECK(once(false) == "1");
    CHECK(once(true) == "0, 1");
}

TEST_CASE("litmus: a release sequence goes on through read-modify-writes, not through stores")
{
    const auto with = [](bool rmw) {
        return failure_of([=] {
            location x;
            model::cell<int> data;
            model::thread one([&] {
                data.write() = 7;
                x.store(1, release);
                if (!rmw) x.store(2, relaxed);
            });
            model::thread two([&] {
                if (rmw) x.fetch_add(1, relaxed);
            });
            model::thread three([&] {
                if (x.load(acquire) == 2) model::require(data.read() == 7);
            });
        });
    };
    CHECK(with(true).empty());
    CHECK(with(false).find("data race") != std::string::npos);  // C++20: a relaxed store ends the sequence
}

TEST_CASE("litmus: what is acquired is handed on: write to read causality")
{
    const auto with = [](order o) {
        return failure_of([=] {
            location x, y;
            model::cell<int> data;
            model::thread one([&] {
                data.write() = 1;
                x.store(1, release);
            });
            model::thread two([&] {
                if (x.load(o) == 1) y.store(1, release);
            });
            model::thread three([&] {
                if (y.load(acquire) == 1) model::require(data.read() == 1);
            });
        });
    };
    CHECK(with(acquire).empty());
    CHECK(with(relaxed).find("data race") != std::string::npos);
}

TEST_CASE("litmus: seq_cst: a load after a fence sees what was stored before the other fence")
{
    // Read-to-write causality (RWC) with fences: 1 0 0 is forbidden only with both.
    const auto with = [](bool fences) {
        return outcomes_of([=] {
            location x, y;
            int a = 0, b = 0, c = 0;
            {
                model::thread one([&] { x.store(1, relaxed); });
                model::thread two([&] {
                    a = x.load(relaxed);
                    fence_if(fences, seq_cst);
                    b = y.load(relaxed);
                });
                model::thread three([&] {
                    y.store(1, relaxed);
                    fence_if(fences, seq_cst);
                    c = x.load(relaxed);
                });
            }
            model::record(a * 100 + b * 10 + c);
        });
    };
    CHECK(with(false) == "0, 1, 10, 100, 101, 11, 110, 111");
    CHECK(with(true) == "0, 1, 10, 101, 11, 110, 111");
}

TEST_CASE("litmus: R and S: a store against a store")
{
    const auto r = [](order o) {
        return outcomes_of([=] {
            location x, y;
            int a = 0;
            {
                model::thread one([&] {
                    x.store(1, o);
                    y.store(1, o);
                });
                model::thread two([&] {
                    y.store(2, o);
                    a = x.load(o == seq_cst ? seq_cst : acquire);
                });
            }
            model::record(y.load(relaxed) * 10 + a);
        });
    };
    CHECK(r(release) == "10, 11, 20, 21");
    CHECK(r(seq_cst) == "10, 11, 21");  // y == 2 and a == 0 would order the four in a circle

    const auto s = [](order st, order ld) {
        return outcomes_of([=] {
            location x, y;
            int a = 0;
            {
                model::thread one([&] {
                    x.store(2, relaxed);
                    y.store(1, st);
                });
                model::thread two([&] {
                    a = y.load(ld);
                    x.store(1, relaxed);
                });
            }
            model::record(a * 10 + x.load(relaxed));
        });
    };
    CHECK(s(relaxed, relaxed) == "1, 11, 12, 2");
    CHECK(s(release, acquire) == "1, 11, 2");
}

TEST_CASE("litmus: a read-modify-write hands on what it has acquired")
{
    CHECK(failure_of([] {
              location x;
              model::cell<int> data;
              const auto add = [&] {
                  if (x.fetch_add(1, acq_rel) == 1) model::require(++data.write() == 2);
              };
              data.write() = 1;
              model::thread one(add);
              model::thread two(add);
          }).empty());
}

TEST_CASE("litmus: the end of a thread happens before join returns, its start after its creation")
{
    CHECK(failure_of([] {
              model::cell<int> data;
              data.write() = 1;
              {
                  model::thread one([&] { data.write() += 1; });
              }
              model::require(data.read() == 2);
          }).empty());
}
