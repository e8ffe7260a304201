// demos_math.rs - rayon: the demo programs that calculate, a product of matrices, bodies that move, the shortest trip.
// SPDX-License-Identifier: MIT OR Apache-2.0
use crate::demos::{add_demo, below};
use crate::harness::{Case, Random};
use rayon::prelude::*;
use std::hint::black_box;
use std::sync::atomic::{AtomicI32, Ordering};

// --- Strassen's product ----------------------------------------------------------------------------------------------

/// A square in a larger one, whose rows are `stride` apart.
#[derive(Clone, Copy)]
struct View<'a> {
    numbers: &'a [f64],
    size: usize,
    stride: usize,
}

impl<'a> View<'a> {
    fn row(self, i: usize) -> &'a [f64] {
        &self.numbers[i * self.stride..][..self.size]
    }
    fn quarter(self, i: usize, j: usize) -> View<'a> {
        let half = self.size / 2;
        View { numbers: &self.numbers[(i * self.stride + j) * half..], size: half, stride: self.stride }
    }
}

struct Square {
    numbers: Vec<f64>,
    size: usize,
}

impl Square {
    fn zeros(size: usize) -> Square {
        Square { numbers: vec![0.0; size * size], size }
    }
    /// Small whole numbers: sums of their products are exact.
    fn random(size: usize, seed: u64) -> Square {
        let mut random = Random(seed);
        Square { numbers: (0..size * size).map(|_| f64::from(below(&mut random, 10))).collect(), size }
    }
    fn view(&self) -> View<'_> {
        View { numbers: &self.numbers, size: self.size, stride: self.size }
    }
}

fn plain_product(out: &mut Square, a: View, b: View) {
    for (i, to) in out.numbers.chunks_exact_mut(a.size).enumerate() {
        to.fill(0.0);
        for (k, factor) in a.row(i).iter().enumerate() {
            for (sum, x) in to.iter_mut().zip(b.row(k)) {
                *sum += factor * x;
            }
        }
    }
}

/// a + sign * b.
fn sum(a: View, b: View, sign: f64) -> Square {
    let mut out = Square::zeros(a.size);
    for (i, to) in out.numbers.chunks_exact_mut(a.size).enumerate() {
        for ((to, x), y) in to.iter_mut().zip(a.row(i)).zip(b.row(i)) {
            *to = x + sign * y;
        }
    }
    out
}

fn product(a: View, b: View) -> Square {
    let mut out = Square::zeros(a.size);
    strassen(&mut out, a, b);
    out
}

fn strassen(out: &mut Square, a: View, b: View) {
    let size = out.size;
    if size <= 64 || size % 2 != 0 {
        return plain_product(out, a, b);
    }
    let [a00, a01, a10, a11] = [a.quarter(0, 0), a.quarter(0, 1), a.quarter(1, 0), a.quarter(1, 1)];
    let [b00, b01, b10, b11] = [b.quarter(0, 0), b.quarter(0, 1), b.quarter(1, 0), b.quarter(1, 1)];
    // Seven at once, as a tree of joins.
    let first = || product(sum(a00, a11, 1.0).view(), sum(b00, b11, 1.0).view());
    let second = || product(sum(a10, a11, 1.0).view(), b00);
    let third = || product(a00, sum(b01, b11, -1.0).view());
    let fourth = || product(a11, sum(b10, b00, -1.0).view());
    let fifth = || product(sum(a00, a01, 1.0).view(), b11);
    let sixth = || product(sum(a10, a00, -1.0).view(), sum(b00, b01, 1.0).view());
    let seventh = || product(sum(a01, a11, -1.0).view(), sum(b10, b11, 1.0).view());
    let (((m1, m2), (m3, m4)), ((m5, m6), m7)) = rayon::join(
        || rayon::join(|| rayon::join(first, second), || rayon::join(third, fourth)),
        || rayon::join(|| rayon::join(fifth, sixth), seventh),
    );

    let half = size / 2;
    let (upper, lower) = out.numbers.split_at_mut(half * size);
    for (i, (upper, lower)) in upper.chunks_exact_mut(size).zip(lower.chunks_exact_mut(size)).enumerate() {
        let [m1, m2, m3, m4, m5, m6, m7] = [&m1, &m2, &m3, &m4, &m5, &m6, &m7].map(|m| &m.numbers[i * half..][..half]);
        let (out00, out01) = upper.split_at_mut(half);
        let (out10, out11) = lower.split_at_mut(half);
        let (out10, out11) = (&mut out10[..half], &mut out11[..half]);
        let (out00, out01) = (&mut out00[..half], &mut out01[..half]);
        for j in 0..half {
            out00[j] = m1[j] + m4[j] - m5[j] + m7[j];
            out01[j] = m3[j] + m5[j];
            out10[j] = m2[j] + m4[j];
            out11[j] = m1[j] - m2[j] + m3[j] + m6[j];
        }
    }
}

struct Product {
    a: Square,
    b: Square,
    out: Square,
}

fn factors() -> Product {
    Product { a: Square::random(512, 1), b: Square::random(512, 2), out: Square::zeros(512) }
}

fn multiply(p: &mut Product) -> bool {
    strassen(&mut p.out, p.a.view(), p.b.view());
    black_box(&p.out.numbers);
    true
}

