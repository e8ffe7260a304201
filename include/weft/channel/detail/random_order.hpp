// weft/channel/detail/random_order.hpp - the order in which a select looks at its arms.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/shared.hpp>
#include <weft/seam/this_thread.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace weft::detail::channels {

/// The word with which a thread's random words begin, never 0.
std::uint64_t first_random_state() noexcept;

struct WEFT_ONCE_PER_PROCESS random_tag;

/// A random word. Each thread has a sequence of its own.
inline std::uint32_t random_word() noexcept
{
    using state = thread_slot<random_tag, std::uint64_t>;
    std::uint64_t now = state::get();
    if (now == 0) [[unlikely]]
        now = first_random_state();
    state::set(now + 0x9e3779b97f4a7c15u);
    return static_cast<std::uint32_t>(((now ^ (now >> 32)) * 0xd6e8feb86659fd93u) >> 32);
}

/// Lets this thread's sequence begin with `word`, which is not 0.
inline void begin_random_words(std::uint64_t word) noexcept { thread_slot<random_tag, std::uint64_t>::set(word); }

/// A random index below `bound`.
inline std::uint32_t random_below(std::size_t bound) noexcept
{
    return static_cast<std::uint32_t>((std::uint64_t{random_word()} * bound) >> 32);
}

/// The smallest prime that is not below n; 1 for 0 and 1.
constexpr std::size_t prime_from(std::size_t n) noexcept
{
    const auto composite = [](std::size_t p) {
        for (std::size_t d = 2; d * d <= p; ++d) {
            if (p % d == 0) return true;
        }
        return false;
    };
    if (n < 2) return 1;
    while (composite(n)) ++n;
    return n;
}

/// The indices 0 .. n - 1 in a random order in which, of any two, each is equally likely to come first: multiples of a
/// random step modulo a prime, from a random start. If it is not to be fair: in ascending order.
class random_order {
public:
    /// Requires: prime == prime_from(n).
    random_order(std::size_t n, std::size_t prime, bool fair) noexcept;

    [[nodiscard]] std::size_t current() const noexcept { return at_; }
    void next() noexcept
    {
        do {
            at_ += step_;
            if (at_ >= prime_) at_ -= prime_;
        } while (at_ >= n_);
    }

private:
    std::size_t n_;
    std::size_t prime_;
    std::size_t step_ = 1;
    std::size_t at_ = 0;
};

/// A random_order of N indices, where N is known when the program is compiled. For two to four of them, all orders are
/// equally likely.
template <std::size_t N, bool Fair>
class random_order_of {
    static constexpr bool is_short = N >= 2 && N <= 4 && Fair;
    static constexpr std::size_t orders = N == 2 ? 2 : N == 3 ? 6 : 24;

    /// Every order of N indices, two bits for each index.
    static constexpr std::array<std::uint8_t, orders> all_orders() noexcept
    {
        std::array<std::uint8_t, orders> all{};
        for (std::size_t i = 0; i < orders; ++i) {
            std::array<std::size_t, 4> left{0, 1, 2, 3};
            std::size_t rest = i;
            for (std::size_t k = 0; k < N; ++k) {
                const std::size_t pick = k + rest % (N - k);
                rest /= N - k;
                const std::size_t taken = left[pick];
                left[pick] = left[k];
                left[k] = taken;
                all[i] = static_cast<std::uint8_t>(all[i] | taken << (2 * k));
            }
        }
        return all;
    }

    struct from_table {
        from_table() noexcept
        {
            static constexpr std::array<std::uint8_t, orders> table = all_orders();
            order_ = table[random_below(orders)];
        }
        [[nodiscard]] std::size_t current() const noexcept { return order_ & 3; }
        void next() noexcept { order_ >>= 2; }
        std::size_t order_;
    };
    struct ascending {
        [[nodiscard]] std::size_t current() const noexcept { return at_; }
        void next() noexcept { ++at_; }
        std::size_t at_ = 0;
    };
    /// As random_order, but it starts at an index below N, and draws its step only if the first index was in vain. The
    /// other indices are as likely to come in one order as in its reverse.
    struct modulo_prime {
        [[nodiscard]] std::size_t current() const noexcept { return at_; }
        void next() noexcept
        {
            constexpr std::size_t prime = prime_from(N);
            if (step_ == 0) step_ = 1 + random_below(prime - 1);
            do {
                at_ += step_;
                if (at_ >= prime) at_ -= prime;
            } while (at_ >= N);
        }
        std::size_t step_ = 0;
        std::size_t at_ = random_below(N);
    };

public:
    [[nodiscard]] std::size_t current() const noexcept { return order_.current(); }
    void next() noexcept { order_.next(); }

private:
    static constexpr bool in_order = !Fair || N < 2;
    std::conditional_t<is_short, from_table, std::conditional_t<in_order, ascending, modulo_prime>> order_;
};

}  // namespace weft::detail::channels
