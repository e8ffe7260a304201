// queue.rs - crossbeam's queues and deque: a push and a pop by one thread, and by two and two.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::harness::{timed, Case};
use crossbeam::deque::Worker;
use crossbeam::queue::{ArrayQueue, SegQueue};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

trait Queue: Send + Sync + 'static {
    fn new() -> Self;
    fn put(&self, v: u64) -> bool;
    fn get(&self) -> Option<u64>;
}

impl Queue for ArrayQueue<u64> {
    fn new() -> Self {
        ArrayQueue::new(1024)
    }
    fn put(&self, v: u64) -> bool {
        self.push(v).is_ok()
    }
    fn get(&self) -> Option<u64> {
        self.pop()
    }
}

impl Queue for SegQueue<u64> {
    fn new() -> Self {
        SegQueue::new()
    }
    fn put(&self, v: u64) -> bool {
        self.push(v);
        true
    }
    fn get(&self) -> Option<u64> {
        self.pop()
    }
}

const MESSAGES: u64 = 200_000;

fn together<Q: Queue>(side: u64) -> Duration {
    let queue = Arc::new(Q::new());
    let taken = Arc::new(AtomicU64::new(0));
    let ready = Arc::new(Barrier::new(2 * side as usize));
    let mut threads = Vec::new();
    for _ in 0..side {
        let (q, r) = (queue.clone(), ready.clone());
        threads.push(thread::spawn(move || {
            r.wait();
            let start = Instant::now();
            for m in 0..MESSAGES / side {
                while !q.put(m) {
                    thread::yield_now();
                }
            }
            start
        }));
        let (q, r, t) = (queue.clone(), ready.clone(), taken.clone());
        threads.push(thread::spawn(move || {
            r.wait();
            let start = Instant::now();
            let mut mine = 0;
            loop {
                if q.get().is_some() {
                    mine += 1;
                    continue;
                }
                if t.fetch_add(std::mem::take(&mut mine), Ordering::SeqCst) >= MESSAGES
                    || t.load(Ordering::SeqCst) >= MESSAGES
                {
                    break;
                }
                thread::yield_now();
            }
            start
        }));
    }
    // From the start of the first one: where there are more threads than processors, somebody who watched would be late.
    let starts: Vec<Instant> = threads.into_iter().map(|t| t.join().unwrap()).collect();
    starts.into_iter().min().unwrap().elapsed()
}

fn add_queue<Q: Queue>(cases: &mut Vec<Case>, name: &str) {
    let version = env!("VERSION_QUEUE");
    let q = Q::new();
    cases.push(Case {
        name: format!("queue/{} alone/crossbeam/1", name),
        unit: "ns/item",
        per_iteration: 1.0,
        version,
        once: false,
        run: timed(move || {
            q.put(black_box(1));
            black_box(q.get());
        }),
    });
    for side in [1u64, 2] {
        cases.push(Case {
            name: format!("queue/{} {}+{}/crossbeam/{}", name, side, side, 2 * side),
            unit: "ns/item",
            per_iteration: MESSAGES as f64,
            version,
            once: false,
            run: Box::new(move |n| (0..n).map(|_| together::<Q>(side)).sum()),
        });
    }
}

pub fn add(cases: &mut Vec<Case>) {
    add_queue::<ArrayQueue<u64>>(cases, "bounded");
    add_queue::<SegQueue<u64>>(cases, "unbounded");
    let worker = Worker::new_lifo();
    cases.push(Case {
        name: "queue/deque lifo/crossbeam/1".to_string(),
        unit: "ns/item",
        per_iteration: 1.0,
        version: env!("VERSION_DEQUE"),
        once: false,
        run: timed(move || {
            worker.push(1u64);
            black_box(worker.pop());
        }),
    });
}
