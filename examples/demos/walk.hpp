// examples/demos/walk.hpp - all files below a folder: a tree that is unknown until it is walked.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_worklist.hpp>
#include <weft/iter/sources.hpp>
#include <weft/pool/per_worker.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

namespace walk {

namespace fs = std::filesystem;

struct totals {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;  // of regular files

    friend totals operator+(totals a, totals b) { return {a.entries + b.entries, a.bytes + b.bytes}; }
    friend bool operator==(const totals&, const totals&) = default;
};

/// An entry by itself. If its size cannot be read (it has just been removed, say) it has none.
inline totals one(const fs::directory_entry& e)
{
    std::error_code error;
    if (!e.is_regular_file(error) || e.is_symlink(error)) return {1, 0};
    const std::uintmax_t size = e.file_size(error);
    return {1, error ? 0 : size};
}

/// The entries of a folder; none if it is not a folder, a link, or not readable.
inline std::vector<fs::directory_entry> children(const fs::directory_entry& e)
{
    std::error_code error;
    if (!e.is_directory(error) || e.is_symlink(error)) return {};
    std::vector<fs::directory_entry> inside;
    for (fs::directory_iterator i(e.path(), error), end; !error && i != end; i.increment(error)) inside.push_back(*i);
    return inside;
}

inline totals serial(const fs::directory_entry& root)
{
    totals sum = one(root);
    for (const fs::directory_entry& e : children(root)) sum = sum + serial(e);
    return sum;
}

/// For totals the order does not matter, and no entry is kept: a list of work that grows while it is worked on.
inline totals parallel(const fs::directory_entry& root)
{
    weft::per_worker<totals> sums;
    weft::par_worklist(std::vector{root}, [&](const fs::directory_entry& e, weft::feeder<fs::directory_entry>& more) {
        totals& mine = sums.local();
        mine = mine + one(e);
        for (fs::directory_entry& child : children(e)) more.add(std::move(child));
    });
    return sums.combine(std::plus<>());
}

/// The same as a chain, whose items come in the order of the serial twin: for programs that keep or print entries.
inline totals in_order(const fs::directory_entry& root)
{
    return weft::par_walk_tree(root, children).map(one).reduce(totals{}, [](totals a, totals b) { return a + b; });
}

}  // namespace walk
