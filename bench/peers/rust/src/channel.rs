// channel.rs - messages through crossbeam's channels.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::harness::{timed, Case};
use crossbeam::channel::{bounded, unbounded, Receiver, Select, Sender};
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

const VERSION: &str = env!("VERSION_CHANNEL");

fn make(capacity: Option<usize>) -> (Sender<u64>, Receiver<u64>) {
    match capacity {
        Some(n) => bounded(n),
        None => unbounded(),
    }
}

/// A set of processors, as the system call takes it.
type Cpus = [u64; 16];

extern "C" {
    fn sched_getaffinity(thread: i32, bytes: usize, cpus: *mut Cpus) -> i32;
    fn sched_setaffinity(thread: i32, bytes: usize, cpus: *const Cpus) -> i32;
}

/// The processors that this thread may run on.
fn affinity() -> Cpus {
    let mut cpus = [0; 16];
    unsafe { sched_getaffinity(0, std::mem::size_of::<Cpus>(), &mut cpus) };
    cpus
}

fn run_on(cpus: &Cpus) {
    unsafe { sched_setaffinity(0, std::mem::size_of::<Cpus>(), cpus) };
}

/// The processors of both sides: (senders, receivers).
type Sides = (Cpus, Cpus);

/// One of two ways to lay out a channel's sides, where there are two processors: all threads on one, or apart.
fn sides(apart: bool) -> Option<Sides> {
    let all = affinity();
    let mut single = (0..1024usize).filter(|i| all[i / 64] >> (i % 64) & 1 != 0).map(|i| {
        let mut one = [0; 16];
        one[i / 64] = 1 << (i % 64);
        one
    });
    let (first, second) = (single.next()?, single.next()?);
    Some(if apart { (first, second) } else { (first, first) })
}

fn many(capacity: Option<usize>, messages: u64, senders: u64, receivers: u64, on: Option<Sides>) {
    let before = affinity();
    if let Some((_, here)) = &on {
        run_on(here); // threads started from here on inherit it
    }
    let (tx, rx) = make(capacity);
    let receive = |rx: Receiver<u64>| {
        let mut sum = 0u64;
        for _ in 0..messages / receivers {
            sum += rx.recv().unwrap();
        }
        black_box(sum);
    };
    thread::scope(|scope| {
        for _ in 0..senders {
            let tx = tx.clone();
            scope.spawn(move || {
                if let Some((there, _)) = &on {
                    run_on(there);
                }
                for i in 0..messages / senders {
                    tx.send(i).unwrap();
                }
            });
        }
        for _ in 1..receivers {
            let rx = rx.clone();
            let receive = &receive;
            scope.spawn(move || receive(rx));
        }
        receive(rx);
    });
    run_on(&before);
}

fn sequence(capacity: Option<usize>, messages: u64) {
    let (tx, rx) = make(capacity);
    for i in 0..messages {
        tx.send(i).unwrap();
    }
    let mut sum = 0u64;
    for _ in 0..messages {
        sum += rx.recv().unwrap();
    }
    black_box(sum);
}

/// As many channels as senders; one thread receives by select. With `both`, as many threads receive, and the senders
/// select, too. The Select is made once, which is the faster way.
fn select(capacity: Option<usize>, messages: u64, sides: u64, both: bool) {
    let channels: Vec<_> = (0..sides).map(|_| make(capacity)).collect();
    let share = messages / sides;
    let receive = |n: u64| {
        let mut from = Select::new();
        for (_, rx) in &channels {
            from.recv(rx);
        }
        let mut sum = 0u64;
        for _ in 0..n {
            let chosen = from.select();
            let i = chosen.index();
            sum += chosen.recv(&channels[i].1).unwrap();
        }
        black_box(sum);
    };
    thread::scope(|scope| {
        for own in 0..sides as usize {
            let channels = &channels;
            scope.spawn(move || {
                if both {
                    let mut to = Select::new();
                    for (tx, _) in channels {
                        to.send(tx);
                    }
                    for m in 0..share {
                        let chosen = to.select();
                        let i = chosen.index();
                        chosen.send(&channels[i].0, m).unwrap();
                    }
                } else {
                    for m in 0..share {
                        channels[own].0.send(m).unwrap();
                    }
                }
            });
        }
        if both {
            for _ in 1..sides {
                let receive = &receive;
                scope.spawn(move || receive(share));
            }
            receive(share);
        } else {
            receive(share * sides);
        }
    });
}

