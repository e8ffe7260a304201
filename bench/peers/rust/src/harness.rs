// harness.rs - the part of Google Benchmark that these cases need: names, repetitions, records.
// SPDX-License-Identifier: MIT OR Apache-2.0
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// One implementation of one case: `run(n)` does it n times and returns how long that took.
pub struct Case {
    pub name: String, // group/case/impl/threads, as the C++ programs name theirs
    pub unit: &'static str,
    pub per_iteration: f64,
    pub version: &'static str,
    pub once: bool, // one iteration is enough, whatever its time
    pub run: Box<dyn FnMut(u64) -> Duration>,
}

/// Measures n calls of `body` by the clock on the wall.
pub fn timed(mut body: impl FnMut() + 'static) -> Box<dyn FnMut(u64) -> Duration> {
    Box::new(move |n| {
        let start = Instant::now();
        for _ in 0..n {
            body();
        }
        start.elapsed()
    })
}

/// The thread counts to measure, from WEFT_BENCH_THREADS ("1,2,8"); 1 and all processors by default.
pub fn thread_counts() -> Vec<usize> {
    match std::env::var("WEFT_BENCH_THREADS") {
        Ok(list) if !list.is_empty() => list.split(',').map(|n| n.trim().parse().unwrap_or(1).max(1)).collect(),
        _ => vec![1, std::thread::available_parallelism().map_or(2, |n| n.get()).max(2)],
    }
}

/// splitmix64: the same numbers in every run.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
        z ^ (z >> 31)
    }
}

/// Runs every case `repetitions` times, all in one random order, and returns the records as JSON.
pub fn measure(mut cases: Vec<Case>, repetitions: usize, min_time: f64) -> String {
    // How many iterations fill the time: found by doubling.
    let mut iterations = Vec::with_capacity(cases.len());
    for case in &mut cases {
        let mut n = 1u64;
        while !case.once {
            let time = (case.run)(n).as_secs_f64();
            if time >= min_time {
                break;
            }
            n = if time < min_time / 20.0 { n * 10 } else { (n as f64 * min_time / time * 1.1) as u64 + 1 };
        }
        iterations.push(n);
    }

    let mut order: Vec<usize> = (0..cases.len() * repetitions).map(|i| i % cases.len()).collect();
    let mut random = Random(Instant::now().elapsed().as_nanos() as u64 ^ std::process::id() as u64);
    for i in (1..order.len()).rev() {
        order.swap(i, (random.next() % (i as u64 + 1)) as usize);
    }

    let mut records = Vec::with_capacity(order.len());
    for i in order {
        let case = &mut cases[i];
        let time = (case.run)(iterations[i]).as_secs_f64() * 1e9 / iterations[i] as f64;
        let mut record = String::new();
        write!(
            record,
            "  {{\"run_name\": \"{}\", \"run_type\": \"iteration\", \"real_time\": {}, \"time_unit\": \"ns\", \
             \"label\": \"{}\", \"per_iteration\": {}, \"version\": \"{}\"}}",
            case.name, time, case.unit, case.per_iteration, case.version
        )
        .unwrap();
        records.push(record);
    }
    format!("{{\"benchmarks\": [\n{}\n]}}\n", records.join(",\n"))
}
