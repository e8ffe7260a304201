// demos.rs - rayon: the demo programs, with the same inputs and steps as in examples/.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::harness::{thread_counts, Case, Random};
use rayon::prelude::*;
use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// A number below `bound`, as the C++ side draws it.
pub fn below(random: &mut Random, bound: u32) -> u32 {
    ((random.next() >> 32) * u64::from(bound) >> 32) as u32
}

/// Memory that a run frees stays with the program, as on the C++ side.
fn keep_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        extern "C" {
            fn mallopt(parameter: i32, value: i32) -> i32;
        }
        const TRIM_THRESHOLD: i32 = -1;
        const MMAP_THRESHOLD: i32 = -3;
        // SAFETY: these two settings may change at any time.
        let kept = unsafe { mallopt(MMAP_THRESHOLD, 1 << 30) != 0 && mallopt(TRIM_THRESHOLD, 1 << 30) != 0 };
        assert!(kept);
    }
}

/// A case for every number of threads: `make` gives what all of them work on, when the first is run; `run` is one run
/// of the demo and says whether its result is right, and `verify` says it once, before the first run, with more care.
pub fn add_demo<T: Send + 'static>(
    cases: &mut Vec<Case>,
    name: &str,
    make: fn() -> T,
    verify: fn(&mut T) -> bool,
    run: fn(&mut T) -> bool,
) {
    let input: Arc<Mutex<Option<T>>> = Arc::new(Mutex::new(None));
    for threads in thread_counts() {
        let input = input.clone();
        let mut pool = None;
        cases.push(Case {
            name: format!("demos/{}/rayon/{}", name, threads),
            unit: "ns/run",
            per_iteration: 1.0,
            version: env!("VERSION_RAYON"),
            once: false,
            run: Box::new(move |n| {
                let mut input = input.lock().unwrap();
                let input = input.get_or_insert_with(|| {
                    keep_memory();
                    make()
                });
                let pool = pool.get_or_insert_with(|| {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                    assert!(pool.install(|| verify(input)));
                    pool
                });
                pool.install(|| {
                    let start = Instant::now();
                    for _ in 0..n {
                        assert!(run(input));
                    }
                    start.elapsed()
                })
            }),
        });
    }
}

// --- find ------------------------------------------------------------------------------------------------------------

/// Even numbers, and an odd one at two thirds, at three quarters and at the end.
fn haystack() -> Vec<u32> {
    const SIZE: usize = 10_000_000;
    let mut random = Random(1);
    let mut hay: Vec<u32> = (0..SIZE).map(|_| 2 * below(&mut random, 1 << 30)).collect();
    hay[SIZE - 1] = 5;
    hay[SIZE / 4 * 3] = 3;
    hay[SIZE / 3 * 2] = 1;
    hay
}

fn is_needle(x: u32) -> bool {
    x % 2 == 1
}

fn find_first(hay: &mut Vec<u32>) -> bool {
    hay.par_iter().copied().find_first(|&x| is_needle(x)) == Some(1)
}

fn find_any(hay: &mut Vec<u32>) -> bool {
    hay.par_iter().copied().find_any(|&x| is_needle(x)).is_some()
}

// --- sorts -----------------------------------------------------------------------------------------------------------

struct Unsorted {
    start: Vec<u32>,
    now: Vec<u32>,
    buffer: Vec<u32>,
}

fn unsorted() -> Unsorted {
    let mut random = Random(1);
    let start: Vec<u32> = (0..1_000_000).map(|_| below(&mut random, 1 << 31)).collect();
    Unsorted { now: start.clone(), buffer: start.clone(), start }
}

fn is_sorted(v: &[u32]) -> bool {
    v.windows(2).all(|two| two[0] <= two[1])
}

/// Whether a run leaves what the standard library's sort would.
fn sorts(u: &mut Unsorted, run: fn(&mut Unsorted) -> bool) -> bool {
    let mut expected = u.start.clone();
    expected.sort_unstable();
    run(u) && u.now == expected
}

/// Moves the elements for which `wanted` holds to the front, by exchanges from both ends, and counts them.
fn move_forward(v: &mut [u32], wanted: impl Fn(u32) -> bool) -> usize {
    let mut count = 0;
    let mut between = v.iter_mut();
    loop {
        let misplaced = between.find(|x| {
            let stays = wanted(**x);
            count += usize::from(stays);
            !stays
        });
        match (misplaced, between.rfind(|x| wanted(**x))) {
            (Some(low), Some(high)) => std::mem::swap(low, high),
            _ => return count,
        }
        count += 1;
    }
}

fn quicksort(v: &mut [u32]) {
    if v.len() < 32 {
        return v.sort_unstable();
    }
    let pivot = v[v.len() / 2];
    let less = move_forward(v, |x| x < pivot);
    let (front, back) = v.split_at_mut(less);
    let equal = move_forward(back, |x| x == pivot);
    let greater = &mut back[equal..];
    rayon::join(|| quicksort(front), || quicksort(greater));
}

