// weft/iter/collect.hpp - to_vector, collect and collect_into: the items in a container, in order.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/iter/detail/fallible.hpp>
#include <weft/iter/detail/gather.hpp>
#include <weft/iter/detail/raw_vector.hpp>
#include <weft/iter/for_each.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/range.hpp>
#include <weft/iter/zip.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>
#include <cstring>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// Constructs item i at room[i].
template <class T>
struct in_place_consumer {
    using state = constructed<T>;

    T* room;

    struct sink {
        T* next;

        template <class X>
        [[gnu::always_inline]] go_on operator()(X&& x)
        {
            detail::construct(next, std::forward<X>(x));
            ++next;
            return {};
        }
    };

    state make(std::size_t position) const { return state(room + position); }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        // Even if an item throws, the state knows what has been constructed.
        struct finally {
            sink writer;
            state& st;
            T* const first;
            const std::size_t before;
            ~finally() { st.set_count(before + static_cast<std::size_t>(writer.next - first)); }
        } end{{st.next()}, st, st.next(), st.count()};
        return source.run(p, end.writer);
    }

    void merge(state& left, state& right) const { left.append(right); }
};

/// Gathers items in one vector per piece.
template <class T>
struct gather_consumer {
    using state = gathered<T>;

    struct sink {
        typename state::writer list;

        template <class X>
        [[gnu::always_inline]] go_on operator()(X&& x)
        {
            list.push(std::forward<X>(x));
            return {};
        }
        template <class X>
        [[gnu::always_inline]] go_on when(bool keep, X&& x)
            requires(std::is_same_v<std::remove_cvref_t<X>, T> && std::is_trivially_copyable_v<T> && sizeof(T) <= 64 &&
                     vector_opens<T>)
        {
            list.push_if(keep, x);
            return {};
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink gather{typename state::writer(st)};
        return source.run(p, gather);
    }

    void merge(state& left, state& right) const { left.append(right); }
};

/// Moves all elements to memory that holds none yet.
template <class T>
void move_to_raw(std::vector<T>& from, T* to) noexcept
{
    if constexpr (std::is_same_v<T, bool>) {
        for (const bool x : from) *to++ = x;
    } else if constexpr (std::is_trivially_copyable_v<T>) {
        if (!from.empty()) std::memcpy(static_cast<void*>(to), from.data(), from.size() * sizeof(T));
    } else {
        for (T& x : from) detail::construct(to++, std::move(x));
    }
}

/// Moves what was gathered to `room`, whose elements are not constructed yet.
template <class T>
void move_to(T* room, gathered<T>& all)
{
    struct run {
        std::vector<T>* from;
        std::size_t at;
    };
    std::vector<run> runs;
    std::size_t total = 0;
    all.each([&](std::vector<T>& v) {
        runs.push_back({detail::address_of(v), total});
        total += v.size();
    });
    weft::par_iter(runs).for_each([room](const run& r) { detail::move_to_raw(*r.from, room + r.at); }, code_place());
}

/// What was gathered, in one vector. Each element is moved at most once.
template <class T>
std::vector<T> vector_of(gathered<T>&& all)
{
    if (all.in_one()) return std::move(all.first());
    if constexpr (std::is_nothrow_move_constructible_v<T>) {
        raw_vector<T> whole(all.size());
        detail::move_to(whole.room(), all);
        return whole.release();
    } else {
        std::vector<T> whole;
        whole.reserve(all.size());
        all.each([&](std::vector<T>& v) {
            for (T& x : v) whole.push_back(std::move(x));
        });
        return whole;
    }
}

/// All items of a chain in a vector, whose storage is taken from `old`.
template <class T, class S>
std::vector<T> collect_vector(const S& source, std::vector<T>&& old = {})
{
    static_assert(std::is_constructible_v<T, typename S::item>,
                  "weft: the items of this chain cannot be converted to the elements of that container");
    if constexpr (std::is_same_v<T, bool>) {
        // The bits of a vector<bool> cannot be written by two threads: bytes first.
        const std::vector<char> bytes = detail::collect_vector<char>(source);
        return std::vector<bool>(bytes.begin(), bytes.end());
    } else if constexpr (S::index_grade == indexing::none) {
        return detail::vector_of(detail::drive(source, gather_consumer<T>{}));
    } else {
        raw_vector<T> all(std::move(old), source.extent());
        auto elements = detail::drive(source, in_place_consumer<T>{all.room()});
        elements.give_up();
        return all.release();
    }
}

template <class C>
inline constexpr bool is_std_vector = false;
template <class T>
inline constexpr bool is_std_vector<std::vector<T>> = true;

/// Whether X is a tuple of two, as zip and enumerate give them, that a map of C takes as key and value.
template <class C, class X>
concept key_and_value = requires(X&& x) {
    requires std::tuple_size<std::remove_cvref_t<X>>::value == 2;
    requires std::is_constructible_v<typename C::value_type, decltype(std::get<0>(std::forward<X>(x))),
                                     decltype(std::get<1>(std::forward<X>(x)))>;
};

/// Appends one item to a container, in whatever way the container offers.
template <class C, class X>
void append_item(C& c, X&& x)
{
    if constexpr (requires { c.push_back(std::forward<X>(x)); }) {
        c.push_back(std::forward<X>(x));
    } else if constexpr (requires { c.insert(c.end(), std::forward<X>(x)); }) {
        c.insert(c.end(), std::forward<X>(x));
    } else if constexpr (key_and_value<C, X> && requires { c.emplace_hint(c.end()); }) {
        c.emplace_hint(c.end(), std::get<0>(std::forward<X>(x)), std::get<1>(std::forward<X>(x)));
    } else if constexpr (requires { c.append(std::forward<X>(x)); }) {
        c.append(std::forward<X>(x));  // a string of strings
    } else {
        static_assert(
            requires { c.push(std::forward<X>(x)); }, "weft: collect does not know how to add items to this container");
        c.push(std::forward<X>(x));
    }
}

/// Appends what was gathered.
template <class C, class T>
void append_all(C& c, gathered<T>&& items)
{
    if constexpr (requires { c.insert_after(c.before_begin(), std::declval<T>()); }) {
        auto last = c.before_begin();
        while (std::next(last) != c.end()) ++last;
        items.each([&](auto& part) {
            for (auto&& x : part) last = c.insert_after(last, std::move(x));
        });
    } else {
        if constexpr (requires { c.reserve(c.size() + items.size()); }) c.reserve(c.size() + items.size());
        items.each([&](auto& part) {
            for (auto&& x : part) detail::append_item(c, std::move(x));
        });
    }
}

/// What was gathered, as a C.
template <class C, class T>
C container_of(gathered<T>&& items)
{
    if constexpr (std::is_same_v<C, std::vector<T>>) {
        return detail::vector_of(std::move(items));
    } else {
        C all;
        detail::append_all(all, std::move(items));
        return all;
    }
}

/// Gathers the values of items that may be failures; the first failure that is met ends the loop.
template <class R>
struct gather_values_consumer {
    using value = std::remove_cvref_t<decltype(*std::declval<R&>())>;
    struct state {
        gathered<value> values;
        std::optional<R> failure;
    };
    static constexpr bool ends_all = true;

