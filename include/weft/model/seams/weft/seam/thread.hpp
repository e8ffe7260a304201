// weft/model/seams/weft/seam/thread.hpp - the seam for threads as the model checker sees it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/thread.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace weft::detail {

class thread {
public:
    struct options {
        std::string name;
        std::size_t stack_size = 0;
        bool is_punctual = false;
    };

    template <class F>
    thread(const options&, F body) : thread_(std::move(body))
    {
    }
    thread(const thread&) = delete;
    thread& operator=(const thread&) = delete;

    void join() noexcept { thread_.join(); }
    void detach() noexcept {}
    void abandon() noexcept {}

private:
    weft::model::thread thread_;
};

}  // namespace weft::detail
