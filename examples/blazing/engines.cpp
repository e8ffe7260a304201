// examples/blazing/engines.cpp
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "blazing/engines.hpp"

#include <weft/iter/par_iter.hpp>
#include <weft/pool/per_worker.hpp>

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>

namespace blazing {
namespace {

std::vector<chunk> cut(const job& j)
{
    std::vector<chunk> chunks;
    const std::size_t end = std::min(j.end, j.text.size());
    for (std::size_t at = j.body; at < end; at += j.chunk_size) {
        chunks.push_back({at, std::min(at + j.chunk_size, end), false});
    }
    return chunks;
}

/// Given whether each chunk changes the state (in `inside`), sets the state that each begins in: the first one in `state`.
void carry(std::vector<chunk>& chunks, bool state)
{
    for (chunk& c : chunks) {
        const bool changes = c.inside;
        c.inside = state;
        state = state != changes;
    }
}

/// Turns record numbers within chunks into record numbers within the file.
void number(result& r, const std::vector<chunk_report>& reports)
{
    std::size_t before = 0;
    const auto note = [&](std::size_t& first, const std::optional<std::size_t>& here) {
        if (first == 0 && here) first = before + *here + 1;
    };
    for (const chunk_report& report : reports) {
        note(r.first_missing, report.first_missing);
        note(r.first_quoting, report.first_quoting);
        note(r.unclosed, report.unclosed);
        before += report.records;
    }
}

/// One tally out of all workers' tallies. The first is taken as it is, since adding is expensive.
template <class Searchers>
tally sum_of(Searchers& searchers)
{
    tally all;
    bool first = true;
    for (searcher& s : searchers) {
        if (first) {
            all = std::move(s.found);
        } else {
            all.add(s.found);
        }
        first = false;
    }
    return all;
}

std::string_view text_of(const job& j, const chunk& c) { return j.text.substr(c.begin, c.end - c.begin); }

}  // namespace

result search_serial(const job& j)
{
    // Each chunk begins where the previous one ended, at a record, so no first pass is needed.
    searcher s(j.pattern);
    std::vector<chunk_report> reports;
    const std::size_t end = std::min(j.end, j.text.size());
    for (std::size_t at = j.body; at < end;) {
        reports.push_back(j.how.search(j.text, {at, std::min(at + j.chunk_size, end), at == j.body && j.inside}, s));
        j.watch.done(reports.back().end - at);
        at = reports.back().end;
    }
    result r;
    r.found = std::move(s.found);
    number(r, reports);
    return r;
}

bool carries_weft(const job& j)
{
    const std::vector<chunk> chunks = cut(j);
    return weft::par_iter(chunks).filter([&](const chunk& c) { return j.how.carries(text_of(j, c)); }).count() % 2 != 0;
}

result search_weft(const job& j)
{
    std::vector<chunk> chunks = cut(j);
    weft::par_iter(chunks).for_each([&](chunk& c) { c.inside = j.how.carries(text_of(j, c)); });
    carry(chunks, j.inside);

    weft::per_worker<searcher> searchers([&] { return searcher(j.pattern); });
    const std::vector<chunk_report> reports = weft::par_iter(chunks)
                                                  .map([&](const chunk& c) {
                                                      chunk_report report = j.how.search(j.text, c, searchers.local());
                                                      j.watch.done(c.end - c.begin);
                                                      return report;
                                                  })
                                                  .to_vector();
    result r;
    r.found = sum_of(searchers);
    number(r, reports);
    return r;
}

result search_tbb(const job& j)
{
    std::vector<chunk> chunks = cut(j);
    tbb::parallel_for(std::size_t{0}, chunks.size(),
                      [&](std::size_t i) { chunks[i].inside = j.how.carries(text_of(j, chunks[i])); });
    carry(chunks, j.inside);

    tbb::enumerable_thread_specific<searcher> searchers([&] { return searcher(j.pattern); });
    std::vector<chunk_report> reports(chunks.size());
    tbb::parallel_for(std::size_t{0}, chunks.size(), [&](std::size_t i) {
        reports[i] = j.how.search(j.text, chunks[i], searchers.local());
        j.watch.done(chunks[i].end - chunks[i].begin);
    });
    result r;
    r.found = sum_of(searchers);
    number(r, reports);
    return r;
}

}  // namespace blazing
