// weft/weft.h - weft for C and for whatever calls C: Python, Fortran, Rust, Julia.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Every function that can fail returns a weft_status: WEFT_OK, or why not; weft_last_error() has it in words. No exception
// leaves a function, not even one that a callback written in C++ has thrown.
//
// Where a pool is asked for, NULL stands for the pool in which the calling thread works, else the global one, which is made
// when it is needed.
//
// The binary interface: WEFT_ABI_VERSION is raised when a function or a value below changes its meaning; new ones may come
// without that. Structs begin with their size, so that they may grow: set it by the initialiser.
//
// Thread safety: any thread may call any function at any time, unless it says otherwise.
// Example:       tests/c/weft_test.c, examples/python/weft_numpy.py
#ifndef WEFT_WEFT_H
#define WEFT_WEFT_H

#include <stddef.h>
#include <stdint.h>

#define WEFT_ABI_VERSION 1

#ifdef __cplusplus
extern "C" {
#endif

// --- how a call ended -----------------------------------------------------------------------------------------------

typedef int32_t weft_status;
enum {
    WEFT_OK = 0,
    WEFT_INVALID_ARGUMENT = 1,  // a null pointer, an impossible size
    WEFT_OUT_OF_MEMORY = 2,
    WEFT_SYSTEM_ERROR = 3,    // no thread can be started
    WEFT_CALLBACK_ERROR = 4,  // a callback returned another number than 0: weft_callback_error() gives it
    WEFT_EXCEPTION = 5,       // a callback written in C++ has thrown
    WEFT_WRONG_STATE = 6,     // the global pool is running already
    WEFT_CLOSED = 7,          // the channel is closed, and nothing is left in it
    WEFT_FULL = 8,            // there is no room now
    WEFT_EMPTY = 9,           // there is no message now, or there are no elements
    WEFT_TIMED_OUT = 10
};

// The version that the library was built as; the program checks it against WEFT_ABI_VERSION, its own.
int32_t weft_abi_version(void);
const char* weft_version(void);

// What a status means, in general. Never NULL.
const char* weft_status_text(weft_status status);
// What was wrong in the last call of this thread that failed; valid until the next one fails.
const char* weft_last_error(void);
// The number that the callback returned, if the last call of this thread that failed did so by WEFT_CALLBACK_ERROR; else 0.
int weft_callback_error(void);

// --- pools ----------------------------------------------------------------------------------------------------------

typedef struct weft_pool weft_pool;

typedef struct weft_pool_options {
    size_t size;         // of this struct
    size_t num_threads;  // 0: as many as the machine, affinity, quotas and WEFT_NUM_THREADS allow
    size_t stack_size;   // bytes a thread; 0: the system's default
    const char* name;    // threads are called name-0, name-1, ..; NULL: weft-0, ..
    void (*on_thread_start)(void* context, size_t index);  // or NULL
    void (*on_thread_exit)(void* context, size_t index);   // or NULL
    void* context;
} weft_pool_options;
#define WEFT_POOL_OPTIONS {sizeof(weft_pool_options), 0, 0, NULL, NULL, NULL, NULL}

// Makes a pool; options may be NULL. Most programs need none.
weft_status weft_pool_create(const weft_pool_options* options, weft_pool** pool);
// Waits until all its tasks and threads have ended. Not from one of its own threads. NULL does nothing.
void weft_pool_destroy(weft_pool* pool);
// Sets the options of the global pool, before anything uses it.
weft_status weft_global_pool_init(const weft_pool_options* options);
// The number of threads that work at once; 0 if there is no pool and none can be made.
size_t weft_pool_num_threads(weft_pool* pool);
// The index of this thread in its pool; SIZE_MAX if it has none now.
size_t weft_thread_index(void);

// --- loops, joins, tasks --------------------------------------------------------------------------------------------

// A callback returns 0, or another number if it has failed.
typedef int (*weft_function)(void* context);
typedef int (*weft_range_function)(void* context, size_t begin, size_t end);

// Calls f for ranges that together are begin .. end - 1, each index once, possibly on several threads at once; returns when
// all have ended. How long the ranges are is found out as it goes: there is no grain size. A range that fails keeps those
// from being called that have not begun.
weft_status weft_parallel_for(weft_pool* pool, size_t begin, size_t end, weft_range_function f, void* context);

// Calls both, possibly at once; returns when both have ended. If both fail: the status of a.
weft_status weft_join(weft_pool* pool, weft_function a, void* a_context, weft_function b, void* b_context);

// Any number of tasks that end before the call does. Tasks may spawn more. While it waits, the thread runs tasks of this
// scope. The first failure is returned; the other tasks run all the same.
typedef struct weft_scope weft_scope;
typedef int (*weft_scope_function)(void* context, weft_scope* scope);
weft_status weft_scope_run(weft_pool* pool, weft_scope_function body, void* context);
weft_status weft_scope_spawn(weft_scope* scope, weft_scope_function f, void* context);

// A group of tasks that is not tied to one call: for languages in which a scope is awkward. The waiting thread sleeps
// meanwhile, and if it is the pool's another one works in its place.
typedef struct weft_group weft_group;
weft_status weft_group_create(weft_pool* pool, weft_group** group);
weft_status weft_group_spawn(weft_group* group, weft_function f, void* context);
// Waits until all tasks that were spawned so far have ended; returns the first failure since the last wait.
weft_status weft_group_wait(weft_group* group);
// Waits, and forgets what failed. Not while others use the group. NULL does nothing.
void weft_group_destroy(weft_group* group);

// A task that nobody waits for; what it returns is ignored.
weft_status weft_spawn(weft_pool* pool, weft_function f, void* context);
// Calls f, which may block for a long time: if this thread is a pool's, another one works in its place meanwhile.
weft_status weft_blocking(weft_function f, void* context);

// --- arrays of numbers ----------------------------------------------------------------------------------------------
//
// For each of the types i32, u32, i64, u64, f32 and f64; n elements; data may be NULL if n is 0. The same bits whatever the
// number of threads.
//
//   weft_sort_T              ascending; NaN behind all numbers
//   weft_sort_descending_T   descending; NaN behind all numbers
//   weft_sort_order_T        the indices of the elements in ascending order, equal ones in order: argsort
//   weft_sum_T               the sum; integers in 64 bits, where they wrap around
//   weft_dot_T               the sum of a[i] * b[i], as weft_sum_T
//   weft_min_T, weft_max_T   NaN is passed over; WEFT_EMPTY of no elements
//   weft_scan_T              running totals, in the type of the elements, where integers wrap around; out may be data
//   weft_filter_T            the elements for which keep[i] is not 0, in order; out has room for all of them, and does not
//                            overlap the input

#define WEFT_NUMBERS(T, suffix, total)                                                                      \
    weft_status weft_sort_##suffix(weft_pool* pool, T* data, size_t n);                                     \
    weft_status weft_sort_descending_##suffix(weft_pool* pool, T* data, size_t n);                          \
    weft_status weft_sort_order_##suffix(weft_pool* pool, const T* data, size_t n, size_t* order);          \
    weft_status weft_sum_##suffix(weft_pool* pool, const T* data, size_t n, total* sum);                    \
    weft_status weft_dot_##suffix(weft_pool* pool, const T* a, const T* b, size_t n, total* sum);           \
    weft_status weft_min_##suffix(weft_pool* pool, const T* data, size_t n, T* least);                      \
    weft_status weft_max_##suffix(weft_pool* pool, const T* data, size_t n, T* greatest);                   \
    weft_status weft_scan_##suffix(weft_pool* pool, const T* data, size_t n, T* out);                       \
    weft_status weft_filter_##suffix(weft_pool* pool, const T* data, size_t n, const uint8_t* keep, T* out, \
                                     size_t* kept);

