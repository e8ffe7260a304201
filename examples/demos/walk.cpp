// examples/demos/walk.cpp - a walk over folders, by par_worklist, and in order by par_walk_tree.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "walk.hpp"

#include "demo.hpp"

int main(int argc, char** argv)
{
    const std::string_view name = argc < 2 ? "." : argv[1];
    if (name == "--help" || name == "-h") {
        std::printf("usage: %s [FOLDER]\n  FOLDER: where to begin; here if it is left out. Try /usr.\n", argv[0]);
        return 0;
    }
    std::error_code error;
    const walk::fs::directory_entry root(name, error);
    if (argc > 2 || !root.is_directory(error)) {
        std::fprintf(stderr, "%s: '%s' is no folder that can be read; --help says more\n", argv[0],
                     argc > 2 ? argv[2] : argv[1]);
        return 2;
    }
    const walk::totals one = demo::timed("serial", [&] { return walk::serial(root); });
    const walk::totals many = demo::timed("weft", [&] { return walk::parallel(root); });
    const walk::totals ordered = demo::timed("weft, in order", [&] { return walk::in_order(root); });
    std::printf("%zu entries, %zu bytes\n", static_cast<std::size_t>(many.entries),
                static_cast<std::size_t>(many.bytes));
    return demo::verdict(one == many && one == ordered);
}
