// main.rs - the Rust side of weft's benchmarks: crossbeam, rayon and tokio on the same cases, with the same records.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   weft-bench-rust --list                        the names of all cases: group/case/impl/threads
//   weft-bench-rust [--only=FILE] [--repetitions=N] [--min-time=SECONDS] [--out=FILE]
//                                                 measures them, or those whose names are the lines of FILE
mod channel;
mod demos;
mod demos_math;
mod harness;
mod lock;
mod net;
mod pool;
mod queue;
mod sort;
mod text;
mod wake;

use std::collections::HashSet;

fn main() {
    let mut cases = Vec::new();
    channel::add(&mut cases);
    queue::add(&mut cases);
    lock::add(&mut cases);
    wake::add(&mut cases);
    net::add(&mut cases);
    pool::add(&mut cases);
    sort::add(&mut cases);
    text::add(&mut cases);
    demos::add(&mut cases);
    demos_math::add(&mut cases);

    let (mut repetitions, mut min_time, mut out) = (3, 0.02, None);
    for argument in std::env::args().skip(1) {
        let (key, value) = argument.split_once('=').unwrap_or((&argument, ""));
        match key {
            "--list" => {
                for case in &cases {
                    println!("{}", case.name);
                }
                return;
            }
            "--only" => {
                let text = std::fs::read_to_string(value).expect("the file of --only");
                let wanted: HashSet<&str> = text.lines().collect();
                cases.retain(|case| wanted.contains(case.name.as_str()));
            }
            "--repetitions" => repetitions = value.parse().expect("a number"),
            "--min-time" => min_time = value.parse().expect("seconds"),
            "--out" => out = Some(value.to_string()),
            _ => panic!("'{}' is not known", argument),
        }
    }
    let records = harness::measure(cases, repetitions, min_time);
    match out {
        Some(file) => std::fs::write(file, records).expect("the file of --out"),
        None => print!("{}", records),
    }
}
