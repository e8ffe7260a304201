// weft/async/async_generator.hpp - a coroutine that gives one item after the other, and may wait in between.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/promise.hpp>
#include <weft/async/detail/strand.hpp>
#include <weft/base/detail/coroutine.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/seam/construct.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace weft {

template <class T>
class async_generator;

/// An item of a generator, or the end. A reference to what the generator has yielded: valid until the next next().
template <class T>
class generated {
public:
    using value_type = std::remove_reference_t<T>;

    generated() noexcept = default;

    /// Whether there is an item.
    [[nodiscard]] explicit operator bool() const noexcept { return item_ != nullptr; }
    [[nodiscard]] bool has_value() const noexcept { return item_ != nullptr; }
    [[nodiscard]] value_type& operator*() const noexcept { return *item_; }
    [[nodiscard]] value_type* operator->() const noexcept { return item_; }

private:
    template <class>
    friend class async_generator;
    explicit generated(value_type* item) noexcept : item_(item) {}

    value_type* item_ = nullptr;
};

namespace detail {

template <class T>
class generator_promise final : public task_promise {
    using item = std::remove_reference_t<T>;

    /// Returns to who has asked for the item.
    struct yield_to_caller {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<generator_promise> self) const noexcept
        {
            return self.promise().leave();
        }
        void await_resume() const noexcept {}
    };
    /// The same with a copy, which lives until the generator goes on.
    struct yield_copy {
        item copy;
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<generator_promise> self) noexcept
        {
            self.promise().item_ = detail::address_of(copy);
            return self.promise().leave();
        }
        void await_resume() const noexcept {}
    };

public:
    async_generator<T> get_return_object() noexcept;
    void return_void() noexcept { item_ = nullptr; }
    void unhandled_exception() noexcept
    {
        item_ = nullptr;
        error_ = std::current_exception();
    }

    yield_to_caller yield_value(item& value) noexcept
    {
        item_ = detail::address_of(value);
        return {};
    }
    yield_to_caller yield_value(item&& value) noexcept
    {
        item_ = detail::address_of(value);
        return {};
    }
    yield_copy yield_value(const item& value)
        requires(!std::is_const_v<item> && !std::is_reference_v<T> && std::is_copy_constructible_v<item>)
    {
        return yield_copy{value};
    }

    /// What was yielded; null at the end. Throws what left the body, once.
    [[nodiscard]] item* take()
    {
        if (error_ != nullptr) [[unlikely]]
            std::rethrow_exception(std::exchange(error_, nullptr));
        return item_;
    }

private:
    item* item_ = nullptr;
    std::exception_ptr error_;
};

}  // namespace detail

/// What a coroutine returns that gives its items by co_yield, one for each `co_await g.next()`, and may await in between.
///
///     weft::async_generator<int> ticks(int n) {
///         for (int i = 0; i < n; ++i) {
///             co_await weft::sleep_for(1s);
///             co_yield i;
///         }
///     }
///     auto g = ticks(3);
///     while (auto tick = co_await g.next()) std::printf("%d\n", *tick);
///
/// It runs only while somebody awaits next(), as part of that task, and stops where it has yielded. Destroyed before its end
/// it is taken down there: its locals end.
///
/// T may be a reference: then the item is what was yielded itself, and so it is for what is yielded as an lvalue; a
/// const lvalue is copied.
///
/// Thread safety: one task at a time; not destroyed while somebody awaits next().
/// Throws:        from the call std::bad_alloc.
/// Example:       examples/async/generator.cpp
template <class T>
class [[nodiscard]] async_generator {
public:
    using promise_type = detail::generator_promise<T>;
    using value_type = T;

private:
    class next_awaiter : public detail::strand_awaiter {
    public:
        explicit next_awaiter(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
        [[nodiscard]] bool await_ready() const noexcept { return frame_.done(); }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> caller) const noexcept
        {
            return frame_.promise().enter(caller.promise().here(), caller, frame_);
        }
        [[nodiscard]] generated<T> await_resume() const { return generated<T>(frame_.promise().take()); }

    private:
        std::coroutine_handle<promise_type> frame_;
    };

public:
    async_generator(async_generator&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    async_generator& operator=(async_generator&& other) noexcept
    {
        async_generator taken(std::move(other));
        std::swap(frame_, taken.frame_);
        return *this;
    }
    ~async_generator()
    {
        if (frame_) frame_.destroy();
    }

    /// To be awaited: the next item, or none at the end, also when asked again. Throws what the generator has let pass, after
    /// which it is at its end; std::invalid_argument if it has been moved from.
    [[nodiscard]] next_awaiter next()
    {
        if (!frame_) [[unlikely]]
            detail::throw_invalid_argument("weft::async_generator: it has been moved from");
        return next_awaiter(frame_);
    }

private:
    friend promise_type;
    explicit async_generator(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

    std::coroutine_handle<promise_type> frame_;
};

template <class T>
async_generator<T> detail::generator_promise<T>::get_return_object() noexcept
{
    return async_generator<T>(std::coroutine_handle<generator_promise>::from_promise(*this));
}

}  // namespace weft