fn run_quicksort(u: &mut Unsorted) -> bool {
    u.now.clone_from(&u.start);
    quicksort(&mut u.now);
    is_sorted(&u.now)
}

fn merge_in_turn(mut a: &[u32], mut b: &[u32], out: &mut [u32]) {
    let mut at = 0;
    while let ([x, behind_x @ ..], [y, behind_y @ ..]) = (a, b) {
        if y < x {
            out[at] = *y;
            b = behind_y;
        } else {
            out[at] = *x;
            a = behind_x;
        }
        at += 1;
    }
    let rest = if a.is_empty() { b } else { a };
    out[at..].copy_from_slice(rest);
}

/// The middle of the longer one determines where the other is cut.
fn merge(a: &[u32], b: &[u32], out: &mut [u32]) {
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    if long.len() < 2_000 {
        return merge_in_turn(long, short, out);
    }
    let (long_front, long_back) = long.split_at(long.len() / 2);
    let (short_front, short_back) = short.split_at(short.partition_point(|&x| x < long_back[0]));
    let (out_front, out_back) = out.split_at_mut(long_front.len() + short_front.len());
    rayon::join(|| merge(long_front, short_front, out_front), || merge(long_back, short_back, out_back));
}

/// Sorts `v`; the result is in `buffer` if `to_buffer`, else in `v`.
fn mergesort(v: &mut [u32], buffer: &mut [u32], to_buffer: bool) {
    if v.len() < 500 {
        v.sort_unstable();
        if to_buffer {
            buffer.copy_from_slice(v);
        }
        return;
    }
    let half = v.len() / 2;
    {
        let (v_front, v_back) = v.split_at_mut(half);
        let (buffer_front, buffer_back) = buffer.split_at_mut(half);
        rayon::join(|| mergesort(v_front, buffer_front, !to_buffer), || mergesort(v_back, buffer_back, !to_buffer));
    }
    let (from, to) = if to_buffer { (v, buffer) } else { (buffer, v) };
    merge(&from[..half], &from[half..], to);
}

fn run_mergesort(u: &mut Unsorted) -> bool {
    u.now.clone_from(&u.start);
    mergesort(&mut u.now, &mut u.buffer, false);
    is_sorted(&u.now)
}

// --- a tree ----------------------------------------------------------------------------------------------------------

struct Node {
    value: u64,
    left: Branch,
    right: Branch,
}

type Branch = Option<Box<Node>>;

/// Left branches get at most a quarter of the nodes that are left.
fn random_tree(size: u32, random: &mut Random) -> Branch {
    if size == 0 {
        return None;
    }
    let left_size = below(random, size / 4 + 1);
    let value = u64::from(below(random, 1000));
    let left = random_tree(left_size, random);
    let right = random_tree(size - 1 - left_size, random);
    Some(Box::new(Node { value, left, right }))
}

fn plain_tree_sum(branch: &Branch) -> u64 {
    branch.as_ref().map_or(0, |n| n.value + plain_tree_sum(&n.left) + plain_tree_sum(&n.right))
}

fn tree_sum(branch: &Branch) -> u64 {
    branch.as_ref().map_or(0, |n| {
        let (left, right) = rayon::join(|| tree_sum(&n.left), || tree_sum(&n.right));
        n.value + left + right
    })
}

fn tree() -> (Branch, u64) {
    let tree = random_tree(1_000_000, &mut Random(1));
    let expected = plain_tree_sum(&tree);
    (tree, expected)
}

// --- split -----------------------------------------------------------------------------------------------------------

/// Letters, with a comma in place of about every tenth; and the number of pieces.
fn text() -> (String, usize) {
    let mut random = Random(1);
    let text: String = (0..10_000_000)
        .map(|_| if below(&mut random, 10) == 0 { ',' } else { (b'a' + below(&mut random, 26) as u8) as char })
        .collect();
    let pieces = text.split(',').count();
    (text, pieces)
}

fn str_split(text: &str) -> Vec<&str> {
    text.par_split(',').collect()
}

// --- sieve -----------------------------------------------------------------------------------------------------------

const SEGMENT: u64 = 1 << 15; // odd numbers in a segment

fn odd_primes_to_root(n: u64) -> Vec<u64> {
    let mut primes: Vec<u64> = Vec::new();
    for p in (3..).step_by(2).take_while(|p| p * p <= n) {
        if primes.iter().all(|q| p % q != 0) {
            primes.push(p);
        }
    }
    primes
}

/// The primes among the odd numbers of one segment: 1 has index 0, 3 has index 1.
fn primes_in(segment: u64, n: u64, primes: &[u64]) -> u64 {
    let first = segment * SEGMENT;
    let size = SEGMENT.min((n + 1) / 2 - first) as usize;
    let mut marks = [1u8; SEGMENT as usize];
    let marks = &mut marks[..size];
    if first == 0 {
        marks[0] = 0;
    }
    for &p in primes {
        let square = p * p / 2;
        let begin = if square >= first { square - first } else { (p - (first - square) % p) % p };
        let mut i = begin as usize;
        while i < size {
            marks[i] = 0;
            i += p as usize;
        }
    }
    marks.iter().filter(|&&m| m == 1).count() as u64
}

