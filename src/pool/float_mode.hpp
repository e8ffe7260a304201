// src/pool/float_mode.hpp - the floating-point environment of a thread: rounding, flushing to zero, traps.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Whatever one thread takes from another runs under the mode in which it was handed out, so that results do not depend
// on who computes them. A mode is the control bits of the processor's floating-point registers in 15 bits: it travels
// in the state word of a job and in a task. Flags that say what has happened (inexact, overflow, ..) are no part of it.
//
// Reading a mode costs some nanoseconds on x86, as much as a fork or two: the register that also holds the flags has to
// wait for what is being computed. So it is not read where something is forked, only where something is published. What
// was forked before that, and has not been published, was forked under the mode in which the thread began what it runs,
// if the thread still has that mode. If it does not, nobody knows: a function has changed the mode by hand, before or
// after that fork. Such a job is published as of no known mode; a thief gives it back, and its owner runs it.
//
// Where a caller enters from outside, and where a task is spawned, a glance must do: at rounding, in the other of the
// two registers, which is cheap. The whole mode is read at the first spawn of what a thread runs.
//
// What nobody can see: a function of a join changes the mode, forks, and the first function of that fork changes it
// back to what it was at first, and forks in turn, all before anybody has asked for work. Then the outer fork counts as
// one under the first mode. So does a fork that was published under the other mode and has become private again. On x86
// the same goes for flushing to zero that a caller from outside turns on after a fork, or that a function turns on
// between two spawns.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <xmmintrin.h>
#elif !defined(__aarch64__)
#include <cfenv>
#endif

namespace weft::detail {

/// The control bits in 15 bits; bit 15: not all of them are known.
using float_mode = std::uint16_t;
inline constexpr float_mode unknown_mode = 1 << 15;

/// The registers of a thread as they are, flags included where they share one with the control bits.
class float_registers {
public:
#if defined(__SSE2__)
    /// Those of this thread.
    [[nodiscard]] static float_registers now() noexcept
    {
        float_registers r;
        r.sse_ = _mm_getcsr();
        r.x87_ = x87_now();
        return r;
    }

    [[nodiscard]] float_mode mode() const noexcept
    {
        return static_cast<float_mode>((sse_ >> sse_shift & sse_bits) | x87_part(x87_));
    }

    /// What is cheap to learn of this thread's mode, with unknown_mode for the rest.
    [[nodiscard]] static float_mode glance() noexcept { return unknown_mode | x87_part(x87_now()); }

    /// The same as a word that differs if rounding has changed. If only flushing to zero has, it may be the same.
    [[nodiscard]] static std::uint32_t glance_word() noexcept { return x87_now(); }

    /// Whether a mode `then`, of which a glance() may be all that is known, may be `m`.
    [[nodiscard]] static bool may_be(float_mode then, float_mode m) noexcept
    {
        return then == m || ((then & unknown_mode) != 0 && ((then ^ m) & x87_bits) == 0);
    }

    /// Gives this thread, whose registers these are, another mode.
    void change_to(float_mode m) const noexcept
    {
        _mm_setcsr((sse_ & ~(sse_bits << sse_shift)) | (m & sse_bits) << sse_shift);
        const std::uint32_t masks = (m & x87_traps) != 0 ? m >> 1 & 0x3fu : 0x3fu;
        set_x87(static_cast<std::uint16_t>((x87_ & ~0xf3fu) | (m >> 12 & 3u) << 8 | (m >> 10 & 3u) << 10 | masks));
    }

    /// Gives this thread these registers again, whatever it has done to them since now().
    void restore() const noexcept
    {
        _mm_setcsr(sse_);
        if (x87_now() != x87_) set_x87(x87_);
    }

private:
    // A mode: from MXCSR denormals are zeros, six masks, rounding, flush to zero; from the x87 control word its
    // rounding and precision, and whether it traps: then with the masks of MXCSR.
    static constexpr std::uint32_t sse_shift = 6;
    static constexpr std::uint32_t sse_bits = 0x3ff;
    static constexpr std::uint32_t x87_bits = 0x7c00;
    static constexpr std::uint32_t x87_traps = 0x4000;

