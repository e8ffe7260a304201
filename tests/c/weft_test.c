// tests/c/weft_test.c - the C interface, from C.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/weft.h>

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define EXPECT(condition)                                                                           \
    do {                                                                                            \
        if (!(condition)) {                                                                         \
            fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, weft_last_error()); \
            ++failures;                                                                             \
        }                                                                                           \
    } while (0)

static uint64_t random_state = 42;
static uint64_t random_word(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 11;
}

// --- loops ----------------------------------------------------------------------------------------------------------

struct marks {
    atomic_int* seen;
    size_t begin;
    atomic_int ranges;
    size_t fails_at;
};

static int mark(void* context, size_t begin, size_t end)
{
    struct marks* m = context;
    atomic_fetch_add(&m->ranges, 1);
    for (size_t i = begin; i < end; ++i) {
        if (i == m->fails_at) return 7;
        atomic_fetch_add(&m->seen[i - m->begin], 1);
    }
    return 0;
}

static void test_parallel_for(weft_pool* pool)
{
    const size_t sizes[] = {0, 1, 2, 1000, 200000};
    for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); ++k) {
        const size_t n = sizes[k];
        struct marks m = {calloc(n + 1, sizeof(atomic_int)), 5, 0, SIZE_MAX};
        EXPECT(weft_parallel_for(pool, 5, 5 + n, mark, &m) == WEFT_OK);
        size_t once = 0;
        for (size_t i = 0; i < n; ++i) once += atomic_load(&m.seen[i]) == 1;
        EXPECT(once == n);
        if (n == 0) EXPECT(atomic_load(&m.ranges) == 0);
        if (n > 100) {
            m.fails_at = 5 + n / 2;
            EXPECT(weft_parallel_for(pool, 5, 5 + n, mark, &m) == WEFT_CALLBACK_ERROR);
            EXPECT(weft_callback_error() == 7);
            EXPECT(strcmp(weft_last_error(), "a callback has failed") == 0);
        }
        free(m.seen);
    }
    EXPECT(weft_parallel_for(pool, 2, 1, mark, NULL) == WEFT_INVALID_ARGUMENT);
    EXPECT(weft_parallel_for(pool, 0, 1, NULL, NULL) == WEFT_INVALID_ARGUMENT);
}

struct nested {
    weft_pool* pool;
    atomic_size_t total;
};

static int add_range(void* context, size_t begin, size_t end)
{
    atomic_fetch_add(&((struct nested*)context)->total, end - begin);
    return 0;
}

static int outer_range(void* context, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; ++i) {
        if (weft_parallel_for(NULL, 0, 100, add_range, context) != WEFT_OK) return 1;
    }
    return 0;
}

static void test_nested(weft_pool* pool)
{
    struct nested n = {pool, 0};
    EXPECT(weft_parallel_for(pool, 0, 500, outer_range, &n) == WEFT_OK);
    EXPECT(atomic_load(&n.total) == 50000);
}

// --- join, scope, group, spawn --------------------------------------------------------------------------------------

struct fibonacci {
    int n;
    long value;
};

static int fibonacci(void* context)
{
    struct fibonacci* f = context;
    if (f->n < 2) {
        f->value = f->n;
        return 0;
    }
    struct fibonacci a = {f->n - 1, 0};
    struct fibonacci b = {f->n - 2, 0};
    const weft_status status = weft_join(NULL, fibonacci, &a, fibonacci, &b);
    f->value = a.value + b.value;
    return (int)status;
}

static int answer(void* context) { return *(int*)context; }

static void test_join(weft_pool* pool)
{
    struct fibonacci a = {16, 0};
    struct fibonacci b = {12, 0};
    EXPECT(weft_join(pool, fibonacci, &a, fibonacci, &b) == WEFT_OK);
    EXPECT(a.value == 987 && b.value == 144);
    int good = 0;
    int three = 3;
    int four = 4;
    EXPECT(weft_join(pool, answer, &three, answer, &four) == WEFT_CALLBACK_ERROR && weft_callback_error() == 3);
    EXPECT(weft_join(pool, answer, &good, answer, &four) == WEFT_CALLBACK_ERROR && weft_callback_error() == 4);
    EXPECT(weft_join(pool, answer, &good, NULL, NULL) == WEFT_INVALID_ARGUMENT && weft_callback_error() == 0);
}

