// tests/model/callback_model.cpp - a function shared by copies that end on several threads.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
#include <weft/pool/callback.hpp>
#include <weft/seam/cell.hpp>

#include <cstddef>
#include <utility>

#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;

/// Each call leaves a mark, and its end looks at all of them: they must have happened before.
class marks {
public:
    marks(cell<int>* first, int* ends) : first_(first), ends_(ends) {}
    marks(marks&& other) noexcept : first_(std::exchange(other.first_, nullptr)), ends_(other.ends_) {}
    ~marks()
    {
        if (first_ == nullptr) return;
        ++*ends_;
        require(first_[0].read() + first_[1].read() == 2);
    }
    void operator()(std::size_t i) const { ++first_[i].write(); }

private:
    cell<int>* first_;
    int* ends_;
};

const enter callback_ends_once("callback", "callback_ends_once", [] {
    cell<int> seen[2];
    int ends = 0;
    {
        weft::callback<void, std::size_t> mine = marks(seen, &ends);
        weft::callback<void, std::size_t> theirs = mine;
        const auto call = [](weft::callback<void, std::size_t>& from, std::size_t i) {
            const weft::callback<void, std::size_t> last = std::move(from);
            last(i);
        };
        thread other([&] { call(theirs, 1); });
        call(mine, 0);
    }
    require(ends == 1);
});

}  // namespace