fn sieve(n: u64) -> u64 {
    let primes = odd_primes_to_root(n);
    let segments = ((n + 1) / 2 + SEGMENT - 1) / SEGMENT;
    1 + (0..segments).into_par_iter().map(|s| primes_in(s, n, &primes)).sum::<u64>()
}

// --- queens ----------------------------------------------------------------------------------------------------------

/// What is attacked in the next row: columns, and diagonals to the left and to the right.
#[derive(Clone, Copy)]
struct Attacked(u32, u32, u32);

impl Attacked {
    fn is_free(self, column: u32) -> bool {
        ((self.0 | self.1 | self.2) >> column) & 1 == 0
    }
    fn with(self, column: u32) -> Attacked {
        let queen = 1 << column;
        Attacked(self.0 | queen, (self.1 | queen) << 1, (self.2 | queen) >> 1)
    }
}

fn plain_queens(a: Attacked, row: u32, n: u32) -> i64 {
    if row == n {
        return 1;
    }
    let mut ways = 0;
    for column in 0..n {
        if a.is_free(column) {
            ways += plain_queens(a.with(column), row + 1, n);
        }
    }
    ways
}

fn queens(a: Attacked, row: u32, n: u32) -> i64 {
    if row == 4 {
        return plain_queens(a, row, n);
    }
    (0..n).into_par_iter().filter(|&c| a.is_free(c)).map(|c| queens(a.with(c), row + 1, n)).sum()
}

// --- life ------------------------------------------------------------------------------------------------------------

const SIDE: usize = 2_000;

/// The cells of a square whose edges meet, now and one generation later.
fn boards() -> (Vec<u8>, Vec<u8>) {
    let mut random = Random(1);
    let now: Vec<u8> = (0..SIDE * SIDE).map(|_| below(&mut random, 2) as u8).collect();
    (now.clone(), now)
}

fn next_row(now: &[u8], y: usize, out: &mut [u8]) {
    // Rows whose length the compiler knows: it need not check each index, and can take many cells at once.
    let row = |y: usize| -> &[u8; SIDE] { now[y % SIDE * SIDE..][..SIDE].try_into().unwrap() };
    let (above, here, below) = (row(y + SIDE - 1), row(y), row(y + 1));
    let out: &mut [u8; SIDE] = out.try_into().unwrap();
    let next = |left: usize, x: usize, right: usize| {
        let sides = above[left] + here[left] + below[left] + above[right] + here[right] + below[right];
        u8::from(((sides + above[x] + below[x]) | here[x]) == 3)
    };
    out[0] = next(SIDE - 1, 0, 1);
    for x in 1..SIDE - 1 {
        out[x] = next(x - 1, x, x + 1);
    }
    out[SIDE - 1] = next(SIDE - 2, SIDE - 1, 0);
}

fn step(now: &[u8], next: &mut [u8]) {
    next.par_chunks_mut(SIDE).enumerate().for_each(|(y, row)| next_row(now, y, row));
}

/// One generation by counting the nine cells of every square, and looking at the rule.
fn plain_step(now: &[u8]) -> Vec<u8> {
    let cell = |x: usize, y: usize| now[y % SIDE * SIDE + x % SIDE];
    let mut next = Vec::with_capacity(now.len());
    for y in 0..SIDE {
        for x in 0..SIDE {
            let mut nine = 0;
            for dy in [SIDE - 1, 0, 1] {
                for dx in [SIDE - 1, 0, 1] {
                    nine += cell(x + dx, y + dy);
                }
            }
            let lives = nine == 3 || (nine == 4 && cell(x, y) == 1);
            next.push(u8::from(lives));
        }
    }
    next
}

pub fn add(cases: &mut Vec<Case>) {
    add_demo(cases, "find_first 10M", haystack, find_first, find_first);
    add_demo(cases, "find_any 10M", haystack, find_any, find_any);
    add_demo(cases, "quicksort 1M", unsorted, |u| sorts(u, run_quicksort), run_quicksort);
    add_demo(cases, "mergesort 1M", unsorted, |u| sorts(u, run_mergesort), run_mergesort);
    add_demo(cases, "tree_sum 1M", tree, |_| true, |(tree, expected)| tree_sum(tree) == *expected);
    add_demo(
        cases,
        "str_split 10M",
        text,
        |(text, _)| str_split(text).into_iter().eq(text.split(',')),
        |(text, pieces)| str_split(text).len() == *pieces,
    );
    add_demo(cases, "sieve 30M", || 30_000_000, |_| sieve(100) == 25, |n| sieve(*n) == 1_857_859);
    let empty = || Attacked(0, 0, 0);
    add_demo(cases, "nqueens 12", empty, |a| queens(*a, 0, 8) == 92, |a| queens(*a, 0, 12) == 14_200);
    add_demo(
        cases,
        "life 2000",
        boards,
        |(now, next)| {
            step(now, next);
            *next == plain_step(now)
        },
        |(now, next)| {
            step(now, next);
            black_box(next);
            true
        },
    );
}
