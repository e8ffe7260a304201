// src/model/lines.cpp - requests for cache lines.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "model/lines.hpp"

#include <algorithm>

namespace weft::model::detail {

namespace {
constexpr std::size_t never_a_processor = ~std::size_t{0} >> 1;
}

line_table::line_table(const machine& m)
    : on_(m),
      words_((m.processors + 63) / 64),
      same_cache_(in_picoseconds(m.same_cache)),
      same_socket_(in_picoseconds(m.same_socket)),
      other_socket_(in_picoseconds(m.other_socket)),
      memory_(in_picoseconds(m.memory)),
      answer_(in_picoseconds(m.answer)),
      locked_(in_picoseconds(m.locked)),
      slots_(1024)
{
}

std::uint32_t line_table::look_up(std::uintptr_t number)
{
    const in_simulator here;
    if ((lines_.size() + 1) * 2 > slots_.size()) grow();
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = (number * 0x9e3779b97f4a7c15u >> 20) & mask;
    while (slots_[at] != 0) {
        if (lines_[slots_[at] - 1].number == number) return slots_[at] - 1;
        at = (at + 1) & mask;
    }
    lines_.emplace_back().number = number;
    sharers_.resize(lines_.size() * words_);
    slots_[at] = static_cast<std::uint32_t>(lines_.size());
    return slots_[at] - 1;
}

void line_table::grow()
{
    slots_.assign(slots_.size() * 2, 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        std::size_t at = (lines_[i].number * 0x9e3779b97f4a7c15u >> 20) & mask;
        while (slots_[at] != 0) at = (at + 1) & mask;
        slots_[at] = static_cast<std::uint32_t>(i + 1);
    }
}

picoseconds line_table::between(std::size_t a, std::size_t b) const noexcept
{
    if (a == b) return 0;
    const std::size_t x = a / on_.cores_per_cache;
    const std::size_t y = b / on_.cores_per_cache;
    if (x == y) return same_cache_;
    return x / on_.caches_per_socket == y / on_.caches_per_socket ? same_socket_ : other_socket_;
}

/// Whether a processor from `from` to before `to` shares it.
bool line_table::any_shares(std::uint32_t i, std::size_t from, std::size_t to) const noexcept
{
    to = std::min(to, words_ * 64);
    for (std::size_t w = from / 64; w * 64 < to; ++w) {
        std::uint64_t word = sharers_[i * words_ + w];
        if (w == from / 64) word &= ~std::uint64_t{0} << from % 64;
        if (to - w * 64 < 64) word &= (std::uint64_t{1} << (to - w * 64)) - 1;
        if (word != 0) return true;
    }
    return false;
}

picoseconds line_table::from_nearest(std::uint32_t i, std::size_t p) const noexcept
{
    const auto [cache, socket] = groups_of(p);
    if (any_shares(i, cache.first, cache.last)) return same_cache_;
    return any_shares(i, socket.first, socket.last) ? same_socket_ : other_socket_;
}

picoseconds line_table::to_farthest(std::uint32_t i, std::size_t p) const noexcept
{
    const auto [cache, socket] = groups_of(p);
    if (any_shares(i, 0, socket.first) || any_shares(i, socket.last, never_a_processor)) return other_socket_;
    if (any_shares(i, socket.first, cache.first) || any_shares(i, cache.last, socket.last)) return same_socket_;
    return any_shares(i, cache.first, p) || any_shares(i, p + 1, cache.last) ? same_cache_ : 0;
}

std::pair<line_table::range, line_table::range> line_table::groups_of(std::size_t p) const noexcept
{
    const auto around = [p](std::size_t size) { return range{p / size * size, p / size * size + size}; };
    return {around(on_.cores_per_cache), around(on_.cores_per_cache * on_.caches_per_socket)};
}

picoseconds line_table::request(std::uint32_t i, std::size_t processor, access how, picoseconds now,
                                const std::source_location& where)
{
    cache_line& l = lines_[i];
    const picoseconds begin = std::max(now, l.free_at);
    picoseconds there = begin;
    if (l.owner == cache_line::nobody) {  // from memory, and to nobody else
        there += memory_;
        l.owner = static_cast<std::int16_t>(processor);
        l.free_at = there;
    } else if (how == access::load) {
        if (l.owner >= 0) {
            there += between(processor, static_cast<std::size_t>(l.owner));
            share(i, static_cast<std::size_t>(l.owner));
            l.free_at = there;
        } else {
            there += from_nearest(i, processor);
            l.free_at = begin + answer_;
        }
        share(i, processor);
        l.owner = cache_line::shared;
    } else {
        // The others must give it up before it may be written.
        there += l.owner >= 0 ? between(processor, static_cast<std::size_t>(l.owner)) : to_farthest(i, processor);
        if (l.owner == cache_line::shared)
            std::fill_n(sharers_.begin() + static_cast<std::ptrdiff_t>(i * words_), words_, 0);
        l.owner = static_cast<std::int16_t>(processor);
        l.free_at = there + (how == access::change ? locked_ : 0);
    }
    ++l.transfers;
    const picoseconds cost = there - now;
    const auto file = reinterpret_cast<std::uintptr_t>(where.file_name());
    place_cost& here = place_of((std::uint64_t{file} << 20) ^ where.line());
    here.place = where;
    here.cost += cost;
    ++here.transfers;
    l.cost += cost;
    if (l.place.line() == where.line() && l.place.file_name() == where.file_name()) {
        l.lead += cost;
    } else if ((l.lead -= cost) < 0) {
        l.lead = -l.lead;
        l.place = where;
    }
    return there;
}

line_table::place_cost& line_table::place_of(std::uint64_t key)
{
    const auto known = places_.find(key);
    if (known != places_.end()) return known->second;
    const in_simulator here;
    return places_[key];
}

std::vector<line_table::place_cost> line_table::places() const
{
    std::vector<place_cost> out;
    for (const auto& [key, each] : places_) out.push_back(each);
    return out;
}

void line_table::forget_costs() noexcept
{
    for (auto& [key, each] : places_) each = {each.place, 0, 0};
    for (cache_line& l : lines_) {
        l.cost = l.lead = 0;
        l.transfers = l.operations = 0;
    }
}

}  // namespace weft::model::detail
