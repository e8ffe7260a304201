// tests/house/greedy.cpp - every public function with the types of a user whose namespace has function templates of all
// the names that weft uses inside. It compiles if weft calls its own functions by their full names.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/weft.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "greedy_names.hpp"

namespace greedy {

/// With a destructor, an address that & does not give, and copies that may throw: nothing about it is plain bytes.
struct item {
    item() = default;
    item(int k) : key(k) {}
    item(const item& other) : key(other.key) {}
    item(item&& other) noexcept : key(other.key) {}
    item& operator=(const item& other)
    {
        key = other.key;
        return *this;
    }
    item& operator=(item&& other) noexcept
    {
        key = other.key;
        return *this;
    }
    ~item() {}

    item* operator&() = delete;
    const item* operator&() const = delete;
    friend bool operator==(const item& a, const item& b) { return a.key == b.key; }
    friend auto operator<=>(const item& a, const item& b) { return a.key <=> b.key; }
    friend item operator+(const item& a, const item& b) { return {a.key + b.key}; }
    friend item operator*(const item& a, const item& b) { return {a.key * b.key}; }

    int key = 0;
};

/// Its moves may throw, too: queues and channels keep it in a box.
struct clumsy : item {
    using item::item;
    clumsy() = default;
    clumsy(const clumsy& other) : item(other) {}
    clumsy(clumsy&& other) : item(other) {}
    clumsy& operator=(const clumsy&) = default;
};

/// Plain bytes, small and large.
struct plain {
    int key;
    int other;
    plain* operator&() = delete;
    const plain* operator&() const = delete;
    friend bool operator==(const plain& a, const plain& b) { return a.key == b.key; }
    friend auto operator<=>(const plain& a, const plain& b) { return a.key <=> b.key; }
    friend plain operator+(const plain& a, const plain& b) { return {a.key + b.key, 0}; }
};
struct large {
    int key;
    char more[100];
    large* operator&() = delete;
    const large* operator&() const = delete;
    friend bool operator==(const large& a, const large& b) { return a.key == b.key; }
    friend auto operator<=>(const large& a, const large& b) { return a.key <=> b.key; }
    friend large operator+(const large& a, const large& b) { return {a.key + b.key, {}}; }
};

struct less {
    template <class T>
    bool operator()(const T& a, const T& b) const
    {
        return a.key < b.key;
    }
};
struct same {
    template <class T>
    bool operator()(const T& a, const T& b) const
    {
        return a.key == b.key;
    }
};
struct odd {
    template <class T>
    bool operator()(const T& x) const
    {
        return x.key % 2 != 0;
    }
};
struct key {
    template <class T>
    int operator()(const T& x) const
    {
        return x.key;
    }
};
struct real {
    template <class T>
    double operator()(const T& x) const
    {
        return x.key;
    }
};
struct name {
    template <class T>
    std::string operator()(const T& x) const
    {
        return std::to_string(x.key);
    }
};
struct itself {
    template <class T>
    T operator()(const T& x) const
    {
        return x;
    }
};
struct plus {
    template <class T>
    T operator()(const T& a, const T& b) const
    {
        return a + b;
    }
};
struct nothing {
    template <class... T>
    void operator()(T&&...) const
    {
    }
};
struct maker {
    item operator()() const { return {1}; }
};
struct hash {
    std::size_t operator()(const item& x) const { return static_cast<std::size_t>(x.key); }
};

template <class T>
void algorithms()
{
    std::vector<T> v(3);
    std::vector<T> w(3);
    std::vector<T> out(6);
    const auto b = v.begin();
    const auto e = v.end();

    weft::par_sort(v);
    weft::par_sort(v, less());
    weft::par_sort(b, e, less(), itself());
    weft::par_sort(v, {}, &T::key);
    weft::par_sort(v, {}, key());
    weft::par_stable_sort(v, less());
    weft::par_stable_sort(b, e, {}, &T::key);
    (void)weft::par_is_sorted(v, less());
    weft::par_sort_by_cached_key(v, key());
    weft::par_sort_by_cached_key(v, name());
    weft::par_sort_by_cached_key(v, itself());
    const std::vector<std::size_t> order = weft::par_sort_permutation(v);
    (void)weft::par_sort_permutation(b, e, less(), itself());
    (void)weft::par_sort_permutation(v, {}, key());
    (void)weft::par_sort_permutation(v, {}, name());
    weft::par_apply_permutation(v, order);
    weft::par_sort_by_key(v, w);
    weft::par_sort_by_key(less(), v, w);
    weft::par_sort(v, {}, real());
    weft::par_stable_sort(v, {}, real());
    weft::par_nth_element(v, b + 1, {}, real());
    weft::par_merge(v, w, out.begin(), {}, real(), key());
    weft::par_merge(v, w, out.begin(), {}, key(), real());
    weft::par_nth_element(v, b + 1, less());
    weft::par_nth_element(b, b + 1, e, {}, &T::key);
    weft::par_partial_sort(v, b + 1, less(), itself());
    weft::par_partial_sort(b, b + 1, e);
    weft::par_merge(v, w, out.begin());
    weft::par_merge(b, e, w.begin(), w.end(), out.begin(), less(), itself(), itself());
    weft::par_shuffle(v, 1);
    weft::par_shuffle(b, e, 1);

    weft::par_copy_if(v, out.begin(), odd());
    weft::par_copy_if(b, e, out.begin(), odd(), itself());
    weft::par_partition(v, odd());
    weft::par_partition(b, e, odd(), itself());
    weft::par_stable_partition(v, odd());
    weft::par_stable_partition(b, e, odd(), itself());
    weft::par_unique(v);
    weft::par_unique(b, e, same(), itself());

    (void)weft::par_histogram(v, 10, key());
    (void)weft::par_group_by(v, key());
    (void)weft::par_group_by(v, itself());
    (void)weft::par_reduce_by_key(v, w);
    (void)weft::par_reduce_by_key(v, w, plus());

    weft::par_inclusive_scan(v, out.begin());
    weft::par_inclusive_scan(b, e, out.begin(), plus());
    weft::par_exclusive_scan(v, out.begin(), T());
    weft::par_exclusive_scan(b, e, out.begin(), T(), plus());
    weft::par_fill(v, T());
    weft::par_fill(b, e, T());
    weft::par_transform(v, out.begin(), itself());
    weft::par_transform(b, e, out.begin(), itself(), itself());
    weft::par_transform(v, w, out.begin(), plus());
    weft::par_transform(b, e, w.begin(), w.end(), out.begin(), plus(), itself(), itself());
    weft::par_tabulate(v, [](std::size_t) { return T(); });
}

template <class T>
weft::lookup<T> itself_later(const T& x)
{
    const T* const p = co_await weft::prefetch(__builtin_addressof(x));
    co_await weft::prefetch(p, sizeof(T));
    co_return *p;
}

template <class T>
void lookups()
{
    std::vector<T> v(3);
    std::vector<T> out(3);
    std::list<T> list(3);
    std::vector<std::size_t> found(3);
    const auto nested = [](const T& x) -> weft::lookup<T> { co_return co_await itself_later(x); };
    const auto visit = [](const T& x) -> weft::lookup<void> { co_await itself_later(x); };
    weft::overlapped_transform(v, out.begin(), nested);
    weft::overlapped_transform(v, list.begin(), nested);
    weft::overlapped_transform(list, std::back_inserter(out), itself_later<T>);
    weft::par_overlapped_transform(v, out.begin(), nested);
    weft::overlapped_for_each(v, visit);
    weft::par_overlapped_for_each(v, visit);
    weft::batch_lower_bound(v, out, found.begin());
    weft::batch_lower_bound(v, list, found.begin(), [](const T& a, const T& b) { return a < b; });
    weft::overlapped_transform(v, found.begin(), [&](const T& x) { return weft::lower_bound_lookup(v, x); });
    std::vector<T, weft::huge_page_allocator<T>> large(3);
}

template <class T>
void chains()
{
    std::vector<T> v(3);
    const auto all = [&] { return weft::par_iter(v); };
    const auto own = [] { return weft::par_iter(std::vector<T>(3)); };
    const auto maybe = [](const T& x) { return std::optional<T>(x); };

    all().for_each(nothing());
    (void)own().map(itself()).inspect(nothing()).filter(odd()).to_vector();
    (void)all().filter_map(maybe).copied().collect();
    (void)all().flat_map([](const T& x) { return std::vector<T>{x}; }).to_vector();
    (void)all().flat_map([&](const T&) { return weft::par_iter(v); }).copied().to_vector();
    all().update(nothing()).for_each_init(maker(), nothing());
    (void)all().map_init(maker(), [](item&, const T& x) { return x; }).to_vector();
    all().for_each_with(T(), nothing());
    (void)all().take_any(1).count();
    (void)all().skip_any(1).count();
    (void)all().take_any_while(odd()).count();
    (void)all().skip_any_while(odd()).count();
    (void)all().map(maybe).while_some().to_vector();
    (void)all().enumerate().to_vector();
    (void)all().zip(v, own()).to_vector();
    (void)all().zip_eq(v).count();
    (void)all().chain(v).skip(1).step_by(2).take(2).rev().to_vector();
    (void)all().interleave(v).to_vector();
    (void)all().interleave_shortest(v).count();
    (void)all().intersperse(T()).to_vector();
    (void)all().chunks(2).flatten().to_vector();
    (void)all().scan(T(), plus()).to_vector();
    (void)all().positions(odd()).count();
    (void)all().with_min_len(1).with_max_len(2).by_uniform_blocks(4).by_exponential_blocks().count();
    all().progress(nothing(), 1).for_each(nothing());
    all()
        .stop_on(std::stop_token())
        .deadline(std::chrono::steady_clock::now())
        .with_min_len(1)
        .filter(odd())
        .inspect(nothing());
    (void)all().try_for_each(maybe);
    (void)all().try_for_each_init(maker(), [](item&, const T& x) { return std::optional<T>(x); });
    (void)all().try_reduce(T(), [](const T& a, const T& b) { return std::optional<T>(a + b); });
    (void)all().try_reduce([](const T& a, const T& b) { return std::optional<T>(a + b); });
    (void)all().try_fold(T(), [](const T& a, const T& b) { return std::optional<T>(a + b); }).to_vector();
    (void)all().count(T());
    (void)all().sum();
    (void)all().map([](const T& x) { return item(x.key); }).product();
    (void)all().reduce(T(), plus());
    (void)all().reduce(plus());
    (void)all().min();
    (void)all().max(less());
    (void)all().minmax(less(), itself());
    (void)all().min({}, &T::key);
    (void)all().fold(T(), plus()).to_vector();
    (void)all().fold_chunks(2, T(), plus()).to_vector();
    (void)all().any_of(odd());
    (void)all().all_of(odd());
    (void)all().none_of(odd());
    (void)all().find_any(odd());
    (void)all().find_first(odd());
    (void)all().find_last(odd());
    (void)all().find_map_any(maybe);
    (void)all().find_map_first(maybe);
    (void)all().find_map_last(maybe);
    (void)all().position_any(odd());
    (void)all().position_first(odd());
    (void)all().position_last(odd());
    (void)all().equal(v);
    (void)all().compare_three_way(v);
    (void)all().template collect<std::list<T>>();
    (void)all().template collect<std::set<T>>();
    (void)all().map(maybe).template collect<std::optional<std::vector<T>>>();
    std::vector<T> out(3);
    (void)all().collect_into(out);
    (void)all().filter(odd()).collect_into(std::span<T>(out));
    (void)all().partition(odd());
    (void)all().partition_map([](const T& x) { return std::variant<T, int>(x); });
    (void)all().zip(v).unzip();
    std::vector<T> second;
    (void)all().zip(v).unzip_into(out, second);

    (void)weft::par_iter(std::list<T>(3)).to_vector();
    (void)weft::par_iter(std::optional<T>(T())).to_vector();
    (void)weft::par_extend(out, v);
    (void)weft::par_chunks(v, 2).count();
    (void)weft::par_chunks_exact(v, 2).count();
    (void)weft::par_rchunks(v, 2).count();
    (void)weft::par_windows(v, 2).count();
    (void)weft::par_windows<2>(v).count();
    (void)weft::par_chunk_by(v, same()).count();
    (void)weft::par_split(v, odd()).count();
    (void)weft::par_split_inclusive(v, odd()).count();
    (void)weft::par_repeat_n(T(), 3).to_vector();
    (void)weft::par_repeat(T()).take(2).to_vector();
    (void)weft::par_once(T()).to_vector();
    (void)weft::par_empty<T>().to_vector();
    (void)weft::par_drain(out).to_vector();
    (void)weft::par_drain(v, 0, 1).to_vector();
    (void)weft::par_split_with(T(), [](T x) { return std::pair(x, std::optional<T>()); }).to_vector();
    (void)weft::par_walk_tree(T(), [](const T&) { return std::vector<T>(); }).to_vector();
    (void)weft::par_walk_tree_postfix(T(), [](const T&) { return std::vector<T>(); }).to_vector();
    weft::par_worklist(v, nothing());
    weft::par_worklist(v, [](T x, weft::feeder<T>& more) { more.add(x); });
    (void)weft::par_bridge(v).map(itself()).filter(odd()).count();
    (void)weft::par_bridge(v).ordered().map(itself()).to_vector();
    (void)weft::par_bridge(weft::generate([] { return std::optional<T>(); })).map(itself()).to_vector();
    for (const T& x : weft::stream(v).parallel_map(itself()).ordered()) nothing()(x);
    for (const T& x : weft::stream(v).parallel_map(itself()).unordered()) nothing()(x);
}

template <class T>
void queues_and_channels()
{
    weft::deque<T> deque;
    deque.push(T());
    (void)deque.pop();
    (void)deque.steal();
    weft::deque<T, weft::fifo> other;
    (void)deque.stealer().steal_batch(other);
    (void)deque.stealer().steal_batch_and_pop(other);
    weft::array_queue<T> ring(4);
    (void)ring.try_push(T());
    (void)ring.force_push(T());
    (void)ring.try_pop();
    weft::seg_queue<T> segments;
    segments.push(T());
    (void)segments.try_pop();
    weft::spsc_queue<T> two(4);
    (void)two.try_push(T());
    (void)two.front();
    (void)two.try_pop();
    weft::injector<T> injector;
    injector.push(T());
    (void)injector.steal();
    (void)injector.steal_batch_and_pop(deque);

    for (auto [to, from] : {weft::bounded<T>(0), weft::bounded<T>(4), weft::unbounded<T>()}) {
        (void)to.try_send(T());
        (void)to.send_for(T(), std::chrono::milliseconds(1));
        (void)to.send(T());
        std::vector<T> many(2);
        (void)to.send_many(many);
        (void)from.try_recv();
        (void)from.recv();
        (void)from.recv_for(std::chrono::milliseconds(1));
        (void)from.recv_many(many, 2);
        for (const T& x : from) nothing()(x);
        weft::select(weft::on_recv(from, nothing()), weft::on_send(to, T(), nothing()), weft::on_default(nothing()));
        weft::select_biased(weft::on_recv(from, nothing()), weft::on_timeout(std::chrono::milliseconds(1), nothing()));
    }
    weft::bounded_queue<T> queue(4);
    (void)queue.push(T());
    (void)queue.try_push(T());
    (void)queue.push_for(T(), std::chrono::milliseconds(1));
    (void)queue.emplace();
    (void)queue.force_push(T());
    std::vector<T> many(2);
    (void)queue.push_many(many);
    std::optional<T> popped = queue.pop();
    popped = queue.try_pop();
    popped = queue.pop_for(std::chrono::milliseconds(1));
    (void)queue.pop_many(many, 2);
    queue.close();
    for (const T& x : queue) nothing()(x);
    auto [all, each] = weft::broadcast_channel<T>(4);
    (void)all.send(T());
    (void)each.try_recv();
    (void)each.recv_for(std::chrono::milliseconds(1));
    (void)all.subscribe().try_recv();
    auto [owner, view] = weft::watch(T());
    (void)owner.send(T());
    (void)owner.update(itself());
    (void)view.get();
    (void)view.changed_for(std::chrono::milliseconds(1));
    weft::select(weft::on_recv(each, nothing()), weft::on_changed(view, nothing()), weft::on_default(nothing()));
    weft::selector set;
    set.recv(each);
    set.changed(view);
    (void)all.send(T());
    if (auto op = set.try_wait()) (void)op->recv(each);
    (void)owner.send(T());
    if (auto op = set.try_wait()) (void)op->changed(view);
    weft::cache_padded<T> padded;
    (void)padded->key;
}

template <class T>
void cells()
{
    weft::atomic_cell<T> cell(T{});
    T expected = cell.load();
    cell.store(expected);
    (void)cell.exchange(expected);
    (void)cell.compare_exchange(expected, T{});
    weft::seq_lock<T> lock(T{});
    expected = lock.load();
    lock.store(expected);
    (void)lock.exchange(expected);
    (void)lock.compare_exchange(expected, T{});
}

struct next_item {
    std::optional<item> operator()() const { return std::nullopt; }
};

/// Functions, with and without a result, that have an address of their own kind.
struct work {
    template <class... T>
    item operator()(T&&...) const
    {
        return {1};
    }
    work* operator&() = delete;
    const work* operator&() const = delete;
};
struct chore {
    template <class... T>
    void operator()(T&&...) const
    {
    }
    chore* operator&() = delete;
    const chore* operator&() const = delete;
};

template <class Pool>
void in_pool(Pool& pool)
{
    work f;
    (void)pool.install(f);
    (void)pool.join(f, chore(), work());
    (void)pool.scope([&](weft::task_scope& s) {
        s.spawn(f);
        return item();
    });
    (void)pool.broadcast(f);
    pool.broadcast(chore());
    pool.spawn(f);
}

void pools();
void pools()
{
    work f;
    const chore g;
    (void)weft::join(f);
    weft::join(f, g);
    weft::join(g, chore());
    (void)weft::join(work(), f, work(), g, f);
    (void)weft::join_context(f, g, f);
    weft::join_context(g, [](weft::fn_context) { return item(); });
    (void)weft::scope([&](weft::task_scope& s) {
        s.spawn(f);
        s.spawn(g);
        s.spawn_fifo(f);
        s.spawn_broadcast(f);
        s.spawn_broadcast(g);
        return item();
    });
    weft::scope(chore());
    weft::spawn(f);
    weft::spawn(g);
    (void)weft::broadcast(f);
    weft::broadcast(g);
    (void)weft::blocking(f);
    (void)weft::with_context(f);
    weft::with_context([&](weft::fork_context c) { weft::fork_join(c, f, g); });
    weft::thread_pool pool;
    in_pool(pool);
    weft::test_pool seeded(1);
    in_pool(seeded);
    weft::per_worker<item> each;
    weft::per_worker<item> made{maker()};
    weft::per_worker<item> copied{item(1)};
    each.local() = made.combine(plus());
    for (item& x : copied) nothing()(x);
    if (each.begin() != each.end()) each.begin()->key = std::as_const(each).begin()->key;
    weft::pool_options options;
    options.on_thread_start = g;
    options.on_unhandled = g;
}

void use();
void use()
{
    weft::pipeline(8, next_item(), weft::parallel(itself()), weft::serial_in_order(itself()),
                   weft::serial_out_of_order(nothing()));
    const std::vector<std::string> texts{"a b", "c"};
    (void)weft::par_lines(texts[0]).map([](std::string_view) { return item(); }).to_vector();
    algorithms<item>();
    algorithms<plain>();
    algorithms<large>();
    lookups<item>();
    lookups<plain>();
    chains<item>();
    chains<plain>();
    queues_and_channels<item>();
    queues_and_channels<plain>();
    queues_and_channels<clumsy>();
    cells<plain>();
    cells<large>();
    pools();
    std::unordered_map<item, item, hash> hashed;
    (void)weft::par_iter(hashed).map([](const item& k, const item& v) { return k + v; }).to_vector();
    (void)weft::par_drain(hashed).count();
}

}  // namespace greedy