/// Empties full channels by select, again and again; only that is measured.
fn ready(capacity: Option<usize>, messages: u64, sides: u64, iterations: u64) -> Duration {
    let channels: Vec<_> = (0..sides).map(|_| make(capacity)).collect();
    let share = messages / sides;
    let mut from = Select::new();
    for (_, rx) in &channels {
        from.recv(rx);
    }
    let mut sum = 0u64;
    let mut time = Duration::ZERO;
    for _ in 0..iterations {
        for (tx, _) in &channels {
            for m in 0..share {
                tx.send(m).unwrap();
            }
        }
        let start = Instant::now();
        for _ in 0..share * sides {
            let chosen = from.select();
            let i = chosen.index();
            sum += chosen.recv(&channels[i].1).unwrap();
        }
        time += start.elapsed();
    }
    black_box(sum);
    time
}

fn ping_pong(messages: u64) {
    let (there_tx, there_rx) = bounded::<u64>(1);
    let (back_tx, back_rx) = bounded::<u64>(1);
    thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..messages {
                back_tx.send(there_rx.recv().unwrap()).unwrap();
            }
        });
        let mut sum = 0u64;
        for i in 0..messages {
            there_tx.send(i).unwrap();
            sum += back_rx.recv().unwrap();
        }
        black_box(sum);
    });
}

pub fn add(cases: &mut Vec<Case>) {
    let mut add = |name: String, threads: u64, unit: &'static str, per_iteration: u64, run: Box<dyn FnMut()>| {
        let mut run = run;
        cases.push(Case {
            name: format!("channel/{}/crossbeam/{}", name, threads),
            unit,
            per_iteration: per_iteration as f64,
            version: VERSION,
            once: false,
            run: timed(move || run()),
        })
    };
    for (name, capacity, n) in [
        ("bounded0", Some(0), 20_000u64),
        ("bounded1", Some(1), 20_000),
        ("bounded1k", Some(1024), 200_000),
        ("boundedN", Some(200_000), 200_000),
        ("unbounded", None, 200_000),
    ] {
        let mut pattern = |pattern: &str, threads: u64, run: Box<dyn FnMut()>| {
            add(format!("{}_{}", name, pattern), threads, "ns/message", n, run)
        };
        if capacity.map_or(true, |c| c as u64 >= n) {
            pattern("seq", 1, Box::new(move || sequence(capacity, n)));
        }
        pattern("spsc", 2, Box::new(move || many(capacity, n, 1, 1, None)));
        pattern("mpsc", 3, Box::new(move || many(capacity, n, 2, 1, None)));
        pattern("mpsc", 5, Box::new(move || many(capacity, n, 4, 1, None)));
        pattern("mpmc", 4, Box::new(move || many(capacity, n, 2, 2, None)));
        pattern("mpmc", 8, Box::new(move || many(capacity, n, 4, 4, None)));
        for (regime, on) in [("on_one", sides(false)), ("apart", sides(true))] {
            if capacity == Some(1024) && on.is_some() {
                pattern(&format!("spsc_{}", regime), 2, Box::new(move || many(capacity, n, 1, 1, on)));
                pattern(&format!("mpsc_{}", regime), 5, Box::new(move || many(capacity, n, 4, 1, on)));
                pattern(&format!("mpmc_{}", regime), 8, Box::new(move || many(capacity, n, 4, 4, on)));
            }
        }
        pattern("select_rx", 3, Box::new(move || select(capacity, n, 2, false)));
        pattern("select_rx", 5, Box::new(move || select(capacity, n, 4, false)));
        pattern("select_both", 4, Box::new(move || select(capacity, n, 2, true)));
        pattern("select_both", 8, Box::new(move || select(capacity, n, 4, true)));
    }
    add("ping_pong".to_string(), 2, "ns/round trip", 5_000, Box::new(|| ping_pong(5_000)));
    for (name, capacity) in [("bounded1k", Some(1024)), ("unbounded", None)] {
        for sides in [2, 4, 8] {
            cases.push(Case {
                name: format!("channel/{}_ready{}/crossbeam/1", name, sides),
                unit: "ns/message",
                per_iteration: 1024.0,
                version: VERSION,
                once: false,
                run: Box::new(move |n| ready(capacity, 1024, sides, n)),
            });
        }
    }
}
