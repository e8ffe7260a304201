// weft/channel/detail/arm.hpp - one operation among several that a thread chooses from.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// An operation of a select is done in two steps. start() reserves: a slot, a message, a partner. Exactly one arm of a
// select gets that far. Then the typed part finishes: it makes or moves the message. A thread that finds no arm ready
// puts all of them in their lines under one token, and sleeps once.
#pragma once

#include <weft/base/cell.hpp>
#include <weft/base/this_thread.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/detail/core.hpp>
#include <weft/channel/detail/timer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace weft::detail::channels {

/// The part of an arm that choosing needs. Used by one thread; its waiter is met by others while it is enlisted.
class arm : public waiter {
public:
    arm() noexcept = default;
    arm(const arm&) = delete;
    arm& operator=(const arm&) = delete;
    virtual ~arm() = default;

    /// Reserves the operation. True also if the channel is closed: then the outcome is known. Thorough: false means
    /// blocked; hasty: not ready.
    virtual bool start(bool thorough) = 0;

    /// Whether start would not be blocked, but for partners of the own token.
    virtual bool worth() noexcept = 0;

    virtual enlisted enlist() noexcept = 0;
    virtual void delist() noexcept = 0;

    /// A partner has done it, or waits for this thread.
    virtual void adopt(verdict why) noexcept = 0;

    /// Gives up what start reserved.
    virtual void cancel() noexcept = 0;

    /// When looking again is worth it even if nobody tells.
    [[nodiscard]] virtual clock::time_point due() const noexcept { return no_deadline; }

    /// Meets partners only while it is enlisted.
    [[nodiscard]] virtual bool hand_to_hand() const noexcept { return false; }
};

/// A thread's first number for roll(), never 0.
std::uint64_t first_roll() noexcept;

struct roll_tag;

/// A random number for the order of looking. Differs from thread to thread.
inline std::uint32_t roll() noexcept
{
    using state = thread_slot<roll_tag, std::uint64_t>;
    std::uint64_t now = state::get();
    if (now == 0) [[unlikely]]
        now = first_roll();
    state::set(now + 0x9e3779b97f4a7c15u);
    return static_cast<std::uint32_t>(((now ^ (now >> 32)) * 0xd6e8feb86659fd93u) >> 32);
}

/// A number below `bound`.
inline std::uint32_t roll_below(std::size_t bound) noexcept
{
    return static_cast<std::uint32_t>((std::uint64_t{roll()} * bound) >> 32);
}

/// The numbers 0 .. n - 1 in a random order in which any two are equally likely to come first: an affine walk modulo a
/// prime. Without luck in order.
class walk {
public:
    walk(std::size_t n, std::size_t prime, bool fair) noexcept;

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

/// A walk whose length is known: for a few numbers a drawn one of all their orders, otherwise as walk.
template <std::size_t N, bool Fair>
class walk_of {
    static constexpr bool is_short = N >= 2 && N <= 4 && Fair;
    static constexpr std::size_t orders = N == 2 ? 2 : N == 3 ? 6 : 24;

    /// Every order of N numbers, two bits each.
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

    struct brief {
        brief() noexcept
        {
            static constexpr std::array<std::uint8_t, orders> table = all_orders();
            order_ = table[roll_below(orders)];
        }
        [[nodiscard]] std::size_t current() const noexcept { return order_ & 3; }
        void next() noexcept { order_ >>= 2; }
        std::size_t order_;
    };
    struct forward {
        [[nodiscard]] std::size_t current() const noexcept { return at_; }
        void next() noexcept { ++at_; }
        std::size_t at_ = 0;
    };
    /// As walk, but it starts below N, and draws its step when the first number was in vain. The other numbers remain
    /// in any order as often as in the reverse of it.
    struct any {
        [[nodiscard]] std::size_t current() const noexcept { return at_; }
        void next() noexcept
        {
            constexpr std::size_t prime = prime_from(N);
            if (step_ == 0) step_ = 1 + roll_below(prime - 1);
            do {
                at_ += step_;
                if (at_ >= prime) at_ -= prime;
            } while (at_ >= N);
        }
        std::size_t step_ = 0;
        std::size_t at_ = roll_below(N);
    };

public:
    [[nodiscard]] std::size_t current() const noexcept { return order_.current(); }
    void next() noexcept { order_.next(); }

private:
    static constexpr bool in_order = !Fair || N < 2;
    std::conditional_t<is_short, brief, std::conditional_t<in_order, forward, any>> order_;
};

/// Starts one of the arms, waiting for it until `deadline`; null if none could be started by then.
arm* choose(std::span<arm* const> arms, bool fair, clock::time_point deadline);

/// As choose, without waiting.
arm* choose_now(std::span<arm* const> arms, bool fair);

/// Waits until one of the arms could be started; starts none.
arm* choose_ready(std::span<arm* const> arms, bool fair, clock::time_point deadline);

/// Receives from any flavour.
template <class T>
class recv_arm : public arm {
    using array = array_channel<T>;
    using list = list_channel<T>;
    using status = channel_status;

public:
    explicit recv_arm(const receiver<T>& from) noexcept
        : from_(&from), flavour_(channel_access::flavour_of(from)), result_(result_access::nothing<T>())
    {
        place = &result_access::room(result_);
    }
    ~recv_arm() override { cancel(); }

