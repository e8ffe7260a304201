// tests/model/litmus_shapes_test.cpp - more litmus tests, by the names that they have in the literature.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Each with exactly the outcomes that C++20 allows, less load buffering. The digits of an outcome are what the comment
// at its end names.
#include <weft/model/atomic.hpp>
#include <weft/model/cell.hpp>
#include <weft/model/check.hpp>
#include <weft/model/thread.hpp>

#include <string>

#include "litmus.hpp"
#include "test.hpp"

using namespace litmus;

TEST_CASE("litmus: CoWW: a thread's stores to one place keep their order")
{
    CHECK(outcomes_of([] {
              location x;
              {
                  model::thread one([&] {
                      x.store(1, relaxed);
                      x.store(2, relaxed);
                  });
              }
              model::record(x.load(relaxed));
          }) == "2");
}

TEST_CASE("litmus: CoWR, twice: two threads do not both read the other's store after their own")
{
    CHECK(outcomes_of([] {
              location x;
              int a = 0, b = 0;
              {
                  model::thread one([&] {
                      x.store(1, relaxed);
                      a = x.load(relaxed);
                  });
                  model::thread two([&] {
                      x.store(2, relaxed);
                      b = x.load(relaxed);
                  });
              }
              model::record(a * 10 + b);  // 21 would order each store before the other
          }) == "11, 12, 22");
}

TEST_CASE("litmus: ISA2: a message is handed on through a third place")
{
    const auto with = [](order st, order ld) {
        return outcomes_of([=] {
            location x, y, z;
            int a = 0, b = 0, c = 0;
            {
                model::thread one([&] {
                    x.store(1, relaxed);
                    y.store(1, st);
                });
                model::thread two([&] {
                    a = y.load(ld);
                    z.store(1, st);
                });
                model::thread three([&] {
                    b = z.load(ld);
                    c = x.load(relaxed);
                });
            }
            model::record(a * 100 + b * 10 + c);
        });
    };
    CHECK(with(relaxed, relaxed) == "0, 1, 10, 100, 101, 11, 110, 111");
    CHECK(with(release, acquire) == "0, 1, 10, 100, 101, 11, 111");
}

TEST_CASE("litmus: RWC with seq_cst operations")
{
    CHECK(outcomes_of([] {
              location x, y;
              int a = 0, b = 0, c = 0;
              {
                  model::thread one([&] { x.store(1, seq_cst); });
                  model::thread two([&] {
                      a = x.load(seq_cst);
                      b = y.load(seq_cst);
                  });
                  model::thread three([&] {
                      y.store(1, seq_cst);
                      c = x.load(seq_cst);
                  });
              }
              model::record(a * 100 + b * 10 + c);
          }) == "0, 1, 10, 101, 11, 110, 111");
}

