// weft/iter/progress_bar.hpp - progress_bar: shows on a terminal how far a loop has come.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/chrono.hpp>
#include <weft/seam/clock.hpp>

#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>

namespace weft {

/// A function for progress() that draws a bar, with the share that is done and the time that is left, in one line of a
/// terminal:
///
///     weft::par_iter(files).progress(weft::progress_bar("reading"), 100).for_each(read);
///
///     reading [##########          ]  50 %  12 s left
///
/// It draws at most ten times a second, and once more at the end, with a newline.
///
/// Thread safety: as progress() calls it: one call at a time, on any thread.
/// Example:       examples/iter/progress.cpp
class progress_bar {
public:
    /// `name` comes before the bar, which goes to `out`.
    explicit progress_bar(std::string name = {}, std::FILE* out = stderr)
        : name_(std::move(name)), out_(out), begin_(detail::clock::now()), drawn_(begin_ - interval)
    {
    }

    void operator()(std::size_t done, std::size_t total) const
    {
        const auto now = detail::clock::now();
        const bool end = done >= total;
        if (!end && now - drawn_ < interval) return;
        drawn_ = now;
        const double share = total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total);
        const double spent = std::chrono::duration<double>(now - begin_).count();
        const auto filled = static_cast<std::size_t>(share * width);
        std::string line = "\r" + name_ + (name_.empty() ? "[" : " [");
        line.append(filled, '#').append(width - filled, ' ');
        char numbers[64];
        if (end) {
            std::snprintf(numbers, sizeof numbers, "] 100 %%  %.1f s       \n", spent);
        } else {
            std::snprintf(numbers, sizeof numbers, "] %3.0f %%  %.0f s left  ", 100 * share,
                          share > 0 ? spent / share - spent : 0.0);
        }
        line += numbers;
        std::fwrite(line.data(), 1, line.size(), out_);
        std::fflush(out_);
    }

private:
    static constexpr std::size_t width = 40;
    static constexpr std::chrono::milliseconds interval{100};

    std::string name_;
    std::FILE* out_;
    detail::clock::time_point begin_;
    mutable detail::clock::time_point drawn_;
};

}  // namespace weft
