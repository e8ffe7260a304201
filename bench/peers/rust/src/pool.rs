// pool.rs - rayon: joins, chains of iterators, loops.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::harness::{thread_counts, Case};
use rayon::prelude::*;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

/// A case for every number of threads; `body` runs inside a pool of so many.
pub fn add_each(
    cases: &mut Vec<Case>,
    name: String,
    unit: &'static str,
    per_iteration: f64,
    body: impl Fn() + Send + Sync + Clone + 'static,
) {
    for threads in thread_counts() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let body = body.clone();
        cases.push(Case {
            name: format!("{}/rayon/{}", name, threads),
            unit,
            per_iteration,
            version: env!("VERSION_RAYON"),
            once: false,
            run: Box::new(move |n| {
                pool.install(|| {
                    let start = Instant::now();
                    for _ in 0..n {
                        body();
                    }
                    start.elapsed()
                })
            }),
        });
    }
}

fn fib(k: u32) -> u64 {
    if k < 2 {
        return k as u64;
    }
    let (a, b) = rayon::join(|| fib(k - 1), || fib(k - 2));
    a + b
}

fn serial_fib(k: u32) -> u64 {
    if k < 2 {
        k as u64
    } else {
        serial_fib(k - 1) + serial_fib(k - 2)
    }
}

const QUEENS: u32 = 10;
const ALL: u32 = (1 << QUEENS) - 1;

/// The attacked columns and diagonals of the next row.
#[derive(Clone, Copy, Default)]
struct Board {
    columns: u32,
    left: u32,
    right: u32,
}

impl Board {
    fn free(self) -> u32 {
        ALL & !(self.columns | self.left | self.right)
    }
    fn with(self, square: u32) -> Board {
        Board {
            columns: self.columns | square,
            left: (self.left | square) << 1,
            right: (self.right | square) >> 1,
        }
    }
}

fn queens(b: Board) -> u64 {
    if b.columns == ALL {
        return 1;
    }
    match b.free() {
        0 => 0,
        open => any_of(b, open),
    }
}

/// The squares in `open`: the first beside the rest.
fn any_of(b: Board, open: u32) -> u64 {
    let first = open & open.wrapping_neg();
    let rest = open & (open - 1);
    if rest == 0 {
        return queens(b.with(first));
    }
    let (x, y) = rayon::join(|| queens(b.with(first)), || any_of(b, rest));
    x + y
}

fn tiny(i: u64) -> u64 {
    (i ^ (i >> 7)).wrapping_mul(0x9e3779b97f4a7c15)
}

fn even(mut i: u64) -> u64 {
    for _ in 0..8 {
        i = tiny(i).wrapping_add(1);
    }
    i
}

fn uneven(mut i: u64) -> u64 {
    let rounds = if (tiny(i >> 8) >> 32) % 64 == 0 { 400 } else { 4 };
    for _ in 0..rounds {
        i = tiny(i).wrapping_add(1);
    }
    i
}

fn add_loop<F>(cases: &mut Vec<Case>, name: &str, from: u64, to: u64, body: F)
where
    F: Fn(u64) -> u64 + Copy + Send + Sync + 'static,
{
    let mut size = from;
    while size <= to {
        add_each(cases, format!("loop/{} {}", name, size), "ns/loop", 1.0, move || {
            black_box((0..black_box(size)).into_par_iter().map(body).reduce(|| 0, u64::wrapping_add));
        });
        size *= 10;
    }
}

pub fn add(cases: &mut Vec<Case>) {
    add_each(cases, "join/fib".to_string(), "ns/join", (serial_fib(25) - 1) as f64, || {
        black_box(fib(24));
    });
    add_each(cases, "join/nqueens".to_string(), "ns/board", 1.0, || {
        black_box(queens(Board::default()));
    });

    let mut x = 1u32;
    let items: Vec<i32> = (0..1_000_000)
        .map(|_| {
            x = x.wrapping_mul(1664525).wrapping_add(1013904223);
            (x >> 8) as i32
        })
        .collect();
    // Vectors of their own: reading one twice is cheaper than reading two.
    let others: Vec<i32> = items.iter().rev().copied().collect();
    let vectors = Arc::new([items, others.clone(), others]);
    let mut chain = |name: &str, body: fn(&[i32], &[i32], &[i32]) -> i64| {
        let vectors = vectors.clone();
        add_each(cases, format!("chain/{}", name), "ns/item", 1e6, move || {
            black_box(body(&vectors[0], &vectors[1], &vectors[2]));
        });
    };
    chain("map filter sum", |v, _, _| {
        v.par_iter().map(|&i| 2 * i64::from(i) + 1).filter(|y| y % 3 == 0).sum()
    });
    chain("map sum", |v, _, _| v.par_iter().map(|&i| 2 * i64::from(i) + 1).sum());
    chain("zip map sum", |v, w, _| v.par_iter().zip(w).map(|(&a, &b)| i64::from(a) * i64::from(b)).sum());
    chain("zip of three map sum", |v, w, u| {
        v.par_iter().zip(w).zip(u).map(|((&a, &b), &c)| i64::from(a) * i64::from(b) + i64::from(c)).sum()
    });
    chain("windows map sum", |v, _, _| {
        v.par_windows(3).map(|w| i64::from(w[0]) * i64::from(w[2]) + i64::from(w[1])).sum()
    });
    chain("flat_map_iter sum", |v, _, _| {
        v.par_iter().flat_map_iter(|&x| (0..x & 3).map(move |k| i64::from(x) ^ i64::from(k))).sum()
    });
    chain("enumerate map sum", |v, _, _| {
        v.par_iter().enumerate().map(|(i, &x)| i as i64 ^ i64::from(x)).sum()
    });
    chain("count", |v, _, _| v.par_iter().filter(|&&x| x % 5 == 0).count() as i64);

    add_loop(cases, "tiny", 10, 100_000_000, tiny);
    add_loop(cases, "even", 10, 10_000_000, even);
    add_loop(cases, "uneven", 1000, 1_000_000, uneven);
}
