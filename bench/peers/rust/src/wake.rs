// wake.rs - how soon a receiver that waits has the message, and what its waiting costs.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::harness::{timed, Case};
use crossbeam::channel::{bounded, unbounded, Receiver, Sender};
use crossbeam::sync::{Parker, WaitGroup};
use std::time::{Duration, Instant};

const VERSION: &str = env!("VERSION_CHANNEL");
const MESSAGES: usize = 500;

/// Processor time that this thread has used.
fn processor_time() -> Duration {
    // The scheduler's own count: the first number is in nanoseconds.
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

/// Sends a message every `gap`; returns the median delay, and the receiver's processor time for one message.
fn wake(make: fn() -> (Sender<Instant>, Receiver<Instant>), gap: Duration) -> (Duration, Duration) {
    let (tx, rx) = make();
    let receiver = std::thread::spawn(move || {
        let mut delays = Vec::with_capacity(MESSAGES);
        let start = processor_time();
        for sent in rx {
            delays.push(sent.elapsed());
        }
        (delays, (processor_time() - start) / MESSAGES as u32)
    });
    let mut next = Instant::now() + gap;
    for _ in 0..MESSAGES {
        while Instant::now() < next {
            std::hint::spin_loop();
        }
        tx.send(Instant::now()).unwrap();
        next = Instant::now() + gap;
    }
    drop(tx);
    let (mut delays, used) = receiver.join().unwrap();
    delays.sort();
    (delays[MESSAGES / 2], used)
}

const ROUND_TRIPS: u32 = 500;

/// Tokens and groups, as bench/channel/wake_handover_bench.cpp has them.
fn add_handover(cases: &mut Vec<Case>) {
    let mut case = |name: &str, unit, per_iteration, run| {
        let name = format!("wake/{}", name);
        cases.push(Case { name, unit, per_iteration, version: env!("VERSION_UTILS"), once: false, run });
    };
    let token = Parker::new();
    let waker = token.unparker().clone();
    let there_already = move || {
        waker.unpark();
        token.park();
    };
    case("token there already/crossbeam/1", "ns/token", 1.0, timed(there_already));
    let to_and_fro = || {
        let (there, back) = (Parker::new(), Parker::new());
        let (to, fro) = (there.unparker().clone(), back.unparker().clone());
        let other = std::thread::spawn(move || {
            for _ in 0..ROUND_TRIPS {
                there.park();
                fro.unpark();
            }
        });
        for _ in 0..ROUND_TRIPS {
            to.unpark();
            back.park();
        }
        other.join().unwrap();
    };
    case("token to and fro/crossbeam/2", "ns/round trip", ROUND_TRIPS.into(), timed(to_and_fro));
    let group = || {
        let group = WaitGroup::new();
        drop(std::hint::black_box(group.clone()));
        group.wait();
    };
    case("group of two, alone/crossbeam/1", "ns/group", 1.0, timed(group));
}

pub fn add(cases: &mut Vec<Case>) {
    add_handover(cases);
    let kinds: [(&str, fn() -> (Sender<Instant>, Receiver<Instant>)); 3] =
        [("unbounded", unbounded), ("bounded1", || bounded(1)), ("bounded0", || bounded(0))];
    for (kind, make) in kinds {
        for gap in [10u64, 100] {
            for (what, unit) in [("delay", "ns/message"), ("processor", "ns/message")] {
                cases.push(Case {
                    name: format!("wake/{} {} us, {}/crossbeam/2", kind, gap, what),
                    unit,
                    per_iteration: 1.0,
                    version: VERSION,
                    once: true,
                    run: Box::new(move |n| {
                        (0..n)
                            .map(|_| {
                                let (delay, used) = wake(make, Duration::from_micros(gap));
                                if what == "delay" { delay } else { used }
                            })
                            .sum()
                    }),
                });
            }
        }
    }
}
