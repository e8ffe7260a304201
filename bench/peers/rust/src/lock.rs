// lock.rs - crossbeam's ShardedLock, and the mutex of Rust's standard library.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::harness::{timed, Case};
use crossbeam::sync::ShardedLock;
use crossbeam::utils::CachePadded;
use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Runs `turn` on `threads` threads for 60 ms; the time of one turn, all threads together.
fn for_a_while<T: FnMut() + Send + 'static>(threads: usize, make: impl Fn() -> T) -> Duration {
    let stop = Arc::new(CachePadded::new(AtomicBool::new(false)));
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
    thread::sleep(Duration::from_millis(60));
    stop.store(true, Ordering::Relaxed);
    let turns: u64 = workers.into_iter().map(|w| w.join().unwrap()).sum();
    start.elapsed().div_f64(turns.max(1) as f64 / 1e6)
}

/// 19 to 82 multiplications: threads that always do the same fall into step.
fn work_outside(random: &mut u64) {
    *random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    let mut x = 1u64;
    for _ in 0..19 + (*random >> 58) {
        x = black_box(x.wrapping_mul(0x9e3779b97f4a7c15));
    }
}

/// `run` gives the time of a million turns, so that a Duration is fine enough.
fn case(name: String, unit: &'static str, version: &'static str, run: impl Fn() -> Duration + 'static) -> Case {
    Case { name, unit, per_iteration: 1e6, version, once: true, run: Box::new(move |n| (0..n).map(|_| run()).sum()) }
}

pub fn add(cases: &mut Vec<Case>) {
    let alone = |name: &str, version, run| Case {
        name: format!("lock/{}", name),
        unit: "ns/lock",
        per_iteration: 1.0,
        version,
        once: false,
        run,
    };
    let mutex = Mutex::new(0u64);
    let lock = move || *black_box(&mutex).lock().unwrap() += 1;
    cases.push(alone("mutex, uncontended/rust std/1", "std", timed(lock)));
    let sharded = ShardedLock::new(0u64);
    let write = move || *black_box(&sharded).write().unwrap() += 1;
    cases.push(alone("shared mutex, write, uncontended/crossbeam/1", env!("VERSION_UTILS"), timed(write)));
    for threads in [1, 2] {
        for every in [0u64, 1000, 20] {
            let name = if every == 0 { "read only".to_string() } else { format!("one write in {}", every) };
            cases.push(case(
                format!("lock/{}/crossbeam/{}", name, threads),
                "ns/turn",
                env!("VERSION_UTILS"),
                move || {
                    let lock = Arc::new(CachePadded::new(ShardedLock::new(0u64)));
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
            let lock = Arc::new(CachePadded::new(Mutex::new(0u64)));
            let seed = Cell::new(0u64);
            for_a_while(threads, || {
                let lock = lock.clone();
                let mut random = seed.replace(seed.get() + 1);
                move || {
                    {
                        let mut counter = lock.lock().unwrap();
                        for _ in 0..4 {
                            *counter = black_box(*counter + 1);
                        }
                    }
                    work_outside(&mut random);
                }
            })
        }));
    }
}
