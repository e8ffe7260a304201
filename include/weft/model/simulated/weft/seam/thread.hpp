// weft/model/simulated/weft/seam/thread.hpp - the seam for threads as a simulation sees it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/simulated.hpp>

#include <cstddef>
#include <source_location>
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

    /// Throws std::system_error outside a simulation: there is nothing that it could run on.
    template <class F>
    thread(const options&, F body)
    {
        auto* const kept = new F(std::move(body));
        try {
            number_ = model::detail::start_simulated(
                [](void* f) {
                    (*static_cast<F*>(f))();
                    delete static_cast<F*>(f);
                },
                kept);
        } catch (...) {
            delete kept;
            throw;
        }
    }
    thread(const thread&) = delete;
    thread& operator=(const thread&) = delete;

    void join(const std::source_location& w = std::source_location::current()) noexcept
    {
        model::detail::join_simulated(number_, w);
    }
    void detach() noexcept {}
    void abandon() noexcept {}

private:
    std::size_t number_ = 0;
};

[[nodiscard]] inline std::string this_thread_name() { return {}; }

}  // namespace weft::detail
