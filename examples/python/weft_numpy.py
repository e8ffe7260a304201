#!/usr/bin/env python3
# examples/python/weft_numpy.py - sorts, sums and filters arrays of numpy on weft's threads, while Python holds no lock.
# SPDX-License-Identifier: MIT OR Apache-2.0
#
#   weft_numpy.py LIBWEFT.SO
#
# The library is a weft that was built with -DBUILD_SHARED_LIBS=ON. ctypes lets go of Python's lock during each call, so other
# threads of Python run meanwhile; weft's threads know nothing of Python, unless it passes them a callback.
import ctypes
import sys
import threading
import time

try:
    import numpy
except ImportError:
    print("numpy is not installed")
    sys.exit(77)

KINDS = {"int32": "i32", "uint32": "u32", "int64": "i64", "uint64": "u64", "float32": "f32", "float64": "f64"}
RANGE_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t)
ABI_VERSION = 1


class Weft:
    """The functions of weft/weft.h for arrays; errors become exceptions."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        self.library.weft_last_error.restype = ctypes.c_char_p
        if self.library.weft_abi_version() != ABI_VERSION:
            raise RuntimeError("this library has another binary interface")

    def call(self, name, *arguments):
        status = getattr(self.library, name)(None, *arguments)  # NULL: the global pool
        if status != 0:
            raise RuntimeError(f"{name}: {self.library.weft_last_error().decode()}")

    @staticmethod
    def data(array):
        if not array.flags.c_contiguous:
            raise ValueError("the array must be contiguous")
        return ctypes.c_void_p(array.ctypes.data), ctypes.c_size_t(array.size)

    def sort(self, array):
        self.call("weft_sort_" + KINDS[array.dtype.name], *self.data(array))

    def argsort(self, array):
        order = numpy.empty(array.size, numpy.uintp)
        self.call("weft_sort_order_" + KINDS[array.dtype.name], *self.data(array), self.data(order)[0])
        return order

    def sum(self, array):
        wide = array.dtype if array.dtype.kind == "f" else numpy.dtype(array.dtype.kind + "8")
        total = numpy.zeros(1, wide)
        self.call("weft_sum_" + KINDS[array.dtype.name], *self.data(array), self.data(total)[0])
        return total[0]

    def filter(self, array, keep):
        out = numpy.empty_like(array)
        kept = ctypes.c_size_t()
        mask = numpy.ascontiguousarray(keep, numpy.bool_)
        if mask.size != array.size:
            raise ValueError("there must be an answer for each element")
        self.call("weft_filter_" + KINDS[array.dtype.name], *self.data(array), self.data(mask)[0], self.data(out)[0],
                  ctypes.byref(kept))
        return out[: kept.value]

    def parallel_for(self, begin, end, function):
        """function(begin, end) for ranges; it takes Python's lock while it runs."""
        failed = []

        def run(_, lo, hi):
            try:
                function(lo, hi)
                return 0
            except BaseException as e:  # it must not pass through the library
                failed.append(e)
                return 1

        try:
            self.call("weft_parallel_for", ctypes.c_size_t(begin), ctypes.c_size_t(end), RANGE_FUNCTION(run), None)
        except RuntimeError:
            if failed:
                raise failed[0]
            raise


def main():
    weft = Weft(sys.argv[1])
    random = numpy.random.default_rng(1)

    for kind in KINDS:
        for size in (0, 1, 1000, 300_000):
            array = (random.random(size) * 1_000_000).astype(kind)
            assert (weft.argsort(array) == numpy.argsort(array, kind="stable")).all()
            expected = numpy.sort(array)
            weft.sort(array)
            assert (array == expected).all()
            assert numpy.isclose(float(weft.sum(array)), float(array.astype("float64").sum()), rtol=1e-3)
            wanted = array.astype("int64") % 3 == 0
            assert (weft.filter(array, wanted) == array[wanted]).all()

    squares = numpy.zeros(100_000, "int64")

    def square(lo, hi):
        squares[lo:hi] = numpy.arange(lo, hi) ** 2

    weft.parallel_for(0, squares.size, square)
    assert (squares == numpy.arange(squares.size) ** 2).all()
    try:
        weft.parallel_for(0, 10, lambda lo, hi: 1 // 0)
        raise AssertionError("nothing was raised")
    except ZeroDivisionError:
        pass

    # While weft sorts, another thread of Python goes on counting.
    turns = [0]
    over = threading.Event()

    def count():
        while not over.is_set():
            turns[0] += 1

    counter = threading.Thread(target=count)
    numbers = random.random(4_000_000)
    copy = numbers.copy()
    began = time.perf_counter()
    copy.sort()
    alone = time.perf_counter() - began
    counter.start()
    before = turns[0]
    began = time.perf_counter()
    weft.sort(numbers)
    took = time.perf_counter() - began
    during = turns[0] - before
    over.set()
    counter.join()
    assert (numbers == copy).all()
    print(f"4,000,000 numbers: numpy {alone * 1e3:.0f} ms, weft {took * 1e3:.0f} ms; Python counted to {during:,} meanwhile")


if __name__ == "__main__":
    main()
