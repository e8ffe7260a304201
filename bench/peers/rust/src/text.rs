// text.rs - rayon: the lines, words and pieces of a text. It does not search for strings.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::harness::{Case, Random};
use crate::pool::add_each;
use rayon::prelude::*;
use std::sync::Arc;

/// As the text of the C++ programs: lines of 5 to 15 words of 2 to 9 letters. A million letters, again and again.
fn text() -> String {
    let quick = std::env::var_os("WEFT_BENCH_QUICK").is_some();
    let mut random = Random(1);
    let mut below = move |n: u64| random.next() % n;
    let mut part = String::new();
    while part.len() < 1_000_000 {
        for words in (1..=5 + below(11)).rev() {
            for _ in 0..2 + below(8) {
                part.push(char::from(b'a' + below(26) as u8));
            }
            part.push(if words == 1 {
                '\n'
            } else if below(8) == 0 {
                ','
            } else {
                ' '
            });
        }
        if below(50) == 0 {
            part.push_str("weft and warp\n");
        }
    }
    part.repeat((if quick { 64 << 20 } else { 256 << 20 }) / part.len())
}

pub fn add(cases: &mut Vec<Case>) {
    let all = Arc::new(text());
    let mut define = |name: &str, serial: fn(&str) -> usize, parallel: fn(&str) -> usize| {
        let expected = serial(&all);
        let all = all.clone();
        add_each(cases, format!("text/{}", name), "bytes/s", all.len() as f64, move || {
            assert_eq!(parallel(&all), expected);
        });
    };
    define("lines", |s| s.lines().count(), |s| s.par_lines().count());
    define("words", |s| s.split_whitespace().count(), |s| s.par_split_whitespace().count());
    define(
        "split",
        |s| s.split(',').filter(|piece| piece.len() > 40).count(),
        |s| s.par_split(',').filter(|piece| piece.len() > 40).count(),
    );
}
