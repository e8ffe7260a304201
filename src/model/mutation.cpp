// src/model/mutation.cpp - records the places that name memory orders, and weakens one of them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/mutation.hpp>

#include "model/engine.hpp"

#include <map>
#include <tuple>

namespace weft::model {

namespace {

using key = std::tuple<std::string, std::uint32_t, std::uint32_t, bool>;

struct mutations {
    std::map<key, order_site> seen;
    bool any = false;
    key target;
    std::memory_order weaker = std::memory_order_relaxed;
};

mutations& all()
{
    static mutations m;
    return m;
}

}  // namespace

namespace detail {

bool mutator::active = false;

memory_order mutator::order(memory_order o, const source_location& where, const char* what, bool failure)
{
    if (!active) return o;
    mutations& m = all();
    if (m.any) {
        if (where.line() == std::get<1>(m.target) && where.column() == std::get<2>(m.target) &&
            failure == std::get<3>(m.target) && std::get<0>(m.target) == where.file_name()) {
            return m.weaker;
        }
        return o;
    }
    const key k{where.file_name(), where.line(), where.column(), failure};
    if (!m.seen.contains(k)) m.seen[k] = {where.file_name(), where.line(), where.column(), what, failure, o};
    return o;
}

}  // namespace detail

void begin_mutation()
{
    all() = {};
    detail::mutator::active = true;
}

void end_mutation() { detail::mutator::active = false; }

std::vector<order_site> order_sites()
{
    std::vector<order_site> sites;
    for (const auto& [k, site] : all().seen) sites.push_back(site);
    return sites;
}

void mutate(const order_site& site, std::memory_order weaker)
{
    all().any = true;
    all().target = {site.file, site.line, site.column, site.failure};
    all().weaker = weaker;
}

void restore_order() noexcept { all().any = false; }

std::vector<std::memory_order> weaker_orders(const order_site& site, std::memory_order now)
{
    using enum std::memory_order;
    const bool reads = site.what == "load" || site.failure;
    switch (now) {
        case seq_cst:
            if (reads) return {acquire};
            if (site.what == "store") return {release};
            return {acq_rel};
        case acq_rel:
            return {acquire, release};
        case acquire:
        case release:
            return {relaxed};
        default:
            return {};
    }
}

}  // namespace weft::model
