// lock.rs - crossbeam's ShardedLock, and the mutex of Rust's standard library.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::harness::Case;
use crossbeam::sync::ShardedLock;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Runs `turn` on `threads` threads for 20 ms; the time of one turn, all threads together.
fn for_a_while<T: FnMut() + Send + 'static>(threads: usize, make: impl Fn() -> T) -> Duration {
    let stop = Arc::new(AtomicBool::new(false));
    let ready = Arc::new(Barrier::new(threads + 1));
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let (stop, ready, mut turn) = (stop.clone(), ready.clone(), make());
            thread::spawn(move || {
                ready.wait();
                let mut turns = 0u64;
                while !stop.load(Ordering::Relaxed) {
                    turn();
                    turns += 1;
                }
                turns
            })
        })
        .collect();
    ready.wait();
    let start = Instant::now();
    thread::sleep(Duration::from_millis(20));
    stop.store(true, Ordering::Relaxed);
    let turns: u64 = workers.into_iter().map(|w| w.join().unwrap()).sum();
    start.elapsed().div_f64(turns.max(1) as f64 / 1e6)
}

fn work_outside() {
    let mut x = 1u64;
    for _ in 0..50 {
        x = black_box(x.wrapping_mul(0x9e3779b97f4a7c15));
    }
}

/// `run` gives the time of a million turns, so that a Duration is fine enough.
fn case(name: String, unit: &'static str, version: &'static str, run: impl Fn() -> Duration + 'static) -> Case {
    Case { name, unit, per_iteration: 1e6, version, once: true, run: Box::new(move |n| (0..n).map(|_| run()).sum()) }
}

pub fn add(cases: &mut Vec<Case>) {
    for threads in [1, 2] {
        for every in [0u64, 1000, 20] {
            let name = if every == 0 { "read only".to_string() } else { format!("one write in {}", every) };
            cases.push(case(
                format!("lock/{}/crossbeam/{}", name, threads),
                "ns/turn",
                env!("VERSION_UTILS"),
                move || {
                    let lock = Arc::new(ShardedLock::new(0u64));
                    for_a_while(threads, || {
                        let lock = lock.clone();
                        let mut turn = 0u64;
                        move || {
                            turn += 1;
                            if every != 0 && turn % every == 0 {
                                *lock.write().unwrap() += 1;
                            } else {
                                black_box(*lock.read().unwrap());
                            }
                        }
                    })
                },
            ));
        }
    }
    for threads in [1, 2, 4, 8] {
        cases.push(case(format!("lock/mutex, work outside/rust std/{}", threads), "ns/lock", "std", move || {
            let lock = Arc::new(Mutex::new(0u64));
            for_a_while(threads, || {
                let lock = lock.clone();
                move || {
                    {
                        let mut counter = lock.lock().unwrap();
                        for _ in 0..4 {
                            *counter = black_box(*counter + 1);
                        }
                    }
                    work_outside();
                }
            })
        }));
    }
}
