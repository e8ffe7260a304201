// src/channel/selector.cpp - the set of operations of a selector.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/selector.hpp>

#include <algorithm>

namespace weft {

std::size_t selector::add(std::unique_ptr<detail::channels::arm> a, const void* channel)
{
    arms_.reserve(arms_.size() + 1);
    entries_.push_back({std::move(a), channel, next_index_});
    arms_.push_back(entries_.back().arm.get());
    return next_index_++;
}

const selector::entry& selector::entry_of(const detail::channels::arm* a) const noexcept
{
    return entries_[static_cast<std::size_t>(std::find(arms_.begin(), arms_.end(), a) - arms_.begin())];
}

void selector::remove(std::size_t index)
{
    const auto it = std::lower_bound(entries_.begin(), entries_.end(), index,
                                     [](const entry& e, std::size_t i) { return e.index < i; });
    if (it == entries_.end() || it->index != index) throw std::out_of_range("weft: a selector has no such operation");
    arms_.erase(arms_.begin() + (it - entries_.begin()));
    entries_.erase(it);
}

selector::operation selector::wait()
{
    if (arms_.empty()) throw std::logic_error("weft: a selector without operations waits for ever");
    return *reserve(detail::channels::no_deadline);
}

std::optional<selector::operation> selector::try_wait()
{
    detail::channels::arm* const a = detail::channels::choose_now(arms_, fair_);
    if (a == nullptr) return std::nullopt;
    const entry& e = entry_of(a);
    return operation(a, e.channel, e.index);
}

std::optional<selector::operation> selector::reserve(detail::clock::time_point deadline)
{
    detail::channels::arm* const a = detail::channels::choose(arms_, fair_, deadline);
    if (a == nullptr) return std::nullopt;
    const entry& e = entry_of(a);
    return operation(a, e.channel, e.index);
}

std::size_t selector::ready()
{
    if (arms_.empty()) throw std::logic_error("weft: a selector without operations waits for ever");
    return entry_of(detail::channels::choose_ready(arms_, fair_, detail::channels::no_deadline)).index;
}

std::optional<std::size_t> selector::try_ready() { return first_ready(detail::clock::time_point::min()); }

std::vector<std::size_t> selector::ready_all()
{
    for (;;) {
        static_cast<void>(ready());
        if (auto all = try_ready_all(); !all.empty()) return all;
    }
}

std::vector<std::size_t> selector::try_ready_all()
{
    std::vector<std::size_t> all;
    for (const entry& e : entries_) {
        if (e.arm->is_ready()) all.push_back(e.index);
    }
    return all;
}

std::optional<std::size_t> selector::first_ready(detail::clock::time_point deadline)
{
    const detail::channels::arm* const a = detail::channels::choose_ready(arms_, fair_, deadline);
    if (a == nullptr) return std::nullopt;
    return entry_of(a).index;
}

}  // namespace weft
