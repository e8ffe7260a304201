// sort.rs - rayon's sorts.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::harness::{thread_counts, Case, Random};
use rayon::prelude::*;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

fn quick() -> bool {
    std::env::var_os("WEFT_BENCH_QUICK").is_some()
}

fn many() -> usize {
    if quick() { 1_000_000 } else { 10_000_000 }
}

fn many_strings() -> usize {
    if quick() { 200_000 } else { 1_000_000 }
}

/// Sorts a fresh copy of the input for each iteration; only the sorting is timed.
fn add_sort<T: Clone + Send + Sync + 'static>(
    cases: &mut Vec<Case>,
    name: &str,
    size: usize,
    make: fn(usize) -> Vec<T>,
    sort: fn(&mut [T]),
) {
    let input: Arc<Mutex<Vec<T>>> = Arc::new(Mutex::new(Vec::new())); // made when it is first needed
    for threads in thread_counts() {
        let input = input.clone();
        let mut pool = None;
        cases.push(Case {
            name: format!("sort/{}/rayon/{}", name, threads),
            unit: "items/s",
            per_iteration: size as f64,
            version: env!("VERSION_RAYON"),
            once: false,
            run: Box::new(move |n| {
                let pool = pool.get_or_insert_with(|| {
                    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
                });
                let mut input = input.lock().unwrap();
                if input.is_empty() {
                    *input = make(size);
                }
                let mut work = input.clone();
                let mut time = Duration::ZERO;
                for _ in 0..n {
                    work.clone_from(&input);
                    let start = Instant::now();
                    pool.install(|| sort(&mut work));
                    time += start.elapsed();
                }
                time
            }),
        });
    }
}

fn random_u64(n: usize) -> Vec<u64> {
    let mut r = Random(1);
    (0..n).map(|_| r.next()).collect()
}

fn sorted_u64(n: usize) -> Vec<u64> {
    (0..n as u64).collect()
}

fn reversed_u64(n: usize) -> Vec<u64> {
    (0..n as u64).rev().collect()
}

fn few_u64(n: usize) -> Vec<u64> {
    random_u64(n).into_iter().map(|x| (x % 64).wrapping_mul(0x9e3779b97f4a7c15)).collect()
}

fn organ_pipe_u64(n: usize) -> Vec<u64> {
    (0..n).map(|i| i.min(n - i) as u64).collect()
}

fn nearly_u64(n: usize) -> Vec<u64> {
    let mut v = sorted_u64(n);
    let mut r = Random(2);
    for _ in 0..n / 100 {
        let (a, b) = (r.next() as usize % n, r.next() as usize % n);
        v.swap(a, b);
    }
    v
}

fn random_records(n: usize) -> Vec<(u64, u64)> {
    let mut r = Random(1);
    (0..n as u64).map(|i| (r.next(), i)).collect()
}

fn random_strings(n: usize) -> Vec<String> {
    let mut r = Random(1);
    (0..n)
        .map(|_| {
            let length = 8 + r.next() % 24;
            (0..length).map(|_| (b'a' + (r.next() % 26) as u8) as char).collect()
        })
        .collect()
}

pub fn add(cases: &mut Vec<Case>) {
    let n = many();
    add_sort(cases, "u64", n, random_u64, |v| v.par_sort_unstable());
    add_sort(cases, "u64 by a function", n, random_u64, |v| v.par_sort_unstable_by(|a, b| a.cmp(b)));
    add_sort(cases, "u64 sorted", n, sorted_u64, |v| v.par_sort_unstable());
    add_sort(cases, "u64 reversed", n, reversed_u64, |v| v.par_sort_unstable());
    add_sort(cases, "u64 of 64 values", n, few_u64, |v| v.par_sort_unstable());
    add_sort(cases, "u64 organ pipe", n, organ_pipe_u64, |v| v.par_sort_unstable());
    add_sort(cases, "u64 nearly sorted", n, nearly_u64, |v| v.par_sort_unstable());
    add_sort(cases, "key and value", n, random_records, |v| v.par_sort_unstable_by_key(|r| r.0));
    add_sort(cases, "key and value by a function", n, random_records, |v| v.par_sort_unstable_by(|a, b| a.0.cmp(&b.0)));
    add_sort(cases, "strings", many_strings(), random_strings, |v| v.par_sort_unstable());

    add_sort(cases, "stable u64", n, random_u64, |v| v.par_sort());
    add_sort(cases, "stable u64 by a function", n, random_u64, |v| v.par_sort_by(|a, b| a.cmp(b)));
    add_sort(cases, "stable u64 nearly sorted by a function", n, nearly_u64, |v| v.par_sort_by(|a, b| a.cmp(b)));
    add_sort(cases, "stable key and value", n, random_records, |v| v.par_sort_by_key(|r| r.0));
    add_sort(cases, "stable key and value by a function", n, random_records, |v| v.par_sort_by(|a, b| a.0.cmp(&b.0)));
    add_sort(cases, "stable strings", many_strings(), random_strings, |v| v.par_sort());
    add_sort(cases, "cached key", many_strings(), random_strings, |v| v.par_sort_by_cached_key(|s| s.clone()));
}
