// weft/pool/loop_memory.hpp - what a loop of the program remembers from one run to the next.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Whether a loop of some microseconds gains by being divided depends on how fast two processors meet, on where its data
// lies, and on what else the machine does. No constant knows that, so each loop finds out: for each magnitude of its
// time it keeps what a unit took in runs that nobody shared, and in runs that were divided. If dividing has not paid, the
// loop leaves it for a hundred times as long as the attempt has cost, and then tries again.
//
// Roles       any thread that begins or ends a run of the loop, several at a time.
//
// Fields      each is a number by itself, written by all; who reads an old one, or overwrites a newer one, decides a
//             little worse
//
// Orders      All relaxed: nothing is handed over.
#pragma once

#include <weft/seam/atomic.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// A moving average that is written only when it has changed by more than noise, so that threads which run one loop side
/// by side share its line. One outlier, a run that lost its processor, counts no more than twice the average.
class steady_average {
public:
    static constexpr float unknown = -1;

    [[nodiscard]] float get() const noexcept { return value_.load(order::relaxed); }
    void forget() noexcept { value_.store(unknown, order::relaxed); }

    void add(float sample) noexcept
    {
        const float was = get();
        if (was < 0) return value_.store(sample, order::relaxed);
        const float bounded = sample < 2 * was ? sample : 2 * was;
        const float change = (bounded - was) / 4;
        if (change > was / 32 || change < -was / 32) value_.store(was + change, order::relaxed);
    }

private:
    atomic<float> value_{unknown};
};

/// Runs of one magnitude.
class short_runs {
public:
    /// Whether a run that begins now had better not be divided.
    [[nodiscard]] bool leave_alone(std::uint64_t now) const noexcept
    {
        // Without a run by one thread there is nothing to compare with.
        return alone_.get() < 0 || now < again_at_.load(order::relaxed);
    }

    void ran_alone(float units, float ticks) noexcept { alone_.add(ticks / units); }

    void ran_divided(float units, float ticks, std::uint64_t now) noexcept
    {
        const float alone = alone_.get();
        if (alone < 0) return;
        divided_.add(ticks / units);
        const float loss = ticks - alone * units;
        const float lost = lost_.load(order::relaxed) + (loss > 0 ? loss : 0);
        const std::uint32_t tries = tries_.load(order::relaxed) + 1;
        if (tries < enough_tries) {
            tries_.store(tries, order::relaxed);
            lost_.store(lost, order::relaxed);
        } else if (divided_.get() < alone) {
            // It pays. Now each run is looked at, and what was lost long ago does not count.
            if (lost_.load(order::relaxed) != 0) lost_.store(0, order::relaxed);
        } else {
            tries_.store(0, order::relaxed);
            lost_.store(0, order::relaxed);
            divided_.forget();
            again_at_.store(now + static_cast<std::uint64_t>(lost * repayment), order::relaxed);
        }
    }

private:
    static constexpr std::uint32_t enough_tries = 12;  // the first ones may have to wake somebody for the others
    static constexpr float repayment = 100;            // so attempts cost one percent

    steady_average alone_;    // ticks per unit
    steady_average divided_;  // ticks per unit, of these tries
    atomic<float> lost_{0};   // ticks that these tries have taken more than they would have alone
    atomic<std::uint32_t> tries_{0};
    atomic<std::uint64_t> again_at_{0};  // ticks()
};

class loop_memory {
public:
    static constexpr float unknown = -1;

    /// Ticks that a unit took in the last run that tells; unknown before.
    [[nodiscard]] float ticks_per_unit() const noexcept { return ticks_per_unit_.load(order::relaxed); }

    void remember(float ticks_per_unit) noexcept
    {
        const float was = this->ticks_per_unit();
        if (was < 0 || ticks_per_unit > 2 * was || 2 * ticks_per_unit < was)
            ticks_per_unit_.store(ticks_per_unit, order::relaxed);
    }

    /// The runs that take about as long as this; none if it is so short, or so long, that the answer is clear.
    [[nodiscard]] short_runs* runs_of(float microseconds) noexcept
    {
        if (!(microseconds >= shortest) || microseconds >= shortest * (1 << magnitudes)) return nullptr;
        const auto times = static_cast<std::uint32_t>(microseconds / shortest);
        return &runs_[std::bit_width(times) - 1];
    }

    /// Units after which a block looks whether somebody wants work: 0 for a loop whose units are alike.
    [[nodiscard]] std::size_t stride() const noexcept { return stride_.load(order::relaxed); }
    void set_stride(std::size_t units) noexcept
    {
        if (stride() != units) stride_.store(units, order::relaxed);
    }

private:
    static constexpr float shortest = 2;
    static constexpr int magnitudes = 7;  // up to 256 us

    atomic<float> ticks_per_unit_{unknown};
    atomic<std::size_t> stride_{0};
    short_runs runs_[magnitudes];
};

}  // namespace weft::detail
