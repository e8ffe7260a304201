// wake.rs - how soon a receiver that waits has the message, and what its waiting costs.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::harness::Case;
use crossbeam::channel::{bounded, unbounded, Receiver, Sender};
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

pub fn add(cases: &mut Vec<Case>) {
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