struct tree {
    atomic_int nodes;
    int fails;
};

static int grow(void* context, weft_scope* scope)
{
    struct tree* t = context;
    const int number = atomic_fetch_add(&t->nodes, 1) + 1;
    if (number < 500) {
        if (weft_scope_spawn(scope, grow, t) != WEFT_OK) return 1;
        if (weft_scope_spawn(scope, grow, t) != WEFT_OK) return 1;
    }
    return number == t->fails ? 99 : 0;
}

static void test_scope(weft_pool* pool)
{
    struct tree t = {0, -1};
    EXPECT(weft_scope_run(pool, grow, &t) == WEFT_OK);
    EXPECT(atomic_load(&t.nodes) == 999);
    struct tree bad = {0, 100};
    EXPECT(weft_scope_run(pool, grow, &bad) == WEFT_CALLBACK_ERROR && weft_callback_error() == 99);
    EXPECT(atomic_load(&bad.nodes) == 999);
}

static int count_one(void* context)
{
    atomic_fetch_add((atomic_int*)context, 1);
    return 0;
}

struct group_in_group {
    weft_pool* pool;
    atomic_int* counted;
};

static int use_a_group(void* context)
{
    struct group_in_group* g = context;
    weft_group* group = NULL;
    if (weft_group_create(g->pool, &group) != WEFT_OK) return 1;
    for (int i = 0; i < 20; ++i) {
        if (weft_group_spawn(group, count_one, g->counted) != WEFT_OK) return 2;
    }
    const weft_status status = weft_group_wait(group);
    weft_group_destroy(group);
    return (int)status;
}

static void test_group(weft_pool* pool)
{
    weft_group* group = NULL;
    EXPECT(weft_group_create(pool, &group) == WEFT_OK);
    EXPECT(weft_group_wait(group) == WEFT_OK);
    atomic_int counted = 0;
    struct group_in_group g = {pool, &counted};
    for (int i = 0; i < 50; ++i) EXPECT(weft_group_spawn(group, use_a_group, &g) == WEFT_OK);
    EXPECT(weft_group_wait(group) == WEFT_OK);
    EXPECT(atomic_load(&counted) == 1000);

    int five = 5;
    EXPECT(weft_group_spawn(group, answer, &five) == WEFT_OK);
    EXPECT(weft_group_spawn(group, count_one, &counted) == WEFT_OK);
    EXPECT(weft_group_wait(group) == WEFT_CALLBACK_ERROR && weft_callback_error() == 5);
    EXPECT(weft_group_wait(group) == WEFT_OK);
    EXPECT(atomic_load(&counted) == 1001);
    EXPECT(weft_group_spawn(group, count_one, &counted) == WEFT_OK);
    weft_group_destroy(group);
    EXPECT(atomic_load(&counted) == 1002);
    weft_group_destroy(NULL);
}

// --- numbers --------------------------------------------------------------------------------------------------------

static int by_u64(const void* a, const void* b)
{
    const uint64_t x = *(const uint64_t*)a;
    const uint64_t y = *(const uint64_t*)b;
    return (x > y) - (x < y);
}