    static constexpr float_mode x87_part(std::uint16_t word) noexcept
    {
        return static_cast<float_mode>((word >> 10 & 3u) << 10 | (word >> 8 & 3u) << 12 |
                                       ((word & 0x3fu) != 0x3fu ? x87_traps : 0u));
    }
    static std::uint16_t x87_now() noexcept
    {
        std::uint16_t word;
        __asm__ __volatile__("fnstcw %0" : "=m"(word));
        return word;
    }
    static void set_x87(std::uint16_t word) noexcept
    {
        // A raised flag would trap at once.
        if ((word & 0x3fu) != 0x3fu) __asm__ __volatile__("fnclex");
        __asm__ __volatile__("fldcw %0" : : "m"(word));
    }

    std::uint32_t sse_ = 0;
    std::uint16_t x87_ = 0;
#elif defined(__aarch64__)
    [[nodiscard]] static float_registers now() noexcept
    {
        float_registers r;
        __asm__ __volatile__("mrs %0, fpcr" : "=r"(r.control_));
        return r;
    }
    [[nodiscard]] float_mode mode() const noexcept
    {
        const auto bits = [&](unsigned from, unsigned mask, unsigned to) { return (control_ >> from & mask) << to; };
        return static_cast<float_mode>(bits(0, 7, 0) | bits(8, 0x1f, 3) | bits(15, 1, 8) | bits(19, 1, 9) |
                                       bits(22, 0x1f, 10));
    }
    [[nodiscard]] static float_mode glance() noexcept { return now().mode(); }
    [[nodiscard]] static std::uint32_t glance_word() noexcept { return now().mode(); }
    [[nodiscard]] static bool may_be(float_mode then, float_mode m) noexcept { return then == m; }
    void change_to(float_mode m) const noexcept
    {
        const auto bits = [&](unsigned from, std::uint64_t mask, unsigned to) { return (m >> from & mask) << to; };
        constexpr std::uint64_t all = 7u | 0x1f00u | 1u << 15 | 1u << 19 | 0x1fu << 22;
        set((control_ & ~all) | bits(0, 7, 0) | bits(3, 0x1f, 8) | bits(8, 1, 15) | bits(9, 1, 19) |
            bits(10, 0x1f, 22));
    }
    void restore() const noexcept
    {
        if (now().control_ != control_) set(control_);
    }

private:
    // Of FPCR: what it does with small numbers (0-2, 19, 24), traps (8-12, 15), rounding (22-23), NaN (25), half (26).
    static void set(std::uint64_t control) noexcept { __asm__ __volatile__("msr fpcr, %0" : : "r"(control)); }

    std::uint64_t control_ = 0;
#else
    // Only rounding, which every system can tell.
    [[nodiscard]] static float_registers now() noexcept
    {
        float_registers r;
        r.rounding_ = std::fegetround();
        return r;
    }
    [[nodiscard]] float_mode mode() const noexcept
    {
        for (float_mode m = 0; m < 4; ++m) {
            if (rounding_ == rounding(m)) return m;
        }
        return 4;
    }
    [[nodiscard]] static float_mode glance() noexcept { return now().mode(); }
    [[nodiscard]] static std::uint32_t glance_word() noexcept { return now().mode(); }
    [[nodiscard]] static bool may_be(float_mode then, float_mode m) noexcept { return then == m; }
    void change_to(float_mode m) const noexcept
    {
        if (m < 4) static_cast<void>(std::fesetround(rounding(m)));
    }
    void restore() const noexcept
    {
        if (std::fegetround() != rounding_) static_cast<void>(std::fesetround(rounding_));
    }

private:
    static int rounding(float_mode m) noexcept
    {
        switch (m) {
#ifdef FE_UPWARD
            case 1:
                return FE_UPWARD;
#endif
#ifdef FE_DOWNWARD
            case 2:
                return FE_DOWNWARD;
#endif
#ifdef FE_TOWARDZERO
            case 3:
                return FE_TOWARDZERO;
#endif
            case 0:
                return FE_TONEAREST;
            default:
                return -1;  // this machine has no such mode
        }
    }

    int rounding_ = 0;
#endif
};

/// The mode in which a thread spawns, and what a glance said when it was read.
struct spawning_mode {
    float_mode mode = unknown_mode;
    std::uint32_t word = 0;

    /// Whether a glance finds it unchanged.
    [[nodiscard]] bool holds() const noexcept { return float_registers::glance_word() == word; }
    /// The mode of this thread, which is known to be `m`.
    [[nodiscard]] static spawning_mode of(float_mode m) noexcept { return {m, float_registers::glance_word()}; }
};

}  // namespace weft::detail