    bool start(bool thorough) final
    {
        status s = status::blocked;
        switch (flavour_) {
            case flavour::array:
                s = on<array>().start_recv(claim_.in_array, thorough);
                break;
            case flavour::list:
                s = on<list>().start_recv(claim_.in_list, view(), thorough);
                break;
            case flavour::rendezvous:
                s = on<rendezvous<T>>().start(false, encounter_);
                break;
            case flavour::timer:
                if constexpr (std::is_same_v<T, clock::time_point>) {
                    clock::time_point message;
                    if (!on<timer>().take(message)) return false;
                    result_access::room(result_).construct(message);
                    complete();
                    return true;
                }
                break;
            case flavour::never:
                break;
        }
        if (s == status::blocked) return false;
        reserved_ = s == status::done;
        result_access::set(result_, s == status::done ? status::blocked : s);
        return true;
    }

    bool worth() noexcept final
    {
        switch (flavour_) {
            case flavour::array:
                return on<array>().worth_receiving();
            case flavour::list:
                return on<list>().worth_receiving();
            case flavour::rendezvous:
                return on<rendezvous<T>>().worth(false, token);
            case flavour::timer:
                return on<timer>().due() <= clock::now();
            case flavour::never:
                break;
        }
        return false;
    }

    enlisted enlist() noexcept final
    {
        switch (flavour_) {
            case flavour::array:
                on<array>().recv_line().enlist(*this);
                break;
            case flavour::list:
                on<list>().recv_line().enlist(*this);
                break;
            case flavour::rendezvous: {
                const enlisted e = on<rendezvous<T>>().enlist(false, encounter_, *this);
                reserved_ = e == enlisted::engaged;
                return e;
            }
            default:
                break;
        }
        return worth() ? enlisted::worth : enlisted::queued;
    }

    void delist() noexcept final
    {
        switch (flavour_) {
            case flavour::array:
                return on<array>().recv_line().delist(*this);
            case flavour::list:
                return on<list>().recv_line().delist(*this);
            case flavour::rendezvous:
                return on<rendezvous<T>>().delist(false, *this);
            default:
                return;
        }
    }

    void adopt(verdict why) noexcept final
    {
        if (why == verdict::done) {
            complete();
        } else {
            encounter_ = {nullptr, peer};
            reserved_ = true;
        }
    }

    void cancel() noexcept final
    {
        if (reserved_) {
            reserved_ = false;
            const auto drop = [](T&&) {};
            switch (flavour_) {
                case flavour::array:
                    on<array>().finish_recv(claim_.in_array, drop);
                    break;
                case flavour::list:
                    on<list>().finish_recv(claim_.in_list, view(), drop);
                    break;
                default:
                    rendezvous_base::cancel(encounter_);
                    break;
            }
        }
        result_ = result_access::nothing<T>();
    }

    [[nodiscard]] clock::time_point due() const noexcept final
    {
        return flavour_ == flavour::timer ? on<timer>().due() : no_deadline;
    }
    [[nodiscard]] bool hand_to_hand() const noexcept final { return flavour_ == flavour::rendezvous; }

    /// After start or adopt: brings the message in. False: the partner has taken it back.
    bool finish()
    {
        if (!std::exchange(reserved_, false)) return true;  // closed, or complete
        const auto store = [this](T&& message) { result_access::room(result_).construct(std::move(message)); };
        switch (flavour_) {
            case flavour::array:
                on<array>().finish_recv(claim_.in_array, store);
                break;
            case flavour::list:
                on<list>().finish_recv(claim_.in_list, view(), store);
                break;
            default:
                if (!on<rendezvous<T>>().finish_recv(encounter_, result_access::room(result_))) return false;
        }
        complete();
        return true;
    }