TEST_CASE("litmus: W+RWC: as RWC, with a message in front")
{
    const auto with = [](bool fences) {
        return outcomes_of([=] {
            location x, y, z;
            int a = 0, b = 0, c = 0;
            {
                model::thread one([&] {
                    x.store(1, relaxed);
                    y.store(1, release);
                });
                model::thread two([&] {
                    a = y.load(acquire);
                    fence_if(fences, seq_cst);
                    b = z.load(relaxed);
                });
                model::thread three([&] {
                    z.store(1, relaxed);
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

TEST_CASE("litmus: Z6: the order of two stores is no edge, but between seq_cst ones")
{
    const auto with = [](order st, order ld) {
        return outcomes_of([=] {
            location x, y, z;
            int a = 0, b = 0;
            {
                model::thread one([&] {
                    x.store(1, st);
                    y.store(1, st);
                });
                model::thread two([&] {
                    y.store(2, st);
                    z.store(1, st);
                });
                model::thread three([&] {
                    a = z.load(ld);
                    b = x.load(ld);
                });
            }
            model::record(y.load(relaxed) * 100 + a * 10 + b);
        });
    };
    CHECK(with(relaxed, relaxed) == "100, 101, 110, 111, 200, 201, 210, 211");
    CHECK(with(release, acquire) == "100, 101, 110, 111, 200, 201, 210, 211");
    CHECK(with(seq_cst, seq_cst) == "100, 101, 110, 111, 200, 201, 211");
}

TEST_CASE("litmus: 3.SB: store buffering in a ring of three")
{
    const auto with = [](bool fences) {
        return outcomes_of([=] {
            location x, y, z;
            int a = 0, b = 0, c = 0;
            const auto turn = [=](location& mine, const location& next, int& seen) {
                mine.store(1, relaxed);
                fence_if(fences, seq_cst);
                seen = next.load(relaxed);
            };
            {
                model::thread one([&] { turn(x, y, a); });
                model::thread two([&] { turn(y, z, b); });
                model::thread three([&] { turn(z, x, c); });
            }
            model::record(a * 100 + b * 10 + c);
        });
    };
    CHECK(with(false) == "0, 1, 10, 100, 101, 11, 110, 111");
    CHECK(with(true) == "1, 10, 100, 101, 11, 110, 111");
}

TEST_CASE("litmus: WWC: a store after what was handed on is newer")
{
    const auto with = [](order st, order ld) {
        return outcomes_of([=] {
            location x, y;
            int a = 0, b = 0;
            {
                model::thread one([&] { x.store(2, relaxed); });
                model::thread two([&] {
                    a = x.load(relaxed);
                    y.store(1, st);
                });
                model::thread three([&] {
                    b = y.load(ld);
                    x.store(1, relaxed);
                });
            }
            model::record(a * 100 + b * 10 + x.load(relaxed));
        });
    };
    CHECK(with(relaxed, relaxed) == "1, 101, 102, 11, 12, 2, 201, 202, 211, 212");
    CHECK(with(release, acquire) == "1, 101, 102, 11, 12, 2, 201, 202, 211");
}

TEST_CASE("litmus: SB, a fence on one side and seq_cst operations on the other")
{
    CHECK(outcomes_of([] {
              location x, y;
              int a = 0, b = 0;
              {
                  model::thread one([&] {
                      x.store(1, seq_cst);
                      a = y.load(seq_cst);
                  });
                  model::thread two([&] {
                      y.store(1, relaxed);
                      model::fence(seq_cst);
                      b = x.load(relaxed);
                  });
              }
              model::record(a * 10 + b);
          }) == "1, 10, 11");
}

TEST_CASE("litmus: SB, with read-modify-writes of one place in between: the second one sees what the first one did")
{
    const auto with = [](order o) {
        return outcomes_of([=] {
            location x, y, between;
            int a = 0, b = 0;
            {
                model::thread one([&] {
                    x.store(1, relaxed);
                    between.fetch_add(0, o);
                    a = y.load(relaxed);
                });
                model::thread two([&] {
                    y.store(1, relaxed);
                    between.fetch_add(0, o);
                    b = x.load(relaxed);
                });
            }
            model::record(a * 10 + b);
        });
    };
    CHECK(with(acq_rel) == "1, 10, 11");
    CHECK(with(relaxed) == "0, 1, 10, 11");
}

TEST_CASE("litmus: R, with fences")
{
    CHECK(outcomes_of([] {
              location x, y;
              int a = 0;
              {
                  model::thread one([&] {
                      x.store(1, relaxed);
                      model::fence(seq_cst);
                      y.store(1, relaxed);
                  });
                  model::thread two([&] {
                      y.store(2, relaxed);
                      model::fence(seq_cst);
                      a = x.load(relaxed);
                  });
              }
              model::record(y.load(relaxed) * 10 + a);
          }) == "10, 11, 21");
}

TEST_CASE("litmus: S, with fences")
{
    CHECK(outcomes_of([] {
              location x, y;
              int a = 0;
              {
                  model::thread one([&] {
                      x.store(2, relaxed);
                      model::fence(release);
                      y.store(1, relaxed);
                  });
                  model::thread two([&] {
                      a = y.load(relaxed);
                      model::fence(acquire);
                      x.store(1, relaxed);
                  });
              }
              model::record(a * 10 + x.load(relaxed));
          }) == "1, 11, 2");
}

TEST_CASE("litmus: LB, with acquire and release, which forbid it")
{
    CHECK(load_buffering(acquire, release) == "0, 1, 10");
}

TEST_CASE("litmus: IRIW, with a fence in one reader only")
{
    const auto found = model::check(exhaustive(), [] {
        location x, y;
        int a = 0, b = 0, c = 0, d = 0;
        {
            model::thread one([&] { x.store(1, relaxed); });
            model::thread two([&] { y.store(1, relaxed); });
            model::thread three([&] {
                a = x.load(acquire);
                model::fence(seq_cst);
                b = y.load(acquire);
            });
            model::thread four([&] {
                c = y.load(acquire);
                d = x.load(acquire);
            });
        }
        model::record(a * 1000 + b * 100 + c * 10 + d);
    });
    CHECK(found.passed);
    CHECK(found.exhaustive);
    CHECK(found.outcomes.size() == 16);
}

TEST_CASE("litmus: MP, one pair of fences for two flags")
{
    CHECK(outcomes_of([] {
              location x, y, z;
              int a = 0, b = 0, c = 0;
              {
                  model::thread one([&] {
                      x.store(1, relaxed);
                      model::fence(release);
                      y.store(1, relaxed);
                      z.store(1, relaxed);
                  });
                  model::thread two([&] {
                      a = y.load(relaxed);
                      b = z.load(relaxed);
                      model::fence(acquire);
                      c = x.load(relaxed);
                  });
              }
              model::record(a * 100 + b * 10 + c);
          }) == "0, 1, 101, 11, 111");
}

TEST_CASE("litmus: MP, a release sequence that begins with a fence")
{
    CHECK(outcomes_of([] {
              location x, y;
              int a = 0, b = 0;
              {
                  model::thread one([&] {
                      x.store(1, relaxed);
                      model::fence(release);
                      y.store(1, relaxed);
                  });
                  model::thread two([&] { y.fetch_add(1, relaxed); });
                  model::thread three([&] {
                      a = y.load(acquire);
                      b = x.load(relaxed);
                  });
              }
              model::record(a * 10 + b);  // 1 may be of either: the addition may have come first
          }) == "0, 1, 10, 11, 21");
}

TEST_CASE("litmus: MP, by the first relaxed store of a thread that was started after the message was written")
{
    const auto with = [](order st) {
        return outcomes_of([=] {
            location x, y;
            int a = 0, b = 0;
            {
                model::thread reader([&] {
                    a = y.load(acquire);
                    b = x.load(relaxed);
                });
                x.store(1, relaxed);
                model::thread sender([&] { y.store(1, st); });
            }
            model::record(a * 10 + b);
        });
    };
    CHECK(with(relaxed) == "0, 1, 10, 11");  // the start of a thread is no release
    CHECK(with(release) == "0, 1, 11");
}

TEST_CASE("litmus: MP, by a compare-exchange that fails: its order is that of the failure")
{
    const auto with = [](order failing) {
        return failure_of([=] {
            location x;
            model::cell<int> data;
            model::thread one([&] {
                data.write() = 7;
                x.store(1, release);
            });
            model::thread two([&] {
                int expected = 0;
                if (!x.compare_exchange_strong(expected, 5, relaxed, failing)) model::require(data.read() == 7);
            });
        });
    };
    CHECK(with(acquire).empty());
    CHECK(with(relaxed).find("data race") != std::string::npos);
}
