// weft/interop/detail/value_of.hpp - what a task gives for the values of another library's operation.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <tuple>
#include <utility>

namespace weft::detail::interop {

/// Of none nothing, of one that, of several a tuple.
template <class Values>
struct value_of {
    using type = Values;
    static type from(Values&& all) { return std::move(all); }
};
template <>
struct value_of<std::tuple<>> {
    using type = void;
    static void from(std::tuple<>&&) {}
};
template <class T>
struct value_of<std::tuple<T>> {
    using type = T;
    static T from(std::tuple<T>&& one) { return std::get<0>(std::move(one)); }
};

}  // namespace weft::detail::interop
