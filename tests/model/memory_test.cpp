// tests/model/memory_test.cpp - what the checker says of memory: used after its end, freed twice, never freed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/atomic.hpp>
#include <weft/model/cell.hpp>
#include <weft/model/check.hpp>
#include <weft/model/memory.hpp>
#include <weft/model/thread.hpp>

#include <stdexcept>
#include <string>

#include "test.hpp"

namespace {

namespace model = weft::model;
using enum std::memory_order;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("checker: uses after free, second frees and leaks are found")
{
    struct node {
        model::atomic<int> value{0};
        model::cell<int> plain{0};
    };
    const auto failure = [](auto scenario) { return model::check(scenario).failure; };
    CHECK(contains(failure([] { static_cast<void>(model::make<node>()); }), "leak"));
    CHECK(contains(failure([] {
                       node* const n = model::make<node>();
                       model::dispose(n);
                       weft::model::detail::deallocate(n);
                   }),
                   "freed twice"));
    CHECK(contains(failure([] {
                       node* const n = model::make<node>();
                       model::dispose(n);
                       static_cast<void>(n->value.load(relaxed));
                   }),
                   "use of"));
    CHECK(contains(failure([] {
                       node* const n = model::make<node>();
                       model::dispose(n);
                       static_cast<void>(n->plain.read());
                   }),
                   "use of"));
    CHECK(failure([] { model::dispose(model::make<node>()); }).empty());
}

TEST_CASE("checker: destruction that races with a use is found")
{
    const auto found = model::check([] {
        auto* const x = model::make<model::atomic<int>>();
        model::thread one([&] { static_cast<void>(x->fetch_add(1, relaxed)); });
        while (x->load(relaxed) == 0) model::spin_hint();  // acquire would do
        model::dispose(x);
    });
    CHECK(contains(found.failure, "races with a use"));
}

TEST_CASE("checker: without check_ends an end may race with a use, and a use after the end is found all the same")
{
    const auto with = [](bool check_ends) {
        model::options how;
        how.check_ends = check_ends;
        return model::check(how, [] {
            // The last one out destroys, as a shared_ptr does; what orders the two is not modelled.
            int holders = 2;
            auto* const x = model::make<model::atomic<int>>();
            const auto hold = [&] {
                x->fetch_add(1, relaxed);
                if (--holders == 0) model::dispose(x);
            };
            model::thread one(hold);
            model::thread two(hold);
        });
    };
    CHECK(contains(with(true).failure, "races with a use"));
    CHECK(with(false).passed);
    model::options how;
    how.check_ends = false;
    const auto late = model::check(how, [] {
        auto* const x = model::make<model::atomic<int>>();
        model::thread one([&] { x->fetch_add(1, relaxed); });
        model::dispose(x);
    });
    CHECK(contains(late.failure, "use of"));
}