    [[nodiscard]] recv_result<T>& result() noexcept { return result_; }
    [[nodiscard]] const receiver<T>& from() const noexcept { return *from_; }

private:
    template <class C>
    C& on() const noexcept
    {
        return channel_access::channel_of<C>(*from_);
    }
    list_view& view() const noexcept { return channel_access::view_of(*from_); }
    void complete() noexcept { result_access::set(result_, status::done); }

    struct claims {
        typename array::claim in_array;
        typename list::claim in_list;
    };

    const receiver<T>* from_;
    flavour flavour_;
    bool reserved_ = false;
    claims claim_;
    encounter encounter_;
    recv_result<T> result_;
};

/// Sends into any flavour; the message comes when the arm is finished.
template <class T>
class send_arm : public arm {
    using array = array_channel<T>;
    using list = list_channel<T>;
    using status = channel_status;

public:
    /// `message`: what a partner at a rendezvous may take by itself; null if it must wait for this thread.
    send_arm(const sender<T>& to, T* message) noexcept : to_(&to), flavour_(channel_access::flavour_of(to))
    {
        place = message;
    }
    ~send_arm() override { cancel(); }

    bool start(bool thorough) final
    {
        switch (flavour_) {
            case flavour::array:
                status_ = on<array>().start_send(claim_.in_array, thorough);
                break;
            case flavour::list:
                status_ = on<list>().start_send(claim_.in_list, thorough);
                break;
            default:
                status_ = on<rendezvous<T>>().start(true, encounter_);
                break;
        }
        reserved_ = status_ == status::done;
        return status_ != status::blocked;
    }

    bool worth() noexcept final
    {
        switch (flavour_) {
            case flavour::array:
                return on<array>().worth_sending();
            case flavour::list:
                return true;
            default:
                return on<rendezvous<T>>().worth(true, token);
        }
    }

    enlisted enlist() noexcept final
    {
        if (flavour_ == flavour::array) {
            on<array>().send_line().enlist(*this);
            return worth() ? enlisted::worth : enlisted::queued;
        }
        if (flavour_ == flavour::list) return enlisted::worth;
        const enlisted e = on<rendezvous<T>>().enlist(true, encounter_, *this);
        if (e == enlisted::engaged) reserve();
        return e;
    }

    void delist() noexcept final
    {
        if (flavour_ == flavour::array) on<array>().send_line().delist(*this);
        if (flavour_ == flavour::rendezvous) on<rendezvous<T>>().delist(true, *this);
    }

    void adopt(verdict why) noexcept final
    {
        status_ = status::done;
        if (why == verdict::done) return;
        encounter_ = {nullptr, peer};
        reserve();
    }

    void cancel() noexcept final
    {
        if (!std::exchange(reserved_, false)) return;
        switch (flavour_) {
            case flavour::array:
                on<array>().cancel_send(claim_.in_array);
                break;
            case flavour::list:
                on<list>().cancel_send(claim_.in_list);
                break;
            default:
                rendezvous_base::cancel(encounter_);
                break;
        }
    }

    [[nodiscard]] bool hand_to_hand() const noexcept final { return flavour_ == flavour::rendezvous; }

    /// After start or adopt: sends what `put(cell)` constructs; at a rendezvous, the T& that `message()` gives. False:
    /// the partner has gone back. If either throws, nothing is sent and the exception leaves.
    template <class Put, class Message>
    bool finish(Put&& put, Message&& message)
    {
        if (!reserved_) return true;  // closed, or complete
        if (flavour_ == flavour::rendezvous) {
            T* own = nullptr;
            try {
                own = &message();
            } catch (...) {
                cancel();
                throw;
            }
            reserved_ = false;
            return on<rendezvous<T>>().finish_send(encounter_, *own);
        }
        reserved_ = false;
        if (flavour_ == flavour::array) {
            on<array>().finish_send(claim_.in_array, put);
        } else {
            on<list>().finish_send(claim_.in_list, put);
        }
        return true;
    }

    [[nodiscard]] send_result result() const noexcept { return result_access::sent(status_); }
    [[nodiscard]] const sender<T>& to() const noexcept { return *to_; }

private:
    template <class C>
    C& on() const noexcept
    {
        return channel_access::channel_of<C>(*to_);
    }
    void reserve() noexcept
    {
        status_ = status::done;
        reserved_ = true;
    }

    struct claims {
        typename array::claim in_array;
        typename list::claim in_list;
    };

    const sender<T>* to_;
    flavour flavour_;
    bool reserved_ = false;
    status status_ = status::blocked;
    claims claim_;
    encounter encounter_;
};

}  // namespace weft::detail::channels
