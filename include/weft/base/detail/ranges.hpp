// weft/base/detail/ranges.hpp - the concepts of ranges and iterators, and access to ranges; no views, no streams.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// <ranges> and <iterator> bring views, stream iterators and locales along, several times the cost of everything that
// weft needs of them. libstdc++ makes its <span> of just these parts; with other libraries the whole headers are
// included.
#pragma once

#include <weft/seam/language.hpp>

#include <span>

#ifndef __GLIBCXX__
#include <iterator>
#include <memory>  // std::to_address
#include <ranges>
#endif