    struct sink {
        typename gathered<value>::writer list;
        std::optional<R>& failure;

        template <class X>
        bool operator()(X&& x)
        {
            if (x) {
                list.push(*std::forward<X>(x));
                return true;
            }
            failure.emplace(std::forward<X>(x));
            return false;
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink gather{typename gathered<value>::writer(st.values), st.failure};
        return source.run(p, gather);
    }

    void merge(state& left, state& right) const
    {
        if (!left.failure) left.failure = std::move(right.failure);
        left.values.append(right.values);
    }
};

/// An optional, or something like std::expected, of a container.
template <class C>
concept container_or_failure = holds_value<C> && requires { typename C::value_type; } && !std::ranges::range<C>;

template <class C, class S>
C collect_values(const S& source)
{
    using item = kept_t<typename S::item>;
    static_assert(holds_value<item>,
                  "weft: to collect into an optional or expected container, the items must be optionals or expecteds");
    using container = typename C::value_type;
    auto found = detail::drive(source, gather_values_consumer<item>{});
    if (found.failure) return detail::failure_of<C>(std::move(*found.failure));
    return C(detail::container_of<container>(std::move(found.values)));
}

}  // namespace detail

template <class Self>
auto par_iterator<Self>::to_vector(place where)
{
    const auto region = this->region_at(where);
    const Self self(moved());
    return detail::collect_vector<detail::kept_t<typename Self::item>>(self);
}

template <class Self>
template <class C>
auto par_iterator<Self>::collect(place where)
{
    const auto region = this->region_at(where);
    if constexpr (std::is_same_v<C, detail::as_vector>) {
        return to_vector(where);
    } else if constexpr (detail::container_or_failure<C>) {
        const Self self(moved());
        return detail::collect_values<C>(self);
    } else if constexpr (detail::is_std_vector<C>) {
        const Self self(moved());
        return detail::collect_vector<typename C::value_type>(self);
    } else {
        const Self self(moved());
        return detail::container_of<C>(
            detail::drive(self, detail::gather_consumer<detail::kept_t<typename Self::item>>{}));
    }
}

template <class Self>
template <class Out>
std::size_t par_iterator<Self>::collect_into(Out&& out, place where)
{
    const auto region = this->region_at(where);
    using plain = std::remove_cvref_t<Out>;
    if constexpr (detail::is_std_vector<plain> && std::is_lvalue_reference_v<Out>) {
        const Self self(moved());
        out = detail::collect_vector<typename plain::value_type>(self, std::move(out));
        return out.size();
    } else {
        static_assert(std::ranges::contiguous_range<Out> && std::ranges::sized_range<Out>,
                      "weft: collect_into needs a contiguous range, or a std::vector to replace");
        using element = std::ranges::range_value_t<Out>;
        element* const to = std::ranges::data(out);
        const auto room = static_cast<std::size_t>(std::ranges::size(out));
        if constexpr (Self::index_grade == detail::indexing::none) {
            const Self self(moved());
            auto items = detail::drive(self, detail::gather_consumer<detail::kept_t<typename Self::item>>{});
            if (items.size() > room) detail::throw_length_error("weft: collect_into: the output is too short");
            element* next = to;
            items.each([&](auto& part) {
                for (auto&& x : part) *next++ = std::move(x);
            });
            return items.size();
        } else {
            const std::size_t n = size();
            if (n > room) detail::throw_length_error("weft: collect_into: the output is too short");
            enumerate().for_each([to](std::size_t i, auto&& x) { to[i] = std::forward<decltype(x)>(x); });
            return n;
        }
    }
}

}  // namespace weft
