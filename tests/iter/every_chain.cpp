// tests/iter/every_chain.cpp
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_extend.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_lines.hpp>
#include <weft/iter/par_split.hpp>
#include <weft/iter/sources.hpp>

#include "iter/every_chain.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <list>
#include <map>
#include <new>
#include <numeric>
#include <optional>
#include <queue>
#include <ranges>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace test {
namespace {

constexpr int n = 40;

const std::vector<fragile>& items()
{
    static const std::vector<fragile> all = [] {
        std::vector<fragile> v;
        for (int i = 0; i < n; ++i) v.emplace_back(i);
        return v;
    }();
    return all;
}

/// Items that the chain owns, made without copies.
std::vector<fragile> fresh()
{
    std::vector<fragile> v;
    for (int i = 0; i < n; ++i) v.emplace_back(i);
    return v;
}

const std::list<fragile>& list()
{
    static const std::list<fragile> all = [] {
        std::list<fragile> l;
        for (int i = 0; i < n; ++i) l.emplace_back(i);
        return l;
    }();
    return all;
}

bool counts_up(const auto& found, int first = 0, int step = 1, int count = n)
{
    if (static_cast<int>(std::ranges::distance(found)) != count) return false;
    for (const fragile& x : found) {
        if (x.value != first) return false;
        first += step;
    }
    return true;
}

constexpr int total = n * (n - 1) / 2;

using weft::par_iter;

const use_case cases[] = {
    {"for_each",
     [](const bomb& b) {
         std::atomic<int> sum{0};
         par_iter(items()).for_each([&](const fragile& x) { sum += b.tick(x.value); });
         return sum == total;
     }},
    {"to_vector by copy", [](const bomb&) { return counts_up(par_iter(items()).to_vector()); }},
    {"to_vector by move", [](const bomb&) { return counts_up(par_iter(fresh()).to_vector()); }},
    {"map",
     [](const bomb& b) {
         return counts_up(
             par_iter(items()).map([&](const fragile& x) { return fragile(b.tick(x.value) + 1); }).to_vector(), 1);
     }},
    {"map of own items",
     [](const bomb& b) {
         return counts_up(par_iter(fresh()).map([&](fragile x) { return b.tick(), x; }).to_vector());
     }},
    {"filter",
     [](const bomb& b) {
         return counts_up(
             par_iter(items()).filter([&](const fragile& x) { return b.tick(x.value) % 2 == 0; }).to_vector(), 0, 2,
             n / 2);
     }},
    {"filter of own items",
     [](const bomb& b) {
         return counts_up(
             par_iter(fresh()).filter([&](const fragile& x) { return b.tick(x.value) % 2 == 0; }).to_vector(), 0, 2,
             n / 2);
     }},
    {"filter_map",
     [](const bomb& b) {
         return counts_up(par_iter(items())
                              .filter_map([&](const fragile& x) -> std::optional<fragile> {
                                  b.tick();
                                  if (x.value % 2 != 0) return std::nullopt;
                                  return x;
                              })
                              .to_vector(),
                          0, 2, n / 2);
     }},
    {"flat_map",
     [](const bomb& b) {
         return par_iter(items())
                    .flat_map([&](const fragile& x) { return b.tick(), weft::par_iter(std::vector<fragile>(2, x)); })
                    .count() == 2 * n;
     }},
    {"flat_map_iter",
     [](const bomb& b) {
         return par_iter(items())
                    .flat_map_iter([&](const fragile& x) { return b.tick(), std::vector<fragile>(2, x); })
                    .to_vector()
                    .size() == 2 * n;
     }},
    {"inspect",
     [](const bomb& b) { return counts_up(par_iter(items()).inspect([&](const fragile&) { b.tick(); }).to_vector()); }},
    {"update",
     [](const bomb& b) {
         return counts_up(par_iter(fresh()).update([&](fragile& x) { x.value = b.tick(x.value) + 1; }).to_vector(), 1);
     }},
    {"map_init",
     [](const bomb& b) {
         return counts_up(
             par_iter(items())
                 .map_init([&] { return b.tick(), fragile(1); },
                           [&](fragile& state, const fragile& x) { return b.tick(), fragile(x.value + state.value); })
                 .to_vector(),
             1);
     }},
    {"for_each_init",
     [](const bomb& b) {
         std::atomic<int> sum{0};
         par_iter(items()).for_each_init(
             [&] { return b.tick(), fragile(1); },
             [&](fragile& state, const fragile& x) { sum += b.tick(x.value) * state.value; });
         return sum == total;
     }},
    {"enumerate",
     [](const bomb& b) {
         return par_iter(items()).enumerate().all_of(
             [&](std::size_t i, const fragile& x) { return b.tick(i) == static_cast<std::size_t>(x.value); });
     }},
    {"zip of three",
     [](const bomb& b) {
         return par_iter(items())
                    .zip(items(), fresh())
                    .map([&](const fragile& x, const fragile& y, fragile z) {
                        return b.tick(x.value + y.value + z.value);
                    })
                    .sum() == 3 * total;
     }},
    {"zip, collected",
     [](const bomb&) {
         return par_iter(items())
                    .zip(items())
                    .map([](const fragile& x, const fragile& y) { return std::pair(x, y); })
                    .to_vector()
                    .size() == n;
     }},
    {"chain, take, skip, step_by, rev",
     [](const bomb& b) {
         return counts_up(par_iter(items())
                              .chain(items())
                              .skip(n)
                              .take(n)
                              .step_by(2)
                              .rev()
                              .rev()
                              .inspect([&](auto&&) { b.tick(); })
                              .to_vector(),
                          0, 2, n / 2);
     }},
    {"chain of own items",
     [](const bomb&) { return par_iter(fresh()).chain(fresh()).skip(5).take(n).to_vector().size() == n; }},
    {"interleave", [](const bomb&) { return par_iter(items()).interleave(items()).to_vector().size() == 2 * n; }},
    {"intersperse",
     [](const bomb&) { return par_iter(items()).intersperse(fragile(7)).to_vector().size() == 2 * n - 1; }},
    {"chunks",
     [](const bomb& b) {
         return par_iter(items()).map([&](const fragile& x) { return b.tick(), x; }).chunks(7).to_vector().size() == 6;
     }},
    {"scan",
     [](const bomb& b) {
         return par_iter(items())
                    .scan(fragile(0),
                          [&](const fragile& a, const fragile& x) { return b.tick(), fragile(a.value + x.value); })
                    .to_vector()
                    .back()
                    .value == total;
     }},
    {"positions",
     [](const bomb& b) {
         return par_iter(items()).positions([&](const fragile& x) { return b.tick(x.value) > 3; }).count() == n - 4;
     }},
    {"take_any, skip_any",
     [](const bomb& b) {
         return par_iter(items())
                    .skip_any(4)
                    .take_any(9)
                    .map([&](const fragile& x) { return b.tick(), x; })
                    .to_vector()
                    .size() == 9;
     }},
    {"take_any_while, skip_any_while",
     [](const bomb& b) {
         return par_iter(items())
                    .take_any_while([&](const fragile&) { return b.tick(true); })
                    .skip_any_while([&](const fragile&) { return b.tick(false); })
                    .to_vector()
                    .size() == n;
     }},
    {"while_some",
     [](const bomb& b) {
         return par_iter(items())
                    .map([&](const fragile& x) { return b.tick(), std::optional<fragile>(x); })
                    .while_some()
                    .to_vector()
                    .size() == n;
     }},
    {"with lengths, in blocks",
     [](const bomb& b) {
         std::atomic<int> sum{0};
         par_iter(items()).with_max_len(3).by_exponential_blocks().for_each(
             [&](const fragile& x) { sum += b.tick(x.value); });
         par_iter(items()).with_min_len(3).by_uniform_blocks(8).for_each(
             [&](const fragile& x) { sum += b.tick(x.value); });
         return sum == 2 * total;
     }},
    {"progress",
     [](const bomb& b) {
         return counts_up(par_iter(items()).progress([&](std::size_t, std::size_t) { b.tick(); }, 5).to_vector());
     }},
    {"count, sum, product",
     [](const bomb& b) {
         return par_iter(items()).map([&](const fragile& x) { return b.tick(x.value); }).sum() == total &&
                par_iter(items()).map([&](const fragile& x) { return b.tick(x.value); }).product() == 0 &&
                par_iter(items()).count(fragile(3)) == 1;
     }},
    {"reduce from an identity",
     [](const bomb& b) {
         return par_iter(items())
                    .reduce([&] { return b.tick(), fragile(0); },
                            [&](fragile a, const fragile& x) { return b.tick(), fragile(a.value + x.value); })
                    .value == total;
     }},
    {"reduce",
     [](const bomb& b) {
         return par_iter(fresh())
                    .reduce([&](fragile a, const fragile& x) { return b.tick(), fragile(a.value + x.value); })
                    ->value == total;
     }},
    {"min, max, minmax",
     [](const bomb& b) {
         const auto less = [&](const fragile& x, const fragile& y) { return b.tick(x < y); };
         return par_iter(items()).min(less)->value == 0 && par_iter(items()).max(less)->value == n - 1 &&
                par_iter(items()).minmax(less)->second.value == n - 1;
     }},
    {"min by projection",
     [](const bomb& b) {
         return par_iter(fresh()).min({}, [&](const fragile& x) { return b.tick(-x.value); })->value == n - 1;
     }},
    {"fold",
     [](const bomb& b) {
         const auto parts = par_iter(items())
                                .fold([&] { return b.tick(), fragile(0); },
                                      [&](fragile a, const fragile& x) { return b.tick(), fragile(a.value + x.value); })
                                .to_vector();
         int sum = 0;
         for (const fragile& part : parts) sum += part.value;
         return sum == total;
     }},
    {"fold_chunks",
     [](const bomb& b) {
         return par_iter(items())
                    .fold_chunks(
                        6, [&] { return b.tick(), fragile(0); },
                        [&](fragile a, const fragile& x) { return b.tick(), fragile(a.value + x.value); })
                    .to_vector()
                    .size() == 7;
     }},
    {"find_any, find_first, find_last",
     [](const bomb& b) {
         const auto wanted = [&](const fragile& x) { return b.tick(x.value) == 29; };
         return par_iter(items()).find_any(wanted)->value == 29 && par_iter(fresh()).find_first(wanted)->value == 29 &&
                par_iter(items()).map([](const fragile& x) { return x; }).find_last(wanted)->value == 29;
     }},
    {"find_map",
     [](const bomb& b) {
         const auto wanted = [&](const fragile& x) {
             return b.tick(), x.value > 29 ? std::optional<fragile>(x) : std::nullopt;
         };
         return par_iter(items()).find_map_any(wanted)->value > 29 &&
                par_iter(items()).find_map_first(wanted)->value == 30 &&
                par_iter(items()).find_map_last(wanted)->value == n - 1;
     }},
    {"position",
     [](const bomb& b) {
         const auto wanted = [&](const fragile& x) { return b.tick(x.value) == 17; };
         return par_iter(items()).position_any(wanted) == 17u && par_iter(items()).position_first(wanted) == 17u &&
                par_iter(items()).position_last(wanted) == 17u;
     }},
    {"any_of, all_of, none_of",
     [](const bomb& b) {
         const auto late = [&](const fragile& x) { return b.tick(x.value) == n - 1; };
         return par_iter(items()).any_of(late) && !par_iter(items()).all_of(late) && !par_iter(items()).none_of(late);
     }},
    {"equal, compare_three_way",
     [](const bomb&) { return par_iter(items()).equal(items()) && par_iter(items()).compare_three_way(list()) == 0; }},
    {"try_for_each",
     [](const bomb& b) {
         return static_cast<bool>(par_iter(items()).try_for_each([&](const fragile&) { return b.tick(true); }));
     }},
    {"try_reduce",
     [](const bomb& b) {
         const auto sum = par_iter(items())
                              .map([](const fragile& x) { return std::optional<int>(x.value); })
                              .try_reduce([&] { return b.tick(0); },
                                          [&](int x, int y) { return std::optional<int>(b.tick(x + y)); });
         return sum == total;
     }},
    {"try_reduce without an identity",
     [](const bomb& b) {
         const auto sum = par_iter(fresh()).try_reduce([&](const fragile& x, const fragile& y) {
             return b.tick(), std::optional<fragile>(fragile(x.value + y.value));
         });
         return sum && *sum && (*sum)->value == total;
     }},
    {"try_fold",
     [](const bomb& b) {
         const auto step = [&](const fragile& sum, const fragile& x) {
             return b.tick(), std::optional<fragile>(fragile(sum.value + x.value));
         };
         return par_iter(items())
                    .try_fold([&] { return b.tick(), fragile(0); }, step)
                    .try_reduce(fragile(0), step)
                    ->value == total;
     }},
    {"try_for_each_init",
     [](const bomb& b) {
         return par_iter(items()).try_for_each_init([&] { return b.tick(), fragile(1); },
                                                    [&](fragile&, const fragile&) { return b.tick(true); });
     }},
    {"partition",
     [](const bomb& b) {
         const auto [even, odd] =
             par_iter(items()).partition([&](const fragile& x) { return b.tick(x.value) % 2 == 0; });
         return counts_up(even, 0, 2, n / 2) && counts_up(odd, 1, 2, n / 2);
     }},
    {"unzip",
     [](const bomb& b) {
         const auto [left, right] =
             par_iter(items()).map([&](const fragile& x) { return b.tick(), std::pair(x, x); }).unzip();
         return counts_up(left) && counts_up(right);
     }},
    {"unzip_into, collected",
     [](const bomb& b) {
         std::vector<fragile> left(3);
         std::vector<fragile> right;
         const auto pairs = [&] {
             return par_iter(items()).map([&](const fragile& x) { return b.tick(), std::pair(x, x); });
         };
         pairs().unzip_into(left, right);
         if (!counts_up(left) || !counts_up(right)) return false;
         pairs().filter([](const auto&) { return true; }).unzip_into(left, right);
         return counts_up(left) && counts_up(right);
     }},
    {"partition_map",
     [](const bomb& b) {
         const auto [even, odd] = par_iter(items()).partition_map([&](const fragile& x) {
             b.tick();
             return x.value % 2 == 0 ? std::variant<fragile, int>(x) : std::variant<fragile, int>(x.value);
         });
         return counts_up(even, 0, 2, n / 2) && odd.size() == n / 2;
     }},
    {"par_extend",
     [](const bomb& b) {
         std::vector<fragile> all;
         std::list<fragile> more;
         const auto copies = [&] { return par_iter(items()).map([&](const fragile& x) { return b.tick(), x; }); };
         try {
             weft::par_extend(all, copies());
             weft::par_extend(all, copies().filter([](const fragile&) { return true; }));
             weft::par_extend(more, copies());
         } catch (const std::bad_alloc&) {  // a list keeps what it had room for
             if (all.size() % n != 0) std::abort();
             throw;
         } catch (...) {
             if (all.size() % n != 0 || !more.empty()) std::abort();
             throw;
         }
         return all.size() == 2 * n && counts_up(more);
     }},
    {"collect into an optional",
     [](const bomb& b) {
         const auto all = par_iter(items())
                              .map([&](const fragile& x) { return b.tick(), std::optional<fragile>(x); })
                              .collect<std::optional<std::vector<fragile>>>();
         return all && counts_up(*all);
     }},
    {"map_with, for_each_with, copied",
     [](const bomb& b) {
         std::atomic<int> sum{0};
         par_iter(items()).for_each_with(
             fragile(1), [&](const fragile& one, const fragile& x) { sum += b.tick(x.value) * one.value; });
         return sum == total && counts_up(par_iter(items())
                                              .copied()
                                              .map_with(fragile(1),
                                                        [&](const fragile& one, const fragile& x) {
                                                            return b.tick(), fragile(x.value + one.value);
                                                        })
                                              .to_vector(),
                                          1);
     }},
    {"collect into a list, a deque, a set, maps, a string",
     [](const bomb& b) {
         const auto copies = [&] { return par_iter(items()).map([&](const fragile& x) { return b.tick(), x; }); };
         const auto pairs = [&] {
             return par_iter(items()).map([&](const fragile& x) { return std::pair(b.tick(x.value), x); });
         };
         return counts_up(copies().collect<std::list<fragile>>()) &&
                counts_up(copies().collect<std::deque<fragile>>()) &&
                counts_up(copies().collect<std::set<fragile>>()) &&
                pairs().collect<std::map<int, fragile>>().size() == n &&
                pairs().collect<std::unordered_map<int, fragile>>().size() == n &&
                weft::par_range(0, n).map([&](int) { return b.tick('x'); }).collect<std::string>() ==
                    std::string(n, 'x');
     }},
    {"collect_into",
     [](const bomb& b) {
         std::vector<fragile> out(n);
         std::vector<fragile> replaced(3);
         par_iter(items()).map([&](const fragile& x) { return b.tick(), x; }).collect_into(std::span(out));
         par_iter(items()).map([&](const fragile& x) { return b.tick(), x; }).collect_into(replaced);
         return counts_up(out) && counts_up(replaced);
     }},
    {"collect_into after filter",
     [](const bomb& b) {
         std::vector<fragile> out(n);
         return par_iter(items()).filter([&](const fragile&) { return b.tick(true); }).collect_into(std::span(out)) ==
                    n &&
                counts_up(out);
     }},
    {"a vector of bool",
     [](const bomb& b) {
         return par_iter(items())
                    .map([&](const fragile& x) { return b.tick(x.value % 2 == 0); })
                    .collect<std::vector<bool>>()
                    .size() == n;
     }},
    {"bridged list",
     [](const bomb& b) {
         std::atomic<int> sum{0};
         weft::par_bridge(list()).for_each([&](const fragile& x) { sum += b.tick(x.value); });
         return sum == total &&
                weft::par_bridge(list()).map([&](const fragile& x) { return b.tick(), x; }).to_vector().size() == n;
     }},
    {"bridged list of one's own",
     [](const bomb& b) {
         std::list<fragile> own;
         for (int i = 0; i < n; ++i) own.emplace_back(i);
         return weft::par_bridge(std::move(own)).map([&](fragile x) { return b.tick(), x; }).to_vector().size() == n;
     }},
    {"bridged view that throws",
     [](const bomb& b) {
         return weft::par_bridge(list() | std::views::transform([&](const fragile& x) { return b.tick(), x; }))
                    .to_vector()
                    .size() == n;
     }},
    {"bridged in order",
     [](const bomb& b) {
         return counts_up(
             weft::par_bridge(list()).ordered().map([&](const fragile& x) { return b.tick(), x; }).to_vector());
     }},
    {"chunks, windows, chunk_by, split of a vector",
     [](const bomb& b) {
         const auto sizes = [&](auto&& chain) {
             return chain.map([&](const auto& part) { return b.tick(part.size()); }).sum();
         };
         return sizes(weft::par_chunks(items(), 7)) == n && sizes(weft::par_rchunks(items(), 7)) == n &&
                sizes(weft::par_windows(items(), 2)) == 2 * (n - 1) &&
                sizes(weft::par_chunk_by(
                    items(), [&](const fragile& x, const fragile& y) { return b.tick(x.value / 5 == y.value / 5); })) ==
                    n &&
                sizes(weft::par_split(items(), [&](const fragile& x) { return b.tick(x.value % 10 == 9); })) ==
                    n - n / 10;
     }},
    {"lines, words, matches",
     [](const bomb& b) {
         static const std::string text = [] {
             std::string t;
             for (int i = 0; i < n; ++i) t += "some words " + std::to_string(i) + "\n";
             return t;
         }();
         return weft::par_lines(text)
                        .map([&](std::string_view line) { return b.tick(std::string(line)); })
                        .to_vector()
                        .size() == n &&
                weft::par_words(text).filter([&](std::string_view) { return b.tick(true); }).to_vector().size() ==
                    3 * n &&
                weft::par_split(text, std::string_view("some"))
                        .map([&](std::string_view part) { return b.tick(part.size()); })
                        .count() == n + 1;
     }},
    {"walk of a tree",
     [](const bomb& b) {
         return weft::par_walk_tree(1, [&](const int& x) {
                    return b.tick(), x < 8 ? std::vector<int>{2 * x, 2 * x + 1} : std::vector<int>();
                }).map([&](int) {
                      return b.tick(1);
                  }).sum() == 15;
     }},
    {"walk of a tree, children first",
     [](const bomb& b) {
         const auto below = [&](const fragile& x) {
             b.tick();
             std::vector<fragile> children;
             if (x.value < 8) {
                 children.emplace_back(2 * x.value);
                 children.emplace_back(2 * x.value + 1);
             }
             return children;
         };
         const auto all = weft::par_walk_tree_postfix(fragile(1), below).to_vector();
         return all.size() == 15 && all.back().value == 1 && all.front().value == 8;
     }},
    {"hashed containers of one's own, queues",
     [](const bomb& b) {
         std::unordered_map<int, fragile> hashed;
         std::priority_queue<fragile> queue;
         for (int i = 0; i < n; ++i) {
             hashed.try_emplace(i, i);
             queue.emplace(i);
         }
         return par_iter(std::move(hashed))
                        .map([&](std::pair<const int, fragile>&& kv) { return b.tick(), std::move(kv.second); })
                        .to_vector()
                        .size() == n &&
                weft::par_drain(queue).map([&](fragile x) { return b.tick(x.value); }).sum() == total;
     }},
    {"divided by hand",
     [](const bomb& b) {
         return weft::par_split_with(
                    std::pair(0, n),
                    [&](std::pair<int, int> r) -> std::pair<std::pair<int, int>, std::optional<std::pair<int, int>>> {
                        b.tick();
                        if (r.second - r.first < 4) return {r, std::nullopt};
                        const int m = (r.first + r.second) / 2;
                        return {{r.first, m}, std::pair(m, r.second)};
                    })
                    .map([&](std::pair<int, int> r) { return b.tick(r.second - r.first); })
                    .sum() == n;
     }},
    {"drained vector",
     [](const bomb& b) {
         std::vector<fragile> own = fresh();
         const bool right = counts_up(weft::par_drain(own).map([&](fragile x) { return b.tick(), x; }).to_vector());
         return right && own.empty();
     }},
    {"maps and sets",
     [](const bomb& b) {
         std::map<int, fragile> ordered;
         std::unordered_map<int, fragile> hashed;
         for (int i = 0; i < n; ++i) {
             ordered.try_emplace(i, i);
             hashed.try_emplace(i, i);
         }
         return par_iter(ordered).map([&](const auto& kv) { return b.tick(kv.second.value); }).sum() == total &&
                par_iter(hashed).map([&](const auto& kv) { return b.tick(kv.second.value); }).sum() == total;
     }},
};

}  // namespace

std::span<const use_case> every_chain() { return cases; }

}  // namespace test