static void test_numbers(weft_pool* pool)
{
    const size_t sizes[] = {0, 1, 2, 17, 100000};
    for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); ++k) {
        const size_t n = sizes[k];
        uint64_t* data = malloc((n + 1) * sizeof(*data));
        uint64_t* expected = malloc((n + 1) * sizeof(*data));
        uint64_t* out = malloc((n + 1) * sizeof(*data));
        uint8_t* keep = malloc(n + 1);
        size_t* order = malloc((n + 1) * sizeof(*order));
        uint64_t sum = 0;
        size_t wanted = 0;
        for (size_t i = 0; i < n; ++i) {
            data[i] = expected[i] = random_word();
            sum += data[i];
            keep[i] = data[i] % 3 == 0 ? 255 : 0;
            wanted += keep[i] != 0;
        }
        qsort(expected, n, sizeof(*expected), by_u64);

        uint64_t got = 1;
        EXPECT(weft_sum_u64(pool, data, n, &got) == WEFT_OK && got == sum);
        EXPECT(weft_scan_u64(pool, data, n, out) == WEFT_OK && (n == 0 || out[n - 1] == sum));
        size_t kept = 77;
        EXPECT(weft_filter_u64(pool, data, n, keep, out, &kept) == WEFT_OK && kept == wanted);
        size_t at = 0;
        for (size_t i = 0; i < n; ++i) {
            if (keep[i] != 0) EXPECT(out[at++] == data[i]);
        }
        EXPECT(weft_sort_order_u64(pool, data, n, order) == WEFT_OK);
        for (size_t i = 0; i < n; ++i) EXPECT(data[order[i]] == expected[i]);
        if (n == 0) {
            EXPECT(weft_min_u64(pool, data, n, &got) == WEFT_EMPTY);
        } else {
            EXPECT(weft_min_u64(pool, data, n, &got) == WEFT_OK && got == expected[0]);
            EXPECT(weft_max_u64(pool, data, n, &got) == WEFT_OK && got == expected[n - 1]);
        }
        EXPECT(weft_sort_u64(pool, data, n) == WEFT_OK && memcmp(data, expected, n * sizeof(*data)) == 0);
        EXPECT(weft_sort_descending_u64(pool, data, n) == WEFT_OK);
        for (size_t i = 0; i < n; ++i) EXPECT(data[i] == expected[n - 1 - i]);
        free(data);
        free(expected);
        free(out);
        free(keep);
        free(order);
    }

    double d[] = {2.5, NAN, -1.0, 3.0};
    double result = 0;
    EXPECT(weft_min_f64(pool, d, 4, &result) == WEFT_OK && result == -1.0);
    EXPECT(weft_max_f64(pool, d, 4, &result) == WEFT_OK && result == 3.0);
    EXPECT(weft_sum_f64(pool, d, 4, &result) == WEFT_OK && isnan(result));
    EXPECT(weft_sort_f64(pool, d, 4) == WEFT_OK && d[0] == -1.0 && d[1] == 2.5 && d[2] == 3.0 && isnan(d[3]));
    EXPECT(weft_sort_descending_f64(pool, d, 4) == WEFT_OK && d[0] == 3.0 && isnan(d[3]));
    EXPECT(weft_dot_f64(pool, d, d, 3, &result) == WEFT_OK && result == 9.0 + 6.25 + 1.0);

    int32_t i[] = {INT32_MAX, INT32_MAX, 2, -5};
    int64_t wide = 0;
    EXPECT(weft_sum_i32(pool, i, 4, &wide) == WEFT_OK && wide == 2 * (int64_t)INT32_MAX - 3);
    EXPECT(weft_dot_i32(pool, i, i, 2, &wide) == WEFT_OK && wide == 2 * ((int64_t)INT32_MAX * INT32_MAX));
    EXPECT(weft_scan_i32(pool, i, 4, i) == WEFT_OK && i[0] == INT32_MAX && i[1] == -2 && i[2] == 0 && i[3] == -5);
    float f[] = {1.0f, 2.0f};
    float narrow = 0;
    EXPECT(weft_sum_f32(pool, f, 2, &narrow) == WEFT_OK && narrow == 3.0f);

    EXPECT(weft_sort_u32(pool, NULL, 0) == WEFT_OK);
    EXPECT(weft_sort_u32(pool, NULL, 1) == WEFT_INVALID_ARGUMENT);
    EXPECT(weft_sum_u32(pool, NULL, 0, NULL) == WEFT_INVALID_ARGUMENT);
}

// --- channels -------------------------------------------------------------------------------------------------------

struct messages {
    weft_channel* channel;
    size_t count;
    uintptr_t sum;
};

static int send_all(void* context)
{
    struct messages* m = context;
    for (size_t i = 1; i <= m->count; ++i) {
        if (weft_channel_send(m->channel, (void*)(uintptr_t)i) != WEFT_OK) return 1;
    }
    weft_channel_close(m->channel);
    return 0;
}

static int receive_all(void* context)
{
    struct messages* m = context;
    void* message = NULL;
    weft_status status = WEFT_OK;
    while ((status = weft_channel_recv(m->channel, &message)) == WEFT_OK) m->sum += (uintptr_t)message;
    return status == WEFT_CLOSED ? 0 : 1;
}