fn multiplies(p: &mut Product) -> bool {
    let mut expected = Square::zeros(p.out.size);
    plain_product(&mut expected, p.a.view(), p.b.view());
    multiply(p) && p.out.numbers == expected.numbers
}

// --- bodies ----------------------------------------------------------------------------------------------------------

#[derive(Clone, Copy, PartialEq)]
struct Vector {
    x: f64,
    y: f64,
    z: f64,
}

impl Vector {
    /// self + v * factor.
    fn plus(self, v: Vector, factor: f64) -> Vector {
        Vector { x: self.x + v.x * factor, y: self.y + v.y * factor, z: self.z + v.z * factor }
    }
}

const NOWHERE: Vector = Vector { x: 0.0, y: 0.0, z: 0.0 };

#[derive(Clone, Copy, PartialEq)]
struct Body {
    place: Vector,
    speed: Vector,
    mass: f64,
}

/// The body one step later, after all have pulled it.
fn moved(b: &Body, all: &[Body]) -> Body {
    const STEP: f64 = 0.01;
    let mut pull = NOWHERE;
    for other in all {
        let way = other.place.plus(b.place, -1.0);
        let square = way.x * way.x + way.y * way.y + way.z * way.z + 1e-3;
        pull = pull.plus(way, other.mass / (square * square.sqrt()));
    }
    let speed = b.speed.plus(pull, STEP);
    Body { place: b.place.plus(speed, STEP), speed, mass: b.mass }
}

fn next_bodies(all: &[Body]) -> Vec<Body> {
    all.par_iter().map(|b| moved(b, all)).collect()
}

fn random_bodies() -> Vec<Body> {
    const SIZE: u32 = 2_000;
    let mut random = Random(1);
    let mut number = || f64::from(below(&mut random, 2001)) / 1000.0 - 1.0;
    (0..SIZE)
        .map(|_| {
            let place = Vector { x: number(), y: number(), z: number() };
            Body { place, speed: NOWHERE, mass: (number() + 2.0) / f64::from(SIZE) }
        })
        .collect()
}

fn moves(all: &mut Vec<Body>) -> bool {
    let expected: Vec<Body> = all.iter().map(|b| moved(b, all)).collect();
    next_bodies(all) == expected
}

// --- a round trip ----------------------------------------------------------------------------------------------------

struct Cities {
    distance: Vec<Vec<i32>>, // from, to
    near: Vec<Vec<usize>>,   // of each city the others, the nearest first
    shortest_way: Vec<i32>,  // out of each city
    shortest_trip: i32,      // as one thread finds it
}

#[derive(Clone, Copy)]
struct Trip {
    here: usize,
    visited: u32,
    length: i32,
    rest: i32, // what is ahead, at the least
}

/// Every way to go on that may beat the best: at once for the first cities, if SHARED.
fn search<const SHARED: bool>(all: &Cities, t: Trip, been: usize, best: &AtomicI32) {
    let count = all.distance.len();
    if been == count {
        best.fetch_min(t.length + all.distance[t.here][0], Ordering::Relaxed);
        return;
    }
    let go_on = |i: usize| {
        let next = all.near[t.here][i];
        if t.visited >> next & 1 != 0 {
            return;
        }
        let longer = Trip {
            here: next,
            visited: t.visited | 1 << next,
            length: t.length + all.distance[t.here][next],
            rest: t.rest - all.shortest_way[t.here],
        };
        if longer.length + longer.rest < best.load(Ordering::Relaxed) {
            search::<SHARED>(all, longer, been + 1, best);
        }
    };
    if SHARED && been <= 4 {
        (0..count - 1).into_par_iter().with_max_len(1).for_each(go_on);
    } else {
        (0..count - 1).for_each(go_on);
    }
}

fn shortest_trip<const SHARED: bool>(all: &Cities) -> i32 {
    let best = AtomicI32::new(i32::MAX);
    let start = Trip { here: 0, visited: 1, length: 0, rest: all.shortest_way.iter().sum() };
    search::<SHARED>(all, start, 1, &best);
    best.into_inner()
}

fn random_cities() -> Cities {
    const COUNT: usize = 13;
    let mut random = Random(7);
    let mut number = || f64::from(below(&mut random, 1000));
    let places: Vec<(f64, f64)> = (0..COUNT).map(|_| (number(), number())).collect();
    let distance: Vec<Vec<i32>> = places
        .iter()
        .map(|from| places.iter().map(|to| (from.0 - to.0).hypot(from.1 - to.1) as i32).collect())
        .collect();
    let near: Vec<Vec<usize>> = (0..COUNT)
        .map(|from| {
            let mut others: Vec<usize> = (0..COUNT).filter(|&to| to != from).collect();
            others.sort_by_key(|&to| distance[from][to]);
            others
        })
        .collect();
    let shortest_way = (0..COUNT).map(|from| distance[from][near[from][0]]).collect();
    let mut all = Cities { distance, near, shortest_way, shortest_trip: 0 };
    all.shortest_trip = shortest_trip::<false>(&all);
    all
}

pub fn add(cases: &mut Vec<Case>) {
    add_demo(cases, "matmul 512", factors, multiplies, multiply);
    add_demo(cases, "nbody 2000", random_bodies, moves, |all| {
        black_box(next_bodies(all));
        true
    });
    add_demo(cases, "tsp 13", random_cities, |_| true, |all| shortest_trip::<true>(all) == all.shortest_trip);
}
