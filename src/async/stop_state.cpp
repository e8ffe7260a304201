// src/async/stop_state.cpp - asking to stop.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/detail/stop_state.hpp>
#include <weft/async/detail/stopped.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/async/stop.hpp>
#include <weft/seam/memory.hpp>

#include <cstdint>
#include <stop_token>
#include <typeinfo>

namespace weft {

namespace detail {

void throw_stopped() { throw stopped(); }

bool is_stopped(const std::exception_ptr& error) noexcept
{
    if (error == nullptr) return false;
#if defined(__GLIBCXX__) && defined(__cpp_rtti)
    return *error.__cxa_exception_type() == typeid(stopped);
#else
    try {
        std::rethrow_exception(error);
    } catch (const stopped&) {
        return true;
    } catch (...) {
        return false;
    }
#endif
}

/// A std::stop_source that is asked when the state is; shared with who is about to ask it.
struct stop_callbacks {
    std::stop_source source;
    atomic<std::uint32_t> holders{1};
    stop_callbacks* next = nullptr;  ///< of those that a requester is about to ask
};

namespace {

void release(stop_callbacks& calls) noexcept
{
    // order: what others did with it happens before its end
    if (calls.holders.fetch_sub(1, order::acq_rel) == 1) dispose(&calls);
}

}  // namespace

std::stop_token stop_token_of(stop_state* state)
{
    return state != nullptr ? state->callbacks().source.get_token() : std::stop_token();
}

// --- states ----------------------------------------------------------------------------------------------------------

void stop_state::open_below(stop_state& above) noexcept
{
    above.lock_.lock();
    // Also if it is asked already: who looks whether anything lives there sees it.
    above.link_locked(*this);
    // Who reads it on another thread has got to know of this state from this thread, which has taken the requester's lock.
    if (above.requested_.load(order::relaxed)) requested_.store(true, order::relaxed);
    above.lock_.unlock();
}

void stop_state::request() noexcept
{
    task* ready = nullptr;  // I2: ours alone
    task** last = &ready;
    stop_callbacks* to_call = nullptr;

    const auto claim_wait_of = [&](stop_state& s, stop_link& link) {
        link.lock.lock();
        bool claimed = false;
        if (link.shows == stop_link::kind::plain_wait && link.under == &s) {  // I4
            stop_link::phase expected = stop_link::phase::waiting;
            claimed = link.state.compare_exchange_strong(expected, stop_link::phase::stopped, order::relaxed,
                                                         order::relaxed);                      // I2
        } else if (link.shows == stop_link::kind::other_wait && link.wait->who->stop == &s) {  // I4
            claimed = link.wait->claim(*link.wait);                                            // I2
        }
        if (claimed) {
            link.shows = stop_link::kind::nothing;
            strand& who = static_cast<strand&>(link);
            who.task::next = nullptr;
            *last = &who;
            last = &who.task::next;
        }
        link.lock.unlock();
    };

    // Down to the states below and up again, with the locks of all on the way; without recursion, since states may lie
    // any number deep.
    const auto begin = [&](stop_state& s) {
        s.lock_.lock();
        if (s.requested_.load(order::relaxed)) {
            s.lock_.unlock();
            return false;
        }
        s.requested_.store(true, order::release);  // O1
        if (stop_callbacks* const calls = s.callbacks_) {
            calls->holders.fetch_add(1, order::relaxed);
            calls->next = to_call;
            to_call = calls;
        }
        if (s.owner_ != nullptr) claim_wait_of(s, *s.owner_);
        return true;
    };
    if (!begin(*this)) return;
    stop_state* s = this;
    stop_node* at = s->first_;
    for (;;) {
        if (at == nullptr) {
            stop_node* const done = s;
            stop_state* const up = s == this ? nullptr : s->above_;
            at = done->next;  // guarded by the lock above, which we have
            s->lock_.unlock();
            if (up == nullptr) break;
            s = up;
        } else if (!at->is_state) {
            claim_wait_of(*s, static_cast<stop_link&>(*at));
            at = at->next;
        } else {
            stop_state& below = static_cast<stop_state&>(*at);
            if (begin(below)) {
                s = &below;
                at = s->first_;
            } else {
                at = at->next;
            }
        }
    }

    // The waits first: functions of the user may take their time, and may even wait for what goes on here.
    {
        const ready_batch all;
        while (ready != nullptr) {
            strand& who = static_cast<strand&>(*ready);
            ready = ready->next;
            make_ready(who);  // gone from here on
        }
    }
    while (to_call != nullptr) {
        stop_callbacks& call = *to_call;
        to_call = call.next;
        call.source.request_stop();
        release(call);
    }
}

stop_callbacks& stop_state::callbacks()
{
    auto* const fresh = make<stop_callbacks>();
    lock_.lock();
    const bool first = callbacks_ == nullptr;
    if (first) callbacks_ = fresh;
    const bool asked = requested_.load(order::relaxed);
    lock_.unlock();
    if (!first) release(*fresh);
    if (first && asked) fresh->source.request_stop();
    return *callbacks_;
}

void stop_state::drop_callbacks() noexcept { release(*callbacks_); }

}  // namespace detail

}  // namespace weft