static void test_channels(weft_pool* pool)
{
    const size_t capacities[] = {0, 1, 16, WEFT_UNBOUNDED};
    for (size_t k = 0; k < 4; ++k) {
        struct messages m = {NULL, 2000, 0};
        EXPECT(weft_channel_create(capacities[k], &m.channel) == WEFT_OK);
        void* message = NULL;
        EXPECT(weft_channel_try_recv(m.channel, &message) == WEFT_EMPTY);
        EXPECT(weft_channel_recv_for(m.channel, &message, 1000) == WEFT_TIMED_OUT);
        EXPECT(weft_join(pool, send_all, &m, receive_all, &m) == WEFT_OK);
        EXPECT(m.sum == 2001000);
        EXPECT(weft_channel_send(m.channel, NULL) == WEFT_CLOSED);
        EXPECT(weft_channel_try_send(m.channel, NULL) == WEFT_CLOSED);
        weft_channel_destroy(m.channel);
    }
    weft_channel* one = NULL;
    EXPECT(weft_channel_create(1, &one) == WEFT_OK);
    EXPECT(weft_channel_try_send(one, one) == WEFT_OK);
    EXPECT(weft_channel_len(one) == 1);
    EXPECT(weft_channel_try_send(one, one) == WEFT_FULL);
    EXPECT(weft_channel_send_for(one, one, 1000) == WEFT_TIMED_OUT);
    weft_channel_destroy(one);
    weft_channel_destroy(NULL);
    EXPECT(weft_channel_send(NULL, NULL) == WEFT_INVALID_ARGUMENT);
    EXPECT(weft_channel_create(SIZE_MAX / 2, &one) != WEFT_OK);
}

// --- pools ----------------------------------------------------------------------------------------------------------

static atomic_int started = 0;
static void on_thread(void* context, size_t index)
{
    (void)index;
    atomic_fetch_add((atomic_int*)context, 1);
}

int main(void)
{
    EXPECT(weft_abi_version() == WEFT_ABI_VERSION);
    EXPECT(strlen(weft_version()) >= 5);
    for (weft_status s = -1; s < 20; ++s) EXPECT(strlen(weft_status_text(s)) > 5);

    weft_pool_options options = WEFT_POOL_OPTIONS;
    options.num_threads = 3;
    options.name = "c";
    options.on_thread_start = on_thread;
    options.context = &started;
    weft_pool* own = NULL;
    EXPECT(weft_pool_create(&options, &own) == WEFT_OK);
    EXPECT(atomic_load(&started) == 3);
    EXPECT(weft_pool_num_threads(own) == 3);
    EXPECT(weft_thread_index() == SIZE_MAX);

    options.num_threads = 1000000;
    weft_pool* none = NULL;
    EXPECT(weft_pool_create(&options, &none) == WEFT_INVALID_ARGUMENT && none == NULL);
    options.size = 0;
    EXPECT(weft_pool_create(&options, &none) == WEFT_INVALID_ARGUMENT);
    options.size = 2 * sizeof(size_t);  // as an older program has it, which knows the first two only
    options.num_threads = 2;
    EXPECT(weft_pool_create(&options, &none) == WEFT_OK && weft_pool_num_threads(none) == 2);
    EXPECT(atomic_load(&started) == 3);
    weft_pool_destroy(none);
    EXPECT(weft_pool_create(NULL, NULL) == WEFT_INVALID_ARGUMENT);

    EXPECT(weft_global_pool_init(NULL) == WEFT_OK);
    EXPECT(weft_global_pool_init(NULL) == WEFT_WRONG_STATE);

    weft_pool* const pools[] = {own, NULL};
    for (int k = 0; k < 2; ++k) {
        test_parallel_for(pools[k]);
        test_nested(pools[k]);
        test_join(pools[k]);
        test_scope(pools[k]);
        test_group(pools[k]);
        test_numbers(pools[k]);
        test_channels(pools[k]);
    }
    atomic_int spawned = 0;
    EXPECT(weft_spawn(own, count_one, &spawned) == WEFT_OK);
    EXPECT(weft_blocking(count_one, &spawned) == WEFT_OK);
    weft_pool_destroy(own);
    EXPECT(atomic_load(&spawned) == 2);
    if (failures != 0) fprintf(stderr, "%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