WEFT_NUMBERS(int32_t, i32, int64_t)
WEFT_NUMBERS(uint32_t, u32, uint64_t)
WEFT_NUMBERS(int64_t, i64, int64_t)
WEFT_NUMBERS(uint64_t, u64, uint64_t)
WEFT_NUMBERS(float, f32, float)
WEFT_NUMBERS(double, f64, double)
#undef WEFT_NUMBERS

// --- channels of pointers -------------------------------------------------------------------------------------------

typedef struct weft_channel weft_channel;
#define WEFT_UNBOUNDED SIZE_MAX

// Room for `capacity` pointers; 0: each send waits for its receiver; WEFT_UNBOUNDED: no send waits.
weft_status weft_channel_create(size_t capacity, weft_channel** channel);
// Not while others use it. What is left in it is not freed. NULL does nothing.
void weft_channel_destroy(weft_channel* channel);
// Nothing can be sent any more; what is in it can be received, then receivers get WEFT_CLOSED.
void weft_channel_close(weft_channel* channel);
size_t weft_channel_len(const weft_channel* channel);

// Waiting forever, not at all, or for at most so many nanoseconds. On a thread of a pool another one works meanwhile.
weft_status weft_channel_send(weft_channel* channel, void* message);
weft_status weft_channel_try_send(weft_channel* channel, void* message);
weft_status weft_channel_send_for(weft_channel* channel, void* message, uint64_t nanoseconds);
weft_status weft_channel_recv(weft_channel* channel, void** message);
weft_status weft_channel_try_recv(weft_channel* channel, void** message);
weft_status weft_channel_recv_for(weft_channel* channel, void** message, uint64_t nanoseconds);

#ifdef __cplusplus
}
#endif

#endif
