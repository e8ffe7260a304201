// weft/pool/per_worker.hpp - one value for each thread that asks.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       any thread calls local(); combine, begin and end require the parallel part to be over.
//
// Fields      buckets_[h]   written by all, CAS at the head   list of nodes whose key hashes to h; nodes are only added
//             node.key      set before the node is published
//             node.value    used only by the thread that has the key
//
// Orders      O1  insert: buckets_ CAS release -> find: buckets_ acquire. The finder sees key, next and value.
// Progress    find: wait-free. insert: lock-free. No two threads have one key at the same time, so a key is inserted
//             once.
//
// Checked by  tests/model/per_worker_model.cpp: per_worker_one_bucket (O1)
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>
#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// Tells apart the places in pools and the threads outside: no two threads have the same key at the same time.
[[nodiscard]] const void* place_key() noexcept;

}  // namespace detail

/// A value for each worker that asks for one, made at the first local() of each: counters, buffers, random generators.
/// Threads outside a pool get their own values, too.
///
/// A task that waits (in join, a scope or a loop) may find afterwards that its worker's value has changed: while it
/// waits, the worker runs other jobs that descend from it. Keep no reference across a wait where that matters.
///
/// Thread safety: local() from any thread. combine, begin and end while no thread calls local().
/// Cost:          local() is a hash and a compare, about 5 ns; an allocation the first time.
/// Example:       examples/pool/per_worker.cpp
template <class T>
class per_worker {
    struct alignas(cache_line_size) node {
        template <class Make>
        node(const void* k, node* n, const Make& make) : key(k), next(n), value(make())
        {
        }
        detail::cell<const void*> key;
        node* next;
        T value;
    };

public:
    using value_type = T;

    /// Values are made as T().
    per_worker()
        requires std::default_initializable<T>
        : make_(detail::make<maker_of<default_maker>>(default_maker{}))
    {
    }

    /// Values are made as init() if that gives a T, else as copies of init. Throws: std::bad_alloc.
    template <class Init>
        requires(!std::same_as<std::decay_t<Init>, per_worker>) &&
                (std::is_invocable_r_v<T, const std::decay_t<Init>&> ||
                 std::convertible_to<const std::decay_t<Init>&, T>)
    explicit per_worker(Init&& init) : make_(detail::make<maker_of<std::decay_t<Init>>>(std::forward<Init>(init)))
    {
    }

    per_worker(const per_worker&) = delete;
    per_worker& operator=(const per_worker&) = delete;

    ~per_worker()
    {
        for (auto& bucket : buckets_) {
            for (node* n = bucket.load(detail::order::relaxed); n != nullptr;)
                detail::dispose(std::exchange(n, n->next));
        }
        make_->dispose();
    }

    /// This thread's value. Throws: what making it throws; nothing is kept then.
    T& local()
    {
        const void* const key = detail::place_key();
        auto& bucket = buckets_[hash(key)];
        node* first = bucket.load(detail::order::acquire);  // O1
        for (node* n = first; n != nullptr; n = n->next) {
            if (n->key.read() == key) return n->value;
        }
        node* fresh = detail::make<node>(key, first, [this] { return make_->make(); });
        while (
            !bucket.compare_exchange_weak(fresh->next, fresh, detail::order::release, detail::order::relaxed)) {  // O1
        }
        return fresh->value;
    }

    /// All values, in no particular order.
    template <bool Const>
    class basic_iterator {
    public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using reference = std::conditional_t<Const, const T&, T&>;
        using iterator_category = std::forward_iterator_tag;

        basic_iterator() = default;
        reference operator*() const noexcept { return node_->value; }
        auto* operator->() const noexcept { return detail::address_of(**this); }
        basic_iterator& operator++() noexcept
        {
            node_ = node_->next;
            skip_empty();
            return *this;
        }
        basic_iterator operator++(int) noexcept
        {
            basic_iterator old = *this;
            ++*this;
            return old;
        }
        friend bool operator==(const basic_iterator& a, const basic_iterator& b) noexcept { return a.node_ == b.node_; }

    private:
        friend class per_worker;
        explicit basic_iterator(const per_worker* owner) : owner_(owner)
        {
            node_ = owner_->buckets_[0].load(detail::order::relaxed);  // the parallel part is over
            skip_empty();
        }
        void skip_empty() noexcept
        {
            while (node_ == nullptr && ++bucket_ < bucket_count) {
                node_ = owner_->buckets_[bucket_].load(detail::order::relaxed);
            }
        }
        const per_worker* owner_ = nullptr;
        std::size_t bucket_ = 0;
        node* node_ = nullptr;
    };
    using iterator = basic_iterator<false>;
    using const_iterator = basic_iterator<true>;

    [[nodiscard]] iterator begin() noexcept { return iterator(this); }
    [[nodiscard]] iterator end() noexcept { return iterator(); }
    [[nodiscard]] const_iterator begin() const noexcept { return const_iterator(this); }
    [[nodiscard]] const_iterator end() const noexcept { return const_iterator(); }

    /// Folds all values with `op(T, const T&)`, which should not depend on the order; a fresh value if there are none.
    template <class Op>
    [[nodiscard]] T combine(Op op) const
    {
        auto i = begin();
        if (i == end()) return make_->make();
        T total = *i;
        while (++i != end()) total = op(std::move(total), *i);
        return total;
    }

private:
    static constexpr std::size_t bucket_count = 64;

    struct default_maker {
        T operator()() const { return T(); }
    };
    struct maker {
        virtual T make() const = 0;
        virtual void dispose() noexcept = 0;

    protected:
        ~maker() = default;
    };
    template <class Init>
    struct maker_of final : maker {
        template <class G>
        explicit maker_of(G&& g) : init(std::forward<G>(g))
        {
        }
        T make() const override
        {
            if constexpr (std::is_invocable_r_v<T, const Init&>) {
                return init();
            } else {
                return T(init);
            }
        }
        void dispose() noexcept override { detail::dispose(this); }
        Init init;
    };

    static std::size_t hash(const void* key) noexcept
    {
        return static_cast<std::size_t>(
            (std::uint64_t{reinterpret_cast<std::uintptr_t>(key)} >> 6) * 0x9e3779b97f4a7c15u >> 58);
    }

    detail::atomic<node*> buckets_[bucket_count] = {};
    maker* make_;
};

}  // namespace weft
